"""An nbgrader course as its gradebook has it, read through nbgrader's own API."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepgrade.interchange.errors import InterchangeError
from deepgrade.interchange.outgoing.nbgrader_cells import (
    GradedCell,
    cells_of_questions,
    natural,
    question_of,
)
from deepgrade.interchange.outgoing.nbgrader_notebook import SourceCell
from deepgrade.lab import Lab, listed

_TABLES = {"assignment", "notebook", "base_cell", "grade", "comment", "submitted_assignment"}
_HIDDEN = "# The hidden checks of {question}: deepgrade ran them apart from this notebook.\n"


@dataclass(frozen=True)
class Released:
    """The lab as nbgrader released it."""

    assignment: str
    notebook: str
    graded: dict[str, tuple[GradedCell, ...]]
    comments: dict[str, str]
    """Question -> the answer cell that carries its comment."""
    sources: dict[str, SourceCell]


def require_gradebook(path: Path) -> None:
    """Make sure that a file is nbgrader's gradebook: nbgrader makes its tables in any database that it opens.

    Raises:
        InterchangeError: It is another file, deepgrade's own `gradebook.db` for one.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise InterchangeError(
            f"{path} cannot be opened as nbgrader's gradebook ({error}). Name the course's gradebook.db;"
            " `nbgrader generate_assignment` makes it."
        ) from None
    if not names >= _TABLES:
        own = " It is deepgrade's own." if "regrade_set" in names else ""
        raise InterchangeError(
            f"{path} is not a gradebook of nbgrader.{own} Name the gradebook.db of the nbgrader course."
        )


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Yield nbgrader's `Gradebook`.

    Raises:
        InterchangeError: nbgrader is not installed, or the file is locked or of an older version.
    """
    try:
        from nbgrader.api import Gradebook
    except ImportError as error:
        raise InterchangeError(
            f"Writing into nbgrader needs nbgrader ({error}). Run: pip install 'deepgrade[build]'"
        ) from None
    from sqlalchemy.exc import OperationalError, SAWarning

    try:
        # nbgrader 0.9.6 builds submissions in a way of which SQLAlchemy 2 warns; the rows are right.
        # With a course id nbgrader would add that course; without, it takes the gradebook as it is.
        with (
            warnings.catch_warnings(action="ignore", category=SAWarning),
            Gradebook(f"sqlite:///{path.resolve()}", course_id="") as gradebook,
        ):
            yield gradebook
    except OperationalError as error:
        raise InterchangeError(
            f"{path}: {error.orig}. Where it is locked, wait until formgrader or autograde has finished; where a column is"
            " missing, run `nbgrader db upgrade`. Then give the same command again: what was written is kept."
        ) from None


def read_released(
    gradebook: Any, lab: Lab, place: Path, assignment: str | None, notebook_name: str | None
) -> Released:
    """Return the lab as the gradebook has it.

    Args:
        gradebook: nbgrader's.
        lab: The lab.
        place: The gradebook's file, for messages.
        assignment: The lab's name in nbgrader; the same where None.
        notebook_name: Its notebook's name; the lab's, or the only one, where None.

    Raises:
        InterchangeError: There is no such assignment or notebook, or its cells do not hold the lab's points.
    """
    from nbgrader.api import MissingEntry

    name = assignment or lab.name
    try:
        notebooks = list(gradebook.find_assignment(name).notebooks)
    except MissingEntry:
        there = listed([assignment.name for assignment in gradebook.assignments]) or "  none"
        raise InterchangeError(
            f"{place} has no assignment {name!r}. Run `nbgrader generate_assignment {name}`, or name one of"
            f" these with --assignment:\n{there}"
        ) from None
    wanted = notebook_name or (lab.name if len(notebooks) != 1 else notebooks[0].name)
    notebook = next((one for one in notebooks if one.name == wanted), None)
    if notebook is None:
        raise InterchangeError(
            f"Assignment {name!r} has no notebook {wanted!r}; name one with --notebook:\n"
            f"{listed([one.name for one in notebooks])}"
        )
    solutions = {cell.name for cell in notebook.solution_cells}
    graded = {cell.name: cell for cell in notebook.grade_cells}
    cells = [GradedCell(cell.name, cell.max_score, cell.name in solutions) for cell in graded.values()]
    comments: dict[str, str] = {}
    for solution in sorted(solutions, key=lambda cell: (cell in graded, natural(cell))):
        comments[question_of(solution)] = solution
    return Released(
        assignment=name,
        notebook=wanted,
        graded=cells_of_questions(lab, cells, f"{place}: {name}/{wanted}"),
        comments=comments,
        sources={
            cell.name: _source(cell, graded.get(cell.name), solutions) for cell in notebook.source_cells
        },
    )


def _source(cell: Any, graded: Any, solutions: set[str]) -> SourceCell:
    solution = cell.name in solutions
    text = cell.source or ""
    if graded is not None and not solution:
        text = _without_hidden(cell.name, text)
    return SourceCell(
        name=cell.name,
        cell_type=cell.cell_type,
        source=text,
        checksum=cell.checksum,
        grade=graded is not None,
        solution=solution,
        locked=bool(cell.locked),
        points=None if graded is None else graded.max_score,
    )


def _without_hidden(name: str, source: str) -> str:
    """Return a test cell's source as it was released: the gradebook keeps it with the hidden tests."""
    if name.endswith("-hidden"):
        return _HIDDEN.format(question=question_of(name))
    from nbformat.v4 import new_code_cell
    from nbgrader.preprocessors import ClearHiddenTests

    cell = new_code_cell(source, metadata={"nbgrader": {"grade": True}})
    return str(ClearHiddenTests().preprocess_cell(cell, {}, 0)[0].source)
