"""Taking decisions: every form of the app that changes a grade arrives here.

Theory of operation: a form names the latest decision that its page showed at the place. Where somebody else decided since, the
ledger refuses; the page that answers shows both, and keeps what was typed. So it is with what cannot be decided: the answer holds
the form again, with a sentence, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.lab import Lab
from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    CommentSaved,
    Decision,
    Extension,
    FlagSettled,
    LateWaived,
    Note,
    Override,
    Place,
    Points,
    Reviewed,
    RubricChosen,
    RubricCleared,
    SecondLookAnswered,
    Undo,
    Value,
)
from deepgrade.records.reviews import ReviewConflictError, ReviewError
from deepgrade.review.desk import Desk, StudentReview
from deepgrade.review.queue import QueueItem
from deepgrade.review.web.items import Filters, neighbours
from deepgrade.review.web.pages.labs import item_path
from deepgrade.review.web.visits import Form, Visit, own_path, redirect
from deepgrade.review.web.words import said


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


def decide(visit: Visit) -> Response:
    """Take a form's decision, then show the next item, or the page that it came from."""
    site, form = visit.site, visit.form
    lab = site.lab(visit.path("lab"))
    desk = site.desk(lab.name)
    student = site.student(lab.name, form.text("student"))
    question, check = form.text("question"), form.text("check")
    if question and question not in [q.id for q in lab.questions]:
        raise HTTPException(404, f"{lab.name} has no such question.")
    item = site.tokens(lab.name).find(desk.queue(), form.text("item"))
    action = form.text("action")
    if action not in _ACTIONS:
        raise HTTPException(400, "The form says nothing that can be decided.")
    asked = Asked(form, desk, lab, desk.student(student), question, check)
    seen = form.number("seen") or None
    try:
        place = _place(asked, student, action, item)
        values = _ACTIONS[action](asked)
        made: Sequence[Decision] = ()
        if values:
            made = desk.decide(
                student, place, values, who=visit.session.account, seen=seen, why=form.text("why")
            )
        _keep_comment(visit, asked)
    except ReviewConflictError as conflict:
        return _again(visit, asked, student, item, newer=conflict.newer, status=409)
    except (ReviewError, UnusableFormError) as error:
        return _again(visit, asked, student, item, problem=str(error), status=400)
    except ValidationError as error:
        words = "; ".join(str(e["msg"]) for e in error.errors())
        return _again(visit, asked, student, item, problem=words, status=400)
    return redirect(_after(visit, lab, item, made))


def _place(asked: Asked, student: str, action: str, item: QueueItem | None) -> Place:
    if action == "answer" and item is not None:
        return Place(item.handed_in_as, item.question)
    return asked.desk.place(student, asked.question, asked.check, own=action in ("extension", "late"))


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
    if rubric is not None and rubric.items:
        was_chosen = bool(final.items) or isinstance(decided, RubricChosen)
        if has_chosen and (chosen != final.items or not was_chosen):
            values.append(RubricChosen(items=chosen))
        elif not has_chosen and was_chosen:
            values.append(RubricCleared())
    if points != was_points:
        values.append(Points(points=points))
    comment = _comment(form, asked.desk.ledger.saved_comments(asked.question))
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


def _keep_comment(visit: Visit, asked: Asked) -> None:
    name, text = asked.form.text("keep_as"), asked.form.text("comment")
    if name and text:
        value = CommentSaved(name=name[:200], text=text)
        asked.desk.ledger.append(Place("", asked.question), [value], who=visit.session.account)


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


_ACTIONS: dict[str, Callable[[Asked], list[Value]]] = {
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


def _after(visit: Visit, lab: Lab, item: QueueItem | None, made: Sequence[Decision]) -> str:
    """Return where to go: to the next item that waits, or back."""
    site, form = visit.site, visit.form
    saved = f"{made[0].id}-{made[-1].id}" if made else ""
    if item is not None and form.text("go") == "next":
        kind, question, state = (form.text(f"f_{name}") for name in Filters._fields)
        filters = Filters(kind, question, state or "waits")
        sequence = filters._replace(
            kind=filters.kind or item.kind, question=filters.question if filters.kind else item.question
        ).sequence(site.desk(lab.name).queue())
        following = neighbours(sequence, item, site.open.others(lab.name, visit.session.account)).after
        if following is not None and following.waits:
            return item_path(visit, lab, following, filters, saved=saved)
        return site.path("labs", lab.name, saved=saved)
    back = own_path(form.text("back"), site.settings.prefix) or site.path("labs", lab.name)
    path, _, anchor = back.partition("#")
    path = "&".join(part for part in path.split("&") if not part.startswith("saved="))
    mark = ("&" if "?" in path else "?") + f"saved={saved}" if saved else ""
    return path + mark + (f"#{anchor}" if anchor else "")


def _again(
    visit: Visit,
    asked: Asked,
    student: str,
    item: QueueItem | None,
    *,
    newer: Sequence[Decision] = (),
    problem: str = "",
    status: int,
) -> Response:
    """Show a form that could not be taken once more, as it was filled in, with what is in its way."""
    site, form, lab = visit.site, visit.form, asked.lab
    rubric = asked.desk.rules().rubrics.get(asked.question)
    known = asked.desk.decisions(student)
    hidden = [
        (name, value)
        for name, value in form.items()
        if name not in (*_TYPED, "seen", "form_token", "go", "items", "none")
    ]
    return site.page(
        visit,
        "again.html.j2",
        status=status,
        lab=lab,
        tab="queue",
        student=student,
        question=asked.question,
        check=asked.check,
        problem=problem,
        newer=[(d, said(d, rubric, known)) for d in newer],
        seen=newer[-1].id if newer else form.text("seen"),
        hidden=hidden,
        typed=[(name, words, form.text(name)) for name, words in _TYPED.items() if form.text(name)],
        missing=[
            (name, _TYPED[name])
            for name in _NEEDED.get(form.text("action"), ())
            if not form.text(name) and not newer
        ],
        rubric=rubric if form.text("action") == "grade" else None,
        chosen=form.all("items"),
        none=form.text("none") == "1",
        final=asked.before.grade.question(asked.question) if asked.question else None,
        decided=_in_words(asked, Place(student, asked.question, asked.check)),
        back=own_path(form.text("back"), site.settings.prefix) or site.path("labs", lab.name),
        is_item=item is not None,
    )


def _in_words(asked: Asked, place: Place) -> list[str]:
    """Return what the form says, in words; nothing where it says nothing that can be decided."""
    rubric = asked.desk.rules().rubrics.get(asked.question)
    try:
        values = _ACTIONS[asked.form.text("action")](asked)
    except (UnusableFormError, ReviewError, ValidationError):
        return []
    return [said(Decision(0, place, value, "", "", datetime.now(UTC), None), rubric) for value in values]


_TYPED = {
    "points": "Points",
    "comment": "Comment to the student",
    "note": "Note for staff",
    "answer": "Answer to the student",
    "why": "Reason",
    "due": "Due date",
}
"""Fields that people type, with their labels."""

_NEEDED = {
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
