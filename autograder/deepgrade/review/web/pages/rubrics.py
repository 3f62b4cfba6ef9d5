"""Rubrics: their items, and what a change of them does to everybody's points."""

from __future__ import annotations

import re

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.lab import Lab
from deepgrade.records.decisions import Decision, Place, RubricDefined, RubricItem
from deepgrade.records.reviews import ReviewConflictError, ReviewError
from deepgrade.review.rubrics import first_rubric
from deepgrade.review.web.pages.values import UnusableFormError, typed_points
from deepgrade.review.web.visits import Form, Visit, redirect
from deepgrade.review.web.words import said

_BLANK_ROWS = 3
_MOST_ITEMS = 40
_SHOWN = 30
_NUMBER = re.compile(r"r(\d+)")


def show_all(visit: Visit) -> Response:
    """Show the rubrics of all questions that people grade."""
    lab = visit.site.lab(visit.path("lab"))
    desk = visit.site.desk(lab.name)
    rubrics = desk.rules().rubrics
    chosen: dict[tuple[str, str], int] = {}
    for one in desk.students():
        for question in one.grade.questions:
            for item in question.items:
                chosen[question.question, item] = chosen.get((question.question, item), 0) + 1
    return visit.site.page(
        visit,
        "rubrics.html.j2",
        lab=lab,
        tab="rubrics",
        questions=[
            (q, rubrics.get(q.id) or RubricDefined(items=()))
            for q in lab.questions
            if q.manual or q.id in rubrics
        ],
        chosen=chosen,
    )


def show(visit: Visit) -> Response:
    """Show one question's rubric, to be changed."""
    lab, question = _question(visit)
    rubric, seen = visit.site.desk(lab.name).rubric(question)
    return _edit(visit, lab, question, rubric, seen)


def save(visit: Visit) -> Response:
    """Show what a changed rubric would do, or take it."""
    lab, question = _question(visit)
    desk, form = visit.site.desk(lab.name), visit.form
    seen = form.number("seen") or None
    known = desk.ledger.decisions(students=[""], question=question)
    try:
        rubric = _rubric_of(form, _ids_ever(lab, question, known))
    except UnusableFormError as error:
        return _edit(visit, lab, question, _draft(form), seen, problem=str(error), status=400)
    except ValidationError as error:
        words = "; ".join(str(e["msg"]) for e in error.errors())
        return _edit(visit, lab, question, _draft(form), seen, problem=words, status=400)
    if form.text("go") != "save":
        effect = desk.rubric_effect(question, rubric)
        return _edit(visit, lab, question, rubric, seen, effect=effect)
    try:
        desk.ledger.decide(
            Place("", question), [rubric], who=visit.session.account, seen=seen, why=form.text("why")
        )
    except ReviewConflictError as conflict:
        newer = conflict.newer
        return _edit(visit, lab, question, rubric, newer[-1].id if newer else None, newer=newer, status=409)
    except ReviewError as error:
        return _edit(visit, lab, question, rubric, seen, problem=str(error), status=400)
    return redirect(visit.site.path("labs", lab.name, "rubrics", question, saved=1))


def _question(visit: Visit) -> tuple[Lab, str]:
    lab = visit.site.lab(visit.path("lab"))
    question = visit.path("question")
    if question not in [q.id for q in lab.questions]:
        raise HTTPException(404, f"{lab.name} has no such question.")
    return lab, question


def _edit(
    visit: Visit,
    lab: Lab,
    question: str,
    rubric: RubricDefined,
    seen: int | None,
    *,
    problem: str = "",
    newer: tuple[Decision, ...] = (),
    effect: list[tuple[str, float | None, float | None]] | None = None,
    status: int = 200,
) -> Response:
    desk = visit.site.desk(lab.name)
    current = desk.rules().rubrics.get(question)
    counts: dict[str, int] = {}
    for one in desk.students():
        for item in one.grade.question(question).items:
            counts[item] = counts.get(item, 0) + 1
    known = desk.ledger.decisions(students=[""], question=question)
    return visit.site.page(
        visit,
        "rubric.html.j2",
        status=status,
        said="The rubric is saved; everybody who has its items has the new points."
        if visit.asked("saved") and visit.request.method == "GET"
        else "",
        lab=lab,
        tab="rubrics",
        question=lab.question(question),
        rubric=rubric,
        blank=range(_BLANK_ROWS if len(rubric.items) < _MOST_ITEMS else 0),
        counts=counts,
        seen=seen or "",
        problem=problem,
        why=visit.form.text("why"),
        newer=[(d, said(d)) for d in newer],
        theirs=current if newer else None,
        effect=effect,
        effect_shown=effect[:_SHOWN] if effect else [],
        history=[(d, said(d)) for d in reversed(known) if isinstance(d.value, RubricDefined)],
    )


def _ids_ever(lab: Lab, question: str, known: list[Decision]) -> set[str]:
    """Return the ids that the question's items have or had."""
    rubrics = [d.value for d in known if isinstance(d.value, RubricDefined)]
    return {item.id for one in (first_rubric(lab.question(question)), *rubrics) for item in one.items}


def _rubric_of(form: Form, used: set[str]) -> RubricDefined:
    """Return the rubric that a form describes; an item whose text is empty is gone, a new one gets an id nobody had.

    Raises:
        UnusableFormError: Points are no number, or a text is missing.
    """
    highest = max((int(m[1]) for one in used if (m := _NUMBER.fullmatch(one))), default=0)
    items = []
    rows = list(zip(form.all("id"), form.all("text"), form.all("points"), strict=False))
    for number, (item_id, raw, points) in enumerate(rows[:_MOST_ITEMS], start=1):
        text = " ".join(raw.split())
        if not text:
            if points.strip() and not item_id:
                raise UnusableFormError(f"Item {number} has points and no text. Say what it is for.")
            continue
        worth = typed_points(points.strip(), f"Item {number}", negative=True)
        if worth is None:
            raise UnusableFormError(f"Item {number} has no points. Write 0 where it gives none.")
        if not item_id:
            highest += 1
            item_id = f"r{highest}"
        items.append(RubricItem(id=item_id, text=text, points=worth))
    return RubricDefined(
        start="full" if form.text("start") == "full" else "none",
        items=tuple(items),
        guidance=form.text("guidance"),
    )


def _draft(form: Form) -> RubricDefined:
    """Return as much of a form as can be shown again where a part of it cannot be used."""
    items = []
    for number, (item_id, text, points) in enumerate(
        zip(form.all("id"), form.all("text"), form.all("points"), strict=False), start=1
    ):
        try:
            worth = typed_points(points.strip(), "", negative=True) or 0.0
        except UnusableFormError:
            worth = 0.0
        if text.strip():
            items.append(RubricItem.model_construct(id=item_id or f"new{number}", text=text, points=worth))
    return RubricDefined.model_construct(
        kind="rubric_defined",
        start="full" if form.text("start") == "full" else "none",
        items=tuple(items),
        guidance=form.text("guidance"),
    )
