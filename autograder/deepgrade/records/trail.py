"""Everything that the gradebook holds of one student's work in a lab: each file, each score it ever got, each re-grade set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from deepgrade.records.gradebook import Gradebook
from deepgrade.records.tables import AttributionRow, RegradeSetRow, ScoreRow, SubmissionRow
from deepgrade.score import SubmissionScore


class PastSet(NamedTuple):
    """A re-grade set."""

    id: int
    created_at: datetime
    state: str
    """`aside`, `applied` or `cancelled`."""
    reason: str
    decided_at: datetime | None
    decided_by: str
    """Empty: not kept."""


class PastScore(NamedTuple):
    """A score, in force or not."""

    id: int
    scored_at: datetime
    state: str
    """As the set's; `applied` without one."""
    run_key: str
    score: SubmissionScore
    regrade: PastSet | None


class PastSubmission(NamedTuple):
    """A file, or another tool's results."""

    id: int
    handed_in_as: str
    filename: str
    sha256: str | None
    refusal: str | None
    handed_in_at: datetime | None
    received_at: datetime
    tool: str | None
    aside: bool
    scores: tuple[PastScore, ...]
    """In the order in which they were made."""


class PastAttribution(NamedTuple):
    """Whose a submission was said to be."""

    handed_in_as: str
    students: str
    """JSON list of keys."""
    why: str
    decided_at: datetime


def submissions_of(gradebook: Gradebook, lab: str, names: Sequence[str]) -> list[PastSubmission]:
    """Return all that came under a student's names, in the order in which it came.

    Raises:
        GradebookError: As `Gradebook`'s.
    """
    with gradebook.reading() as session:
        rows = session.scalars(
            select(SubmissionRow)
            .where(SubmissionRow.lab == lab, SubmissionRow.student.in_(names))
            .order_by(SubmissionRow.received_at, SubmissionRow.id)
        ).all()
        scores: dict[int, list[PastScore]] = {}
        found = session.execute(
            select(ScoreRow, RegradeSetRow)
            .outerjoin(RegradeSetRow, RegradeSetRow.id == ScoreRow.set_id)
            .where(ScoreRow.submission_id.in_([row.id for row in rows]))
            .order_by(ScoreRow.id)
        )
        for score, regrade in found:
            scores.setdefault(score.submission_id, []).append(
                PastScore(
                    id=score.id,
                    scored_at=score.scored_at,
                    state=score.state,
                    run_key=score.run_key,
                    score=SubmissionScore.model_validate_json(score.payload),
                    regrade=None if regrade is None else _set(regrade),
                )
            )
        return [
            PastSubmission(
                id=row.id,
                handed_in_as=row.student,
                filename=row.filename,
                sha256=row.sha256,
                refusal=row.refusal,
                handed_in_at=row.handed_in_at,
                received_at=row.received_at,
                tool=row.origin,
                aside=row.aside,
                scores=tuple(scores.get(row.id, ())),
            )
            for row in rows
        ]


def attributions_of(gradebook: Gradebook, lab: str, names: Sequence[str]) -> list[PastAttribution]:
    """Return every time that it was said whose the submissions under some names are, in order.

    Raises:
        GradebookError: As `Gradebook`'s.
    """
    with gradebook.reading() as session:
        rows = session.scalars(
            select(AttributionRow)
            .where(AttributionRow.lab == lab, AttributionRow.handed_in_as.in_(names))
            .order_by(AttributionRow.id)
        )
        return [PastAttribution(row.handed_in_as, row.students, row.why, row.decided_at) for row in rows]


def _set(row: RegradeSetRow) -> PastSet:
    return PastSet(row.id, row.created_at, row.state, row.reason or "", row.decided_at, row.decided_by or "")
