"""The gradebook: who handed in what, and every score it ever got. Written by the head process alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session

from deepgrade.records import regrade_sets
from deepgrade.records.briefs import brief_json
from deepgrade.records.changes import Changes, Mark
from deepgrade.records.database import database_at
from deepgrade.records.errors import GradebookError
from deepgrade.records.schema import prepare_tables
from deepgrade.records.tables import AttributionRow, BriefRow, ScoreRow, SubmissionRow
from deepgrade.score import SubmissionScore

Arrival = Literal["new", "changed", "replaced", "beside", "unchanged"]
"""What became of imported results: the student's first; in the place of older ones of the same tool; in the place of
others; kept beside those in force; the same as were there."""


class Entry(NamedTuple):
    """A student's current submission with its score in force."""

    submission_id: int
    student: str
    filename: str
    sha256: str | None
    run_key: str | None
    refusal: str | None
    score: SubmissionScore | None
    """None when it was refused or has not been scored."""
    beside: tuple[SubmissionScore, ...] = ()
    """The latest of each other origin (our own runs, otter, nbgrader): kept, and not in force."""
    handed_in_as: str = ""
    """The name that its files gave: where decisions about the work are kept."""
    handed_in_at: datetime | None = None
    """When, UTC; None where nothing says it."""
    score_id: int | None = None


class Attribution(NamedTuple):
    """Whose a submission is that came under some name."""

    students: tuple[str, ...]
    """Keys: several for a group."""
    why: str
    clues: str
    """JSON."""


