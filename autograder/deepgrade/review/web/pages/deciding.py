"""Taking decisions: every form of the app that changes a grade arrives here.

Theory of operation: a form names the latest decision that its page showed at the place. Where somebody else decided since, the
ledger refuses; the page that answers shows both, and keeps what was typed. So it is with what cannot be decided: the answer holds
the form again, with a sentence, and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.lab import Lab
from deepgrade.records.decisions import CommentSaved, Decision, Place
from deepgrade.records.reviews import ReviewConflictError, ReviewError
from deepgrade.review.queue import QueueItem
from deepgrade.review.web.items import Filters, neighbours
from deepgrade.review.web.pages.labs import item_path
from deepgrade.review.web.pages.values import ACTIONS, NEEDED, TYPED, Asked, UnusableFormError
from deepgrade.review.web.visits import Visit, own_path, redirect
from deepgrade.review.web.words import said


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
    if action not in ACTIONS:
        raise HTTPException(400, "The form says nothing that can be decided.")
    asked = Asked(form, desk, lab, desk.student(student), question, check)
    seen = form.number("seen") or None
    try:
        place = _place(asked, student, action, item)
        values = ACTIONS[action](asked)
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


def _keep_comment(visit: Visit, asked: Asked) -> None:
    name, text = asked.form.text("keep_as"), asked.form.text("comment")
    if name and text:
        value = CommentSaved(name=name[:200], text=text)
        asked.desk.ledger.append(Place("", asked.question), [value], who=visit.session.account)


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
        if name not in (*TYPED, "seen", "form_token", "go", "items", "none")
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
        typed=[(name, words, form.text(name)) for name, words in TYPED.items() if form.text(name)],
        missing=[
            (name, TYPED[name])
            for name in NEEDED.get(form.text("action"), ())
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
        values = ACTIONS[asked.form.text("action")](asked)
    except (UnusableFormError, ReviewError, ValidationError):
        return []
    return [said(Decision(0, place, value, "", "", datetime.now(UTC), None), rubric) for value in values]
