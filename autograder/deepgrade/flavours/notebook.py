"""Notebooks as plain data: built by hand, normalised after a tool has touched them, written reproducibly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deepgrade.lab import LabError

Cell = dict[str, Any]
Notebook = dict[str, Any]

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
MARK = "deepgrade"
SPARE_PREFIX = "otter-end-"
"""Cells of a comment only, which otter adds after some manual questions."""


def new_cell(kind: str, source: str, **metadata: Any) -> Cell:
    """Return an nbformat 4.5 cell without an id."""
    cell: Cell = {"cell_type": kind, "metadata": metadata, "source": source}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def marked(kind: str, source: str, *, cell_id: str, question: str | None, role: str, **metadata: Any) -> Cell:
    """Return a cell that carries its identity through a tool, in `metadata.deepgrade`."""
    return new_cell(kind, source, **{MARK: {"question": question, "role": role, "id": cell_id}}, **metadata)


def new_notebook(cells: list[Cell]) -> Notebook:
    """Return an nbformat 4.5 Python notebook; cells that have no id get one of their position."""
    for number, cell in enumerate(cells):
        cell.setdefault("id", f"cell-{number}")
    return {
        "cells": cells,
        "metadata": {"kernelspec": dict(KERNELSPEC), "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def finish(notebook: Notebook, *, lab: str, flavour: str, expected: list[str]) -> Notebook:
    """Give a template its stable ids and drop everything that differs from build to build.

    Args:
        notebook: What the tool made; every cell carries its identity in `metadata.deepgrade`.
        lab: The lab's name.
        flavour: `otter` or `nbgrader`.
        expected: The identities that must stand there, in order.

    Raises:
        LabError: The tool lost, added or moved cells.
    """
    cells: list[Cell] = []
    for cell in notebook["cells"]:
        metadata = {
            key: value for key, value in cell["metadata"].items() if key not in ("lines_to_next_cell",)
        }
        mark = metadata.get(MARK) or {}
        if "id" not in mark:
            raise LabError(f"{flavour} added a cell that deepgrade does not know: {text_of(cell)[:80]!r}")
        metadata[MARK] = {"question": mark["question"], "role": mark["role"]}
        cells.append(new_cell(cell["cell_type"], text_of(cell), **metadata) | {"id": mark["id"]})
    actual = [cell["id"] for cell in cells if not cell["id"].startswith(SPARE_PREFIX)]
    if actual != expected:
        lost = [name for name in expected if name not in actual]
        more = [name for name in actual if name not in expected]
        raise LabError(
            f"{flavour} did not keep the cells of {lab}: lost {', '.join(lost) or 'none'}, added {', '.join(more) or 'none'}"
            f"{'' if lost or more else ', but in another order'}. Look at these cells of the master."
        )
    result = new_notebook(cells)
    extra = {"otter": notebook["metadata"]["otter"]} if "otter" in notebook["metadata"] else {}
    result["metadata"] |= {MARK: {"lab": lab, "flavour": flavour}, **extra}
    return result


def text_of(cell: Cell) -> str:
    """Return a cell's source as one string."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def to_text(notebook: Notebook) -> str:
    """Return the notebook's file content, the same bytes for the same notebook, with sources as lists of lines."""
    cells = [{**cell, "source": text_of(cell).splitlines(keepends=True)} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read(path: Path) -> Notebook:
    """Read a template that build wrote; sources become strings.

    Raises:
        LabError: It is not there or not a notebook.
    """
    try:
        notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
        return {**notebook, "cells": [{**cell, "source": text_of(cell)} for cell in notebook["cells"]]}
    except FileNotFoundError:
        raise LabError(f"There is no {path}. Run: deepgrade build {path.stem}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(f"{path} is not a notebook ({error}). Run: deepgrade build {path.stem}") from None
