"""The nbgrader flavour: nbgrader's source format, then nbgrader's own `generate_assignment`.

Theory of operation: the master's cells become a source notebook (cell metadata v3: prompts read-only, answers
solution cells, visible checks locked test cells) in a temporary course without a gradebook;
`generate_assignment` writes the release version there; we take that one notebook and throw the course away. nbgrader is
given visible checks only, so it cannot release a hidden one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

from deepgrade.flavours.master import BEGIN, END, Master, MasterCell
from deepgrade.flavours.notebook import Cell, Notebook, finish, marked, new_notebook
from deepgrade.flavours.otter import grouped
from deepgrade.flavours.visible import VisibleCheck
from deepgrade.lab import Lab, LabError

NAME = "nbgrader"
PLACEHOLDER = "YOUR ANSWER HERE"
_SCHEMA = 3


def make_template(lab: Lab, master: Master, checks: tuple[VisibleCheck, ...]) -> Notebook:
    """Return the student's notebook in nbgrader's flavour.

    Raises:
        LabError: nbgrader refused the source, or lost cells of it.
    """
    source = to_nbgrader(lab, master, checks)
    expected = [cell["metadata"]["deepgrade"]["id"] for cell in source["cells"]]
    return finish(_generate(lab.name, source), lab=lab.name, flavour=NAME, expected=expected)


def to_nbgrader(lab: Lab, master: Master, checks: tuple[VisibleCheck, ...]) -> Notebook:
    """Return the lab in nbgrader's source format."""
    cells: list[Cell] = []
    for question, group in grouped(master):
        cells += [_cell(cell, lab, group) for cell in group]
        own = [check for check in checks if check.check.question == question]
        cells += [_test(check, f"{question}-check-{number}") for number, check in enumerate(own, start=1)]
    return new_notebook(cells)


def _cell(cell: MasterCell, lab: Lab, group: list[MasterCell]) -> Cell:
    source = cell.source
    extra: dict[str, Any] = {}
    if cell.role == "answer":
        facts = lab.question(str(cell.question))
        source = (
            source
            if cell.kind == "markdown"
            else source.replace(BEGIN, f"##{BEGIN}").replace(END, f"##{END}")
        )
        graded = facts.manual and cell is _graded(group)
        extra["nbgrader"] = _facts(
            cell.id, grade=graded, solution=True, points=facts.points if graded else None
        )
    elif cell.question is not None:
        extra["nbgrader"] = _facts(cell.id, locked=True)
    return marked(cell.kind, source, cell_id=cell.id, question=cell.question, role=cell.role, **extra)


def _graded(group: list[MasterCell]) -> MasterCell:
    """Return the answer cell that carries a manual question's points: the written one, else the last."""
    answers = [cell for cell in group if cell.role == "answer"]
    written = [cell for cell in answers if cell.kind == "markdown"]
    return (written or answers)[-1]


def _test(check: VisibleCheck, name: str) -> Cell:
    facts = _facts(name, grade=True, locked=True, points=check.check.points)
    return marked(
        "code", check.call_source, cell_id=name, question=check.check.question, role="check", nbgrader=facts
    )


def _facts(
    grade_id: str,
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": _SCHEMA,
        "solution": solution,
        "task": False,
    }
    return facts if points is None else facts | {"points": points}


def _generate(name: str, source: Notebook) -> Notebook:
    try:
        from nbgrader.apps import NbGraderAPI
        from traitlets.config import Config
    except ImportError as error:
        raise LabError(
            f"Building for nbgrader needs nbgrader ({error}). Run: pip install 'deepgrade[build]'"
        ) from None
    with tempfile.TemporaryDirectory(prefix="deepgrade-nbgrader-") as folder:
        course = Path(folder)
        (course / "source" / name).mkdir(parents=True)
        (course / "source" / name / f"{name}.ipynb").write_text(json.dumps(source), encoding="utf-8")
        config = Config()
        config.CourseDirectory.root = str(course)
        config.CourseDirectory.course_id = "build"
        # As `nbgrader generate_assignment --no-db`: the gradebook of a course that is thrown away is of no use, and
        # making one needs alembic on PATH.
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        config.Exchange.root = str(course / "exchange")
        with _silent():
            result = NbGraderAPI(config=config).generate_assignment(name, force=True)
        released = course / "release" / name / f"{name}.ipynb"
        if not result["success"] or not released.is_file():
            raise LabError(f"nbgrader refused the lab {name}:\n{_reason(result)}")
        notebook: Notebook = json.loads(released.read_text(encoding="utf-8"))
    return notebook


@contextlib.contextmanager
def _silent() -> Any:
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(level)


def _reason(result: dict[str, Any]) -> str:
    """Return the lines of nbgrader's log that name an error, without its traceback."""
    lines = str(result.get("log") or result.get("error") or "no reason given").splitlines()
    errors = [line.strip() for line in lines if "Error" in line and not line.lstrip().startswith("File ")]
    return "\n".join(dict.fromkeys(errors[-4:] or lines[-4:]))
