"""Thin commands: read options, call the areas, print."""
