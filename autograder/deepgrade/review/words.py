"""Decisions in words: for histories, for conflicts, for the student."""

from __future__ import annotations

from collections.abc import Callable

from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    CommentSaved,
    DatesSet,
    Decision,
    Extension,
    FlagSettled,
    LateWaived,
    Note,
    Override,
    Points,
    Reviewed,
    RubricChosen,
    RubricCleared,
    RubricDefined,
    RubricItem,
    SecondLook,
    SecondLookAnswered,
    Undo,
)
from deepgrade.review.late import policy_text, shown

STAFF_ONLY = ("note", "flag", "reviewed")
"""Kinds that no student reads."""
WORDS_ALONE = frozenset({"comment", "note", "second_look", "answer", "reviewed", "flag"})
"""Kinds of decisions that move no points; they are recorded with those of what was saved in the same moment."""


def sentence_of(decision: Decision, rubric: RubricDefined | None = None, zone: str = "UTC") -> str:
    """Return what was decided, without who, when and why.

    Args:
        decision: Any.
        rubric: Of its question: names the items that were chosen.
        zone: For due dates.
    """
    where = f" of {decision.place.question}" if decision.place.question else ""
    value = decision.value
    if isinstance(value, Points):
        return f"points{where}: {_points(value.points)}"
    if isinstance(value, RubricChosen):
        texts = {item.id: _item(item) for item in rubric.items} if rubric else {}
        items = "; ".join(texts.get(item, item) for item in value.items) or "none fits"
        return f"rubric items{where}: {items}"
    if isinstance(value, RubricCleared):
        return f"rubric items{where}: not chosen any more"
    if isinstance(value, Adjustment):
        return f"adjustment{where}: {value.points:+g} points{' as a bonus' if value.bonus else ''}"
    if isinstance(value, Override):
        gave = "no decision" if value.given is None else f"{value.given:g}"
        points = "counts as it is again" if value.points is None else f"{value.points:g} points"
        return f"{decision.place.check}: {points} (the check gave {gave})"
    return _other(value, where, zone)


def _other(value: object, where: str, zone: str) -> str:
    at = where.replace(" of ", " at ", 1)
    words: dict[type, Callable[..., str]] = {
        Comment: lambda v: f"comment{at}: {v.text}" if v.text else f"comment{at} taken away",
        Note: lambda v: f"note for staff{at}: {v.text}",
        Reviewed: lambda v: f"marked {'' if v.reviewed else 'not '}reviewed{at}",
        FlagSettled: lambda v: f"flag {v.code}{at} {'settled' if v.settled else 'open again'}",
        SecondLook: lambda v: f"asks for a second look{at}: {v.text}",
        SecondLookAnswered: lambda v: f"answer to the second look{at}: {v.text}",
        Extension: lambda v: (
            f"extension until {shown(v.due, zone)}"
            if v.due
            else "extension taken back: the common date holds"
        ),
        LateWaived: lambda v: "late penalty waived" if v.waived else "late penalty holds again",
        Undo: lambda v: f"takes back {', '.join(f'#{number}' for number in v.decisions)}",
        RubricDefined: lambda v: f"rubric{where}: " + "; ".join(_item(item) for item in v.items),
        CommentSaved: lambda v: f"comment to use again{at}: {v.name}",
        DatesSet: lambda v: dates_text(v),
    }
    return words[type(value)](value)


def dates_text(dates: DatesSet) -> str:
    """Return a lab's dates in one line."""
    if dates.due is None:
        return "no due date"
    grace = f", {dates.grace_s / 60:g} minutes of grace" if dates.grace_s else ""
    late = f"; late: {policy_text(dates.late)}" if dates.late else "; being late costs nothing"
    return f"due {shown(dates.due, dates.zone)}{grace}{late}"


def _item(item: RubricItem) -> str:
    return f"{item.points:+g} {item.text.rstrip('.')}"


def _points(points: float | None) -> str:
    return "those by hand taken back" if points is None else f"{points:g}"
