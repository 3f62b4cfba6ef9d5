"""The ledger of reviews: every decision of a person, appended with who, when and why. Nothing is ever overwritten.

Theory of operation: the decisions about one place (a student's question, say) form a chain: each names the one that its
writer had seen as the latest. A unique index lets each decision be followed by one other only, so of two people who have
seen the same, the database takes one and refuses the second, in SQLite and in PostgreSQL alike. The second is told what
changed, by whom and when, and nothing of theirs is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deepgrade.records.decisions import (
    LONGEST_TEXT,
    NEEDS_REASON,
    VALUE,
    About,
    CommentSaved,
    DatesSet,
    Decision,
    Place,
    RubricDefined,
    Undo,
    Value,
    in_force,
    storable,
)
from deepgrade.records.errors import GradebookError
from deepgrade.records.gradebook import Gradebook
from deepgrade.records.tables import DecisionRow

_TRIES = 20
_SHORT = 200
"""Characters: the same items and points are decided about a whole class, and texts are written once."""


class ReviewError(GradebookError):
    """A decision cannot be made so; the message says why and what to do."""


class ReviewConflictError(ReviewError):
    """Somebody else decided at the same place since the person looked. Nothing was written.

    Attributes:
        place: Where.
        newer: What came since, oldest first: shown to the person, who decides again with `seen=newer[-1].id`.
    """

    def __init__(self, place: Place, newer: Sequence[Decision]) -> None:
        self.place, self.newer = place, tuple(newer)
        last = self.newer[-1] if self.newer else None
        said = f" by {last.who} at {last.decided_at:%Y-%m-%d %H:%M} UTC" if last else ""
        super().__init__(
            f"This was changed{said} since you opened it. Nothing of yours is saved: look at what changed, then decide again."
        )


class Stamp(NamedTuple):
    """Changes whenever a lab's decisions do."""

    decisions: int
    latest: int


# The count too: in PostgreSQL a lower id may become visible after a higher one.
_STAMP = select(func.count(DecisionRow.id), func.max(DecisionRow.id)).where(
    DecisionRow.lab == bindparam("lab")
)


