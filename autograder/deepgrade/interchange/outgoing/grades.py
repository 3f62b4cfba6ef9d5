"""Grades as they leave for other tools: what the report says, with one rule for points that nobody could assess.

Other tools give every student the same maximum. Points that were not assessed (no GPU on the grading machine, a check
that broke) leave deepgrade's denominator; where the maximum cannot change, they are granted instead, so that they
cost nobody anything. A student's total is then the report's `total_points` plus `total_possible` short of the lab's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deepgrade.lab import Lab, Question
from deepgrade.report.model import ClassReport, StudentEntry
from deepgrade.report.points import decided_points, state_of, summarise
from deepgrade.report.text import one_line
from deepgrade.score.results import CheckResult, CheckStatus, QuestionResult

Part = Literal["total", "automatic"]
"""What leaves: all points, or only what checks gave (a lab whose manual questions are graded elsewhere)."""


@dataclass(frozen=True)
class QuestionGrade:
    """One question of one student."""

    question: str
    manual: bool
    points: float | None
    """What counts, with what was granted; None while it waits for a person, or was never scored."""
    automatic: float | None
    """The same without a person's decision."""
    granted: float
    """The part of `points` that could not be assessed."""
    possible: float
    decided: bool
    """A person gave the points."""
    review: bool
    """A check could not decide, and no person has yet."""
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class StudentGrade:
    """One student."""

    student: str
    filename: str
    """Of the submitted notebook; made from the student's name where nothing was run."""
    questions: tuple[QuestionGrade, ...]
    automatic: float | None
    """Points of the questions that checks grade; None where nothing was scored."""
    total: float | None
    """All points; None while something waits for a person, or where nothing was scored."""
    granted: float
    note: str
    """Why nothing was scored, or why the file was refused; empty otherwise."""
    run_folder: Path | None = None

    def value(self, part: Part) -> float | None:
        """Return the points that leave; None while they are not known."""
        return self.total if part == "total" else self.automatic

    @property
    def waiting(self) -> tuple[str, ...]:
        """The questions that have no points yet."""
        return tuple(question.question for question in self.questions if question.points is None)

    @property
    def reviews(self) -> tuple[str, ...]:
        """The questions in which a check could not decide."""
        return tuple(question.question for question in self.questions if question.review)


def possible_points(lab: Lab, part: Part) -> float:
    """Return what every student can have."""
    return math.fsum(q.points for q in lab.questions if part == "total" or not q.manual)


def scale_factor(possible: float, maximum: float | None) -> float:
    """Return by what points are multiplied to be out of `maximum`; 1 where that is None or nothing can be had."""
    return 1.0 if maximum is None or possible <= 0 else maximum / possible


def class_grades(report: ClassReport) -> Iterator[StudentGrade]:
    """Yield every student's grade, one at a time."""
    for entry in report.students():
        yield student_grade(entry, report.lab)


def student_grade(entry: StudentEntry, lab: Lab) -> StudentGrade:
    """Return one student's grade; every number comes from the report's own tally."""
    row = summarise(entry, lab, entry.slug)
    results = {result.question: result for result in entry.score.questions} if entry.score else {}
    missing = row.tally.not_assessed
    note = ""
    if entry.refusal is not None:
        note = f"The file could not be taken as a notebook: {one_line(entry.refusal, 400)}"
    elif entry.score is None:
        detail = one_line(entry.run.detail, 400) if entry.run else ""
        note = f"Not graded yet, which costs nobody points: {detail or row.verdict_title}"
    automatic, total = row.tally.automatic, row.tally.total
    return StudentGrade(
        student=entry.student,
        filename=entry.run.submission.filename if entry.run else f"{entry.student}.ipynb",
        questions=tuple(_question(question, results.get(question.id), entry) for question in lab.questions),
        automatic=None if automatic is None else _rounded(automatic + missing),
        total=None if total is None else _rounded(total + missing),
        granted=missing,
        note=note,
        run_folder=entry.run_folder,
    )


def _question(question: Question, result: QuestionResult | None, entry: StudentEntry) -> QuestionGrade:
    decided = question.id in entry.decisions
    if result is None:
        points = entry.decisions.get(question.id)
        return QuestionGrade(question.id, question.manual, points, None, 0.0, question.points, decided, False)
    missing = 0.0 if result.manual else result.possible - result.assessed
    automatic = result.points if result.manual else _rounded((result.points or 0.0) + missing)
    given = decided_points(result, entry.decisions)
    if entry.review is not None and decided:
        # Of an adjusted question something may still not be assessed.
        given = None if given is None else _rounded(given + missing)
    elif decided:
        missing = 0.0
    return QuestionGrade(
        question=question.id,
        manual=result.manual,
        points=given if decided else automatic,
        automatic=automatic,
        granted=missing,
        possible=result.possible,
        decided=decided,
        review=state_of(result, entry.decisions) == "review",
        checks=result.checks,
    )


def check_points(check: CheckResult) -> float:
    """Return what a check gives where the maximum cannot change."""
    return check.points if check.status.is_assessed else check.possible


def remarks(question: QuestionGrade) -> list[str]:
    """Return what a student is told about a question: each check that took points, with its hint, one line each.

    What hidden checks compared is for the staff and is not in it.
    """
    found = []
    for check in question.checks:
        hint = f" Hint: {one_line(check.hint, 300)}" if check.hint else ""
        reason = f" ({one_line(check.reason, 300)})" if check.reason else ""
        sentence = one_line(check.description, 300)
        if check.status is CheckStatus.FAILED:
            found.append(f"Failed: {sentence}{hint}")
        elif check.status is CheckStatus.NEEDS_REVIEW:
            found.append(f"Needs a person: {sentence}{reason}")
        elif not check.status.is_assessed and check.possible > 0 and not question.decided:
            found.append(
                f"Could not be assessed, so its {number_text(check.possible)} points are granted: {sentence}{reason}"
            )
    return found


def number_text(value: float) -> str:
    """Return points with at most six decimals and a point, as every tool reads them."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) >= 5e-7 else "0"


def _rounded(value: float) -> float:
    return round(value, 9)
