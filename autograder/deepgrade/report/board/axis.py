"""The one axis that a board's scores are drawn on, and how its figures are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepgrade.board.showing.standing import Figure, Standing
from deepgrade.report import svg

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
"""The same whatever the locale."""
_MOST_DECIMALS = 8
_ROOM = 0.04


@dataclass(frozen=True)
class Axis:
    """A range of scores, in the metric's unit; both ends are finite."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return where a score lies, 0 at the low end and 1 at the high; what lies beyond is at the end."""
        value = min(max(value, self.low), self.high)
        # Quarters, so that a range over all floats does not overflow.
        return (value / 4 - self.low / 4) / (self.high / 4 - self.low / 4)

    def beyond(self, value: float) -> int:
        """Return -1 for a score below the axis, 1 for one above it, else 0."""
        return (value > self.high) - (value < self.low)

    def ticks(self, most: int = 5) -> list[tuple[float, str]]:
        """Return round scores on the axis with their labels."""
        places = svg.ticks(self.low, self.high, most)
        return list(zip(places, svg.tick_texts(places), strict=True))


def axis_of(standing: Standing) -> Axis:
    """Return the axis of the table: scores, their intervals, and the baselines and corners that are near them."""
    figures = [line.figure for line in standing.lines if line.kind == "student" and line.figure is not None]
    others = [line.figure.value for line in standing.lines if line.kind != "student" and line.figure]
    others += [score for score, _ in standing.thresholds]
    return fit([figure.value for figure in figures], standing, figures, others)


def fit(
    values: Sequence[float], standing: Standing, figures: Iterable[Figure] = (), others: Sequence[float] = ()
) -> Axis:
    """Return an axis for scores that a few very bad ones do not press together.

    Args:
        values: Scores of students. The better half is on the axis, and what is near it.
        standing: Says which scores are better and which are possible.
        figures: Their intervals are on the axis as far as they do not double it.
        others: Baselines and the like; on the axis where they are near it.
    """
    values = [value for value in values if math.isfinite(value)]
    others = [value for value in others if math.isfinite(value)]
    sign = 1 if standing.higher_is_better else -1
    ordered = sorted(sign * value for value in values or others or [0.0, 1.0])
    quarter, middle, last = (ordered[int(share * (len(ordered) - 1))] for share in (0.25, 0.5, 1.0))
    spread = max(last - quarter, 2 * (middle - quarter), 0.02 * abs(middle), 1e-9)
    low = next(value for value in ordered if value >= middle - 3 * spread)
    reach = max(last - low, spread)
    worst, best = low - 0.6 * reach, last + reach
    near = [sign * value for value in others if worst <= sign * value <= best]
    for figure in figures:
        ends = [sign * end for end in (figure.low, figure.high) if end is not None]
        near += [end for end in ends if low - 0.3 * reach <= end <= best and sign * figure.value >= low]
    low, last = min([low, *near]), max([last, *near])
    # Scores that are all alike still get an axis whose marks differ in three digits.
    room = max((last - low) * _ROOM, 0.002 * min(abs(middle), 1e9), 1e-9 * max(abs(low), abs(last), 1))
    worst, best = sign * (low - room), sign * (last + room)
    return _within(min(worst, best), max(worst, best), standing)


def _within(low: float, high: float, standing: Standing) -> Axis:
    """Cut an axis to what is possible, with some room so that a mark at the end is whole."""
    least, most = sorted((standing.low, standing.high))
    room = (high - low) * _ROOM / 2
    if math.isfinite(room):
        low, high = max(low, least - room), min(high, most + room)
    low, high = max(low, -1e300), min(high, 1e300)
    return Axis(low, high) if low < high else Axis(low - max(abs(low), 1), low + max(abs(low), 1))


@dataclass(frozen=True)
class Numbers:
    """How the scores of a board are written: all with the same number of decimals."""

    decimals: int

    def text(self, value: float | None) -> str:
        """Return a score as people read it; a dash for none."""
        return _written(value, self.decimals)

    def ends(self, figure: Figure) -> str:
        """Return an interval with one decimal less than its score, a dash where there is none."""
        if figure.low is None or figure.high is None:
            return "–"
        decimals = max(self.decimals - 1, 0)
        return f"{_written(figure.low, decimals)} – {_written(figure.high, decimals)}"


def numbers_of(standing: Standing) -> Numbers:
    """Return about four digits; up to two more where different scores would else read the same."""
    values = {line.figure.value for line in standing.lines if line.figure is not None}
    sizes = sorted(abs(value) for value in values if value and math.isfinite(value)) or [0.5]
    size = sizes[len(sizes) // 2]
    decimals = max(0, min(4 - math.ceil(math.log10(size)), 4 if size >= 0.001 else _MOST_DECIMALS))
    for more in range(2):
        if len({_written(value, decimals + more) for value in values}) == len(values):
            return Numbers(decimals + more)
    return Numbers(decimals + 2 if values else decimals)


def _written(value: float | None, decimals: int) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    if abs(value) >= 1e7 or (value and abs(value) < 10.0**-_MOST_DECIMALS):
        return f"{value:.4g}"
    return f"{value:,.{decimals}f}"
