"""How a class did: distribution, how hard each question was, how well it tells students apart, checks that tell nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deepgrade.lab import Lab
from deepgrade.review.final import FinalGrade
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
    checks: dict[tuple[str, str], list[int]] = {}
    for grade in grades:
        for question in grade.questions:
            for check in question.checks:
                counts = checks.setdefault((question.question, check.check), [0, 0, 0])
                counts[0] += check.status is CheckStatus.PASSED
                counts[1] += check.status.is_assessed and check.status is not CheckStatus.NEEDS_REVIEW
                counts[2] += check.decided is not None
    scored = [g for g in grades if any(q.points is not None for q in g.questions)]
    return ClassFacts(
        students=len(grades),
        points=tuple(sorted(g.so_far for g in scored)),
        possible=max((g.possible for g in grades), default=lab.points),
        questions=tuple(
            _question(place, titles[question].title, grades)
            for place, question in enumerate(q.id for q in lab.questions)
        ),
        checks=tuple(CheckFacts(check, question, *counts) for (question, check), counts in checks.items()),
        late=sum(g.late.late_s > 0 for g in grades),
        extended=sum(g.late.extended for g in grades),
        waived=sum(g.late.waived for g in grades),
    )


def _question(place: int, title: str, grades: Sequence[FinalGrade]) -> QuestionFacts:
    results = [grade.questions[place] for grade in grades]
    pairs: list[tuple[float, float]] = []
    shares: list[float] = []
    for grade, result in zip(grades, results, strict=True):
        if result.points is None or result.assessed <= 0:
            continue
        shares.append(result.points / result.assessed)
        rest = math.fsum(q.points or 0.0 for q in grade.questions) - result.points
        pairs.append((result.points, rest))
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
        discrimination=correlation(pairs) if len(pairs) >= _FEW else None,
        decided=sum(
            r.decided is not None or r.adjusted is not None or any(c.decided for c in r.checks)
            for r in results
        ),
    )


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation; None where one of both does not vary."""
    if len(pairs) < 2:
        return None
    mean_x, mean_y = (math.fsum(pair[i] for pair in pairs) / len(pairs) for i in (0, 1))
    x_part = math.fsum((x - mean_x) ** 2 for x, _ in pairs)
    y_part = math.fsum((y - mean_y) ** 2 for _, y in pairs)
    if x_part <= 1e-12 or y_part <= 1e-12:
        return None
    both = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return max(-1.0, min(1.0, both / math.sqrt(x_part * y_part)))
