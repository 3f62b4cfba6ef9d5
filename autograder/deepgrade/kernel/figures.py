"""Matplotlib figures as facts: what a reader of the figure sees, as texts and numbers.

Theory of operation: facts are taken when a figure is shown, since it is closed right after. The objects are the
student's (a subclass may raise, lie or loop), so the whole look happens under a time limit (`shown.py`), every
collection is read up to a fixed length, and what comes back is plain JSON whose size is bounded: lines keep evenly
spaced points, fewer of them when the figure as a whole would be too large.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from .plain import NotPlainError

MAX_AXES = 64
MAX_LINES = 64
MAX_POINTS = 1000
MAX_TEXTS = 100
MAX_TEXT = 200
FIGURE_BYTES = 1 << 20
_LEAST_POINTS = 10
_MAX_CHILDREN = 20_000
"""Artists of one axes that are looked at."""


def is_figure(value: Any) -> bool:
    """Return whether a value is a figure of the matplotlib that the notebook imported."""
    base = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    return isinstance(base, type) and issubclass(type(value), base)


def figure_facts(figure: Any) -> dict[str, Any]:
    """Return a figure's facts: its title and those of its axes; the axes of colour bars are left out.

    Raises:
        NotPlainError: They take more than 1 MiB however few points are kept.
    """
    axes = [one for one in _first(figure.axes, 2 * MAX_AXES) if one.get_label() != "<colorbar>"]
    facts: dict[str, Any] = {
        "title": _text(figure.get_suptitle()),
        "axes": [_axes(figure, one) for one in axes[:MAX_AXES]],
    }
    most = MAX_POINTS
    while (size := len(json.dumps(facts, allow_nan=False))) > FIGURE_BYTES:
        if most <= _LEAST_POINTS:
            raise NotPlainError(f"its facts take more than {FIGURE_BYTES >> 20} MiB")
        most = max(_LEAST_POINTS, min(most // 2, most * FIGURE_BYTES // size))
        for line in (line for one in facts["axes"] for line in one["lines"]):
            line["x"], line["y"] = (_thinned(line[name], most) for name in ("x", "y"))
    return facts


def _axes(figure: Any, axes: Any) -> dict[str, Any]:
    lines = list(_first(axes.lines, _MAX_CHILDREN))
    collections = list(_first(axes.collections, _MAX_CHILDREN))
    points = [c for c in collections if _is(c, "matplotlib.collections", "PathCollection")]
    meshes = [c for c in collections if _is(c, "matplotlib.collections", "QuadMesh")]
    strokes = [c for c in collections if _is(c, "matplotlib.collections", "LineCollection")]
    return {
        "title": next(filter(None, (_text(axes.get_title(loc)) for loc in ("center", "left", "right"))), ""),
        "xlabel": _label(figure, axes, "x"),
        "ylabel": _label(figure, axes, "y"),
        "lines": [_line(line) for line in lines[:MAX_LINES]],
        "line_count": len(lines),
        "images": len(list(_first(axes.images, _MAX_CHILDREN))) + len(meshes),
        "bars": _bars(axes),
        "scatters": [len(one.get_offsets()) for one in points[:MAX_LINES]],
        "segments": sum(len(one.get_segments()) for one in strokes[:MAX_LINES]),
        "legend": _legend(figure, axes),
        "xticks": _ticks(axes, "x"),
        "yticks": _ticks(axes, "y"),
    }


def _label(figure: Any, axes: Any, axis: str) -> str:
    """Return the label a reader sees for an axis: its own, that of axes which share it, or the whole figure's."""
    shared = getattr(axes, f"get_shared_{axis}_axes")().get_siblings(axes)
    for one in (axes, *_first(shared, MAX_AXES)):
        text = _text(getattr(one, f"get_{axis}label")())
        if text:
            return text
    return _text(getattr(figure, f"get_sup{axis}label")())


def _line(line: Any) -> dict[str, Any]:
    label = _text(line.get_label())
    x, y = line.get_xdata(orig=False), line.get_ydata(orig=False)
    count = min(len(x), len(y))
    return {
        "label": "" if label.startswith("_") else label,
        "points": count,
        "x": _numbers(x, count),
        "y": _numbers(y, count),
    }


def _numbers(values: Any, count: int) -> list[float | None]:
    """Return evenly spaced values, the first and the last among them; null for what is masked or not finite."""
    numpy: Any = sys.modules["numpy"]
    places = _places(count, MAX_POINTS)
    part = values[numpy.array(places, dtype=int)] if len(places) < len(values) else values
    filled = numpy.ma.filled(numpy.ma.asarray(part, dtype=numpy.float64), numpy.nan)
    return [number if math.isfinite(number) else None for number in filled.ravel().tolist()]


def _places(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    return [place * (count - 1) // (most - 1) for place in range(most)]


def _thinned(values: list[Any], most: int) -> list[Any]:
    return [values[place] for place in _places(len(values), most)]


def _bars(axes: Any) -> int:
    """Return how many bars `bar`, `barh`, `hist` and `stairs` drew."""
    containers = [
        c for c in _first(axes.containers, _MAX_CHILDREN) if _is(c, "matplotlib.container", "BarContainer")
    ]
    steps = [p for p in _first(axes.patches, _MAX_CHILDREN) if _is(p, "matplotlib.patches", "StepPatch")]
    return sum(len(c.patches) for c in containers) + sum(len(p.get_data().values) for p in steps)


def _legend(figure: Any, axes: Any) -> list[str]:
    """Return the legend's texts: the axes' own, or the figure's."""
    own = axes.get_legend()
    legends = [own] if own is not None else _first(figure.legends, MAX_AXES)
    texts = (text for legend in legends for text in legend.get_texts())
    return _texts(texts)


def _ticks(axes: Any, axis: str) -> list[str]:
    return _texts(getattr(axes, f"get_{axis}ticklabels")())


def _texts(texts: Iterable[Any]) -> list[str]:
    return [_text(text.get_text()) for text in _first(texts, MAX_TEXTS)]


def _text(value: Any) -> str:
    if not issubclass(type(value), str):
        return ""
    return str.__getitem__(value, slice(MAX_TEXT)).encode("utf-8", "replace").decode("utf-8").strip()


def _first(values: Iterable[Any], most: int) -> Iterator[Any]:
    return itertools.islice(iter(values), most)


def _is(value: Any, module: str, name: str) -> bool:
    base = getattr(sys.modules.get(module), name, None)
    return isinstance(base, type) and issubclass(type(value), base)
