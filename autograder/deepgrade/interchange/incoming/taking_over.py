"""Another tool's results become scores of a course: marked with where they come from, appended, never mixed in silently."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from deepgrade.interchange.incoming.arriving import EPSILON, NativeCell, NativeClass, NativeResult
from deepgrade.lab import Lab, Question
from deepgrade.records import Arrival, Course, Gradebook
from deepgrade.score import (
    CheckResult,
    CheckStatus,
    Flag,
    Origin,
    QuestionResult,
    SubmissionScore,
    Tool,
)

_ROUNDING = 1e-4
"""Otter rounds to five digits: a third of a point is not another number of points."""


@dataclass(frozen=True)
class Taken:
    """What became of an import.

    Attributes:
        students: What happened -> to whom.
        in_force: Of those kept beside, whose results are in force: student -> `deepgrade`, `otter` or `nbgrader`.
    """

    students: Mapping[Arrival, Sequence[str]]
    in_force: Mapping[str, str]


def take_over(
    found: NativeClass, lab: Lab, course: Course, *, version: str | None = None, replace: bool = False
) -> Taken:
    """Append results to a course's gradebook; the same results again change nothing.

    Args:
        found: What a tool's files hold.
        lab: The lab they are of.
        course: Where to.
        version: Of the tool that graded, where a person knows it.
        replace: Also put them in force where a student has results of another origin.

    Raises:
        GradebookError: The gradebook is damaged or held by another process.
        LockedError: Another process works on this course.
        StorageError: The disk is full or read-only.
    """
    now = datetime.now(UTC)
    students: dict[Arrival, list[str]] = {}
    in_force: dict[str, str] = {}
    with course.working(), closing(Gradebook(course.database)) as gradebook:
        for result in found.results:
            score = score_of(result, lab, found.tool, version=version, now=now)
            arrival = gradebook.add_imported(score, replace=replace)
            students.setdefault(arrival, []).append(result.student)
            if arrival in ("beside", "unchanged"):
                entry = gradebook.entry(lab.name, result.student)
                origin = entry.score.origin if entry.score else None
                if origin is None or origin.tool != found.tool:
                    in_force[result.student] = origin.tool if origin else "deepgrade"
    return Taken(students, in_force)


def score_of(
    result: NativeResult, lab: Lab, tool: Tool, *, version: str | None, now: datetime
) -> SubmissionScore:
    """Return a student's results as a score of the lab.

    Questions give what the tool gives for them: where that is less than in the lab, the rest is not assessed; where
    it is more, the question is worth more for this student, and a note says so.
    """
    questions = tuple(_question(question, result, tool) for question in lab.questions)
    flags = result.flags
    if result.failure is not None:
        flags = (*flags, Flag(code="tool_failed", sentence=f"{tool} has no result: {result.failure}"))
    return SubmissionScore(
        lab=lab.name,
        student=result.student,
        run_key="",
        scored_at=now,
        checks_sha256="",
        questions=questions,
        flags=flags,
        adjustments=result.adjustments,
        origin=Origin(
            tool=tool,
            version=version,
            file=result.file,
            sha256=result.sha256,
            imported_at=now,
            name=result.name,
            handed_in_at=result.handed_in_at,
            notes=(*_unequal(lab, result, tool), *result.notes),
        ),
    )


def _unequal(lab: Lab, result: NativeResult, tool: str) -> list[str]:
    """Say which questions are worth more in the tool than in the lab."""
    return [
        f"{tool} gives up to {most:g} points for {question.id}, the lab {question.points:g}: it counts as in {tool}."
        for question in lab.questions
        for most in (_most([cell for cell in result.cells if cell.question == question.id]),)
        if most > question.points + _ROUNDING
    ]


def _most(cells: Sequence[NativeCell]) -> float:
    return round(math.fsum(cell.most for cell in cells), 9)


def _question(question: Question, result: NativeResult, tool: str) -> QuestionResult:
    cells = [cell for cell in result.cells if cell.question == question.id]
    comment = result.comments.get(question.id)
    if question.manual:
        return _manual(question, cells, tool, comment)
    if result.failure is not None:
        whole = NativeCell("all-tests", question.id, None, question.points, remark=result.failure)
        return _automatic(question, [whole], tool, comment)
    return _automatic(question, cells, tool, comment)


def _automatic(
    question: Question, cells: Sequence[NativeCell], tool: str, comment: str | None
) -> QuestionResult:
    most = _most(cells)
    assessed = question.points if math.isclose(most, question.points, abs_tol=_ROUNDING) else most
    possible = max(question.points, assessed)
    earned = math.fsum(cell.earned or 0.0 for cell in cells)
    if math.isclose(earned, most, abs_tol=_ROUNDING):
        earned = assessed
    checks = [_check(cell, tool) for cell in cells if cell.most > 0]
    if possible > assessed:
        checks.append(_left_out(question.id, possible - assessed, most, question.points, tool))
    return QuestionResult(
        question=question.id,
        title=question.title,
        manual=False,
        points=round(min(max(earned, 0.0), assessed), 9) if assessed > 0 else None,
        possible=possible,
        assessed=assessed,
        checks=tuple(checks),
        comment=comment,
    )


def _manual(
    question: Question, cells: Sequence[NativeCell], tool: str, comment: str | None
) -> QuestionResult:
    """A person's points count where the tool has them all; tests of a manual question alone are no grade."""
    most = _most(cells)
    by_hand = [cell for cell in cells if cell.by_hand]
    whole = bool(by_hand) or most > question.points - _ROUNDING
    known = most > 0 and whole and all(cell.earned is not None for cell in cells)
    worth = most if most > 0 and whole else question.points
    if math.isclose(worth, question.points, abs_tol=_ROUNDING):
        worth = question.points
    earned = math.fsum(cell.earned or 0.0 for cell in cells)
    return QuestionResult(
        question=question.id,
        title=question.title,
        manual=True,
        points=round(min(max(earned, 0.0), worth), 9) if known else None,
        possible=worth,
        assessed=worth,
        checks=tuple(_check(cell, tool) for cell in cells if cell.most > 0 and not cell.by_hand),
        comment=comment,
    )


def _check(cell: NativeCell, tool: str) -> CheckResult:
    if cell.earned is None:
        status = CheckStatus.NEEDS_REVIEW
    else:
        status = CheckStatus.PASSED if cell.earned >= cell.most - EPSILON else CheckStatus.FAILED
    return CheckResult(
        check=cell.name,
        question=cell.question,
        description=_description(cell, tool),
        visible=cell.visible,
        status=status,
        points=max(0.0, cell.earned or 0.0),
        possible=cell.most,
        found=cell.printed,
        reason=cell.remark
        or (f"{tool} has no points for it yet: a person decides there." if cell.earned is None else None),
    )


def _description(cell: NativeCell, tool: str) -> str:
    return f"{cell.name}, graded by hand in {tool}." if cell.by_hand else f"{cell.name}, as {tool} tests it."


def _left_out(question: str, missing: float, most: float, points: float, tool: str) -> CheckResult:
    why = f"{tool} gives {most:g} of its {points:g} points" if most > 0 else f"{tool} gives no points for it"
    return CheckResult(
        check=f"{tool}-left-out",
        question=question,
        description=f"What {tool} does not test.",
        visible=True,
        status=CheckStatus.NOT_ASSESSED,
        points=0.0,
        possible=round(missing, 9),
        reason=f"{why}; the rest does not count in what can be had.",
    )
