"""An nbgrader course's gradebook, read through nbgrader's own `nbgrader.api.Gradebook`, on a copy.

| nbgrader | here |
|---|---|
| a cell's auto score, or the manual one in its place | points of the question that its id begins with |
| extra credit, late penalty | what is added to and taken off the total |
| a comment, by hand or else nbgrader's | the question's comment |
| neither score (`needs_manual_grade`) | open: a person gives a manual question's points, or decides what a test could not |
| a submission flagged in formgrader | a flag |
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

from deepgrade.interchange.incoming.arriving import (
    NativeCell,
    NativeClass,
    NativeResult,
    Placing,
    ResultsError,
    shown,
    some,
    unfit_points,
)
from deepgrade.interchange.incoming.sqlite_copy import Copied, copy_database
from deepgrade.lab import Lab, listed
from deepgrade.report.text import number
from deepgrade.score import Adjustment, Flag
from deepgrade.submission import safe_name

_TABLES = frozenset({"assignment", "notebook", "student", "submitted_assignment", "base_cell", "grade"})
_OURS = frozenset({"submission", "score", "regrade_set"})
_AGAIN = "then import again"


class _UnfitError(Exception):
    """One student's results are not as nbgrader writes them."""


def read_nbgrader(
    path: Path, lab: Lab, *, assignment: str | None = None, renames: Mapping[str, str] | None = None
) -> NativeClass:
    """Return everybody's results of an assignment.

    Args:
        path: The gradebook; it is copied, and never opened itself.
        lab: The lab.
        assignment: Its name in nbgrader; default: the lab's.
        renames: Grade id -> question, for cells whose id does not begin with the question's.

    Raises:
        ResultsError: It is no gradebook of nbgrader's, has no such assignment or no graded submission, or its cells
            belong to no question of the lab.
        UntrustedFileError: It is no ordinary file, or too large.
    """
    placing = Placing(lab, renames or {})
    with tempfile.TemporaryDirectory(prefix="deepgrade-import-") as folder:
        copied = copy_database(path, Path(folder))
        _require_nbgraders(copied, path)
        with _opened(copied, path) as gradebook:
            return _read(gradebook, path, copied.sha256, lab.name, assignment or lab.name, placing)


def _require_nbgraders(copied: Copied, path: Path) -> None:
    if copied.tables >= _TABLES:
        return
    if copied.tables >= _OURS:
        what = "is a deepgrade course's own gradebook"
    else:
        names = ", ".join(shown(name, 40) for name in sorted(copied.tables)[:8]) or "none"
        what = f"is not a gradebook of nbgrader's (its tables: {names})"
    raise ResultsError(
        f"{path} {what}. nbgrader's is called gradebook.db and lies in the folder of its course."
    )


@contextmanager
def _opened(copied: Copied, path: Path) -> Iterator[Any]:
    try:
        from alembic.script import ScriptDirectory
        from nbgrader.api import Gradebook
        from nbgrader.dbutil import ALEMBIC_DIR
        from sqlalchemy import text
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise ResultsError(
            f"Reading nbgrader's gradebook needs nbgrader ({error}). Run: pip install 'deepgrade[build]'"
        ) from None
    newest = ScriptDirectory(ALEMBIC_DIR).get_current_head()
    try:
        # An empty course id: any other would be added to the copy where it is missing.
        with Gradebook(f"sqlite:///{copied.path}", course_id="") as gradebook:
            version = None
            if "alembic_version" in copied.tables:
                version = gradebook.db.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if version != newest:
                raise ResultsError(
                    f"{path} was written by another version of nbgrader (its tables are {shown(str(version))}, those of"
                    f" the installed nbgrader {newest}). Run `nbgrader db upgrade` in the course's folder, or install"
                    f" the nbgrader that wrote it, {_AGAIN}."
                )
            yield gradebook
    except (SQLAlchemyError, LookupError, TypeError, ValueError) as error:
        # SQLite keeps whatever is written into a column: text for a number, a word that is no kind of cell.
        raise ResultsError(
            f"{path} holds what nbgrader never writes ({shown(f'{type(error).__name__}: {error}', 200)})."
            " Take the last good copy of it."
        ) from error


