"""A program that does nothing, to see whether anything can be forked into a sandbox here."""

from __future__ import annotations


def prepare(words: list[str]) -> None:
    """Prepare nothing."""


def run(words: list[str]) -> int:
    """Do nothing."""
    return 0