class ReviewLedger:
    """The decisions about one lab.

    Args:
        gradebook: Where they are kept.
        lab: The lab.

    Every method raises what `Gradebook`'s do.
    """

    def __init__(self, gradebook: Gradebook, lab: str) -> None:
        self._gradebook, self._lab = gradebook, lab

    @property
    def lab(self) -> str:
        """The lab."""
        return self._lab

    def decide(
        self,
        place: Place,
        values: Sequence[Value],
        *,
        who: str,
        seen: int | None,
        why: str = "",
        about: About = About(),  # noqa: B008 - a NamedTuple cannot change
        points: tuple[float | None, float | None] = (None, None),
        now: datetime | None = None,
    ) -> tuple[Decision, ...]:
        """Append what a person decided about a place, all or nothing.

        Args:
            place: What it is about.
            values: What is saved together, in order.
            who: The reviewer's name.
            seen: Id of the decision that the person saw as the latest at this place; None: they saw none.
            why: The reason; students and TAs read it.
            about: The submission and score that the person had before them.
            points: Final points before and after.
            now: The moment, UTC.

        Returns:
            The decisions with their ids; the last is the place's latest.

        Raises:
            ReviewConflictError: Somebody else decided about the place since.
            ReviewError: A reason is missing, a kind does not fit the place, or an undo names what is not there.
        """
        _require_sense(place, values, who, why)
        moment = now or datetime.now(UTC)
        previous = seen or 0
        try:
            with self._gradebook.writing() as session:
                rows = []
                for value in values:
                    row = DecisionRow(
                        lab=self._lab,
                        student=place.student,
                        question=place.question,
                        check_id=place.check,
                        kind=value.kind,
                        value=value.model_dump_json(),
                        why=storable(why.strip()),
                        who=storable(who),
                        decided_at=moment,
                        supersedes=previous,
                        submission_id=about.submission_id,
                        score_id=about.score_id,
                        points_before=points[0],
                        points_after=points[1],
                    )
                    session.add(row)
                    session.flush()
                    rows.append(row)
                    previous = row.id
                # After the first insertion: from here on nobody else extends this chain before we are done.
                self._require_own_chain(session, place, seen, values)
                made = tuple(_decision(row) for row in rows)
        except IntegrityError as error:
            newer = self.since(place, seen)
            if not newer:
                raise
            raise ReviewConflictError(place, newer) from error
        return made

    def append(
        self,
        place: Place,
        values: Sequence[Value],
        *,
        who: str,
        why: str = "",
        about: About = About(),  # noqa: B008 - a NamedTuple cannot change
        now: datetime | None = None,
    ) -> tuple[Decision, ...]:
        """Append what takes nothing away from others (a note, a request, a saved comment), whatever the latest is.

        Raises:
            ReviewError: As `decide`'s; a conflict only where others write without a pause.
        """
        for attempt in range(_TRIES):
            try:
                seen = self.latest(place)
                return self.decide(place, values, who=who, seen=seen, why=why, about=about, now=now)
            except ReviewConflictError:
                if attempt == _TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def undo(
        self,
        place: Place,
        decisions: Iterable[int],
        *,
        who: str,
        seen: int | None,
        why: str = "",
        points: tuple[float | None, float | None] = (None, None),
    ) -> Decision:
        """Take decisions of a place back; what held before them holds again.

        Raises:
            ReviewConflictError: Somebody else decided about the place since.
            ReviewError: One of them is not of this place.
        """
        value = Undo(decisions=tuple(decisions))
        return self.decide(place, [value], who=who, seen=seen, why=why, points=points)[0]

    def latest(self, place: Place) -> int | None:
        """Return the id of the latest decision at a place; None where there is none. Undone ones count."""
        with self._gradebook.reading() as session:
            return session.scalar(select(func.max(DecisionRow.id)).where(*_at(self._lab, place)))

    def since(self, place: Place, seen: int | None) -> list[Decision]:
        """Return what was decided about a place after a decision, oldest first."""
        return self._read(select(DecisionRow).where(*_at(self._lab, place), DecisionRow.id > (seen or 0)))

    def decisions(
        self, *, students: Iterable[str] | None = None, question: str | None = None, after: int = 0
    ) -> list[Decision]:
        """Return decisions in order, undone ones and undos too; `records.decisions.in_force` says what holds.

        Args:
            students: Of these alone (names in `Place.student`; "" is the lab's own).
            question: Of this alone.
            after: With higher ids than this.
        """
        query = select(DecisionRow).where(DecisionRow.lab == self._lab)
        if after:
            query = query.where(DecisionRow.id > after)
        if students is not None:
            query = query.where(DecisionRow.student.in_(list(students)))
        if question is not None:
            query = query.where(DecisionRow.question == question)
        return self._read(query)

    def newest(
        self, count: int, *, skip: int = 0, who: str = "", kind: str = ""
    ) -> tuple[list[Decision], int]:
        """Return a page of decisions, the latest first, and how many there are.

        Args:
            count: At most so many.
            skip: Of those that are later.
            who: Of this person alone.
            kind: Of this kind alone.
        """
        query = select(DecisionRow).where(DecisionRow.lab == self._lab)
        if who:
            query = query.where(DecisionRow.who == who)
        if kind:
            query = query.where(DecisionRow.kind == kind)
        with self._gradebook.reading() as session:
            total = session.scalar(query.with_only_columns(func.count(DecisionRow.id)))
            columns = query.with_only_columns(*DecisionRow.__table__.columns)
            rows = session.execute(columns.order_by(DecisionRow.id.desc()).offset(skip).limit(count))
            return [_decision(row) for row in rows], total or 0

    def of_ids(self, ids: Iterable[int]) -> list[Decision]:
        """Return the decisions of some ids, in order."""
        return self._read(
            select(DecisionRow).where(DecisionRow.lab == self._lab, DecisionRow.id.in_(list(ids)))
        )

    def undos(self) -> list[Decision]:
        """Return what takes others back, in order: `undone_ids` needs no more."""
        return self._read(select(DecisionRow).where(DecisionRow.lab == self._lab, DecisionRow.kind == "undo"))

    def people_and_kinds(self) -> tuple[list[str], list[str]]:
        """Return who decided anything (no students), and which kinds of decisions there are; both sorted."""
        with self._gradebook.reading() as session:
            people = session.scalars(
                select(DecisionRow.who)
                .where(DecisionRow.lab == self._lab, DecisionRow.kind != "second_look")
                .distinct()
            )
            kinds = session.scalars(select(DecisionRow.kind).where(DecisionRow.lab == self._lab).distinct())
            return sorted(people), sorted(kinds)

    def by_student(
        self, *, students: Iterable[str] | None = None, question: str | None = None
    ) -> dict[str, list[Decision]]:
        """Return decisions by the name in their place, each in order."""
        found: dict[str, list[Decision]] = {}
        for decision in self.decisions(students=students, question=question):
            found.setdefault(decision.place.student, []).append(decision)
        return found

    def stamp(self) -> Stamp:
        """Return what changes whenever a decision of the lab is added."""
        with self._gradebook.reading() as session:
            row = session.execute(_STAMP, {"lab": self._lab}).one()
            return Stamp(row[0], row[1] or 0)

    def dates(self) -> DatesSet | None:
        """Return the due date and late policy in force; None where none was ever set."""
        found = [d.value for d in in_force(self._of_lab("")) if isinstance(d.value, DatesSet)]
        return found[-1] if found else None

    def rubrics(self) -> dict[str, RubricDefined]:
        """Return question -> its rubric in force, for questions that have one in the ledger."""
        return {d.place.question: d.value for d in self._lab_in_force() if isinstance(d.value, RubricDefined)}

    def saved_comments(self, question: str | None = None) -> dict[str, str]:
        """Return name -> text of the comments to use again: a question's and those for everywhere; all where None."""
        return saved_comments(self._lab_in_force(), question)

    def _lab_in_force(self) -> list[Decision]:
        return in_force(self.decisions(students=[""]))

    def _of_lab(self, question: str) -> list[Decision]:
        return self.decisions(students=[""], question=question)

    def _read(self, query: Select[DecisionRow]) -> list[Decision]:
        with self._gradebook.reading() as session:
            columns = query.with_only_columns(*DecisionRow.__table__.columns).order_by(DecisionRow.id)
            return [_decision(row) for row in session.execute(columns)]

    def _require_own_chain(
        self, session: Session, place: Place, seen: int | None, values: Sequence[Value]
    ) -> None:
        named = {i for value in values if isinstance(value, Undo) for i in value.decisions}
        wanted = named | ({seen} if seen else set())
        if not wanted:
            return
        here = set(
            session.scalars(select(DecisionRow.id).where(*_at(self._lab, place), DecisionRow.id.in_(wanted)))
        )
        if missing := wanted - here:
            raise ReviewError(
                f"Decision {min(missing)} is not one about this place. Load the page again, then decide."
            )


