"""Each row's picture: score and interval on the axis that all rows share.

Theory of operation: places are shares of the picture's width, so that one drawing fits a desk and a phone. The lines that
go through all rows are drawn once and used by every row.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from deepgrade.board.showing.standing import Line, Standing
from deepgrade.report import svg
from deepgrade.report.board.axis import Axis, Numbers
from deepgrade.report.text import one_line, points_text

_EDGE = 2.0
"""Share of the width, in per cent, that is left free at each end for marks."""
_DIAMOND = "M-5.5 0L0-5.5 5.5 0 0 5.5z"
_ARROWS = {-1: "M-3 0L4-4v8z", 1: "M3 0L-4-4v8z"}


class Lanes:
    """The pictures of one table."""

    def __init__(self, standing: Standing, axis: Axis, numbers: Numbers, place: str = "") -> None:
        self._standing, self._axis, self._numbers = standing, axis, numbers
        # A name within the page; `place` keeps two tables of one board apart.
        self._lines = "-".join(("lines", re.sub("[^a-z0-9]+", "_", standing.board.lower())[:60], place))

    def head(self) -> Markup:
        """Return the axis: ticks, points above their corners, and the lines for `lane` to use."""
        parts = [svg.tag("defs", svg.tag("g", *self._through(), id=self._lines))]
        ticks = self._axis.ticks(5)
        parts += [self._tick(value, words, index % 2) for index, (value, words) in enumerate(reversed(ticks))]
        free = -100.0
        for score, points in sorted(self._standing.thresholds):
            place = self._axis.place(score)
            if not self._axis.beyond(score) and place - free > 0.1:
                class_ = "corner" if place - free > 0.15 else "corner tight"
                parts.append(svg.tag("text", f"{points_text(points)} pt", x=_at(place), y=14, class_=class_))
                free = place
        return svg.tag("svg", *parts, class_="lane head", aria_hidden="true")

    def lane(self, line: Line) -> Markup:
        """Return a row's picture; for a screen reader, and under a pointer, its figures in full."""
        lines = svg.tag("use", href=f"#{self._lines}")
        if line.figure is None:
            return svg.tag("svg", lines, class_="lane", aria_hidden="true")
        parts = [svg.tag("title", self._words(line)), lines]
        place, side = self._axis.place(line.figure.value), self._axis.beyond(line.figure.value)
        if side:
            return _picture(*parts, _mark(_ARROWS[side], place, f"edge {line.kind}"))
        if line.kind != "student":
            return _picture(*parts, _mark(_DIAMOND, place, "diamond"))
        low, high = line.figure.low, line.figure.high
        if low is not None and high is not None:
            ends = {"x1": _at(self._axis.place(low)), "x2": _at(self._axis.place(high))}
            parts.append(svg.tag("line", **ends, y1="50%", y2="50%", class_="chance"))
        parts.append(svg.tag("circle", cx=_at(place), cy="50%", r=3.5, class_="point"))
        if line.public is not None:
            at = _at(self._axis.place(line.public.value))
            parts.append(svg.tag("circle", cx=at, cy="50%", r=4.5, class_="ring"))
        return _picture(*parts)

    def _words(self, line: Line) -> str:
        if line.figure is None:
            return ""
        words = f"{line.figure.value!r}"
        if line.figure.low is not None and line.figure.high is not None:
            words += f", 95 % interval {self._numbers.ends(line.figure)}"
        if line.public is not None:
            words += f", public {self._numbers.text(line.public.value)}"
        return words if line.kind == "student" else f"{one_line(line.who, 60)}: {words}"

    def _through(self) -> list[Markup]:
        axis = self._axis
        found = [_vertical(axis.place(value), "grid") for value, _ in axis.ticks(5)]
        found += [
            _vertical(axis.place(score), "corner")
            for score, _ in self._standing.thresholds
            if not axis.beyond(score)
        ]
        found += [
            _vertical(axis.place(line.figure.value), "base")
            for line in self._standing.lines
            if line.kind != "student" and line.figure and not axis.beyond(line.figure.value)
        ]
        return found

    def _tick(self, value: float, words: str, second: int) -> Markup:
        """Return a label; every second one is left out where there is little room."""
        place = self._axis.place(value)
        anchor = "end" if place > 0.85 else "start" if place < 0.15 else None
        # Moved inwards by the style sheet, so that it does not lie over the next column.
        class_ = " ".join(filter(None, (anchor, "second" if second else "")))
        return svg.tag("text", words, x=_at(place), y=34, class_=class_ or None)


def legend(standing: Standing) -> list[tuple[str, Markup]]:
    """Return what the marks mean, in words, each with its mark."""
    middle = {"y1": 6, "y2": 6}
    items = [
        ("score", svg.tag("circle", cx=8, cy=6, r=3.5, class_="point")),
        ("95 % interval", svg.tag("line", x1=3, x2=19, **middle, class_="chance")),
    ]
    if any(line.public is not None for line in standing.lines):
        items[0] = ("private score", items[0][1])
        items.insert(
            1, ("public score of the same entry", svg.tag("circle", cx=8, cy=6, r=4.5, class_="ring"))
        )
    if any(line.kind != "student" for line in standing.lines):
        diamond = svg.tag("path", d="M3 6L8.5.5 14 6l-5.5 5.5z", class_="diamond")
        items.append(("baseline", svg.tag("g", svg.line(8.5, -3, 8.5, 15, "base"), diamond)))
    if standing.thresholds:
        items.append(("where the points curve bends (pt: points)", svg.line(8, -3, 8, 15, "corner")))
    return [(words, svg.fixed(22 if "interval" in words else 17, 12, words, mark)) for words, mark in items]


def _picture(*parts: Markup) -> Markup:
    return svg.tag("svg", *parts, class_="lane", role="img")


def _at(place: float) -> str:
    return f"{_EDGE + (100 - 2 * _EDGE) * place:.2f}".rstrip("0").rstrip(".") + "%"


def _vertical(place: float, class_: str) -> Markup:
    return svg.tag("line", x1=_at(place), x2=_at(place), y1="0", y2="100%", class_=class_)


def _mark(path: str, place: float, class_: str) -> Markup:
    """Return a drawing around (0, 0), moved to its place."""
    return svg.tag("svg", svg.tag("path", d=path), x=_at(place), y="50%", class_=class_)
