"""A whole class at once: whose submission and which score is in force, in a handful of queries and without their texts.

What is in force is said in `Gradebook.entry`; this says the same of all students together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from deepgrade.records.briefs import Brief, brief_from_json, brief_json, brief_of
from deepgrade.records.gradebook import Gradebook
from deepgrade.records.tables import AttributionRow, BriefRow, ScoreRow, SubmissionRow
from deepgrade.score import SubmissionScore

_TOGETHER = 500
"""Databases limit how many values a question may name."""


class InForce(NamedTuple):
    """A student's submission in force. A group's stands there once for each of its students."""

    student: str
    """The student's key."""
    handed_in_as: str
    """The name that its files gave: where decisions about the work are kept."""
    submission_id: int
    filename: str
    run_key: str | None
    refusal: str | None
    handed_in_at: datetime | None
    """When, UTC; None where nothing says it."""
    received_at: datetime
    tool: str | None
    """Whose results these are; None: deepgrade's own."""
    score_id: int | None
    """None when it was refused or has not been scored."""


class LabStamp(NamedTuple):
    """Changes whenever what is in force in a lab may have changed."""

    submissions: int
    latest_received: str
    scores: int
    applied: int
    latest_score: int
    attributions: int


def in_force_of(
    gradebook: Gradebook, lab: str, names: Mapping[str, Sequence[str]] | None = None
) -> list[InForce]:
    """Return what is in force for every student of a lab, in alphabetical order.

    Args:
        gradebook: Of the course.
        lab: Which lab.
        names: What `names_of_students` says now; None: it is asked.

    Raises:
        StorageError: As `Gradebook`'s.
        GradebookError: As `Gradebook`'s.
    """
    names = gradebook.names_of_students(lab) if names is None else names
    with gradebook.reading() as session:
        rows = session.execute(
            select(
                SubmissionRow.id,
                SubmissionRow.student,
                SubmissionRow.filename,
                SubmissionRow.run_key,
                SubmissionRow.refusal,
                SubmissionRow.handed_in_at,
                SubmissionRow.received_at,
                SubmissionRow.origin,
            )
            .where(SubmissionRow.lab == lab, SubmissionRow.aside.is_(False))
            .order_by(SubmissionRow.received_at, SubmissionRow.id)
        ).all()
        scores = {
            (submission_id, run_key): score_id
            for submission_id, run_key, score_id in session.execute(
                select(ScoreRow.submission_id, ScoreRow.run_key, func.max(ScoreRow.id))
                .join(SubmissionRow, SubmissionRow.id == ScoreRow.submission_id)
                .where(SubmissionRow.lab == lab, ScoreRow.state == "applied")
                .group_by(ScoreRow.submission_id, ScoreRow.run_key)
            )
        }
    latest = {row.student: row for row in rows}
    found = []
    for student, handed_in_as in names.items():
        mine = [latest[name] for name in handed_in_as if name in latest]
        if not mine:
            continue
        row = max(mine, key=lambda one: (one.received_at, one.id))
        run_key = row.run_key if row.origin is None else ""
        found.append(
            InForce(
                student=student,
                handed_in_as=row.student,
                submission_id=row.id,
                filename=row.filename,
                run_key=row.run_key,
                refusal=row.refusal,
                handed_in_at=row.handed_in_at,
                received_at=row.received_at,
                tool=row.origin,
                score_id=scores.get((row.id, run_key)),
            )
        )
    return found


def lab_stamp(gradebook: Gradebook, lab: str) -> LabStamp:
    """Return what changes whenever a submission, a score or an attribution of the lab does.

    Raises:
        GradebookError: As `Gradebook`'s.
    """
    with gradebook.reading() as session:
        count, received, scored, applied, latest, attributed = session.execute(_STAMP, {"lab": lab}).one()
    return LabStamp(count, str(received), scored, applied, latest or 0, attributed or 0)


def _stamp_query() -> Select[Any]:
    """Return one row of three, in one question that is put together once: a page of all labs asks it for each."""
    submissions = (
        select(
            func.count(SubmissionRow.id).label("count"), func.max(SubmissionRow.received_at).label("received")
        )
        .where(SubmissionRow.lab == bindparam("lab"))
        .subquery()
    )
    scores = (
        select(
            func.count(ScoreRow.id).label("count"),
            func.count(ScoreRow.id).filter(ScoreRow.state == "applied").label("applied"),
            func.max(ScoreRow.id).label("latest"),
        )
        .join(SubmissionRow, SubmissionRow.id == ScoreRow.submission_id)
        .where(SubmissionRow.lab == bindparam("lab"))
        .subquery()
    )
    attributions = (
        select(func.max(AttributionRow.id).label("latest"))
        .where(AttributionRow.lab == bindparam("lab"))
        .subquery()
    )
    return select(*submissions.c, *scores.c, *attributions.c).select_from(
        submissions.join(scores, true()).join(attributions, true())
    )


_STAMP = _stamp_query()


def briefs_of(gradebook: Gradebook, score_ids: Iterable[int]) -> dict[int, Brief]:
    """Return score id -> brief. Scores that have none yet (of an older gradebook) get theirs now.

    Raises:
        StorageError: As `Gradebook`'s.
        GradebookError: As `Gradebook`'s.
    """
    wanted = list(score_ids)
    found: dict[int, Brief] = {}
    with gradebook.reading() as session:
        for some in _in_parts(wanted):
            rows = session.execute(
                select(BriefRow.score_id, BriefRow.payload).where(BriefRow.score_id.in_(some))
            )
            for score_id, text in rows:
                brief = brief_from_json(text)
                if brief is not None:
                    found[score_id] = brief
    for some in _in_parts([score_id for score_id in wanted if score_id not in found]):
        found |= _made(gradebook, some)
    return found


def _made(gradebook: Gradebook, score_ids: Sequence[int]) -> dict[int, Brief]:
    with gradebook.reading() as session:
        payloads = session.execute(
            select(ScoreRow.id, ScoreRow.payload).where(ScoreRow.id.in_(score_ids))
        ).all()
    made = {score_id: SubmissionScore.model_validate_json(payload) for score_id, payload in payloads}
    # Another process may be doing the same; whose rows stay does not matter.
    with suppress(IntegrityError), gradebook.writing() as session:
        for score_id, score in made.items():
            stored = {"payload": brief_json(score)}
            changed = session.execute(update(BriefRow).where(BriefRow.score_id == score_id).values(stored))
            if not getattr(changed, "rowcount", 0):
                session.execute(insert(BriefRow).values(score_id=score_id, **stored))
    return {score_id: brief_of(score) for score_id, score in made.items()}


def _in_parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER)]
