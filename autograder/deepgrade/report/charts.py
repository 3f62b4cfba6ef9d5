"""Figures of the class page and small bars used everywhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from deepgrade.report import svg
from deepgrade.report.points import Cell
from deepgrade.report.text import points_text, seconds_text


def histogram(values: Sequence[float], top: float, label: str = "points given by checks") -> Markup:
    """Return how many students have how many points.

    Args:
        values: Points, one a student.
        top: The most that can be had.
        label: What stands below the axis.
    """
    width, height, left, right, bottom, head = 420.0, 210.0, 8.0, 8.0, 38.0, 20.0
    top = max(top, max(values, default=0.0), 1e-6)
    step = next((s for s in (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100) if top / s <= 14), top / 10)
    bins = max(1, math.ceil(top / step - 1e-9))
    counts = Counter(min(max(int((value + 1e-9) / step), 0), bins - 1) for value in values)
    most = max(counts.values(), default=1)
    slot = (width - left - right) / bins
    parts = []
    for index in range(bins):
        count = counts.get(index, 0)
        tall = (height - bottom - head) * count / most
        y = height - bottom - tall
        low, high = index * step, min((index + 1) * step, top)
        name = svg.tag("title", f"{points_text(low)} to {points_text(high)} points: {count}")
        parts.append(svg.rect(left + index * slot + 2, y, slot - 4, tall, "bar", name, rx=2))
        if count:
            parts.append(svg.text(left + (index + 0.5) * slot, y - 5, str(count), "value"))
    parts.append(svg.line(left, height - bottom + 0.5, width - right, height - bottom + 0.5, "axis"))
    every = math.ceil(bins / 8)
    for index in range(0, bins + 1, every):
        x = left + index * slot
        anchor = "start" if index == 0 else "end" if index == bins else "middle"
        parts.append(svg.text(x, height - bottom + 15, points_text(min(index * step, top)), anchor=anchor))
    parts.append(svg.text(width / 2, height - 5, label, "label"))
    mean = math.fsum(values) / len(values) if values else 0.0
    words = f"Histogram of points: {len(values)} students, mean {points_text(mean)} of {points_text(top)}."
    return svg.figure(width, height, words, *parts)


def stacked_bar(full: int, partial: int, none: int, other: int) -> Markup:
    """Return a bar of students with full, part and no points of a question, and those without any yet."""
    total = full + partial + none + other
    x, parts = 0.0, []
    for count, class_ in ((full, "good"), (partial, "part"), (none, "bad"), (other, "open")):
        wide = 220.0 * count / total if total else 0.0
        if count:
            parts.append(svg.rect(x, 0, max(wide - 1, 1), 12, f"fill-{class_}", rx=1))
        x += wide
    label = f"{full} full, {partial} part, {none} none, {other} open"
    return svg.fixed(220, 12, label, *parts, class_="spark wide")


def mini_cells(cells: Sequence[Cell]) -> Markup:
    """Return a student's questions as a row of small boxes, apart by part of the lab."""
    x, parts, letter = 0.0, [], ""
    for cell in cells:
        first = cell.question[:1]
        x += 5 if letter and first != letter else 0
        letter = first
        name = svg.tag("title", f"{cell.words} ({points_text(cell.points)} of {points_text(cell.possible)})")
        tall = {"full": 14.0, "partial": 8.0, "none": 3.0}.get(cell.state)
        if tall is not None:
            tone = {"full": "good", "partial": "part"}.get(cell.state, "bad")
            parts.append(svg.rect(x, 14 - tall, 7, tall, f"fill-{tone}", name, rx=1))
        else:
            parts.append(svg.rect(x + 0.6, 0.6, 5.8, 12.8, f"hollow {cell.state}", name, rx=1))
        x += 9
    counts = Counter(cell.words.split(" ", 1)[1] for cell in cells)
    label = ", ".join(f"{count} {words}" for words, count in counts.items())
    return svg.fixed(max(x - 2, 1), 14, label, *parts)


def meter(value: float, limit: float, label: str) -> Markup:
    """Return how much of a limit was used."""
    share = min(max(value / limit, 0.0), 1.0) if limit > 0 else 0.0
    tone = "bad" if share >= 0.999 else "part" if share >= 0.8 else "accent"
    used = svg.rect(0, 0, max(180 * share, 2 if value > 0 else 0), 8, f"fill-{tone}", rx=4)
    return svg.fixed(180, 8, label, svg.rect(0, 0, 180, 8, "track", rx=4), used, class_="spark wide")


def cell_times(times: Sequence[tuple[int, float, str]]) -> Markup:
    """Return seconds by cell, in the order of the notebook; (cell, seconds, status) each."""
    width, height, left, bottom, head = 420.0, 130.0, 8.0, 22.0, 18.0
    longest = max((seconds for _, seconds, _ in times), default=0.0) or 1.0
    slot = (width - 2 * left) / max(len(times), 1)
    parts = []
    every, marked = math.ceil(len(times) / 12) if times else 1, False
    for place, (cell, seconds, status) in enumerate(times):
        tall = max((height - bottom - head) * seconds / longest, 1.5)
        tone = "accent" if status == "ok" else "open" if status in ("not_run", "unfinished") else "bad"
        name = svg.tag("title", f"cell {cell}: {seconds_text(seconds)}, {status.replace('_', ' ')}")
        x = left + place * slot
        wide = min(max(slot - 2, 0.8), 28)
        parts.append(svg.rect(x, height - bottom - tall, wide, tall, f"fill-{tone}", name, rx=1))
        if seconds == longest and len(times) > 1 and not marked:
            anchor = "start" if place < len(times) / 2 else "end"
            at = x if anchor == "start" else x + wide
            parts.append(svg.text(at, height - bottom - tall - 5, seconds_text(seconds), "value", anchor))
            marked = True
        if place % every == 0:
            parts.append(svg.text(x + wide / 2, height - 7, str(cell)))
    parts.append(svg.line(left, height - bottom + 0.5, width - left, height - bottom + 0.5, "axis"))
    total = math.fsum(seconds for _, seconds, _ in times)
    label = f"Seconds by cell: {len(times)} code cells, {seconds_text(total)} together."
    return svg.figure(width, height, label, *parts)
