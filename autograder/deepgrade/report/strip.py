"""The class page's figure of model scores: one dot a student, and the threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from deepgrade.report import svg
from deepgrade.report.text import count_text, figure_text
from deepgrade.score import Metric

_WIDTH, _MARGIN, _RADIUS = 420.0, 14.0, 4.0
_NOTE = 98.0
"""Width of the note about models that are far away."""


class Dot(NamedTuple):
    """One student's model."""

    name: str
    value: float


def strip_plot(dots: Sequence[Dot], threshold: float | None, title: str, metric: Metric) -> Markup:
    """Return one dot a student along an axis of the metric, with the threshold as a line.

    Models far worse than the rest are drawn at the axis's bad end, so that they do not press the others together.
    """
    low, high = _range([dot.value for dot in dots], threshold, metric)
    scale = (_WIDTH - 2 * _MARGIN) / max(high - low, 1e-9)
    columns: Counter[int] = Counter()
    marks, deepest = [], 0
    for dot in sorted(dots, key=lambda dot: dot.value):
        column = round((_MARGIN + (min(max(dot.value, low), high) - low) * scale) / (2 * _RADIUS))
        level = min(columns[column], 9)
        columns[column] += 1
        deepest = max(deepest, level)
        marks.append((column * 2 * _RADIUS, level, dot))
    base = 28.0 + deepest * 2.2 * _RADIUS
    far = sum(dot.value < low or dot.value > high for dot in dots)
    parts = _axis(low, high, base, far, metric)
    if threshold is not None:
        x = _MARGIN + (threshold - low) * scale
        parts.append(svg.line(x, 14, x, base + 9, "threshold"))
        anchor, shift = ("end", -4) if x > _WIDTH * 0.6 else ("start", 4)
        parts.append(svg.text(x + shift, 11, f"threshold {figure_text(threshold)}", "note", anchor))
    parts += [_mark(x, base - level * 2.2 * _RADIUS, dot, threshold, metric) for x, level, dot in marks]
    return svg.figure(_WIDTH, base + 32, _words(dots, threshold, title, metric), *parts)


def _axis(low: float, high: float, base: float, far: int, metric: Metric) -> list[Markup]:
    parts = [svg.line(_MARGIN, base + 9, _WIDTH - _MARGIN, base + 9, "axis")]
    places = svg.ticks(low, high, 5)
    for value, words in zip(places, svg.tick_texts(places), strict=True):
        x = _MARGIN + (value - low) * (_WIDTH - 2 * _MARGIN) / max(high - low, 1e-9)
        from_end = x - _MARGIN if metric.higher_is_better else _WIDTH - _MARGIN - x
        if not far or from_end > _NOTE:
            parts.append(svg.text(x, base + 24, words))
    if far and metric.higher_is_better:
        parts.append(svg.text(_MARGIN - 8, base + 24, f"← {far} farther left", "label", "start"))
    elif far:
        parts.append(svg.text(_WIDTH - _MARGIN + 8, base + 24, f"{far} farther right →", "label", "end"))
    return parts


def _range(values: Sequence[float], threshold: float | None, metric: Metric) -> tuple[float, float]:
    """Return the ends of the axis: the better half and what is near it, and the threshold."""
    sign = 1 if metric.higher_is_better else -1
    ordered = sorted(sign * value for value in values) or [0.0, 1.0]
    quarter, middle, last = (ordered[int(share * (len(ordered) - 1))] for share in (0.25, 0.5, 1.0))
    unit = 1.0 if metric.higher_is_better else max(abs(middle), 1e-9)
    spread = max(last - quarter, (middle - quarter) * 2, 0.02 * unit)
    low = min(value for value in ordered if value >= middle - 3 * spread)
    if threshold is not None:
        low, last = min(low, sign * threshold), max(last, sign * threshold)
    room = max((last - low) * 0.08, 0.005 * unit)
    ends = sorted((sign * (low - room), sign * (last + room)))
    if metric.name == "accuracy":
        return max(0.0, ends[0]), min(1.0, ends[1])
    return (ends[0], min(1.0, ends[1])) if metric.name == "r2" else (max(0.0, ends[0]), ends[1])


def _mark(x: float, y: float, dot: Dot, threshold: float | None, metric: Metric) -> Markup:
    name = svg.tag("title", f"{dot.name}: {figure_text(dot.value)}")
    if threshold is not None and not metric.reaches(dot.value, threshold):
        return svg.tag(
            "path", name, d=f"M{x - 3.2:.1f} {y - 3.2:.1f}l6.4 6.4m0 -6.4l-6.4 6.4", class_="cross"
        )
    return svg.tag("circle", name, cx=x, cy=y, r=3.6, class_="dot")


def _words(dots: Sequence[Dot], threshold: float | None, title: str, metric: Metric) -> str:
    words = f"{title}: {count_text(len(dots), 'model')}"
    if dots:
        low, high = min(dot.value for dot in dots), max(dot.value for dot in dots)
        words += f", {metric.title} from {figure_text(low)} to {figure_text(high)}"
    if threshold is not None:
        missed = sum(not metric.reaches(dot.value, threshold) for dot in dots)
        side = "below" if metric.higher_is_better else "above"
        words += f"; {missed} {side} the threshold {figure_text(threshold)}"
    return words + "."
