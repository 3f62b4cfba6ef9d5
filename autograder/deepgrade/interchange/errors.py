"""Errors of moving results between tools."""

from __future__ import annotations


class InterchangeError(Exception):
    """Results cannot be moved; nothing was changed. The message says what is wrong, where, and what to do next."""
