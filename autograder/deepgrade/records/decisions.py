"""What people decide when they review: one typed value for each kind of decision, and where it belongs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    field_validator,
    model_validator,
)

LONGEST_TEXT = 20_000
"""Characters of a comment, a reason or a request."""

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def storable(text: str) -> str:
    """Return a text as every database keeps it: without control characters and halves of characters."""
    return _UNSTORABLE.sub("\ufffd", text)


def _stored(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


Text = Annotated[str, Field(max_length=LONGEST_TEXT), BeforeValidator(_stored)]
_Name = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_stored)]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Points(_Value):
    """Points of a question, by hand. They count in place of rubric items and checks; None: they count again."""

    kind: Literal["points"] = "points"
    points: float | None = Field(ge=0)


class RubricChosen(_Value):
    """Which rubric items fit the answer. Their points are those of the rubric in force, also when it changes later."""

    kind: Literal["rubric"] = "rubric"
    items: tuple[str, ...]
    """Ids; empty: looked at, and none fits. An id that the rubric has no more counts nothing."""

    @field_validator("items")
    @classmethod
    def _each_once(cls, items: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(items))


class RubricCleared(_Value):
    """No items are chosen any more: the question waits, or its checks count again."""

    kind: Literal["rubric_cleared"] = "rubric_cleared"


class Adjustment(_Value):
    """Points added to (or, below 0, taken off) a question, beside everything else. Needs a reason; 0: none."""

    kind: Literal["adjust"] = "adjust"
    points: float
    bonus: bool = False
    """The question may go above its points by as much."""


class Override(_Value):
    """A check's points, decided by a person against the check. Needs a reason."""

    kind: Literal["override"] = "override"
    points: float | None = Field(ge=0)
    """None: the check counts again."""
    given: float | None = None
    """What the check gave when the person decided; None: it could not decide or was not assessed."""
    status: str = ""
    """`CheckStatus` then."""


class Comment(_Value):
    """What the student reads; the latest at a place is in force, an empty one takes it away."""

    kind: Literal["comment"] = "comment"
    text: Text


class Note(_Value):
    """What only staff read. All notes of a place stand."""

    kind: Literal["note"] = "note"
    text: Text


class Reviewed(_Value):
    """A person has looked: at a question, or (without a question) at everything of the student in this lab."""

    kind: Literal["reviewed"] = "reviewed"
    reviewed: bool = True


class FlagSettled(_Value):
    """A flag, a borderline score or a grader's error was looked at."""

    kind: Literal["flag"] = "flag"
    code: str = Field(max_length=64)
    """The flag's."""
    settled: bool = True


class SecondLook(_Value):
    """A student asks for a second look."""

    kind: Literal["second_look"] = "second_look"
    text: Text
    asked_at: datetime | None = None
    """Where another system took the request."""


class SecondLookAnswered(_Value):
    """What the student gets as an answer; settles every request at the place."""

    kind: Literal["answer"] = "answer"
    text: Text


class Extension(_Value):
    """A student's own due date. Needs a reason; None: the common one holds again."""

    kind: Literal["extension"] = "extension"
    due: datetime | None

    @field_validator("due")
    @classmethod
    def _has_a_zone(cls, due: datetime | None) -> datetime | None:
        if due is not None and due.tzinfo is None:
            raise ValueError("the due date has no time zone")
        return due


class LateWaived(_Value):
    """The late penalty is not taken from this student. Needs a reason."""

    kind: Literal["late_waived"] = "late_waived"
    waived: bool = True


class Undo(_Value):
    """Earlier decisions of the same place do not hold any more; an undo can be undone."""

    kind: Literal["undo"] = "undo"
    decisions: tuple[int, ...] = Field(min_length=1)


class RubricItem(_Value):
    """One thing that graders look for."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    text: Text = Field(min_length=1)
    points: float
    """Added where it is chosen; below 0: taken off."""


class RubricDefined(_Value):
    """A question's rubric; the latest counts for everyone who has its items, whenever they were chosen."""

    kind: Literal["rubric_defined"] = "rubric_defined"
    start: Literal["none", "full"] = "none"
    """Before any item: no points, or all of the question's."""
    items: tuple[RubricItem, ...]
    guidance: Text = ""
    """What a grader should know beside the items."""

    @model_validator(mode="after")
    def _ids_differ(self) -> RubricDefined:
        ids = [item.id for item in self.items]
        if len(set(ids)) < len(ids):
            raise ValueError("two rubric items have the same id")
        return self


class CommentSaved(_Value):
    """A comment to use again, at a question or (without one) anywhere in the lab."""

    kind: Literal["comment_saved"] = "comment_saved"
    name: _Name
    """A later one of the same name replaces it; an empty text takes it off the list."""
    text: Text


