"""The gradebook's tables. Scores and decisions are appended, never overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """Base of all tables."""


class Moment(TypeDecorator[datetime]):
    """A moment with its zone, kept in UTC: SQLite keeps no zone, and PostgreSQL answers in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the moment in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the moment with its zone, UTC."""
        if value is None or value.tzinfo is not None:
            return None if value is None else value.astimezone(UTC)
        return value.replace(tzinfo=UTC)


class SchemaRow(Base):
    """Which version of these tables the file holds."""

    __tablename__ = "schema"

    version: Mapped[int] = mapped_column(Integer, primary_key=True)


class SubmissionRow(Base):
    """A file that a student handed in, or another tool's results of one."""

    __tablename__ = "submission"
    __table_args__ = (Index("submission_of_student", "lab", "student"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lab: Mapped[str] = mapped_column(String(64))
    student: Mapped[str] = mapped_column(Text)
    """The name under which it was handed in; `AttributionRow` says whose it is, where that is another."""
    filename: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(String(64))
    run_key: Mapped[str | None] = mapped_column(String(64))
    """Of the run in force; None while it has not run, or for a refused file."""
    refusal: Mapped[str | None] = mapped_column(Text)
    """Why the file could not be taken as a notebook."""
    received_at: Mapped[datetime] = mapped_column(Moment)
    handed_in_at: Mapped[datetime | None] = mapped_column(Moment)
    """When, where the platform's files say it; `received_at` is when the grader last saw it."""
    origin: Mapped[str | None] = mapped_column(String(16))
    """The tool whose results these are (`otter`, `nbgrader`; then the file is the tool's); None: a file for our own run."""
    aside: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Kept, and never in force: another tool's results of a student who has others already."""


class AttributionRow(Base):
    """Whose a submission is that came under some name; the latest row of a name is in force."""

    __tablename__ = "attribution"
    __table_args__ = (Index("attribution_of_name", "lab", "handed_in_as"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lab: Mapped[str] = mapped_column(String(64))
    handed_in_as: Mapped[str] = mapped_column(Text)
    """`SubmissionRow.student`: the name that the files gave."""
    students: Mapped[str] = mapped_column(Text)
    """The keys of the students, as a JSON list: several for a group."""
    why: Mapped[str] = mapped_column(Text)
    """How it was found, for a person."""
    clues: Mapped[str] = mapped_column(Text)
    """What the files said about the student, as JSON, for a roster that comes later."""
    decided_at: Mapped[datetime] = mapped_column(Moment)


class ScoreRow(Base):
    """All results of one submission at one moment."""

    __tablename__ = "score"
    __table_args__ = (Index("score_of_submission", "submission_id", "state"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    run_key: Mapped[str] = mapped_column(String(64))
    """Empty for another tool's results."""
    scored_at: Mapped[datetime] = mapped_column(Moment)
    checks_sha256: Mapped[str] = mapped_column(String(64))
    points: Mapped[float] = mapped_column(Float)
    possible: Mapped[float] = mapped_column(Float)
    payload: Mapped[str] = mapped_column(Text)
    """The `SubmissionScore` as JSON."""
    state: Mapped[str] = mapped_column(String(16))
    """`applied`, `aside` (in an undecided re-grade set) or `cancelled`."""
    set_id: Mapped[int | None] = mapped_column(ForeignKey("regrade_set.id"))
    brief: Mapped[BriefRow | None] = relationship(lazy="raise")


class RegradeSetRow(Base):
    """Scores computed aside, then applied with a reason or cancelled."""

    __tablename__ = "regrade_set"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lab: Mapped[str] = mapped_column(String(64))
    board: Mapped[str | None] = mapped_column(String(64))
    """Of a board's entries; None: of the lab's checks."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(16))
    """`aside`, `applied` or `cancelled`."""
    reason: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(Text)
    """Who; None in sets that were decided before it was kept."""


class EntryRow(Base):
    """One entry on a board: a model of a graded notebook, or a file of predictions."""

    __tablename__ = "board_entry"
    __table_args__ = (Index("entry_of_board", "lab", "board", "handed_in_as"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lab: Mapped[str] = mapped_column(String(64))
    board: Mapped[str] = mapped_column(String(64))
    handed_in_as: Mapped[str] = mapped_column(Text)
    """As `SubmissionRow.student`: attributions say whose it is."""
    filename: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    """What the student wrote about it."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the file; of a model's notebook."""
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    """The graded notebook; None for a file."""
    run_key: Mapped[str | None] = mapped_column(String(64))
    """Of the run whose model this is; None for a file."""
    entered_at: Mapped[datetime] = mapped_column(Moment)
    time_known: Mapped[bool] = mapped_column(Boolean)
    """Whether `entered_at` is when it was handed in; else it is when the grader first saw it."""
    state: Mapped[str] = mapped_column(String(16))
    """`taken`, `refused` (by the rules or for its defects) or `failed` (by the grader)."""
    problem: Mapped[str | None] = mapped_column(Text)
    """Why it was refused or failed, for the student."""


class EntryScoreRow(Base):
    """All scores of one entry at one moment."""

    __tablename__ = "board_score"
    __table_args__ = (Index("score_of_entry", "entry_id", "state"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("board_entry.id"))
    scored_at: Mapped[datetime] = mapped_column(Moment)
    payload: Mapped[str] = mapped_column(Text)
    """The `EntryScores` as JSON."""
    state: Mapped[str] = mapped_column(String(16))
    """As `ScoreRow.state`."""
    set_id: Mapped[int | None] = mapped_column(ForeignKey("regrade_set.id"))


class BoardEventRow(Base):
    """Something a person decided about a board; the latest of a kind is in force."""

    __tablename__ = "board_event"
    __table_args__ = (Index("event_of_board", "lab", "board"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lab: Mapped[str] = mapped_column(String(64))
    board: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    """One of `records.entries.EventKind`."""
    handed_in_as: Mapped[str | None] = mapped_column(Text)
    """Whom it is about: extensions and choices."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("board_entry.id"))
    value: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(Moment)


class DecisionRow(Base):
    """What a person decided in a review. Each follows the one that its writer had seen as the latest at its place."""

    __tablename__ = "review_decision"
    __table_args__ = (
        # Of two that follow the same decision the database takes one: nobody overwrites what they have not seen.
        UniqueConstraint("lab", "student", "question", "check_id", "supersedes", name="one_successor"),
        Index("decision_of_question", "lab", "question"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lab: Mapped[str] = mapped_column(String(64))
    student: Mapped[str] = mapped_column(Text)
    """`records.decisions.Place`; empty for the lab's own."""
    question: Mapped[str] = mapped_column(Text)
    check_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(Text)
    """One of `records.decisions.Value`, as JSON."""
    why: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(Moment)
    supersedes: Mapped[int] = mapped_column(Integer)
    """0: the first at its place; nulls would not be unique."""
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    score_id: Mapped[int | None] = mapped_column(ForeignKey("score.id"))
    points_before: Mapped[float | None] = mapped_column(Float)
    points_after: Mapped[float | None] = mapped_column(Float)


class BriefRow(Base):
    """The numbers of a score without its texts: what pages about a whole class read."""

    __tablename__ = "score_brief"

    score_id: Mapped[int] = mapped_column(ForeignKey("score.id"), primary_key=True)
    payload: Mapped[str] = mapped_column(Text)
    """`records.briefs.Brief` as JSON."""