def _read(
    gradebook: Any, path: Path, sha256: str, lab: str, assignment: str, placing: Placing
) -> NativeClass:
    master = _assignment(gradebook.assignments, path, lab, assignment)
    cells = [cell for notebook in master.notebooks for cell in (*notebook.grade_cells, *notebook.task_cells)]
    if not cells:
        raise ResultsError(
            f"The assignment {assignment} in {path} has no graded cell. Run `nbgrader generate_assignment` first."
        )
    # A cell without points may carry what it likes: there is nothing to place.
    placing.require(
        [str(cell.name) for cell in cells if cell.max_score],
        what="cells",
        where=f"{path}: the assignment {assignment}",
    )
    by_hand = {str(cell.id) for notebook in master.notebooks for cell in _given_by_people(notebook)}
    results: list[NativeResult] = []
    problems: list[str] = []
    submissions = sorted(master.submissions, key=lambda submission: str(submission.student_id))
    if not submissions:
        raise ResultsError(
            f"No submission of {assignment} is graded in {path}. Run `nbgrader autograde {assignment}` first, {_AGAIN}."
        )
    for submission in submissions:
        try:
            results.append(_student(submission, cells, by_hand, placing, path.name, sha256))
        except _UnfitError as error:
            problems.append(f"{shown(str(submission.student_id))}: {error}")
    results, twice = _without_namesakes(results, submissions)
    problems += twice
    if not results:
        raise ResultsError(f"Nobody's results in {path} can be taken:\n{listed(problems)}")
    absent = sorted({str(s.id) for s in gradebook.students} - {str(s.student_id) for s in submissions})
    notes = (
        [f"{len(absent)} of nbgrader's students have no submission of {assignment}: {some(absent)}."]
        if absent
        else []
    )
    return NativeClass("nbgrader", tuple(results), tuple(problems), tuple(notes))


