"""The figure of where all scores lie."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from deepgrade.board.showing.standing import Line, Standing
from deepgrade.report import svg
from deepgrade.report.board.axis import Axis, Numbers
from deepgrade.report.board.labels import CHARACTER, WIDTH, baselines, beyond_words, name_of, value_of
from deepgrade.report.text import count_text, one_line, points_text

_MARGIN = 12.0
_DEEPEST = 140.0
"""How high dots may stand."""


class Distribution(NamedTuple):
    """Where all scores lie."""

    picture: Markup
    dots: bool
    """Whether every student is a dot; else bars count them."""


def distribution(standing: Standing, axis: Axis, numbers: Numbers) -> Distribution:
    """Return one dot a student along the axis, or bars where there are too many, with the baselines as lines."""
    lines = [line for line in standing.lines if line.kind == "student" and line.figure is not None]
    known = baselines(standing, axis)
    head = 13.0 * len(known) + 8
    marks = _marks([line for line in lines if not axis.beyond(value_of(line))], axis, standing)
    deep = max((mark.up + mark.tall for mark in marks), default=0.0)
    base = head + max(deep, 24) + 6
    parts = [svg.line(_MARGIN, base, WIDTH - _MARGIN, base, "axis")]
    for value, words in axis.ticks(5):
        parts.append(svg.text(_x(axis, value), base + 28, words))
    parts += _corners(standing, axis, base)
    names = []
    # The outermost label stands highest, so that few lines cross the words of another.
    for level, line in enumerate(
        sorted(known, key=lambda line: -abs(_x(axis, value_of(line)) - 0.6 * WIDTH))
    ):
        x, y = _x(axis, value_of(line)), 11 + 13.0 * level
        figure = numbers.text(value_of(line))
        rooms = [int((room - 8) / CHARACTER) - len(figure) for room in (WIDTH - x, x)]
        left = len(one_line(line.who, 40)) > rooms[0] and rooms[1] > rooms[0]
        words = f"{name_of(line, min(rooms[left], 40))} {figure}"
        parts.append(svg.line(x, y - 8, x, base, "base"))
        names.append(svg.text(x - 5 if left else x + 5, y, words, "base words", "end" if left else "start"))
    drawn = [_drawn(mark, base) for mark in sorted(marks, key=lambda mark: mark.own)]
    parts.append(svg.tag("g", *drawn, class_="dots"))
    parts += names
    scores = [value_of(line) for line in lines]
    low, high = beyond_words(scores, axis, "← {} farther left", "{} farther right →")
    low, high = (low, high or "better →") if standing.higher_is_better else (low or "← better", high)
    parts.append(svg.text(_MARGIN - 4, base + 42, low, "label", anchor="start"))
    parts.append(svg.text(WIDTH - _MARGIN + 4, base + 42, high, "label", anchor="end"))
    picture = svg.figure(WIDTH, base + 48, _distribution_words(standing, lines, numbers), *parts)
    return Distribution(picture, all(mark.tall == 0 for mark in marks))


class _Mark(NamedTuple):
    """A dot, or a bar where it is tall."""

    x: float
    up: float
    """Above the axis: a dot's middle."""
    wide: float
    """A dot's radius, or a bar's width."""
    tall: float = 0.0
    words: str = ""
    own: bool = False


def _marks(lines: Sequence[Line], axis: Axis, standing: Standing) -> list[_Mark]:
    """Return the largest dots whose columns are not too high; bars where none are small enough."""
    for radius in (4.0, 3.5, 3.0, 2.5, 2.0, 1.6):
        wide = 2.15 * radius
        places = _columns(lines, axis, standing, wide)
        counts: Counter[float] = Counter()
        marks = []
        for line, x in zip(lines, places, strict=True):
            marks.append(_Mark(x, (counts[x] + 0.5) * wide, radius, own=line.own))
            counts[x] += 1
        if max(counts.values(), default=0) * wide <= _DEEPEST:
            return marks
    places = _columns(lines, axis, standing, 6.0)
    counts = Counter(places)
    unit = (_DEEPEST - 8) / max(counts.values())
    bars = [
        _Mark(x, 0, 5.2, unit * count, count_text(count, "student")) for x, count in sorted(counts.items())
    ]
    own = {x for line, x in zip(lines, places, strict=True) if line.own}
    return bars + [_Mark(x, unit * counts[x] + 5, 3.0, own=True) for x in own]


def _columns(lines: Sequence[Line], axis: Axis, standing: Standing, wide: float) -> list[float]:
    """Return the middle of each score's column, at least `wide` apart.

    Shares of rows lie on a grid; a column holds a whole number of its steps, since else columns with one step more than
    their neighbours would look like peaks.
    """
    step = wide * ((axis.high / 2 - axis.low / 2) / (WIDTH - 2 * _MARGIN)) * 2
    grid = 1 / standing.rows if standing.rows and sorted((standing.low, standing.high)) == [0, 1] else step
    steps = [value_of(line) / grid for line in lines] if math.isfinite(step) and step > 0 else []
    if not steps or not all(map(math.isfinite, (step / grid, *steps))):
        return [round(_x(axis, value_of(line)) / wide) * wide for line in lines]
    count = max(1, math.ceil(step / grid - 1e-9))
    columns = [math.floor(round(place, 6) / count) for place in steps]
    return [_x(axis, (column * count + (count - 1) / 2) * grid) for column in columns]


def _drawn(mark: _Mark, base: float) -> Markup:
    if mark.tall:
        name = svg.tag("title", mark.words)
        return svg.rect(mark.x - mark.wide / 2, base - mark.tall, mark.wide, mark.tall, "column", name, rx=1)
    radius = max(mark.wide, 3.2) if mark.own else mark.wide
    return svg.tag("circle", cx=mark.x, cy=base - 1 - mark.up, r=radius, class_="own" if mark.own else None)


def _corners(standing: Standing, axis: Axis, base: float) -> list[Markup]:
    parts, free = [], -100.0
    for score, points in sorted(standing.thresholds):
        x = _x(axis, score)
        if not axis.beyond(score):
            parts.append(svg.line(x, base, x, base + 6, "corner"))
            words = f"{points_text(points)} pt"
            if x - free > len(words) * CHARACTER + 4:
                parts.append(svg.text(x, base + 16, words, "corner"))
                free = x
    return parts


def _distribution_words(standing: Standing, lines: Sequence[Line], numbers: Numbers) -> str:
    words = f"Scores of {count_text(len(lines), 'student')}"
    if lines:
        ordered = sorted(value_of(line) for line in lines)
        middle = numbers.text(ordered[len(ordered) // 2])
        words += (
            f" from {numbers.text(ordered[0])} to {numbers.text(ordered[-1])}, half of them up to {middle}"
        )
    named = [f"{one_line(line.who, 60)} {numbers.text(value_of(line))}" for line in baselines(standing)]
    return words + (f". Baselines: {', '.join(named)}." if named else ".")


def _x(axis: Axis, value: float) -> float:
    return _MARGIN + (WIDTH - 2 * _MARGIN) * axis.place(value)
