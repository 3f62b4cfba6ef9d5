"""Small SVG figures that follow the page's colours.

Theory of operation: figures are drawn here and not by a plotting library, so that they are a few kilobytes,
the same byte for byte each time, change with light and dark, and can be read aloud. Every attribute and text
goes through `tag`, the one place of this package that writes SVG; it cleans and escapes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from deepgrade.report.text import clean


def tag(name: str, *children: str | Markup, **attributes: str | float | None) -> Markup:
    """Return an SVG element; `class_` and `stroke_width` become `class` and `stroke-width`."""
    written = []
    for key, value in attributes.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
        written.append(f' {key.rstrip("_").replace("_", "-")}="{escape(clean(text))}"')
    inside = "".join(str(child if isinstance(child, Markup) else escape(clean(child))) for child in children)
    return Markup(f"<{name}{''.join(written)}>{inside}</{name}>")  # noqa: S704 - everything in it is escaped


def figure(width: float, height: float, label: str, *children: Markup, class_: str = "chart") -> Markup:
    """Return a figure that scales with its column; `label` is what a screen reader says."""
    return tag(
        "svg", *children, class_=class_, viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=label
    )


def fixed(width: float, height: float, label: str, *children: Markup, class_: str = "spark") -> Markup:
    """Return a figure of fixed size, for a table cell or a line of text."""
    return tag(
        "svg", *children, class_=class_, width=width, height=height, viewBox=f"0 0 {width:g} {height:g}",
        role="img", aria_label=label,
    )  # fmt: skip


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def text(x: float, y: float, words: str, class_: str = "tick", anchor: str = "middle") -> Markup:
    """Return a piece of text; `anchor` is start, middle or end."""
    return tag("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def rect(
    x: float, y: float, width: float, height: float, class_: str, *children: Markup, rx: float = 1.5
) -> Markup:
    """Return a rectangle; negative sizes are drawn as nothing."""
    return tag(
        "rect", *children, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), rx=rx, class_=class_
    )  # fmt: skip


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers that cover a range, at most about `most` of them.

    A range of no width, or one that is not finite, gives one tick.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low if math.isfinite(low) else 0.0]
    rough = (high - low) / max(most - 1, 1)
    if rough <= 0 or not math.isfinite(rough):
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    if power == 0:
        return [low]
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    if last - first > 4 * most:
        return [low, high]
    return [index * step for index in range(first, last + 1)]


def tick_texts(values: Sequence[float]) -> list[str]:
    """Return labels for ticks, all with the same number of decimals."""
    if len(values) < 2:
        return [f"{value:.3g}" for value in values]
    step = min(b - a for a, b in pairwise(values)) or 1.0
    if max(abs(value) for value in values) >= 1e5 or step < 1e-4:
        return [f"{value:.2g}" for value in values]
    decimals = 0
    while decimals < 4 and abs(round(step * 10**decimals) - step * 10**decimals) > 1e-6:
        decimals += 1
    return [f"{value:.{decimals}f}" for value in values]
