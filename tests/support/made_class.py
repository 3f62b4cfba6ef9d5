"""A class of a lab with scores that nobody had to run for: as many students as are asked for."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deepgrade.lab import Lab, LabFiles, load_checks, load_lab
from deepgrade.records import Course, Gradebook
from deepgrade.score import CheckResult, CheckStatus, Flag, ModelScore, QuestionResult, SubmissionScore

REPOSITORY = Path(__file__).parents[2]
NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)
ANSWER = (
    "An activation function is applied to the weighted sum of a unit. Student {number} compares **ReLU**, `max(0, x)`,"
    " with the sigmoid: both are non-linear, and the sigmoid's slope vanishes far from 0."
)


def make_score(lab: Lab, checks, student: str, number: int, *, run_key: str = "") -> SubmissionScore:
    """Return results like those of a real submission: most checks passed, some failed, now and then a flag."""
    chance = random.Random(number)  # noqa: S311 - tests are to be the same each time
    questions, flags = [], []
    for question in lab.questions:
        found = tuple(_check(check, chance) for check in checks if check.question == question.id)
        assessed = sum(c.possible for c in found if c.status.is_assessed)
        points = sum(c.points for c in found) if assessed else None
        questions.append(
            QuestionResult(
                question=question.id,
                title=question.title,
                manual=question.manual,
                points=None if question.manual else points,
                possible=question.points,
                assessed=question.points if question.manual else assessed,
                checks=found,
                answer=ANSWER.format(number=number) if question.manual else None,
            )
        )
        if any(c.status is CheckStatus.NEEDS_REVIEW for c in found):
            flags.append(
                Flag(code="needs_review", sentence="A check could not decide.", question=question.id)
            )
    if chance.random() < 0.1:
        flags.append(
            Flag(
                code="public_hidden_gap",
                sentence="0.991 on its test set, 0.954 on hidden rows.",
                question="b7",
            )
        )
    if chance.random() < 0.1:
        flags.append(
            Flag(code="near_threshold", sentence="0.9588 lies within the noise of 0.96.", question="b6")
        )
    model = ModelScore(
        question="b6",
        name="network",
        hidden="mnist",
        metric="accuracy",
        value=0.95,
        low=0.94,
        high=0.96,
        rows=500,
    )
    return SubmissionScore(
        lab=lab.name,
        student=student,
        run_key=run_key,
        scored_at=NOON,
        checks_sha256="c" * 64,
        questions=tuple(questions),
        model_scores=(model,),
        flags=tuple(flags),
    )


def _check(check, chance) -> CheckResult:
    rolled = chance.random()
    status = CheckStatus.PASSED if rolled < 0.8 else CheckStatus.FAILED
    if rolled > 0.995:
        status = CheckStatus.NEEDS_REVIEW
    return CheckResult(
        check=check.id,
        question=check.question,
        description=check.description,
        visible=check.visible,
        status=status,
        points=check.points if status is CheckStatus.PASSED else 0.0,
        possible=check.points,
        hint="pixels still go up to 255" if status is CheckStatus.FAILED else None,
        found="assert 255 <= 1" if status is CheckStatus.FAILED else None,
        reason="The model was not rebuilt." if status is CheckStatus.NEEDS_REVIEW else None,
    )


def make_class(course: Path, lab: str, students: int, *, root: Path = REPOSITORY, keys=()) -> Gradebook:
    """Fill a course's gradebook with a class and return it, open; `keys` are the runs of the first students."""
    files = LabFiles(root, lab)
    loaded, checks = load_lab(files), load_checks(files.checks).checks
    gradebook = Gradebook(Course(course).gradebook)
    for number in range(students):
        student, key = f"student-{number:04}", keys[number] if number < len(keys) else ""
        submission = gradebook.add_submission(
            lab,
            student,
            f"{student}.ipynb",
            sha256=f"{number:064x}",
            run_key=key,
            handed_in_at=NOON + timedelta(minutes=number),
        )
        gradebook.add_score(submission, make_score(loaded, checks, student, number, run_key=key))
    return gradebook
