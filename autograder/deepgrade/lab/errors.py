"""Errors an instructor can mend."""

from __future__ import annotations


class LabError(Exception):
    """A lab's files are wrong; the message says what, where, and what to do next."""


def listed(problems: list[str], *, most: int = 12) -> str:
    """Join problems one a line; long lists end with how many more there are."""
    lines = [f"  - {problem}" for problem in problems[:most]]
    if len(problems) > most:
        lines.append(f"  and {len(problems) - most} more")
    return "\n".join(lines)
