"""Which of nbgrader's cells holds which points.

nbgrader gives points to cells, deepgrade to questions. The cells of a question are those whose id begins with the question's
(`b3-check-1`, `b3-hidden`, `c9-answer-1`); visible checks go to their own cells in the order of the check file, and the
rest to the cell that is left. Whatever a cell holds, the cells of a question add up to the question's points.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deepgrade.interchange.errors import InterchangeError
from deepgrade.interchange.outgoing.grades import QuestionGrade, check_points
from deepgrade.lab import Lab, listed
from deepgrade.score.results import CheckResult, CheckStatus

_CHECK = re.compile(r"-check-(\d+)\Z")
_EPSILON = 1e-6


@dataclass(frozen=True)
class GradedCell:
    """A cell that carries points, as the gradebook has it."""

    name: str
    """nbgrader's grade id."""
    most: float
    solution: bool
    """Students write into it; a person gives its points."""


class CellScore(NamedTuple):
    """What the gradebook gets for one cell of one student."""

    name: str
    auto: float | None
    manual: float | None
    """A person's decision in deepgrade."""
    extra: float | None
    """What a person gave beyond the maximum."""
    needs_manual: bool
    checks: tuple[CheckResult, ...]
    """The checks whose points the cell holds."""


def question_of(name: str) -> str:
    """Return the question of a cell: ids of questions have no hyphen."""
    return name.partition("-")[0]


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts `b2-...` before `b10-...`."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def cells_of_questions(
    lab: Lab, cells: Sequence[GradedCell], place: str
) -> dict[str, tuple[GradedCell, ...]]:
    """Return each question's cells.

    Raises:
        InterchangeError: The cells do not hold the lab's points; every question that differs is named.
    """
    found = {
        question.id: tuple(
            sorted((cell for cell in cells if question_of(cell.name) == question.id), key=_order)
        )
        for question in lab.questions
    }
    problems = []
    for question in lab.questions:
        held = math.fsum(cell.most for cell in found[question.id])
        if abs(held - question.points) > _EPSILON:
            names = ", ".join(cell.name for cell in found[question.id]) or "no cell"
            problems.append(f"{question.id}: worth {question.points:g} points, but {names} holds {held:g}")
    strange = [cell.name for cell in cells if question_of(cell.name) not in found and cell.most > 0]
    problems += [f"{name}: the lab has no such question" for name in strange]
    if problems:
        raise InterchangeError(
            f"{place} was made from another version of {lab.name}:\n{listed(problems)}\n"
            f"Build the course again (`deepgrade build {lab.name}`, then `nbgrader generate_assignment`), or grade with"
            " the lab that it was made from."
        )
    return found


def _order(cell: GradedCell) -> tuple[int, int, str]:
    """Sort checks by their number, then the cell for the rest."""
    number = _CHECK.search(cell.name)
    return (0, int(number.group(1)), "") if number else (1, 0, cell.name)


def cell_scores(question: QuestionGrade, cells: Sequence[GradedCell]) -> list[CellScore]:
    """Spread one student's question over its cells."""
    most = [cell.most for cell in cells]
    holders = _holders(question, cells)
    auto: list[float] | None = None
    if question.automatic is not None:
        natural = [math.fsum(check_points(check) for check in checks) for checks in holders]
        auto = fit(natural, most, question.automatic)[0]
    manual, extra = (
        fit(auto or most, most, question.points)
        if question.decided and question.points is not None
        else (None, 0.0)
    )
    scores = []
    for number, cell in enumerate(cells):
        review = question.review and any(c.status is CheckStatus.NEEDS_REVIEW for c in holders[number])
        last = number == len(cells) - 1
        scores.append(
            CellScore(
                name=cell.name,
                auto=None if auto is None else auto[number],
                manual=None if manual is None else manual[number],
                extra=extra if manual is not None and last and extra > 0 else None,
                needs_manual=question.points is None or review,
                checks=tuple(holders[number]),
            )
        )
    return scores


def _holders(question: QuestionGrade, cells: Sequence[GradedCell]) -> list[list[CheckResult]]:
    holders: list[list[CheckResult]] = [[] for _ in cells]
    numbers = {
        int(match.group(1)): place
        for place, cell in enumerate(cells)
        if (match := _CHECK.search(cell.name)) is not None
    }
    visible = 0
    for check in question.checks:
        visible += check.visible
        place = numbers.get(visible, len(cells) - 1) if check.visible else len(cells) - 1
        holders[place].append(check)
    return holders


def fit(values: Sequence[float], most: Sequence[float], total: float) -> tuple[list[float], float]:
    """Return values within their maxima that add up to a total, and what no cell had room for.

    Values stay as near as they can to what they were; the last cells are changed first.
    """
    fitted = [min(max(value, 0.0), limit) for value, limit in zip(values, most, strict=True)]
    missing = total - math.fsum(fitted)
    for place in reversed(range(len(fitted))):
        change = min(missing, most[place] - fitted[place]) if missing > 0 else max(missing, -fitted[place])
        fitted[place] += change
        missing -= change
    return [round(value, 9) for value in fitted], round(max(missing, 0.0), 9)
