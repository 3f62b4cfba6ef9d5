"""The ledger of a board: who entered what, every score it ever got, and what people decided. Appended, never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from deepgrade.records import regrade_sets
from deepgrade.records.gradebook import Gradebook
from deepgrade.records.tables import BoardEventRow, EntryRow, EntryScoreRow, SubmissionRow

EntryState = Literal["taken", "refused", "failed"]

EventKind = Literal["reveal", "hide", "freeze", "unfreeze", "extend", "choose", "withdraw"]
"""`reveal` and `hide`: the private scores. `freeze` and `unfreeze`: the students' board. `extend`: a student's deadline.
`choose`: which entries count. `withdraw`: an entry leaves the board."""


class Measured(BaseModel):
    """A metric's value with its 95 % interval, unrounded."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    value: float
    low: float | None = None
    high: float | None = None


class EntryScores(BaseModel):
    """All scores of an entry at one moment; both splits are scored at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    solution_sha256: str
    """Of the labels it was scored with; empty where they are the notebook's own."""
    outputs_sha256: str = ""
    """Of the predictions; empty where there are none."""
    public_rows: int = 0
    private_rows: int = 0
    public: dict[str, Measured] = {}
    """Metric -> on the public rows; on all rows of boards without private ones."""
    private: dict[str, Measured] = {}
    """Metric -> on the private rows."""
    reason: str | None = None
    """Why a metric is missing, for the student."""

    def on(self, split: Literal["public", "private"]) -> dict[str, Measured]:
        """Return the scores on a split, metric -> score."""
        return self.private if split == "private" else self.public


class BoardEntry(NamedTuple):
    """An entry with its scores in force."""

    id: int
    handed_in_as: str
    filename: str
    message: str
    sha256: str | None
    submission_id: int | None
    run_key: str | None
    entered_at: datetime
    time_known: bool
    state: EntryState
    problem: str | None
    scores: EntryScores | None


class Event(NamedTuple):
    """Something a person decided about a board."""

    kind: EventKind
    handed_in_as: str | None
    entry_id: int | None
    value: str
    why: str
    decided_at: datetime


class GradedRun(NamedTuple):
    """A graded notebook, whether it is in force or not."""

    submission_id: int
    handed_in_as: str
    filename: str
    sha256: str | None
    run_key: str
    handed_in_at: datetime | None
    received_at: datetime


