"""The picture of docs/hidden-sets.md: mounted and hidden accuracy of each way to answer, one panel a data set."""

from __future__ import annotations

import io
import statistics
from pathlib import Path
from typing import Any

from deepgrade.files import write_atomic
from zoo.boards.carved import CLASSES

_WAYS = {
    "honest": "honest network",
    "trained_mounted": "trained on mounted test set",
    "nearest_mounted": "nearest row, mounted",
    "exact_mounted": "exact look-up, mounted",
    "exact_original": "exact look-up, original",
    "trained_original": "trained on original test set",
    "nearest_original": "nearest row, original",
}
_MOUNTED, _HIDDEN = "#0072b2", "#d55e00"  # told apart by colour-blind readers, and by their shapes


def figure_of(found: dict[tuple[str, str], list[dict[str, Any]]]) -> Any:
    """Return the figure; what was not measured is said to be so."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 3.4), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots(1, len(CLASSES), sharey=True)
    for axis, name in zip(axes, CLASSES, strict=True):
        axis.axvline(1 / CLASSES[name], color="0.6", linestyle=":", label="chance")
        for place, way in enumerate(_WAYS):
            measured = found.get((name, way), [])
            if not measured:
                axis.text(0.5, place, "not measured", ha="center", va="center", color="0.5")
                continue
            mounted = statistics.fmean(one["public"] for one in measured)
            hidden = statistics.fmean(one["hidden"] for one in measured)
            axis.plot([mounted, hidden], [place, place], color="0.75", linewidth=2, zorder=1)
            style = {"linestyle": "none", "markersize": 7, "zorder": 2}
            axis.plot(mounted, place, "o", mfc="none", mec=_MOUNTED, mew=1.8, label="mounted", **style)
            axis.plot(hidden, place, "D", color=_HIDDEN, label="hidden", **(style | {"markersize": 4.5}))
        axis.set(title=name, xlabel="accuracy", xlim=(-0.04, 1.04), yticks=range(len(_WAYS)))
        axis.set_ylim(len(_WAYS) - 0.5, -0.5)
        axis.grid(axis="x", color="0.92")
    axes[0].set_yticks(range(len(_WAYS)), labels=_WAYS.values())
    lines, labels = axes[0].get_legend_handles_labels()
    handles = dict(zip(labels, lines, strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=3, frameon=False)
    return figure


def draw(found: dict[tuple[str, str], list[dict[str, Any]]], path: Path) -> None:
    """Write an SVG file that is the same for the same figures."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "deepgrade", "svg.fonttype": "path", "font.size": 9}):
        content = io.StringIO()
        figure_of(found).savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    lines = (line.rstrip() for line in content.getvalue().splitlines())
    write_atomic(path, "\n".join(lines) + "\n")
