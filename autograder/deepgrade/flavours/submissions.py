"""What students would hand in: the blank template, and the template with everything solved."""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path

from deepgrade.flavours import master
from deepgrade.flavours.master import MasterCell, parse_cells
from deepgrade.flavours.notebook import MARK, Notebook, new_cell, read
from deepgrade.lab import LabError, LabFiles, listed


def blank_notebook(files: LabFiles, flavour: str) -> Notebook:
    """Return the template of a flavour, as a student opens it.

    Raises:
        LabError: It has not been built.
    """
    return copy.deepcopy(_template(files, flavour))


def solved_notebook(
    files: LabFiles, flavour: str, master_text: str | None = None, *, adds_cells: bool = False
) -> Notebook:
    """Return what a student who solved everything would hand in, in one of the flavours.

    The template's cells and metadata stay as they are; answer cells and given code take their text from the master.
    Neither otter nor nbgrader is run.

    Args:
        files: The lab, built before.
        flavour: `otter` or `nbgrader`.
        master_text: The master to take answers from, e.g. with a mistake applied; the lab's own by default. A cell that it no
            longer has keeps the template's text.
        adds_cells: Answer cells that the template does not have are put behind their question's last answer, as cells that a
            student added: without any mark.

    Raises:
        LabError: The template has not been built or is older than the master, or the text is not a master.
    """
    text = master.master_text(files) if master_text is None else master_text
    notebook = blank_notebook(files, flavour)
    cells = {cell.id: cell for cell in _cells(text)}
    known = {cell["id"] for cell in notebook["cells"]}
    added = (
        [cell for cell in cells.values() if cell.id not in known and _may_be_added(cell)]
        if adds_cells
        else []
    )
    strange = [name for name, cell in cells.items() if name not in known and cell not in added]
    if strange:
        raise LabError(
            f"{files.template(flavour).name} of {flavour} has no cells for these of the master:\n{listed(strange)}\n"
            f"Run: deepgrade build {files.name} (a mistake edits text inside cells and adds none)"
        )
    for cell in notebook["cells"]:
        role = cell["metadata"]["deepgrade"]["role"]
        source = cells.get(cell["id"])
        if source is not None and (role == "answer" or (role == "given" and source.kind == "code")):
            cell["source"] = source.solved_source
    for extra in added:
        _add(notebook, extra)
    return notebook


def _may_be_added(cell: MasterCell) -> bool:
    return cell.question is not None and cell.role == "answer" and cell.kind == "code"


def _add(notebook: Notebook, added: MasterCell) -> None:
    """Put a cell behind the last answer of its question, or behind what was added there before."""
    place = 0
    for number, cell in enumerate(notebook["cells"]):
        mark = cell["metadata"].get(MARK)
        is_answer = mark is not None and mark["question"] == added.question and mark["role"] == "answer"
        if is_answer or cell["id"].startswith(f"{added.question}-added-"):
            place = number + 1
    cell = new_cell("code", added.solved_source)
    notebook["cells"].insert(place, {**cell, "id": f"{added.question}-added-{added.id.rpartition('-')[2]}"})


def _template(files: LabFiles, flavour: str) -> Notebook:
    path = files.template(flavour)
    try:
        facts = path.stat()
    except FileNotFoundError:
        raise LabError(f"There is no {path}. Run: deepgrade build {files.name}") from None
    return _read_cached(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=32)
def _read_cached(path: Path, mtime_ns: int, size: int) -> Notebook:
    return read(path)


@lru_cache(maxsize=16)
def _cells(text: str) -> tuple[MasterCell, ...]:
    cells, problems = parse_cells(text)
    if problems:
        raise LabError(f"The master has problems:\n{listed(problems)}")
    return cells
