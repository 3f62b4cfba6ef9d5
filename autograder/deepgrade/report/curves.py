"""Training curves: what a Keras history says, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from deepgrade.report import svg
from deepgrade.report.text import figure_text, number, one_line

_MOST_EPOCHS = 2_000
_MOST_CHARTS = 4
Series = Sequence[float | None]


def curves(history: Mapping[str, Any], epochs: Sequence[Any] = ()) -> list[Markup]:
    """Return a chart for each metric of a history: training and validation by epoch, loss first.

    Args:
        history: Metric -> one number an epoch, as captured; anything else in it is passed over.
        epochs: The epochs' numbers, counted from 0; `range` where they are missing.
    """
    series: dict[str, list[float | None]] = {}
    for name, values in list(history.items())[:40]:
        if isinstance(values, list) and values:
            numbers = [number(value) for value in values[:_MOST_EPOCHS]]
            if any(value is not None for value in numbers):
                series[str(name)] = numbers
    names = [name for name in series if not name.startswith("val_")]
    names += [name[4:] for name in series if name.startswith("val_") and name[4:] not in series]
    names.sort(key=lambda name: (name != "loss", name not in ("accuracy", "acc"), name))
    start = int(first) + 1 if epochs and (first := number(epochs[0])) is not None and 0 <= first < 1e6 else 1
    return [
        _chart(one_line(name, 40), series.get(name, []), series.get(f"val_{name}", []), start)
        for name in names[:_MOST_CHARTS]
    ]


def _chart(name: str, train: Series, validation: Series, start: int) -> Markup:
    width, height, left, right, head, bottom = 400.0, 220.0, 46.0, 14.0, 30.0, 34.0
    numbers = [value for value in (*train, *validation) if value is not None]
    low, high = min(numbers), max(numbers)
    room = (high - low) * 0.06 or abs(high) * 0.05 or 0.5
    low, high = (max(0.0, low - room) if low >= 0 else low - room), high + room
    count = max(len(train), len(validation))
    if not math.isfinite(high - low):
        return Markup("<p>{}</p>").format(f"The values of {name} are too large to draw.")

    def x_of(index: float) -> float:
        return left + (width - left - right) * (index / (count - 1) if count > 1 else 0.5)

    def y_of(value: float) -> float:
        return height - bottom - (height - bottom - head) * (value - low) / (high - low)

    parts = [svg.text(left, 14, name, "title", "start")]
    places = svg.ticks(low, high, 5)
    for value, words in zip(places, svg.tick_texts(places), strict=True):
        y = y_of(value)
        parts += [
            svg.line(left, y, width - right, y, "grid"),
            svg.text(left - 6, y + 3.5, words, anchor="end"),
        ]
    for epoch in _epoch_ticks(start, count):
        parts.append(svg.text(x_of(epoch - start), height - bottom + 15, str(epoch)))
    parts.append(svg.text((left + width - right) / 2, height - 4, "epoch", "label"))
    for values, class_ in ((train, "train"), (validation, "validation")):
        if any(value is not None for value in values):
            parts += _path(values, x_of, y_of, class_)
    parts += _legend(width - right, bool(train), bool(validation))
    return svg.figure(width, height, _words(name, train, validation, start), *parts, class_="chart curve")


def _epoch_ticks(start: int, count: int) -> list[int]:
    if count <= 10:
        return list(range(start, start + count))
    step = next(s for s in (2, 5, 10, 20, 50, 100, 200, 500) if count / s <= 10)
    return [start, *(e for e in range(step, start + count, step) if e - start >= step / 2 and e > start)]


def _path(values: Series, x_of: Any, y_of: Any, class_: str) -> list[Markup]:
    drawn, pen, marks = [], "M", []
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{x_of(index):.1f} {y_of(value):.1f}")
        pen = "L"
        if len(values) <= 30:
            marks.append(svg.tag("circle", cx=x_of(index), cy=y_of(value), r=2.3, class_=f"mark {class_}"))
    return [svg.tag("path", d="".join(drawn), class_=f"line {class_}"), *marks]


def _legend(x: float, train: bool, validation: bool) -> list[Markup]:
    parts: list[Markup] = []
    if validation:
        parts += [
            svg.text(x, 14, "validation", "key", "end"),
            svg.line(x - 74, 10, x - 56, 10, "line validation"),
        ]
        x -= 92
    if train:
        parts += [svg.text(x, 14, "training", "key", "end"), svg.line(x - 66, 10, x - 48, 10, "line train")]
    return parts


def _words(name: str, train: Series, validation: Series, start: int) -> str:
    said = [f"{name} by epoch"]
    for values, title in ((train, "training"), (validation, "validation")):
        known = [(value, index) for index, value in enumerate(values) if value is not None]
        if known:
            best = (min if "loss" in name or "error" in name else max)(known)
            said.append(
                f"{title} from {figure_text(known[0][0])} to {figure_text(known[-1][0])},"
                f" best {figure_text(best[0])} at epoch {start + best[1]}"
            )
    return "; ".join(said) + "."
