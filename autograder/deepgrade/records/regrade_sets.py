"""Re-grade sets in the database: one undecided set a lab's checks, one a board."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deepgrade.records.errors import GradebookError
from deepgrade.records.tables import EntryScoreRow, RegradeSetRow, ScoreRow


def open_set(session: Session, lab: str, board: str | None) -> int | None:
    """Return the undecided set of a lab's checks (`board` None) or of a board's entries; None where there is none."""
    return session.scalar(
        select(RegradeSetRow.id)
        .where(
            RegradeSetRow.lab == lab,
            RegradeSetRow.board.is_not_distinct_from(board),
            RegradeSetRow.state == "aside",
        )
        .order_by(RegradeSetRow.id.desc())
    )


def require_decided(session: Session, lab: str, board: str | None) -> None:
    """Make sure that a new set may be made.

    Raises:
        GradebookError: An undecided set is there.
    """
    undecided = open_set(session, lab, board)
    if undecided is not None:
        whose = lab if board is None else f"board {board} of {lab}"
        raise GradebookError(
            f"Re-grade set {undecided} of {whose} is not decided."
            " Apply it (--apply --reason '...') or cancel it (--cancel) first."
        )


def begin_set(session: Session, lab: str, board: str | None) -> int:
    """Add an empty set and return its id.

    Raises:
        GradebookError: An undecided set is there.
    """
    require_decided(session, lab, board)
    row = RegradeSetRow(lab=lab, board=board, created_at=datetime.now(UTC), state="aside")
    session.add(row)
    session.flush()
    return row.id


def decide(session: Session, set_id: int, *, apply: bool, reason: str | None, who: str | None) -> int:
    """Apply or cancel a set; return how many scores it held.

    Raises:
        GradebookError: There is no such undecided set, or it is to be applied without a reason.
    """
    if apply and not (reason or "").strip():
        raise GradebookError(
            "Applying a re-grade set needs a reason: students and TAs will read it. Add --reason '...'."
        )
    row = session.get(RegradeSetRow, set_id)
    if row is None or row.state != "aside":
        raise GradebookError(f"There is no undecided re-grade set {set_id}.")
    row.state = "applied" if apply else "cancelled"
    row.reason, row.decided_at, row.decided_by = reason, datetime.now(UTC), who
    table = ScoreRow if row.board is None else EntryScoreRow
    changed = session.execute(update(table).where(table.set_id == set_id).values(state=row.state))
    return int(getattr(changed, "rowcount", 0))
