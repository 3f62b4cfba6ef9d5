"""The zoo's small lab and the notebooks that answer it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from deepgrade.lab import LabFiles, Limits, load_checks, load_lab, make_plan
from zoo.corpus import HERE, PLACES, Attack, Cell, read_cells

NAME = "zoo"
QUESTIONS = {"q1": "A total", "q2": "One-hot labels", "q3": "A classifier"}
KERAS_LIMITS: dict[str, float] = {
    "wall_s": 150,
    "cell_s": 90,
    "memory_mib": 2500,
    "processes": 200,
    "disk_mib": 96,
}
"""What importing Keras and training a small network needs, on a busy machine too."""
_HONEST = "HONEST"


def make_lab(root: Path, *, canary: str, limits: dict[str, float] | None = None) -> LabFiles:
    """Write the lab and its capture plan below a root.

    Args:
        root: A new folder.
        canary: Stands in the hidden check file, and must never be seen again.
        limits: Limits that differ from those in lab/lab.toml.
    """
    files = LabFiles(root, NAME)
    checks = (HERE / "lab" / "checks.py").read_text(encoding="utf-8")
    checks = checks.replace("@CANARY@", canary).replace("@CANARY-MESSAGE@", "another number was expected")
    for path, text in ((files.toml, _toml(limits or {})), (files.checks, checks)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    plan = make_plan(load_lab(files), load_checks(files.checks).checks)
    files.plan.parent.mkdir(parents=True)
    files.plan.write_text(plan.model_dump_json(), encoding="utf-8")
    # Which libraries a run may find prepared, the template's imports say.
    template = files.template("otter")
    template.parent.mkdir()
    imports = {
        "cell_type": "code",
        "metadata": {},
        "source": "import numpy as np\nimport pandas as pd\nimport keras",
    }
    template.write_text(json.dumps({"cells": [imports]}), encoding="utf-8")
    return files


def _toml(limits: dict[str, float]) -> str:
    unknown = limits.keys() - Limits.model_fields.keys()
    if unknown:
        raise ValueError(f"there are no limits {sorted(unknown)}")
    lines: list[str] = []
    for line in (HERE / "lab" / "lab.toml").read_text(encoding="utf-8").splitlines():
        if line.partition(" = ")[0] not in limits:
            lines.append(line)
        if line == "[limits]":
            lines += [f"{name} = {value}" for name, value in limits.items()]
    return "\n".join(lines) + "\n"


def limits_of(attack: Attack) -> dict[str, float]:
    """Return how an attack's limits differ from the lab's."""
    return {**(KERAS_LIMITS if "keras" in attack.needs else {}), **attack.limits}


@cache
def template_cells() -> dict[str, tuple[Cell, ...]]:
    """Return the blank template's cells."""
    return read_cells((HERE / "lab" / "blank.py").read_text(encoding="utf-8"))


@cache
def honest_cells() -> dict[str, tuple[Cell, ...]]:
    """Return the honest solution's cells."""
    return read_cells((HERE / "lab" / "honest.py").read_text(encoding="utf-8"))


def cells_of(cells: dict[str, tuple[Cell, ...]]) -> dict[str, tuple[Cell, ...]]:
    """Return what stands at each place of a notebook: the given start, then a submission's cells or the blank ones."""
    blank = template_cells()
    chosen = {place: cells.get(place, blank.get(place, ())) for place in PLACES}
    chosen["start"] = blank["start"] + cells.get("start", ())
    return {place: tuple(_with_honest(place, cell) for cell in chosen[place]) for place in PLACES}


def _with_honest(place: str, cell: Cell) -> Cell:
    lines = cell.source.split("\n")
    if not any(line.strip() == _HONEST for line in lines):
        return cell
    honest = honest_cells()[place][0].source.split("\n")
    source: list[str] = []
    for line in lines:
        if line.strip() == _HONEST:
            indent = line[: len(line) - len(line.lstrip())]
            source += [indent + text if text else text for text in honest]
        else:
            source.append(line)
    return Cell(cell.kind, "\n".join(source))


def notebook_of(cells: dict[str, tuple[Cell, ...]]) -> str:
    """Return a submission as the text of a notebook file."""
    made: list[dict[str, Any]] = []
    for place, chosen in cells_of(cells).items():
        if place in QUESTIONS:
            made.append(_cell("markdown", f"### Question {place}: {QUESTIONS[place]}"))
        elif place == "end" and chosen:
            # What stands behind the last question belongs to it; it ends after these cells.
            made.append(_cell("markdown", "That is all."))
        made += [_cell(cell.kind, cell.source) for cell in chosen]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": kernel, "cells": made})


def _cell(kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})
