"""All decisions of a lab, the latest first."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from deepgrade.records.decisions import Decision, in_force
from deepgrade.review.web.visits import Visit
from deepgrade.review.web.words import said

_PAGE = 60


def show(visit: Visit) -> Response:
    """Show a page of decisions."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    desk = site.desk(lab.name)
    decisions = desk.ledger.decisions()
    holding = {d.id for d in in_force(decisions)}
    who, kind = visit.asked("who"), visit.asked("kind")
    people = sorted({d.who for d in decisions if d.kind != "second_look"})
    found = [d for d in reversed(decisions) if (not who or d.who == who) and (not kind or d.kind == kind)]
    pages = max(1, -(-len(found) // _PAGE))
    asked = visit.asked("page")
    number = min(max(int(asked) if asked.isdecimal() else 1, 1), pages)
    rubrics = desk.rules().rubrics
    of_name = _students(visit, lab.name)
    by_id = {d.id: d for d in decisions}

    def before(decision: Decision) -> list[Decision]:
        ids = getattr(decision.value, "decisions", ())
        return [by_id[i] for i in ids if i in by_id]

    return site.page(
        visit,
        "decisions.html.j2",
        lab=lab,
        tab="decisions",
        lines=[
            (
                d,
                said(d, rubrics.get(d.place.question), before(d)),
                d.id in holding or d.kind == "undo",
                of_name(d.place.student),
            )
            for d in found[(number - 1) * _PAGE :][:_PAGE]
        ],
        count=len(found),
        number=number,
        pages=pages,
        people=people,
        kinds=sorted({d.kind for d in decisions}),
        who=who,
        kind=kind,
        page_path=lambda page: site.path("labs", lab.name, "decisions", who=who, kind=kind, page=page),
    )


def _students(visit: Visit, lab: str) -> Callable[[str], str]:
    """Return what finds the student whom a name in a decision's place means; empty for the lab's own."""
    found: dict[str, str] = {}
    for one in visit.site.desk(lab).students():
        found.setdefault(one.submission.handed_in_as, one.student)
    for one in visit.site.desk(lab).students():
        found[one.student] = one.student
    return lambda name: found.get(name, "")