class Gradebook:
    """A gradebook: an SQLite file in write-ahead mode, or a PostgreSQL database.

    Args:
        where: The file, made if it is missing; or a URL, see `database_at`.

    Every method raises `StorageError` where it cannot be written (a full or read-only disk) and
    `GradebookError` where it is damaged, held by another process or out of reach.

    Raises:
        GradebookError: It was written by another version, or the URL is not one of a database for gradebooks.
    """

    def __init__(self, where: Path | str) -> None:
        database = database_at(where)
        if isinstance(where, Path):
            where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._engine: Engine = database.engine()
        self._changes = Changes(self._engine)
        try:
            prepare_tables(self._engine, database)
        except sqlite3.Error as error:  # of the pragmas, which the engine does not hear of
            self._engine.dispose()
            raise database.in_words(error) or error from error

    def close(self) -> None:
        """Close all connections."""
        self._changes.close()
        self._engine.dispose()

    def mark(self) -> Mark:
        """Return what differs from an earlier mark where anybody wrote to the database since; see `records.changes`."""
        return self._changes.mark()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Look into the database: for what stands beside this in `records`."""
        with Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write to the database, all or nothing: for what stands beside this in `records`."""
        with Session(self._engine) as session, session.begin():
            yield session

    def add_submission(
        self,
        lab: str,
        student: str,
        filename: str,
        *,
        sha256: str | None,
        run_key: str | None,
        refusal: str | None = None,
        handed_in_at: datetime | None = None,
    ) -> int:
        """Record a student's file and return its id; the same file again is the same submission."""
        with self.writing() as session:
            row = session.scalar(
                select(SubmissionRow)
                .where(
                    SubmissionRow.lab == lab,
                    SubmissionRow.student == student,
                    SubmissionRow.sha256 == sha256,
                    SubmissionRow.filename == filename,
                    SubmissionRow.origin.is_(None),
                )
                .order_by(SubmissionRow.id.desc())
            )
            if row is None:
                row = SubmissionRow(lab=lab, student=student, filename=filename, sha256=sha256)
                session.add(row)
            row.run_key, row.refusal = run_key, refusal
            row.handed_in_at = handed_in_at or row.handed_in_at
            row.received_at = self._after_all_others(session, row)
            session.flush()
            return row.id

    @staticmethod
    def _after_all_others(session: Session, row: SubmissionRow) -> datetime:
        """Return now, or the first moment after the student's other files where the clock was set back since.

        The file handed to `grade` last is the one in force, also when it came back from an earlier time.
        """
        now = datetime.now(UTC)
        with session.no_autoflush:
            latest = session.scalar(
                select(func.max(SubmissionRow.received_at)).where(
                    SubmissionRow.lab == row.lab,
                    SubmissionRow.student == row.student,
                    SubmissionRow.id.is_distinct_from(row.id),
                )
            )
        return now if latest is None else max(now, latest + timedelta(microseconds=1))

    def add_score(self, submission_id: int, score: SubmissionScore, *, set_id: int | None = None) -> None:
        """Append a score: in force at once, or aside in a re-grade set."""
        with self.writing() as session:
            session.add(_score_row(submission_id, score, set_id))

    def add_imported(self, score: SubmissionScore, *, replace: bool) -> Arrival:
        """Append what another tool found, unless it is there already.

        It is in force where the student has nothing yet, or older results of the same tool; in the place of others
        only with `replace`. Otherwise it is kept beside them.

        Raises:
            ValueError: The score is not another tool's.
        """
        origin = score.origin
        if origin is None:
            raise ValueError("the score has no origin; scores of runs are added with add_score")
        rows = _rows_of(score.lab, self.names_of_students(score.lab).get(score.student, [score.student]))
        with self.writing() as session:
            in_force = session.scalar(rows.where(SubmissionRow.aside.is_(False)))
            latest = session.scalar(rows.where(SubmissionRow.origin == origin.tool))
            own_place = in_force is None or in_force.origin == origin.tool
            known = None if latest is None else self._score_of(session, latest)[1]
            same = known is not None and score.finds_the_same(known)
            if same and (latest is in_force or not (own_place or replace)):
                return "unchanged"
            row = SubmissionRow(
                lab=score.lab,
                student=score.student,
                filename=origin.file,
                sha256=origin.sha256,
                origin=origin.tool,
                aside=not (own_place or replace),
            )
            row.received_at = self._after_all_others(session, row)
            session.add(row)
            session.flush()
            session.add(_score_row(row.id, score, None))
            if row.aside:
                return "beside"
            if in_force is None:
                return "new"
            return "changed" if own_place else "replaced"

    def attribute(self, lab: str, attributions: Mapping[str, Attribution]) -> None:
        """Say whose submissions are; what is in force already is not written again, and nothing is ever overwritten.

        Args:
            lab: Of which lab.
            attributions: The name under which a submission came -> whose it is.
        """
        before = self.attributions(lab)
        with self.writing() as session:
            session.add_all(
                AttributionRow(
                    lab=lab,
                    handed_in_as=name,
                    students=json.dumps(list(attribution.students), ensure_ascii=False),
                    why=attribution.why,
                    clues=attribution.clues,
                    decided_at=datetime.now(UTC),
                )
                for name, attribution in attributions.items()
                if attribution.students and before.get(name) != attribution
            )

    def attributions(self, lab: str) -> dict[str, Attribution]:
        """Return whose submissions are, by the name under which they came; a name that is missing is its own student."""
        with Session(self._engine) as session:
            rows = session.scalars(
                select(AttributionRow).where(AttributionRow.lab == lab).order_by(AttributionRow.id)
            )
            return {
                row.handed_in_as: Attribution(tuple(json.loads(row.students)), row.why, row.clues)
                for row in rows
            }

    def handed_in_names(self, lab: str) -> list[str]:
        """Return all names under which something was handed in, in alphabetical order."""
        with Session(self._engine) as session:
            rows = session.scalars(select(SubmissionRow.student).where(SubmissionRow.lab == lab).distinct())
            return sorted(rows, key=str.casefold)

    def names_of_students(self, lab: str) -> dict[str, list[str]]:
        """Return student -> the names under which they, or their groups, handed in; students in alphabetical order."""
        attributions = self.attributions(lab)
        names: dict[str, list[str]] = {}
        for name in self.handed_in_names(lab):
            for student in attributions[name].students if name in attributions else (name,):
                names.setdefault(student, []).append(name)
        return {student: names[student] for student in sorted(names, key=str.casefold)}

    def students(self, lab: str) -> list[str]:
        """Return all who handed in, in alphabetical order."""
        return list(self.names_of_students(lab))

    def entries(self, lab: str) -> Iterator[Entry]:
        """Yield every student's submission in force, one at a time; a group's once for each of its students."""
        for student, names in self.names_of_students(lab).items():
            yield self._entry(lab, student, names)

    def entry(self, lab: str, student: str, names: Sequence[str] | None = None) -> Entry:
        """Return a student's submission in force: the one handed to `grade` last.

        Args:
            lab: In which lab.
            student: The student's key.
            names: Under which the student handed in, as `names_of_students` says it now; None: it is asked.

        Raises:
            GradebookError: The student has none.
        """
        if names is None:
            names = self.names_of_students(lab).get(student, [])
        return self._entry(lab, student, list(names))

    def _entry(self, lab: str, student: str, names: list[str]) -> Entry:
        with Session(self._engine) as session:
            row = session.scalar(_rows_of(lab, names).where(SubmissionRow.aside.is_(False)).limit(1))
            if row is None:
                raise GradebookError(f"{student} has handed in nothing for {lab}.")
            score_id, score = self._score_of(session, row)
            return Entry(
                submission_id=row.id,
                student=student,
                filename=row.filename,
                sha256=row.sha256,
                run_key=row.run_key,
                refusal=row.refusal,
                score=score,
                beside=self._beside(session, row, names),
                handed_in_as=row.student,
                handed_in_at=row.handed_in_at or _said_by_tool(score),
                score_id=score_id,
            )

    @staticmethod
    def _score_of(session: Session, row: SubmissionRow) -> tuple[int | None, SubmissionScore | None]:
        run_key = row.run_key if row.origin is None else ""
        found = session.execute(
            select(ScoreRow.id, ScoreRow.payload)
            .where(ScoreRow.submission_id == row.id, ScoreRow.state == "applied", ScoreRow.run_key == run_key)
            .order_by(ScoreRow.id.desc())
            .limit(1)
        ).first()
        return (None, None) if found is None else (found[0], SubmissionScore.model_validate_json(found[1]))

    def _beside(
        self, session: Session, in_force: SubmissionRow, names: list[str]
    ) -> tuple[SubmissionScore, ...]:
        rows = session.scalars(
            _rows_of(in_force.lab, names).where(SubmissionRow.origin.is_distinct_from(in_force.origin))
        )
        found: dict[str | None, SubmissionScore] = {}
        for row in rows:
            if row.origin not in found and (score := self._score_of(session, row)[1]) is not None:
                found[row.origin] = score
        return tuple(found.values())

    def open_set(self, lab: str) -> int | None:
        """Return the lab's undecided re-grade set, if there is one."""
        with Session(self._engine) as session:
            return regrade_sets.open_set(session, lab, None)

    def require_decided(self, lab: str) -> None:
        """Make sure that a new set may be made.

        Raises:
            GradebookError: An undecided set is there.
        """
        with Session(self._engine) as session:
            regrade_sets.require_decided(session, lab, None)

    def new_set(self, lab: str, scores: Iterable[tuple[int, SubmissionScore]] = ()) -> int:
        """Add a re-grade set with its scores, all or nothing, and return its id.

        Args:
            lab: Whose.
            scores: (submission id, score) of every run in force.

        Raises:
            GradebookError: An undecided set is there.
        """
        with self.writing() as session:
            set_id = regrade_sets.begin_set(session, lab, None)
            for submission, score in scores:
                row = _score_row(submission, score, set_id)
                session.add(row)
                session.flush()
                session.expunge(row)  # a class's scores are never all in memory
            return set_id

    def set_score(self, set_id: int, submission_id: int) -> SubmissionScore | None:
        """Return a submission's score in a re-grade set; None where it has none there."""
        with Session(self._engine) as session:
            payload = session.scalar(
                select(ScoreRow.payload).where(
                    ScoreRow.submission_id == submission_id, ScoreRow.set_id == set_id
                )
            )
            return None if payload is None else SubmissionScore.model_validate_json(payload)

    def decide_set(self, set_id: int, *, apply: bool, reason: str | None, who: str | None = None) -> int:
        """Apply or cancel a re-grade set; return how many scores it held.

        Raises:
            GradebookError: There is no such undecided set, or it is to be applied without a reason.
        """
        with self.writing() as session:
            return regrade_sets.decide(session, set_id, apply=apply, reason=reason, who=who)


def _rows_of(lab: str, names: Sequence[str]) -> Select[SubmissionRow]:
    """Return the query for the rows that came under a student's names, the latest first."""
    return (
        select(SubmissionRow)
        .where(SubmissionRow.lab == lab, SubmissionRow.student.in_(names))
        .order_by(SubmissionRow.received_at.desc(), SubmissionRow.id.desc())
    )


def _said_by_tool(score: SubmissionScore | None) -> datetime | None:
    return score.origin.handed_in_at if score is not None and score.origin is not None else None


def _score_row(submission_id: int, score: SubmissionScore, set_id: int | None) -> ScoreRow:
    return ScoreRow(
        submission_id=submission_id,
        run_key=score.run_key,
        scored_at=score.scored_at,
        checks_sha256=score.checks_sha256,
        points=score.automatic_points,
        possible=score.automatic_possible,
        payload=score.model_dump_json(),
        brief=BriefRow(payload=brief_json(score)),
        state="applied" if set_id is None else "aside",
        set_id=set_id,
    )