class LatePolicy(_Value):
    """What handing in late costs. Every started unit counts whole."""

    amount: float = Field(ge=0)
    """For each unit: percent, or points."""
    by: Literal["earned", "possible", "points"] = "earned"
    """Percent of the points earned, percent of the lab's points, or points."""
    unit: Literal["hour", "day", "week"] = "day"
    most: float | None = Field(None, ge=0)
    """The largest penalty, in the same measure; None: everything."""


class DatesSet(_Value):
    """When the lab is due, and what being late costs."""

    kind: Literal["dates"] = "dates"
    due: datetime | None
    """With its zone; None: no due date."""
    zone: str = Field("UTC", max_length=64)
    """In which the date is shown."""
    grace_s: float = Field(0.0, ge=0)
    """Seconds after the due date that cost nothing; who is later is late from the due date on."""
    late: LatePolicy | None = None
    """None: being late is shown and costs nothing."""

    @field_validator("due")
    @classmethod
    def _has_a_zone(cls, due: datetime | None) -> datetime | None:
        if due is not None and due.tzinfo is None:
            raise ValueError("the due date has no time zone")
        return due


Value = (
    Points
    | RubricChosen
    | RubricCleared
    | Adjustment
    | Override
    | Comment
    | Note
    | Reviewed
    | FlagSettled
    | SecondLook
    | SecondLookAnswered
    | Extension
    | LateWaived
    | Undo
    | RubricDefined
    | CommentSaved
    | DatesSet
)

VALUE: TypeAdapter[Value] = TypeAdapter(Annotated[Value, Field(discriminator="kind")])

NEEDS_REASON = ("adjust", "override", "extension", "late_waived")
"""Kinds that no person may decide without saying why."""

OF_LAB = ("rubric_defined", "comment_saved", "dates")
"""Kinds that are about the lab and no student."""

_ABOUT_QUESTION = ("points", "rubric", "rubric_cleared", "adjust")


class Place(NamedTuple):
    """What a decision is about. Two people who decide about one place at once are told of each other."""

    student: str = ""
    """The name under which the work was handed in (`Entry.handed_in_as`), so that a group's members share what is decided
    about it; the student's own key for extensions, waived penalties and whatever else concerns one member alone.
    Empty: the lab."""
    question: str = ""
    """Empty: the student's whole work; at the lab's place, everywhere in it."""
    check: str = ""
    """Empty: the whole question."""

    def fits(self, value: Value) -> str | None:
        """Return why a kind of decision cannot be made here; None where it can."""
        kind = value.kind
        if kind == "undo":
            return None
        if bool(self.student) == (kind in OF_LAB):
            return "is about the lab and no student" if self.student else "is about a student"
        if (kind == "override") != bool(self.check):
            return "is about a check" if kind == "override" else "is not about a single check"
        if kind in (*_ABOUT_QUESTION, "rubric_defined") and not self.question:
            return "is about a question"
        if kind in ("extension", "late_waived", "dates") and self.question:
            return "is about the whole lab"
        return None


class About(NamedTuple):
    """What a person had before them when they decided."""

    submission_id: int | None = None
    score_id: int | None = None


class Decision(NamedTuple):
    """One row of the ledger."""

    id: int
    place: Place
    value: Value
    why: str
    who: str
    """Reviewer's name; the student of a request."""
    decided_at: datetime
    supersedes: int | None
    """The decision that was the latest at this place; None: the first."""
    about: About = About()
    points_before: float | None = None
    """Final points of the question before what was saved together with this; of the whole lab where there is none."""
    points_after: float | None = None

    @property
    def kind(self) -> str:
        """The value's kind."""
        return self.value.kind


def undone_ids(decisions: Sequence[Decision]) -> set[int]:
    """Return the ids of decisions that were taken back.

    Args:
        decisions: Ascending by id.
    """
    undone: set[int] = set()
    for decision in reversed(decisions):
        if isinstance(decision.value, Undo) and decision.id not in undone:
            undone.update(decision.value.decisions)
    return undone


def in_force(decisions: Sequence[Decision]) -> list[Decision]:
    """Return what holds of a place's or a student's decisions, in order: neither undone nor an undo.

    Args:
        decisions: Ascending by id.
    """
    undone = undone_ids(decisions)
    return [d for d in decisions if d.id not in undone and not isinstance(d.value, Undo)]


def latest(decisions: Sequence[Decision], *kinds: type[Value]) -> Decision | None:
    """Return the last decision of some kinds; None where there is none.

    Args:
        decisions: Ascending by id.
        kinds: Classes of values.
    """
    return next((d for d in reversed(decisions) if isinstance(d.value, kinds)), None)
