"""How a class did: distribution, how hard each question was, how well it tells students apart, checks that tell nothing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

from deepgrade.lab import Lab
from deepgrade.review.final import FinalGrade, FinalQuestion
from deepgrade.score import CheckStatus

_FEW = 8
"""Below so many students a correlation says nothing."""


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """One question over the class."""

    question: str
    title: str
    manual: bool
    possible: float
    count: int
    """Students with points."""
    mean: float | None
    """Mean share of the points, 0 to 1: the lower, the harder; None where nobody has points."""
    full: int
    none: int
    discrimination: float | None
    """Correlation of its points with those of all other questions, -1 to 1; None where few have points or all the same."""
    decided: int
    """Students whose points a person gave or changed."""


class CheckFacts(NamedTuple):
    """One check over the class."""

    check: str
    question: str
    passed: int
    assessed: int
    overridden: int


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class."""

    students: int
    points: tuple[float, ...]
    """Final points of who has any, late penalties taken off, ascending; of who still waits, those so far."""
    possible: float
    questions: tuple[QuestionFacts, ...]
    checks: tuple[CheckFacts, ...]
    late: int
    extended: int
    waived: int

    @property
    def mean(self) -> float | None:
        """Mean points."""
        return math.fsum(self.points) / len(self.points) if self.points else None

    @property
    def median(self) -> float | None:
        """Median points."""
        if not self.points:
            return None
        middle = len(self.points) // 2
        both = (
            self.points[middle - 1 : middle + 1]
            if len(self.points) % 2 == 0
            else self.points[middle : middle + 1]
        )
        return math.fsum(both) / len(both)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the points, of a sample."""
        mean = self.mean
        if mean is None or len(self.points) < 2:
            return None
        return math.sqrt(math.fsum((p - mean) ** 2 for p in self.points) / (len(self.points) - 1))

    @property
    def passed_by_everybody(self) -> tuple[CheckFacts, ...]:
        """Checks that all passed: they tell nobody apart."""
        return tuple(c for c in self.checks if c.assessed > 1 and c.passed == c.assessed)

    @property
    def passed_by_nobody(self) -> tuple[CheckFacts, ...]:
        """Checks that nobody passed: too hard, or wrong."""
        return tuple(c for c in self.checks if c.assessed > 1 and c.passed == 0)


def class_facts(grades: Sequence[FinalGrade], lab: Lab) -> ClassFacts:
    """Return how a class did."""
    titles = {question.id: question for question in lab.questions}
    totals = [math.fsum(q.points or 0.0 for q in g.questions) for g in grades]
    checks: dict[tuple[str, str], list[int]] = {}
    questions = []
    for place, question in enumerate(lab.questions):
        results = [grade.questions[place] for grade in grades]
        counted = _counted(results)
        questions.append(_question(titles[question.id].title, results, counted, totals))
        for result, students in counted:
            for check in result.checks:
                counts = checks.setdefault((result.question, check.check), [0, 0, 0])
                status = check.status
                counts[0] += students * (status is CheckStatus.PASSED)
                counts[1] += students * (status.is_assessed and status is not CheckStatus.NEEDS_REVIEW)
                counts[2] += students * (check.decided is not None)
    scored = [g for g in grades if any(q.points is not None for q in g.questions)]
    return ClassFacts(
        students=len(grades),
        points=tuple(sorted(g.so_far for g in scored)),
        possible=max((g.possible for g in grades), default=lab.points),
        questions=tuple(questions),
        checks=tuple(CheckFacts(check, question, *counts) for (question, check), counts in checks.items()),
        late=sum(g.late.late_s > 0 for g in grades),
        extended=sum(g.late.extended for g in grades),
        waived=sum(g.late.waived for g in grades),
    )


def _counted(results: Sequence[FinalQuestion]) -> list[tuple[FinalQuestion, int]]:
    """Return each result once, with how many students share it: desks make equal results one object."""
    once = {id(result): result for result in results}
    return [(once[which], students) for which, students in Counter(map(id, results)).items()]


def _question(
    title: str,
    results: Sequence[FinalQuestion],
    counted: Sequence[tuple[FinalQuestion, int]],
    totals: Sequence[float],
) -> QuestionFacts:
    pairs = [
        (result.points, total - result.points, result.points / result.assessed)
        for result, total in zip(results, totals, strict=True)
        if result.points is not None and result.assessed > 0
    ]
    shares = [share for _, _, share in pairs]
    first = results[0] if results else None
    return QuestionFacts(
        question=first.question if first else "",
        title=title,
        manual=first.manual if first else False,
        possible=first.possible if first else 0.0,
        count=len(shares),
        mean=math.fsum(shares) / len(shares) if shares else None,
        full=sum(share >= 1 - 1e-9 for share in shares),
        none=sum(share <= 1e-9 for share in shares),
        discrimination=correlation([pair[:2] for pair in pairs]) if len(pairs) >= _FEW else None,
        decided=sum(
            students
            for r, students in counted
            if r.decided is not None or r.adjusted is not None or any(c.decided for c in r.checks)
        ),
    )


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation; None where one of both does not vary."""
    if len(pairs) < 2:
        return None
    x_off, y_off = map(_from_mean, zip(*pairs, strict=True))
    x_part, y_part, both = (
        math.fsum(map(mul, *of)) for of in ((x_off, x_off), (y_off, y_off), (x_off, y_off))
    )
    if x_part <= 1e-12 or y_part <= 1e-12:
        return None
    return max(-1.0, min(1.0, both / math.sqrt(x_part * y_part)))


def _from_mean(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values)
    return [value - mean for value in values]
