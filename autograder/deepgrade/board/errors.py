"""What goes wrong with competitions, in words for the instructor or the student."""

from __future__ import annotations


class BoardError(Exception):
    """A competition's files or state do not allow what was asked; the message says where and what to do."""