def saved_comments(decisions: Iterable[Decision], question: str | None) -> dict[str, str]:
    """Return name -> text of the comments to use again, as `ReviewLedger.saved_comments`.

    Args:
        decisions: About the lab itself, in force, in order.
        question: A question; None: all.
    """
    wanted = None if question is None else ("", question)
    found = {
        d.value.name: d.value.text
        for d in decisions
        if isinstance(d.value, CommentSaved) and (wanted is None or d.place.question in wanted)
    }
    return {name: text for name, text in found.items() if text}


def _at(lab: str, place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        DecisionRow.lab == lab,
        DecisionRow.student == place.student,
        DecisionRow.question == place.question,
        DecisionRow.check_id == place.check,
    )


def _require_sense(place: Place, values: Sequence[Value], who: str, why: str) -> None:
    if not values:
        raise ReviewError("Nothing was decided.")
    if not who.strip():
        raise ReviewError("A decision needs the name of who made it.")
    if len(why) > LONGEST_TEXT:
        raise ReviewError(f"The reason is longer than {LONGEST_TEXT} characters.")
    for value in values:
        problem = place.fits(value)
        if problem is not None:
            raise ReviewError(f"A decision of the kind `{value.kind}` {problem}.")
        if value.kind in NEEDS_REASON and not why.strip():
            raise ReviewError(
                f"A decision of the kind `{value.kind}` needs a reason: the student will read it."
            )


def _decision(row: Any) -> Decision:
    return Decision(
        id=row.id,
        place=Place(row.student, row.question, row.check_id),
        value=_value(row.value) if len(row.value) <= _SHORT else VALUE.validate_json(row.value),
        why=row.why,
        who=row.who,
        decided_at=row.decided_at,
        supersedes=row.supersedes or None,
        about=About(row.submission_id, row.score_id),
        points_before=row.points_before,
        points_after=row.points_after,
    )


@lru_cache(maxsize=4096)
def _value(text: str) -> Value:
    return VALUE.validate_json(text)
