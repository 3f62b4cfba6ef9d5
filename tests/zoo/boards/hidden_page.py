"""The tables of docs/hidden-sets.md, from what was measured; the prose between them is written by hand."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from deepgrade.files import write_atomic
from deepgrade.score.flags import LONG_CELL, LONG_NOTEBOOK
from zoo.boards.hidden_picture import draw
from zoo.boards.measurements import ALL, MEASUREMENTS, SKETCH_BITS
from zoo.boards.networks import BEST, SOFTMAX, TRAININGS, Training
from zoo.boards.stored_runs import read_runs

Found = dict[tuple[str, str], list[dict[str, Any]]]
_BEGIN, _END = "<!-- measured: {block} -->", "<!-- end of measured: {block} -->"
_DRAWN = ("original", "mounted", "public", "before_distortion", "hidden")
_KINDS = {BEST: ("imdb", "honest_best"), SOFTMAX: ("mnist", "honest_softmax")}
_PACKAGES = ("keras", "tensorflow-cpu", "scikit-learn", "numpy")


def mean_and_sd(values: Sequence[float], digits: int = 4) -> str:
    """Return `0.9803 ± 0.0012`, the deviation of single values; the value alone where there is one."""
    mean = f"{statistics.fmean(values):.{digits}f}"
    return mean if len(values) < 2 else f"{mean} ± {statistics.stdev(values):.{digits}f}"


def labs_table(folder: Path) -> list[str]:
    """Return what the labs' own solutions reach."""
    rows = [
        "| lab | model | data | seeds | mounted | hidden | mounted less hidden |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for lab, runs in read_runs(folder).items():
        for model, hidden in dict.fromkeys((row[2], row[3]) for row in sorted(runs, key=lambda row: row[1])):
            pairs = [(row[4], row[5]) for row in runs if (row[2], row[3]) == (model, hidden)]
            figures = [[m for m, _ in pairs], [h for _, h in pairs], [m - h for m, h in pairs]]
            cells = " | ".join(map(mean_and_sd, figures))
            rows.append(f"| {lab} | `{model}` | {hidden} | {len(pairs)} | {cells} |")
    return rows


def draw_table(found: Found) -> list[str]:
    """Return what one honest network reaches on many hidden sets, and honest networks on theirs."""
    rows = [
        "| data | varies | n | original | mounted | grader's rows | undistorted | hidden | distortion | gap |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name in ALL:
        columns: list[tuple[str, dict[str, list[float]]]] = [
            ("hidden set", one) for one in found.get((name, "carvings"), [])
        ]
        others = [(place, f", {kind}") for kind, place in _KINDS.items() if place[0] == name]
        for place, network in [((name, "honest"), ""), *others]:
            own = found.get(place, [])
            if own:
                both = {key: [one[key] for one in own] for key in _DRAWN}
                columns.append((f"hidden set and training{network}", both))
        for varies, figures in columns:
            lost = [a - b for a, b in zip(figures["before_distortion"], figures["hidden"], strict=True)]
            gap = [a - b for a, b in zip(figures["public"], figures["hidden"], strict=True)]
            cells = " | ".join(
                mean_and_sd(values) for values in [*(figures[key] for key in _DRAWN), lost, gap]
            )
            rows.append(f"| {name} | {varies} | {len(gap)} | {cells} |")
    return rows


def ways_table(found: Found) -> list[str]:
    """Return what each way to answer reaches on the mounted and on the hidden rows."""
    rows = [
        "| data | answers | secrets | mounted | hidden | gap | flagged |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for name in ALL:
        for method, one in MEASUREMENTS.items():
            figures = [f for f in found.get((name, method), []) if "public" in f and "flag" in f]
            if not figures or method == "carvings":
                continue
            values = [[f["public"] for f in figures], [f["hidden"] for f in figures]]
            values.append([f["public"] - f["hidden"] for f in figures])
            flagged = sum(f["flag"] is not None for f in figures)
            cells = " | ".join(map(mean_and_sd, values))
            rows.append(f"| {name} | {one.title} | {len(figures)} | {cells} | {flagged} of {len(figures)} |")
    return rows


def carried_table(found: Found) -> list[str]:
    """Return what carried data or weights cost and bring."""
    rows = [
        "| data | carried | bytes | as text | hidden | `long_literal` | gap flagged |",
        "|---|---|---:|---:|---:|---|---:|",
    ]
    for name in ALL:
        carried: list[tuple[str, list[dict[str, Any]]]] = [
            (f"{bits} bits of each test row, and its label", [f[str(bits)] for f in found[name, "sketches"]])
            for bits in SKETCH_BITS
            if (name, "sketches") in found
        ]
        carried.append(("all original test rows, compressed", found.get((name, "nearest_original"), [])))
        carried.append(
            ("the original rows that an honest network gets wrong", found.get((name, "trained_hard"), []))
        )
        weights = [f | {"bytes": f["parameters"]} for f in found.get((name, "trained_original"), [])]
        carried.append(("weights that were trained on the original test rows too, 8 bits each", weights))
        rows += [_carried(name, title, figures) for title, figures in carried if figures]
    return rows


def _carried(name: str, title: str, figures: Sequence[dict[str, Any]]) -> str:
    size = statistics.fmean(f["bytes"] for f in figures)
    text = size * 5 / 4
    flagged = sum(f["flag"] is not None for f in figures)
    told = "flagged" if text > LONG_NOTEBOOK else f"not flagged, in cells of under {LONG_CELL:,}"
    hidden = mean_and_sd([f["hidden"] for f in figures])
    return (
        f"| {name} | {title} | {size:,.0f} | {text:,.0f} | {hidden} | {told} | {flagged} of {len(figures)} |"
    )


def made_with(found: Found) -> list[str]:
    """Return the trainings in words, and the versions."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES)
    honest = {name: (name, "honest") for name in ALL} | _KINDS
    trained = [kind for kind in TRAININGS if honest[kind] in found]
    trainings = "; ".join(
        f"{name} {t.layers}, {t.honest_epochs} epochs{_cheats(t)}, batches of {t.batch}"
        for name, t in ((kind, TRAININGS[kind]) for kind in trained)
    )
    return [f"Networks: {trainings}.", f"Versions: {versions}."]


def _cheats(training: Training) -> str:
    return f" (cheats {training.more_epochs})" if training.more_epochs else ""


def write_page(page: Path, found: Found, runs: Path) -> None:
    """Put the tables between their marks and draw the picture beside the page.

    Raises:
        SystemExit: The page is missing, or has no marks for a table.
    """
    blocks: dict[str, Iterable[str]] = {
        "labs": labs_table(runs),
        "draw": draw_table(found),
        "ways": ways_table(found),
        "carried": carried_table(found),
        "made with": made_with(found),
    }
    if not page.is_file():
        raise SystemExit(f"{page} is missing: its prose is written by hand")
    text = page.read_text(encoding="utf-8")
    for block, lines in blocks.items():
        before, begin, rest = text.partition(_BEGIN.format(block=block))
        _, end, after = rest.partition(_END.format(block=block))
        if not (begin and end):
            raise SystemExit(
                f"{page} has no lines {_BEGIN.format(block=block)} and {_END.format(block=block)}"
            )
        text = f"{before}{begin}\n" + "\n".join(lines) + f"\n{end}{after}"
    write_atomic(page, text)
    draw(found, page.parent / "pictures" / "hidden-sets.svg")
