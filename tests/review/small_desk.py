"""A small lab with scores that nobody had to run for: two checked questions and a manual one."""

from datetime import UTC, datetime

from deepgrade.lab import Lab
from deepgrade.records import Gradebook, Place
from deepgrade.review.desk import Desk
from deepgrade.score import CheckResult, CheckStatus, Flag, QuestionResult, SubmissionScore

RUN = "d" * 64
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LAB = Lab.model_validate(
    {
        "schema_version": 1,
        "name": "small",
        "title": "Small",
        "data": [],
        "questions": [
            {"id": "a1", "title": "Scale", "points": 1.0},
            {"id": "a2", "title": "Count", "points": 2.0},
            {
                "id": "a3",
                "title": "Explain",
                "points": 1.0,
                "manual": True,
                "rubric": "0.6 says why.\n0.4 gives an example,\nand compares.\n\nBe kind.",
            },
        ],
    }
)


def check(question, name, points, possible=1.0, status=None):
    status = status or (CheckStatus.PASSED if points else CheckStatus.FAILED)
    return CheckResult(
        check=name,
        question=question,
        description=f"{name}.",
        visible=False,
        status=status,
        points=points,
        possible=possible,
    )


def checked(question, checks, title="t"):
    assessed = sum(c.possible for c in checks if c.status.is_assessed)
    return QuestionResult(
        question=question,
        title=title,
        manual=False,
        points=sum(c.points for c in checks) if assessed else None,
        possible=sum(c.possible for c in checks),
        assessed=assessed,
        checks=tuple(checks),
    )


def manual(question="a3", answer="Because.", points=None, possible=1.0):
    return QuestionResult(
        question=question,
        title="t",
        manual=True,
        points=points,
        possible=possible,
        assessed=possible,
        answer=answer,
    )


def score(student, *, a1=1.0, a2=(1.0, 1.0), a2_status=None, flags=(), run_key=RUN, at=NOON, **more):
    return SubmissionScore(
        lab="small",
        student=student,
        run_key=run_key,
        scored_at=at,
        checks_sha256="c",
        questions=(
            checked("a1", [check("a1", "test_scaled", a1)]),
            checked(
                "a2",
                [check("a2", "test_counted", a2[0], status=a2_status), check("a2", "test_summed", a2[1])],
            ),
            manual(),
        ),
        flags=tuple(Flag(code=code, sentence=f"{code}!", question=question) for code, question in flags),
        **more,
    )


def hand_in(book: Gradebook, student, made=None, *, sha="a", at=None, refusal=None):
    submission = book.add_submission(
        "small", student, f"{student}.ipynb", sha256=sha, run_key=RUN, handed_in_at=at, refusal=refusal
    )
    if made is not None:
        book.add_score(submission, made)
    return submission


def desk_of(book: Gradebook) -> Desk:
    return Desk(book, LAB)


__all__ = ["LAB", "NOON", "Place", "check", "checked", "desk_of", "hand_in", "manual", "score"]