def _assignment(assignments: Sequence[Any], path: Path, lab: str, name: str) -> Any:
    found = [assignment for assignment in assignments if assignment.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        courses = ", ".join(shown(str(assignment.course_id)) for assignment in found)
        raise ResultsError(
            f"{path} has {len(found)} assignments {name}, of the courses {courses}. Import from a gradebook of one course."
        )
    names = sorted(str(assignment.name) for assignment in assignments)
    if not names:
        raise ResultsError(f"{path} has no assignment at all. Is it the gradebook of the right course?")
    raise ResultsError(
        f"{path} has no assignment {name!r}. It has: {some(names)}."
        f" Say which one is {lab}: --assignment {shown(names[0])}"
    )


def _given_by_people(notebook: Any) -> list[Any]:
    """Return the cells whose points a person gives: tasks, and answers that are graded themselves."""
    answers = {cell.name for cell in notebook.solution_cells}
    return [*notebook.task_cells, *(cell for cell in notebook.grade_cells if cell.name in answers)]


def _student(
    submission: Any, cells: Sequence[Any], by_hand: set[str], placing: Placing, file: str, sha256: str
) -> NativeResult:
    grades = {str(grade.cell_id): grade for notebook in submission.notebooks for grade in notebook.grades}
    taken = []
    adjustments: list[Adjustment] = []
    flags: list[Flag] = []
    for cell in cells:
        grade = grades.get(str(cell.id))
        question = placing.of(str(cell.name))
        here = _cell(cell, grade, question or "", by_hand=str(cell.id) in by_hand)
        extra = _number(grade.extra_credit, f"extra credit of the cell {cell.name}") if grade else None
        # As nbgrader counts: extra credit of a cell without any score adds nothing.
        if extra and here.earned is not None:
            adjustments.append(Adjustment(code="extra_credit", points=extra, question=question))
        if question is None:
            continue
        taken.append(here)
        if grade is not None and grade.needs_manual_grade and here.earned is not None:
            flags.append(_asks_again(here, graded=grade.manual_score is not None))
    penalty = sum(
        _number(notebook.late_submission_penalty, "late penalty") or 0.0 for notebook in submission.notebooks
    )
    if penalty < 0:
        raise _UnfitError(f"a late penalty of {penalty:g} points. Correct it in nbgrader, {_AGAIN}.")
    if penalty > 0:
        adjustments.append(Adjustment(code="late_penalty", points=-penalty))
    if any(notebook.flagged for notebook in submission.notebooks):
        flags.append(Flag(code="flagged_in_nbgrader", sentence="Flagged by a grader in formgrader."))
    comments, notes = _comments(submission, placing)
    person = submission.student
    moment = submission.timestamp
    return NativeResult(
        student=safe_name(str(person.id)),
        file=file,
        sha256=sha256,
        cells=tuple(taken),
        name=" ".join(part for part in (person.first_name, person.last_name) if part),
        handed_in_at=moment.replace(tzinfo=UTC) if moment is not None else None,
        comments=comments,
        adjustments=tuple(adjustments),
        flags=tuple(flags),
        notes=notes,
    )


def _asks_again(cell: NativeCell, *, graded: bool) -> Flag:
    why = (
        "nbgrader ran the notebook again after a person had graded it"
        if graded
        else "nbgrader counts what its test gave until then"
    )
    sentence = f"formgrader asks for a person to look at {cell.name}: {why}."
    return Flag(code="waits_in_nbgrader", sentence=sentence, question=cell.question)


def _cell(cell: Any, grade: Any, question: str, *, by_hand: bool) -> NativeCell:
    name = shown(str(cell.name), 128)
    most = _number(cell.max_score, f"what the cell {name} gives")
    if most is None or most < 0:
        raise _UnfitError(
            f"the cell {name} gives {cell.max_score!r} points. Correct the assignment, {_AGAIN}."
        )
    automatic = _number(grade.auto_score, f"points of the cell {name}") if grade is not None else None
    manual = _number(grade.manual_score, f"points of the cell {name}") if grade is not None else None
    earned = automatic if manual is None else manual
    unfit = unfit_points(earned, most) if earned is not None else None
    if unfit:
        raise _UnfitError(
            f"the cell {name} has {unfit}. Correct it in formgrader (extra credit has its own field), {_AGAIN}."
        )
    remark = None
    if manual is not None and not by_hand:
        remark = "A person gave these points" + (
            f"; the test gave {automatic:g}." if automatic is not None else "."
        )
    return NativeCell(
        name, question, earned, most, by_hand=by_hand, visible="hidden" not in name, remark=remark
    )


def _number(value: Any, what: str) -> float | None:
    """Return a number of the database.

    Raises:
        _UnfitError: It is none, or not finite.
    """
    if value is None:
        return None
    found = number(value)
    if found is None:
        raise _UnfitError(
            f"{what}: {shown(repr(value), 40)} is not a number. Correct it in nbgrader, {_AGAIN}."
        )
    return found


def _comments(submission: Any, placing: Placing) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return comments by question, and as notes those on cells of no question."""
    found: dict[str, list[str]] = {}
    notes = []
    for notebook in submission.notebooks:
        for comment in sorted(notebook.comments, key=lambda comment: str(comment.name)):
            text = str(comment.comment or "").strip()
            if not text:
                continue
            question = placing.of(str(comment.name))
            if question is None:
                notes.append(f"Comment on {shown(str(comment.name))}: {text}")
            else:
                found.setdefault(question, []).append(text)
    return {question: "\n\n".join(texts) for question, texts in found.items()}, tuple(notes)


def _without_namesakes(
    results: Sequence[NativeResult], submissions: Sequence[Any]
) -> tuple[list[NativeResult], list[str]]:
    """Leave out students whose names are one name here, and say so."""
    ids: dict[str, list[str]] = {}
    for submission in submissions:
        ids.setdefault(safe_name(str(submission.student_id)), []).append(shown(str(submission.student_id)))
    problems = [
        f"{' and '.join(several)}: both are called {name} here. Rename one in nbgrader, {_AGAIN}."
        for name, several in ids.items()
        if len(several) > 1
    ]
    return [result for result in results if len(ids[result.student]) == 1], problems
