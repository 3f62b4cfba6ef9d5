"""Hostile submissions, and what surrounds them when they run."""
