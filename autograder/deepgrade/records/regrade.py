"""Re-grade sets: the same evidence, changed checks, computed aside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from deepgrade.records.gradebook import Gradebook
from deepgrade.records.tables import ScoreRow, SubmissionRow
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


class Moves(NamedTuple):
    """How many submissions a re-grade set moves."""

    up: int
    down: int
    same: int


def counts(changes: Iterable[Change]) -> Moves:
    """Return how many students go up, go down and stay."""
    return _moves((change.old, change.new) for change in changes)


def moves_of_sets(gradebook: Gradebook, lab: str) -> dict[int, Moves]:
    """Return what each re-grade set of a lab's checks moved, or would have, by its number.

    Each is held against the scores that were in force when it was made.
    """
    with gradebook.reading() as session:
        rows = session.execute(
            select(ScoreRow.submission_id, ScoreRow.set_id, ScoreRow.state, ScoreRow.points)
            .join(SubmissionRow, SubmissionRow.id == ScoreRow.submission_id)
            .where(SubmissionRow.lab == lab)
            .order_by(ScoreRow.id)
        )
        in_force: dict[int, float] = {}
        pairs: dict[int, list[tuple[float | None, float]]] = {}
        for submission_id, set_id, state, points in rows:
            if set_id is not None:
                pairs.setdefault(set_id, []).append((in_force.get(submission_id), points))
            if state == "applied":
                in_force[submission_id] = points
    return {set_id: _moves(found) for set_id, found in pairs.items()}


def _moves(pairs: Iterable[tuple[float | None, float]]) -> Moves:
    up = down = same = 0
    for old, new in pairs:
        difference = new - (old or 0.0)
        if math.isclose(difference, 0.0, abs_tol=1e-9):
            same += 1
        elif difference > 0:
            up += 1
        else:
            down += 1
    return Moves(up, down, same)
