"""Into the gradebook of an nbgrader course, through nbgrader's own API.

Theory of operation: the course was made by nbgrader (`generate_assignment`), so its gradebook holds the assignment, the
notebook and the cells with their points; they decide where points go, and where they differ from the lab's nothing is
written at all. Then students come one at a time, each with one commit, so an interrupted export is finished by calling it
again. What TAs did in formgrader is theirs: manual scores, extra credit and comments of people stay, unless a decision in
deepgrade contradicts one and the caller said that deepgrade's counts. What deepgrade found becomes automatic scores and
automatic comments, as if nbgrader had autograded.

nbgrader attaches comments to answer cells only, never to test cells. So a question's remarks stand at its last answer cell,
and once more as the output of its test cells in the notebook that formgrader opens.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepgrade.files import UntrustedFileError, read_untrusted, write_atomic
from deepgrade.interchange.outgoing.grades import StudentGrade, number_text, remarks
from deepgrade.interchange.outgoing.identity import Identities
from deepgrade.interchange.outgoing.nbgrader_cells import (
    CellScore,
    cell_scores,
)
from deepgrade.interchange.outgoing.nbgrader_course import Released, opened, read_released, require_gradebook
from deepgrade.interchange.outgoing.nbgrader_notebook import (
    autograded_notebook,
    harmless_markdown,
    read_executed,
    was_written_here,
)
from deepgrade.interchange.outgoing.summary import ExportSummary
from deepgrade.lab import Lab, listed
from deepgrade.report.text import clean, one_line
from deepgrade.score.results import CheckResult
from deepgrade.submission.roster import Identity

_KEPT_IN_NAMES = frozenset("_ .@'+~-")
_HEADINGS = {"passed": "passed", "failed": "FAILED", "needs_review": "needs a person"}


@dataclass(frozen=True)
class NbgraderExport:
    """What to write, and where.

    Attributes:
        gradebook: nbgrader's `gradebook.db`.
        lab: The lab.
        assignment: Its name in nbgrader; the lab's where None.
        notebook: Its notebook's name in nbgrader; the lab's, or the only one, where None.
        identities: Names and addresses for students whom the gradebook does not know yet.
        notebooks: Whether to write the notebooks that formgrader opens, into `autograded/` beside the gradebook.
        replace_manual: Replace manual scores of formgrader where a decision in deepgrade differs.
    """

    gradebook: Path
    lab: Lab
    assignment: str | None = None
    notebook: str | None = None
    identities: Identities = field(default_factory=dict)
    notebooks: bool = True
    replace_manual: bool = False

    @property
    def folder(self) -> Path:
        """Where formgrader looks for graded notebooks."""
        return self.gradebook.parent / "autograded"


def export_nbgrader(request: NbgraderExport, grades: Iterable[StudentGrade]) -> ExportSummary:
    """Write scores and comments into the gradebook, and the notebooks that formgrader opens.

    Raises:
        InterchangeError: nbgrader is not installed, the file is not its gradebook, or its cells are not the lab's; then
            nothing was written.
    """
    require_gradebook(request.gradebook)
    summary = ExportSummary()
    with opened(request.gradebook) as gradebook:
        released = read_released(
            gradebook, request.lab, request.gradebook, request.assignment, request.notebook
        )
        for grade in grades:
            if not _is_folder_name(grade.student):
                summary.left_out[grade.student] = "has a name that nbgrader cannot use as a folder"
                continue
            _write_student(request, gradebook, released, grade, summary)
        there = {
            submission.student.id for submission in gradebook.assignment_submissions(released.assignment)
        }
    waiting = len(summary.waiting)
    if waiting:
        summary.notes.append(f"Answers of {waiting} students wait for a person in formgrader.")
    rest = sorted(there - set(summary.written))
    if rest:
        summary.notes.append(f"In the gradebook but not written:\n{listed(rest)}")
    return summary


def _write_student(
    request: NbgraderExport, gradebook: Any, released: Released, grade: StudentGrade, summary: ExportSummary
) -> None:
    scores = {
        score.name: score
        for question in grade.questions
        for score in cell_scores(question, released.graded[question.question])
    }
    _make_student(gradebook, grade.student, request.identities.get(grade.student, Identity()))
    timestamp = _timestamp(request, released.assignment, grade.student, summary)
    gradebook.update_or_create_submission(
        released.assignment, grade.student, **({"timestamp": timestamp} if timestamp else {})
    )
    notebook = gradebook.find_submission_notebook(released.notebook, released.assignment, grade.student)
    for row in notebook.grades:
        if row.name not in scores and not row.max_score:
            # A cell that starts nbgrader's own grading: nobody has to look at it.
            row.auto_score, row.needs_manual_grade = 0.0, False
        elif row.name in scores and not _set_grade(row, scores[row.name], replace=request.replace_manual):
            summary.notes.append(
                f"{grade.student}, {row.name}: formgrader has {number_text(row.manual_score)} and deepgrade's decision is"
                f" {number_text(scores[row.name].manual or 0.0)}; formgrader's stays (--replace-manual takes deepgrade's)."
            )
    texts = _comments(grade, released)
    for comment in notebook.comments:
        comment.auto_comment = texts.get(comment.name)
    gradebook.db.commit()
    summary.wrote(grade)
    if grade.automatic is None:
        summary.notes.append(f"{grade.student}: {grade.note}; formgrader shows it as to be graded.")
    if request.notebooks:
        _write_notebook(request, released, grade, scores, summary)


def _set_grade(row: Any, score: CellScore, *, replace: bool) -> bool:
    """Set what nbgrader keeps of a cell; False where a person's score in formgrader contradicts deepgrade's decision."""
    changed = row.auto_score != score.auto
    agrees = True
    row.auto_score = score.auto
    if score.manual is not None:
        agrees = row.manual_score is None or math.isclose(row.manual_score, score.manual, abs_tol=1e-6)
        if agrees or replace:
            row.manual_score = score.manual
            row.extra_credit = score.extra if score.extra is not None else row.extra_credit
            row.needs_manual_grade = False
            return True
    if row.manual_score is None:
        row.needs_manual_grade = score.needs_manual
    elif changed:
        # As nbgrader's own autograde: a person looks again at a score that was given beside another result.
        row.needs_manual_grade = True
    return agrees


def _make_student(gradebook: Any, student: str, who: Identity) -> None:
    from nbgrader.api import MissingEntry

    try:
        gradebook.find_student(student)
    except MissingEntry:
        gradebook.add_student(student, **_facts_of(who))


def _facts_of(who: Identity) -> dict[str, str]:
    facts = {}
    if who.name:
        last, comma, first = who.name.partition(",")
        if not comma:
            first, _, last = who.name.strip().rpartition(" ")
        facts = {"first_name": _plain(first), "last_name": _plain(last)}
    if who.email:
        facts["email"] = _plain(who.email)
    return facts


def _plain(text: str) -> str:
    """Return a name as nbgrader 0.9.6 can carry it.

    `nbgrader export` writes names without quotes, so a comma would move every column behind it; formgrader puts them into its
    pages as they are, so a tag would be one.
    """
    text = re.sub(r'[,"<>&\\]', " ", one_line(text, 200))
    return " ".join(text.lstrip("=+-@ ").split())


def _is_folder_name(student: str) -> bool:
    """Return whether a student's name is one folder, harmless in formgrader's pages and in `nbgrader export`."""
    return student[:1].isalnum() and all(
        character.isalnum() or character in _KEPT_IN_NAMES or unicodedata.category(character) in ("Mn", "Mc")
        for character in student
    )


def _timestamp(request: NbgraderExport, assignment: str, student: str, summary: ExportSummary) -> Any | None:
    """Return when the student submitted, as nbgrader's autograde reads it; formgrader compares the two."""
    from nbgrader.utils import parse_utc

    path = request.gradebook.parent / "submitted" / student / assignment / "timestamp.txt"
    try:
        return parse_utc(read_untrusted(path, max_bytes=4096).decode("utf-8").strip())
    except UntrustedFileError as error:
        if error.code != "missing":
            summary.notes.append(f"{student}: {path} was not read: {error}")
    except (ValueError, OverflowError) as error:
        summary.notes.append(f"{student}: {path} holds no time: {error}")
    return None


