"""What both tools' courses have in common: notebooks as plain data, and a student's notebook filled in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from zoo.corpus import Cell
from zoo.lab import QUESTIONS, cells_of, honest_cells, template_cells

NAME = "zoo"
VICTIM = "vera"
FOLLOWER = "~zed"
"""Comes after all others in any order, and deserves three points."""
FOLLOWER_POINTS = {"q1": 1.0, "q2": 2.0, "q3": 0.0}
_HONEST_WITHOUT_KERAS = {name: (Cell("code", "HONEST"),) for name in ("q1", "q2")}

Notebook = dict[str, Any]


def honest_cells_without_keras(remark: str = "") -> dict[str, tuple[Cell, ...]]:
    """Return an honest submission that answers q1 and q2; quick to grade."""
    return {**_HONEST_WITHOUT_KERAS, "start": (Cell("code", f"# {remark}"),)}


def new_cell(kind: str, source: str, **metadata: Any) -> dict[str, Any]:
    """Return a cell of nbformat 4.4."""
    cell: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def new_notebook(cells: list[dict[str, Any]]) -> str:
    """Return a notebook as the text of its file."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
    kernel["language_info"] = {"name": "python"}
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": kernel, "cells": cells})


def prompt(question: str) -> str:
    """Return what stands above a question."""
    return f"### Question {question}: {QUESTIONS[question]}"


def start_source() -> str:
    """Return the given first cell."""
    return template_cells()["start"][0].source


def honest_source(question: str) -> str:
    """Return the instructor's answer."""
    return honest_cells()[question][0].source


def fill(
    student: Notebook, cells: dict[str, tuple[Cell, ...]], answers: Callable[[Notebook], list[int]]
) -> str:
    """Return a student's notebook with a submission's cells in it.

    Args:
        student: What the tool gave out.
        cells: A submission's, of an attack.
        answers: Finds the answer cells of the questions, in order.
    """
    chosen = cells_of(cells)
    given = len(template_cells()["start"])
    places = dict(zip(answers(student), QUESTIONS, strict=True))
    made: list[dict[str, Any]] = []
    for number, cell in enumerate(student["cells"]):
        question = places.get(number)
        if question is None:
            made.append(cell)
            if "".join(cell["source"]).strip() == start_source().strip():
                made += [_plain(extra) for extra in chosen["start"][given:]]
            continue
        own = list(chosen[question])
        first = next((place for place, one in enumerate(own) if one.kind == "code"), None)
        # The first code cell takes the answer cell's place and its metadata; the others are the student's own.
        if first is None:
            own.append(Cell("code", "..."))
            first = len(own) - 1
        for place, one in enumerate(own):
            made.append({**cell, "source": one.source} if place == first else _plain(one))
        if question == list(QUESTIONS)[-1]:
            made += [_plain(extra) for extra in chosen["end"]]
    # Identifiers of copied cells may stand twice, and are not needed.
    for cell in made:
        cell.pop("id", None)
    return json.dumps({**student, "nbformat_minor": 4, "cells": made})


def _plain(cell: Cell) -> dict[str, Any]:
    return new_cell(cell.kind, cell.source)
