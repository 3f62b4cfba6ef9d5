"""From check results to points."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deepgrade.lab import Question
from deepgrade.score.results import CheckResult, QuestionResult


def question_result(
    question: Question, checks: Sequence[CheckResult], *, answer: str | None = None
) -> QuestionResult:
    """Add up one question.

    A check that could not be assessed leaves the denominator; one that needs a person stays in it and
    earns nothing yet. Manual questions have no points until a person gives them.
    """
    if question.manual:
        return QuestionResult(
            question=question.id,
            title=question.title,
            manual=True,
            points=None,
            possible=question.points,
            assessed=question.points,
            checks=tuple(checks),
            answer=answer,
        )
    unassessed = math.fsum(check.possible for check in checks if not check.status.is_assessed)
    assessed = max(0.0, round(question.points - unassessed, 9))
    earned = round(math.fsum(check.points for check in checks), 9)
    return QuestionResult(
        question=question.id,
        title=question.title,
        manual=False,
        points=min(earned, assessed) if assessed > 0 else None,
        possible=question.points,
        assessed=assessed,
        checks=tuple(checks),
        answer=answer,
    )
