"""What a form decides: its fields as values of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deepgrade.lab import Lab
from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    Extension,
    FlagSettled,
    LateWaived,
    Note,
    Override,
    Points,
    Reviewed,
    RubricChosen,
    RubricCleared,
    SecondLookAnswered,
    Undo,
    Value,
)
from deepgrade.review.desk import Desk, StudentReview
from deepgrade.review.web.visits import Form


class Asked(NamedTuple):
    """A form, and what it is about."""

    form: Form
    desk: Desk
    lab: Lab
    before: StudentReview
    question: str
    check: str


class UnusableFormError(Exception):
    """What was typed cannot be used; the message says how."""


def _grade(asked: Asked) -> list[Value]:
    """Return what changed in the form for a question's points."""
    form, final = asked.form, asked.before.grade.question(asked.question)
    rubric = asked.desk.rules().rubrics.get(asked.question)
    decided = final.decided.value if final.decided else None
    values: list[Value] = []
    points = typed_points(form.text("points"), "Points by hand")
    chosen = tuple(form.all("items"))
    has_chosen = bool(chosen) or form.text("none") == "1"
    if chosen and form.text("none") == "1":
        raise UnusableFormError("“No item fits” is ticked together with items. Leave one of the two.")
    was_points = decided.points if isinstance(decided, Points) else None
    # What was decided about a file that was handed in anew since is confirmed by saving it once more.
    about = final.decided.about.submission_id if final.decided else None
    old = about is not None and about != asked.before.submission.submission_id
    if rubric is not None and rubric.items:
        was_chosen = bool(final.items) or isinstance(decided, RubricChosen)
        if has_chosen and (old or chosen != final.items or not was_chosen):
            values.append(RubricChosen(items=chosen))
        elif not has_chosen and was_chosen:
            values.append(RubricCleared())
    if points != was_points or (old and points is not None):
        values.append(Points(points=points))
    comment = _comment(form, asked.desk.saved_comments(asked.question))
    if comment != final.comment:
        values.append(Comment(text=comment))
    if form.text("note"):
        values.append(Note(text=form.text("note")))
    undecided = points is None and not has_chosen and final.points is None
    if undecided and final.manual and not values:
        raise UnusableFormError(
            "No points were given: tick items, tick “no item fits”, or write points by hand."
        )
    return values


def _comment(form: Form, saved: dict[str, str]) -> str:
    text = form.text("comment")
    added = [saved[name] for name in form.all("use") if name in saved and saved[name] not in text]
    return "\n\n".join(part for part in (text, *added) if part)


def _override(asked: Asked) -> list[Value]:
    points = typed_points(asked.form.text("points"), "Points")
    if points is None:
        raise UnusableFormError("Write how many points the check is to give.")
    return [Override(points=points)]


def _adjust(asked: Asked) -> list[Value]:
    points = typed_points(asked.form.text("points"), "Points", negative=True)
    if points is None:
        raise UnusableFormError("Write how many points to add, or to take off with a minus.")
    return [Adjustment(points=points, bonus=asked.form.text("bonus") == "1")]


def _settle(asked: Asked) -> list[Value]:
    code = asked.form.text("code")[:64]
    if not code:
        raise UnusableFormError("The form does not say which flag it is about.")
    note = asked.form.text("note")
    value = FlagSettled(code=code, settled=asked.form.text("open") != "1")
    return [value, *([Note(text=note)] if note else [])]


def _answer(asked: Asked) -> list[Value]:
    if not asked.form.text("answer"):
        raise UnusableFormError("Write an answer: the student asked for one.")
    return [SecondLookAnswered(text=asked.form.text("answer"))]


def _note(asked: Asked) -> list[Value]:
    if not asked.form.text("note"):
        raise UnusableFormError("The note is empty.")
    return [Note(text=asked.form.text("note"))]


def _extension(asked: Asked) -> list[Value]:
    if not asked.form.text("due"):
        return [Extension(due=None)]
    dates = asked.desk.rules().dates
    try:
        due = datetime.fromisoformat(asked.form.text("due"))
    except ValueError:
        raise UnusableFormError("Write the due date as 2026-03-31 23:59.") from None
    if due.tzinfo is None:
        due = due.replace(tzinfo=ZoneInfo(dates.zone if dates else "UTC"))
    return [Extension(due=due)]


def _undo(asked: Asked) -> list[Value]:
    ids = [int(i) for i in asked.form.text("decisions").split(",") if i.isdecimal() and len(i) < 16]
    if not ids:
        raise UnusableFormError("The form does not say what to take back.")
    return [Undo(decisions=tuple(ids))]


ACTIONS: dict[str, Callable[[Asked], list[Value]]] = {
    "grade": _grade,
    "override": _override,
    "override_back": lambda _: [Override(points=None)],
    "adjust": _adjust,
    "comment": lambda asked: [Comment(text=asked.form.text("comment"))],
    "note": _note,
    "settle": _settle,
    "answer": _answer,
    "reviewed": lambda asked: [Reviewed(reviewed=asked.form.text("reviewed") != "0")],
    "extension": _extension,
    "late": lambda asked: [LateWaived(waived=asked.form.text("waived") != "0")],
    "undo": _undo,
}
"""Action of a form -> what it decides; nothing where nothing changed."""


def typed_points(text: str, what: str, *, negative: bool = False) -> float | None:
    """Return points as people write them, with a comma or a point; None for nothing."""
    if not text:
        return None
    sign = text[:1] if text[:1] in "+-\N{MINUS SIGN}" else ""
    digits = text[len(sign) :].strip().replace(",", ".")
    whole, _, part = digits.partition(".")
    if not (whole + part).isdecimal() or not (whole + part).isascii() or len(digits) > 12:
        raise UnusableFormError(f"{what}: {text[:40]!r} is no number. Write it as 0.5 or 0,5.")
    value = float(digits)
    if sign in ("-", "\N{MINUS SIGN}"):
        value = -value
    if value < 0 and not negative:
        raise UnusableFormError(f"{what}: a question cannot have less than 0 points.")
    return value


TYPED = {
    "points": "Points",
    "comment": "Comment to the student",
    "note": "Note for staff",
    "answer": "Answer to the student",
    "why": "Reason",
    "due": "Due date",
}
"""Fields that people type, with their labels."""

NEEDED = {
    "grade": ("points",),
    "override": ("points", "why"),
    "override_back": ("why",),
    "adjust": ("points", "why"),
    "answer": ("answer",),
    "note": ("note",),
    "extension": ("why",),
    "late": ("why",),
}
"""Action -> fields that it cannot do without."""
