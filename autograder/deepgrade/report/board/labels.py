"""What both figures of a board write beside their marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from deepgrade.board.showing.standing import Line, Standing
from deepgrade.report.board.axis import Axis
from deepgrade.report.text import one_line

WIDTH = 420.0
"""Of a figure; everything in it scales with its column."""
CHARACTER = 5.9
"""Mean width of a character of a figure's text."""
_MOST_BASELINES = 8


def baselines(standing: Standing, axis: Axis | None = None) -> list[Line]:
    """Return the first baselines, of those on an axis where one is given."""
    known = [line for line in standing.lines if line.kind != "student" and line.figure is not None]
    return [line for line in known if axis is None or not axis.beyond(value_of(line))][:_MOST_BASELINES]


def value_of(line: Line) -> float:
    """Return the score of a line that has one."""
    if line.figure is None:
        raise ValueError("a line without a score is not drawn")
    return line.figure.value


def name_of(line: Line, most: float) -> str:
    """Return a line's name, cut to about so many characters."""
    return one_line(line.who, max(int(most), 6))


def beyond_words(scores: Sequence[float], axis: Axis, low: str, high: str) -> tuple[str, str]:
    """Return how many scores lie beyond each end of an axis, in words; empty where none do.

    Args:
        scores: All of them.
        axis: Theirs.
        low: Words for its low end, with `{}` for the count.
        high: Words for the other end.
    """
    sides = Counter(axis.beyond(score) for score in scores)
    return (
        low.format(f"{sides[-1]:,}") if sides[-1] else "",
        high.format(f"{sides[1]:,}") if sides[1] else "",
    )
