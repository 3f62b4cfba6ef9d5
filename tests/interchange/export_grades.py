"""Grades made by hand: a lab of three checked questions and a manual one, and students of every kind."""

from datetime import UTC, datetime
from pathlib import Path

from deepgrade.lab import Lab
from deepgrade.report import ClassReport, StudentEntry
from deepgrade.score.results import CheckResult, CheckStatus, QuestionResult, SubmissionScore

NOW = datetime(2026, 3, 24, tzinfo=UTC)
POINTS = {"a1": 1.0, "b1": 0.75, "b2": 2.0, "b10": 1.5}
MANUAL = {"a1"}

LAB = Lab.model_validate(
    {
        "schema_version": 1,
        "name": "small",
        "title": "Lab 5: networks",
        "data": [],
        "questions": [
            {"id": name, "title": name, "points": points, "manual": name in MANUAL}
            for name, points in POINTS.items()
        ],
    }
)


def check(
    question: str, number: int, points: float, status: str = "passed", *, visible: bool = False
) -> CheckResult:
    """Return one check's result."""
    return CheckResult(
        check=f"test_{question}_{number}",
        question=question,
        description=f"Step {number} of {question} is right.",
        visible=visible,
        status=CheckStatus(status),
        points=points if status == "passed" else 0.0,
        possible=points,
        hint="Divide by 255." if status == "failed" else None,
        found="assert 'MARIGOLD' == 1" if status == "failed" else None,
        reason="The machine had no GPU." if status in ("not_assessed", "needs_review") else None,
    )


def score(student: str, statuses: dict[str, tuple[str, str]] | None = None) -> SubmissionScore:
    """Return a score: question -> status of its visible check (a third) and of its hidden one."""
    questions = []
    for name, points in POINTS.items():
        if name in MANUAL:
            checks = ()
        else:
            first, second = (statuses or {}).get(name, ("passed", "passed"))
            third = round(points / 3, 3)
            checks = (
                check(name, 1, third, first, visible=True),
                check(name, 2, round(points - third, 3), second),
            )
        missing = sum(c.possible for c in checks if c.status.value in ("not_assessed", "internal_error"))
        assessed = max(0.0, round(points - missing, 9))
        earned = round(sum(c.points for c in checks), 9)
        questions.append(
            QuestionResult(
                question=name,
                title=name,
                manual=name in MANUAL,
                points=None if name in MANUAL or assessed <= 0 else min(earned, assessed),
                possible=points,
                assessed=points if name in MANUAL else assessed,
                checks=checks,
            )
        )
    return SubmissionScore(
        lab="small",
        student=student,
        run_key="0" * 64,
        scored_at=NOW,
        checks_sha256="f" * 64,
        questions=tuple(questions),
    )


def entry(
    student: str, statuses: dict[str, tuple[str, str]] | None = None, **decisions: float
) -> StudentEntry:
    """Return a student with a score; decisions are question = points."""
    return StudentEntry(student, student, score(student, statuses), decisions=decisions)


def report(*entries: StudentEntry) -> ClassReport:
    """Return the report of a class."""
    return ClassReport(LAB, "course", NOW, lambda: iter(entries))


def sheet_file(folder: Path, text: str, name: str = "exported.csv") -> Path:
    """Write a file of another tool, byte by byte."""
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path
