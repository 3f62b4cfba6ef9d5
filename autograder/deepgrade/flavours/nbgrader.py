"""The nbgrader flavour: nbgrader's source format, then nbgrader's own `generate_assignment`.

Theory of operation: the master's cells become a source notebook (cell metadata v3: prompts read-only, answers
solution cells, visible checks locked test cells) in a temporary course without a gradebook;
`generate_assignment` writes the release version there; we take that one notebook and throw the course away. Of hidden
checks nbgrader only sees calls: a locked cell behind each question says in a hidden region that the question's evidence
is taken and scored there (native/inside.py). nbgrader removes such regions from what is released and puts them back
when it grades. So a hidden check's text is in no notebook at all.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import tempfile
from pathlib import Path
from typing import Any

from deepgrade.files import write_atomic
from deepgrade.flavours.master import BEGIN, END, Master, MasterCell
from deepgrade.flavours.notebook import Cell, Notebook, finish, marked, new_notebook, to_text
from deepgrade.flavours.otter import grouped
from deepgrade.flavours.visible import VisibleCheck
from deepgrade.lab import Check, Lab, LabError

NAME = "nbgrader"
PLACEHOLDER = "YOUR ANSWER HERE"
START_ID = "grading-start"
_SCHEMA = 3
_INSIDE = "deepgrade.native.inside"


def make_template(
    lab: Lab, master: Master, checks: tuple[VisibleCheck, ...], every: tuple[Check, ...]
) -> Notebook:
    """Return the student's notebook in nbgrader's flavour.

    Args:
        lab: The lab.
        master: Its master notebook.
        checks: Its visible checks.
        every: All checks; of hidden ones question and points are looked at.

    Raises:
        LabError: nbgrader refused the source, or lost cells of it.
    """
    source = to_nbgrader(lab, master, checks, every)
    return as_template(lab, source, _generate(lab.name, source))


def as_template(lab: Lab, source: Notebook, released: Notebook) -> Notebook:
    """Return a released notebook without what differs from build to build.

    Raises:
        LabError: nbgrader lost, added or moved cells.
    """
    expected = [cell["metadata"]["deepgrade"]["id"] for cell in source["cells"]]
    return finish(released, lab=lab.name, flavour=NAME, expected=expected)


def to_nbgrader(
    lab: Lab, master: Master, checks: tuple[VisibleCheck, ...], every: tuple[Check, ...]
) -> Notebook:
    """Return the lab in nbgrader's source format; arguments as `make_template`."""
    inputs = {evaluation.inputs_question for evaluation in lab.hidden.values()}
    cells: list[Cell] = [_start(lab)]
    for question, group in grouped(master):
        cells += [_cell(cell, lab, group) for cell in group]
        own = [check for check in checks if check.check.question == question]
        cells += [_test(check, f"{question}-check-{number}") for number, check in enumerate(own, start=1)]
        hidden = [check for check in every if check.question == question and not check.visible]
        if question is not None and (hidden or question in inputs):
            cells.append(_hidden(question, round(math.fsum(check.points for check in hidden), 6)))
    return new_notebook(cells)


def _start(lab: Lab) -> Cell:
    text = "# Grading of this notebook starts here; leave this cell as it is."
    source = f"{text}\n{_region(f'from {_INSIDE} import start', f'start({lab.name!r})')}"
    facts = _facts(START_ID, grade=True, locked=True, points=0)
    return marked("code", source, cell_id=START_ID, question=None, role="check", nbgrader=facts)


def _hidden(question: str, points: float) -> Cell:
    """Return the cell in which a question's hidden checks are run; nbgrader takes its value as the points earned."""
    text = f"# Hidden checks of question {question} run here when the notebook is graded."
    source = f"{text}\n{_region(f'from {_INSIDE} import grade', f'grade({question!r})')}"
    name = f"{question}-hidden"
    facts = _facts(name, grade=True, locked=True, points=points)
    return marked("code", source, cell_id=name, question=question, role="check", nbgrader=facts)


def _region(*lines: str) -> str:
    return "\n".join(("### BEGIN HIDDEN TESTS", *lines, "### END HIDDEN TESTS"))


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
    """Return a visible check's cell. nbgrader takes anything on stderr, a library's warning too, for a failure."""
    source = f"{_region(f'from {_INSIDE} import quiet', 'quiet()')}\n{check.call_source}"
    facts = _facts(name, grade=True, locked=True, points=check.check.points)
    return marked("code", source, cell_id=name, question=check.check.question, role="check", nbgrader=facts)


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
    with tempfile.TemporaryDirectory(prefix="deepgrade-nbgrader-") as folder:
        course = Path(folder)
        write_source(course, name, source)
        # As `nbgrader generate_assignment --no-db`: the gradebook of a course that is thrown away is of no use, and
        # making one needs alembic on PATH.
        return generate(
            course, name, {"GenerateAssignment": {"no_database": True}, "SaveCells": {"enabled": False}}
        )


def write_source(course: Path, name: str, source: Notebook) -> Path:
    """Write a lab's source notebook into a course folder and return its path."""
    path = course / "source" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, to_text(source))
    return path


def generate(course: Path, name: str, options: dict[str, dict[str, Any]]) -> Notebook:
    """Run nbgrader's `generate_assignment` in a course folder and return the notebook that it released.

    Args:
        course: Holds `source/<name>/`.
        name: The assignment's.
        options: Traitlets options by class and name.

    Raises:
        LabError: nbgrader is not installed, or refused the source.
    """
    try:
        from nbgrader.apps import NbGraderAPI
        from traitlets.config import Config
    except ImportError as error:
        raise LabError(
            f"Building for nbgrader needs nbgrader ({error}). Run: pip install 'deepgrade[build]'"
        ) from None
    config = Config(options)
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = config.CourseDirectory.get("course_id", "build")
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
