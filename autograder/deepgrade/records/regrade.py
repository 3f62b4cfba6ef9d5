"""Re-grade sets: the same evidence, changed checks, computed aside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from deepgrade.records.gradebook import Gradebook
from deepgrade.score import CheckStatus, SubmissionScore


class Change(NamedTuple):
    """What a re-grade set would change for one student."""

    student: str
    old: float | None
    """Automatic points in force; None when there was no score."""
    new: float
    why: tuple[str, ...]
    """The checks whose outcome or points changed, with both outcomes."""


def compare(student: str, old: SubmissionScore | None, new: SubmissionScore) -> Change:
    """Return what changes between two scores of a submission."""
    before = {} if old is None else {c.check: c for q in old.questions for c in q.checks}
    after = {c.check: c for q in new.questions for c in q.checks}
    why = [
        _sentence(name, before[name].status, after[name].status, before[name].points, after[name].points)
        for name in after
        if name in before
        and (before[name].status, before[name].points) != (after[name].status, after[name].points)
    ]
    why += [f"{name}: new, {after[name].status.value}" for name in after if name not in before]
    why += [f"{name}: removed, was {before[name].status.value}" for name in before if name not in after]
    return Change(student, None if old is None else old.automatic_points, new.automatic_points, tuple(why))


def _sentence(name: str, old: CheckStatus, new: CheckStatus, old_points: float, new_points: float) -> str:
    if old is new:
        return f"{name}: {old_points:g} -> {new_points:g} points"
    return f"{name}: {old.value} -> {new.value}"


def changes_of(gradebook: Gradebook, lab: str, set_id: int) -> Iterator[Change]:
    """Yield a re-grade set's changes, one a student, unchanged students too."""
    for entry in gradebook.entries(lab):
        new = gradebook.set_score(set_id, entry.submission_id)
        if new is not None:
            yield compare(entry.student, entry.score, new)


def counts(changes: Iterable[Change]) -> tuple[int, int, int]:
    """Return how many students go up, go down and stay."""
    up = down = same = 0
    for change in changes:
        difference = change.new - (change.old or 0.0)
        if math.isclose(difference, 0.0, abs_tol=1e-9):
            same += 1
        elif difference > 0:
            up += 1
        else:
            down += 1
    return up, down, same
