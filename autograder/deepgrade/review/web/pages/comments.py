"""Comments that are used again."""

from __future__ import annotations

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from deepgrade.records.decisions import CommentSaved, Place, in_force
from deepgrade.review.web.visits import Visit, redirect


def show(visit: Visit, *, problem: str = "", status: int = 200) -> Response:
    """Show all comments, question by question."""
    lab = visit.site.lab(visit.path("lab"))
    ledger = visit.site.desk(lab.name).ledger
    latest = {
        (d.place.question, d.value.name): (d.value.text, d.who)
        for d in in_force(ledger.decisions(students=[""]))
        if isinstance(d.value, CommentSaved)
    }
    found: dict[str, list[tuple[str, str, str]]] = {}
    for (question, name), (text, who) in sorted(latest.items()):
        if text:
            found.setdefault(question, []).append((name, text, who))
    places = [("", "anywhere in this lab"), *((q.id, f"{q.id} {q.title}") for q in lab.questions)]
    return visit.site.page(
        visit,
        "comments.html.j2",
        status=status,
        lab=lab,
        tab="comments",
        groups=[(question, words, found[question]) for question, words in places if question in found],
        places=[(q.id, f"{q.id} {q.title}") for q in lab.questions],
        problem=problem,
        draft=visit.form,
    )


def save(visit: Visit) -> Response:
    """Keep a comment, or take one off the list: its text is empty then."""
    lab = visit.site.lab(visit.path("lab"))
    form = visit.form
    question, name = form.text("question"), form.text("name")
    if question and question not in [q.id for q in lab.questions]:
        raise HTTPException(404, f"{lab.name} has no such question.")
    if not name or (not form.text("text") and form.text("remove") != "1"):
        return show(visit, problem="A comment needs a name and a text.", status=400)
    try:
        value = CommentSaved(name=name, text="" if form.text("remove") == "1" else form.text("text"))
    except ValidationError as error:
        return show(visit, problem="; ".join(str(e["msg"]) for e in error.errors()), status=400)
    visit.site.desk(lab.name).ledger.append(Place("", question), [value], who=visit.session.account)
    return redirect(visit.site.path("labs", lab.name, "comments"))
