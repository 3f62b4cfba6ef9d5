"""All decisions of a lab, the latest first."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from deepgrade.records.decisions import Undo, undone_ids
from deepgrade.review.web.visits import Visit
from deepgrade.review.web.words import said

_PAGE = 60


def show(visit: Visit) -> Response:
    """Show a page of decisions."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    desk = site.desk(lab.name)
    who, kind, asked = visit.asked("who"), visit.asked("kind"), visit.asked("page")
    number = max(int(asked) if asked.isdecimal() and len(asked) < 7 else 1, 1)
    found, count = desk.ledger.newest(_PAGE, skip=(number - 1) * _PAGE, who=who, kind=kind)
    pages = max(1, -(-count // _PAGE))
    people, kinds = desk.ledger.people_and_kinds()
    undone = undone_ids(desk.ledger.undos())
    taken = [i for d in found if isinstance(d.value, Undo) for i in d.value.decisions]
    before = desk.ledger.of_ids(taken[:400])
    rubrics = desk.rules().rubrics
    of_name = _students(visit, lab.name)

    return site.page(
        visit,
        "decisions.html.j2",
        lab=lab,
        tab="decisions",
        lines=[
            (d, said(d, rubrics.get(d.place.question), before), d.id not in undone, of_name(d.place.student))
            for d in found
        ],
        count=count,
        number=number,
        pages=pages,
        people=people,
        kinds=kinds,
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