def _comments(grade: StudentGrade, released: Released) -> dict[str, str]:
    """Return cell -> automatic comment: Markdown that nbgrader puts into pages without sanitising it."""
    found: dict[str, list[str]] = {}
    for question in grade.questions:
        place = released.comments.get(question.question)
        if place is not None:
            found[place] = [f"- {line}" for line in remarks(question)]
    if grade.note and released.comments:
        first = next(q.question for q in grade.questions if q.question in released.comments)
        found[released.comments[first]].insert(0, grade.note)
    return {place: harmless_markdown("\n".join(lines)) for place, lines in found.items() if lines}


def _write_notebook(
    request: NbgraderExport,
    released: Released,
    grade: StudentGrade,
    scores: Mapping[str, CellScore],
    summary: ExportSummary,
) -> None:
    folder = request.folder / grade.student / released.assignment
    path = folder / f"{released.notebook}.ipynb"
    if path.exists() and not was_written_here(path):
        summary.notes.append(
            f"{path} was made by nbgrader or a person and stays; remove it to see deepgrade's run."
        )
        return
    said = {name: _said(score.checks) for name, score in scores.items() if score.checks}
    data = autograded_notebook(read_executed(grade.run_folder), released.sources, said, grade.note)
    write_atomic(path, data)


def _said(checks: Iterable[CheckResult]) -> str:
    """Return what a test cell shows: for the TA and, by nbgrader's feedback, for the student."""
    lines = []
    for check in checks:
        heading = _HEADINGS.get(check.status.value, "not assessed, points granted")
        points = f"{number_text(check.points)} of {number_text(check.possible)}"
        lines.append(f"{heading} ({points}): {one_line(check.description, 300)}")
        lines += [f"    {one_line(text, 300)}" for text in (check.hint, check.reason) if text]
    return clean("\n".join(lines)) + "\n"
