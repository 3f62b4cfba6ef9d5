"""Decisions as people say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    SecondLook,
    SecondLookAnswered,
    Undo,
    Value,
)
from deepgrade.report.text import count_text, points_text, shorten

KIND_WORDS: Mapping[str, str] = {
    "manual": "answers to read",
    "check": "checks that could not decide",
    "flag": "flags",
    "borderline": "borderline scores",
    "second_look": "second looks",
    "error": "errors of the grader, no notebooks",
}
"""What waits, by `review.queue.ItemKind`."""


def said(value: Value, rubric: RubricDefined | None = None, before: Sequence[Decision] = ()) -> str:
    """Return what was decided, as the end of a sentence that begins with who.

    Args:
        value: The decision's.
        rubric: Of the question, for the items' texts.
        before: Decisions of the place, for what an undo takes back.
    """
    match value:
        case Points():
            return (
                "takes the points by hand back" if value.points is None else f"gives {_points(value.points)}"
            )
        case RubricChosen():
            return _items(value, rubric)
        case RubricCleared():
            return "takes the rubric items back"
        case Adjustment():
            kind = " as a bonus" if value.bonus else ""
            return (
                f"adjusts by {value.points:+g} points{kind}" if value.points else "takes the adjustment back"
            )
        case Override():
            return (
                "lets the check count again"
                if value.points is None
                else f"decides {_points(value.points)} for the check"
            )
        case Comment():
            return f"writes to the student: “{value.text}”" if value.text else "takes the comment back"
        case Note():
            return f"notes for staff: “{value.text}”"
        case Reviewed():
            return "marks this as reviewed" if value.reviewed else "marks this as not reviewed"
        case FlagSettled():
            name = value.code.replace("_", " ")
            return f"settles “{name}”" if value.settled else f"opens “{name}” again"
        case SecondLook():
            return f"asks for a second look: “{value.text}”"
        case SecondLookAnswered():
            return f"answers: “{value.text}”"
        case Extension():
            return (
                f"sets the due date to {value.due:%Y-%m-%d %H:%M %Z}"
                if value.due
                else "takes the extension back"
            )
        case LateWaived():
            return "waives the late penalty" if value.waived else "lets the late penalty count again"
        case Undo():
            return _undo(value, rubric, before)
        case RubricDefined():
            return f"sets the rubric: {count_text(len(value.items), 'item')}"
        case CommentSaved():
            return (
                f"keeps the comment “{value.name}”"
                if value.text
                else f"takes the comment “{value.name}” off the list"
            )
        case DatesSet():
            return (
                f"sets the due date to {value.due:%Y-%m-%d %H:%M %Z}"
                if value.due
                else "takes the due date away"
            )


def _items(value: RubricChosen, rubric: RubricDefined | None) -> str:
    if not value.items:
        return "finds that no rubric item fits"
    texts = {item.id: f"{item.points:+g} {shorten(item.text, 60)}" for item in rubric.items} if rubric else {}
    return "chooses " + "; ".join(
        texts.get(item, f"{item} (no longer in the rubric)") for item in value.items
    )


def _undo(value: Undo, rubric: RubricDefined | None, before: Sequence[Decision]) -> str:
    taken = [d for d in before if d.id in value.decisions]
    words = "; ".join(f"{d.who} {shorten(said(d.value, rubric, ()), 80)}" for d in taken)
    return f"takes back: {words or 'earlier decisions'}"


def _points(points: float) -> str:
    return f"{points_text(points)} {'point' if points == 1 else 'points'}"
