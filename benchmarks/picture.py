"""Seconds and memory against the size of a class, as a picture that reads on light and on dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.kept import Figures

_INK, _GRID = "#7a7f87", "#9aa0a8"
_COLOURS = ("#2f7ed8", "#d9822b", "#3f9b57")
"""Each has a contrast of at least three to one with white and with near-black."""


def draw(sizes: Sequence[Figures], path: Path) -> None:
    """Write the picture; nothing where fewer than two sizes were measured."""
    if len(sizes) < 2:
        return
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.hashsalt": "deepgrade", "svg.fonttype": "none", "font.size": 10})
    counts = [one["count"] for one in sizes]
    figure = Figure(figsize=(8.4, 3.4), layout="constrained")
    figure.patch.set_alpha(0)
    left, right = figure.subplots(1, 2)
    time_lines = (
        ("found, scored, reported (grade)", [one["grade"]["total_s"] for one in sizes], "o"),
        ("scored again (regrade)", [one["regrade"]["total_s"] for one in sizes], "s"),
        ("of grade: the report", [one["grade"]["report_s"] for one in sizes], "^"),
    )
    memory_lines = (
        ("head, grade", [one["grade"]["head_mib"] for one in sizes], "o"),
        ("head, regrade", [one["regrade"]["head_mib"] for one in sizes], "s"),
        ("a scoring process", [one["regrade"]["largest_child_mib"] for one in sizes], "^"),
    )
    for axes, lines, title in ((left, time_lines, "seconds"), (right, memory_lines, "peak memory, MiB")):
        for (label, values, marker), colour in zip(lines, _COLOURS, strict=True):
            axes.plot(counts, values, marker=marker, color=colour, label=label, linewidth=1.8, markersize=5)
        axes.set_xscale("log")
        axes.set_xticks(counts, [f"{count:,}" for count in counts])
        axes.minorticks_off()
        axes.set_xlabel("submissions", color=_INK)
        axes.set_title(title, color=_INK, loc="left", fontsize=10)
        axes.patch.set_alpha(0)
        axes.grid(True, color=_GRID, alpha=0.3, linewidth=0.6)
        axes.tick_params(colors=_INK)
        for spine in axes.spines.values():
            spine.set_color(_GRID)
        legend = axes.legend(frameon=False, labelcolor=_INK, fontsize=9)
        legend.set_zorder(3)
    left.set_yscale("log")
    right.set_ylim(
        bottom=0, top=max(320, *(value for _, values, _ in memory_lines for value in values)) * 1.1
    )
    right.axhline(300, color=_INK, linestyle=":", linewidth=1)
    right.annotate(
        "goal: 300", (counts[0], 300), color=_INK, fontsize=9, xytext=(0, 3), textcoords="offset points"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})