class EntryLedger:
    """The entries of one board.

    Args:
        gradebook: Where they are kept.
        lab: The lab.
        board: The board's id.
    """

    def __init__(self, gradebook: Gradebook, lab: str, board: str) -> None:
        self._gradebook, self._lab, self._board = gradebook, lab, board

    def add(
        self,
        handed_in_as: str,
        filename: str,
        *,
        state: EntryState = "taken",
        problem: str | None = None,
        message: str = "",
        sha256: str | None = None,
        run: GradedRun | None = None,
        scores: EntryScores | None = None,
        now: datetime | None = None,
    ) -> int:
        """Append an entry with its scores, and return its id.

        Args:
            handed_in_as: The name under which it came.
            filename: Of the file or notebook.
            state: Whether it was taken.
            problem: Why it was not.
            message: What the student wrote about it.
            sha256: Of the file.
            run: The graded notebook that its model comes from.
            scores: Its scores; None for an entry that was not taken.
            now: The moment of entry, UTC; a run's own time goes first.
        """
        moment = now or datetime.now(UTC)
        if run is not None:
            moment = run.handed_in_at or run.received_at
        with self._gradebook.writing() as session:
            row = EntryRow(
                lab=self._lab,
                board=self._board,
                handed_in_as=handed_in_as,
                filename=filename,
                message=message,
                sha256=sha256,
                submission_id=None if run is None else run.submission_id,
                run_key=None if run is None else run.run_key,
                entered_at=moment,
                time_known=run is None or run.handed_in_at is not None,
                state=state,
                problem=problem,
            )
            session.add(row)
            session.flush()
            if scores is not None:
                session.add(_score_row(row.id, scores, None))
            return row.id

    def run_again(self, entry_id: int, run_key: str, scores: EntryScores) -> None:
        """Note that a notebook was run again: the entry stands, with the scores of its new run in force."""
        with self._gradebook.writing() as session:
            row = session.get_one(EntryRow, entry_id)
            row.run_key = run_key
            session.add(_score_row(entry_id, scores, None))

    def entries(self) -> list[BoardEntry]:
        """Return all entries in the order in which they were recorded."""
        with self._gradebook.reading() as session:
            mine = (EntryRow.lab == self._lab, EntryRow.board == self._board)
            latest = dict(
                session.execute(
                    select(EntryScoreRow.entry_id, EntryScoreRow.payload)
                    .join(EntryRow, EntryRow.id == EntryScoreRow.entry_id)
                    .where(*mine, EntryScoreRow.state == "applied")
                    .order_by(EntryScoreRow.id)
                )
                .tuples()
                .all()
            )
            return [
                BoardEntry(
                    id=row.id,
                    handed_in_as=row.handed_in_as,
                    filename=row.filename,
                    message=row.message,
                    sha256=row.sha256,
                    submission_id=row.submission_id,
                    run_key=row.run_key,
                    entered_at=row.entered_at,
                    time_known=row.time_known,
                    state=cast(EntryState, row.state),
                    problem=row.problem,
                    scores=EntryScores.model_validate_json(latest[row.id]) if row.id in latest else None,
                )
                for row in session.scalars(select(EntryRow).where(*mine).order_by(EntryRow.id))
            ]

    def graded_runs(self) -> list[GradedRun]:
        """Return every notebook of the lab that our own runs graded, in the order in which they were recorded."""
        with self._gradebook.reading() as session:
            rows = session.scalars(
                select(SubmissionRow)
                .where(
                    SubmissionRow.lab == self._lab,
                    SubmissionRow.run_key.is_not(None),
                    SubmissionRow.origin.is_(None),
                )
                .order_by(SubmissionRow.id)
            )
            return [
                GradedRun(
                    submission_id=row.id,
                    handed_in_as=row.student,
                    filename=row.filename,
                    sha256=row.sha256,
                    run_key=row.run_key or "",
                    handed_in_at=row.handed_in_at,
                    received_at=row.received_at,
                )
                for row in rows
            ]

    def decide(
        self,
        kind: EventKind,
        *,
        handed_in_as: str | None = None,
        entry_id: int | None = None,
        value: str = "",
        why: str = "",
        now: datetime | None = None,
    ) -> None:
        """Append what a person decided."""
        with self._gradebook.writing() as session:
            session.add(
                BoardEventRow(
                    lab=self._lab,
                    board=self._board,
                    kind=kind,
                    handed_in_as=handed_in_as,
                    entry_id=entry_id,
                    value=value,
                    why=why,
                    decided_at=now or datetime.now(UTC),
                )
            )

    def events(self) -> list[Event]:
        """Return everything that was decided, in order."""
        with self._gradebook.reading() as session:
            rows = session.scalars(
                select(BoardEventRow)
                .where(BoardEventRow.lab == self._lab, BoardEventRow.board == self._board)
                .order_by(BoardEventRow.id)
            )
            return [
                Event(
                    cast(EventKind, row.kind),
                    row.handed_in_as,
                    row.entry_id,
                    row.value,
                    row.why,
                    row.decided_at,
                )
                for row in rows
            ]

    def open_set(self) -> int | None:
        """Return the board's undecided set of new scores, if there is one."""
        with self._gradebook.reading() as session:
            return regrade_sets.open_set(session, self._lab, self._board)

    def new_set(self, scores: Iterable[tuple[int, EntryScores]]) -> int:
        """Add a set of new scores, (entry id, scores) each, all or nothing, and return its id.

        Raises:
            GradebookError: An undecided set is there.
        """
        with self._gradebook.writing() as session:
            set_id = regrade_sets.begin_set(session, self._lab, self._board)
            session.add_all(_score_row(entry_id, one, set_id) for entry_id, one in scores)
            return set_id

    def set_scores(self, set_id: int) -> dict[int, EntryScores]:
        """Return the scores of a set, entry id -> scores."""
        with self._gradebook.reading() as session:
            rows = session.execute(
                select(EntryScoreRow.entry_id, EntryScoreRow.payload).where(EntryScoreRow.set_id == set_id)
            )
            return {entry_id: EntryScores.model_validate_json(payload) for entry_id, payload in rows}


def _score_row(entry_id: int, scores: EntryScores, set_id: int | None) -> EntryScoreRow:
    return EntryScoreRow(
        entry_id=entry_id,
        scored_at=datetime.now(UTC),
        payload=scores.model_dump_json(),
        state="applied" if set_id is None else "aside",
        set_id=set_id,
    )
