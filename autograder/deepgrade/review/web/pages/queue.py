"""The queue as a list: what waits, what is done, by whom."""

from __future__ import annotations

from starlette.responses import Response

from deepgrade.review.queue import KINDS
from deepgrade.review.web.items import Filters, first_waiting
from deepgrade.review.web.pages.labs import item_path
from deepgrade.review.web.visits import Visit
from deepgrade.review.web.words import KIND_WORDS

_PAGE = 50


def show(visit: Visit) -> Response:
    """Show a page of the queue."""
    lab = visit.site.lab(visit.path("lab"))
    filters = Filters.of(visit)
    queue = visit.site.desk(lab.name).queue()
    found = filters.shown(queue)
    pages = max(1, -(-len(found) // _PAGE))
    number = int(visit.asked("page")) if visit.asked("page").isdecimal() else 1
    number = min(max(number, 1), pages)
    first = first_waiting(filters.sequence(queue), visit.site.open.others(lab.name, visit.session.account))
    progress = visit.site.progress(lab.name)
    return visit.site.page(
        visit,
        "queue.html.j2",
        lab=lab,
        tab="queue",
        items=[
            (item, item_path(visit, lab, item, filters)) for item in found[(number - 1) * _PAGE :][:_PAGE]
        ],
        count=len(found),
        number=number,
        pages=pages,
        filters=filters,
        kinds=[
            (kind, KIND_WORDS[kind])
            for kind in KINDS
            if kind == filters.kind or any(of == kind for of, _ in progress)
        ],
        kind_words=KIND_WORDS,
        start=item_path(visit, lab, first, filters) if first else "",
        page_path=lambda page: visit.site.path("labs", lab.name, "queue", **filters.query(page=page)),
        synthetic=visit.site.is_synthetic(lab.name),
    )
