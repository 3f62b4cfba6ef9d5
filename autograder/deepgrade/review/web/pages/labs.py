"""The labs of a course, and one lab: what waits, and where to begin."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from deepgrade.lab import Lab
from deepgrade.review.queue import KINDS, ItemKind, Progress, QueueItem
from deepgrade.review.web.items import Filters, first_waiting
from deepgrade.review.web.visits import Visit
from deepgrade.review.web.words import KIND_WORDS, counted_kind

_WAITS_S = 0.15
"""So long a page of all labs reads labs that nobody has read yet; then it says so."""


class LabCard(NamedTuple):
    """A lab in the list of labs."""

    lab: Lab
    is_read: bool
    """False: it is being read, and nothing is known of it yet."""
    students: int
    reviewed: int
    progress: Progress
    waiting: tuple[str, ...]
    """How much of what."""


class Line(NamedTuple):
    """Items of one kind, or of one question to read."""

    kind: ItemKind
    question: str
    title: str
    progress: Progress
    start: str
    """Address of the first that waits; empty: none does."""
    all: str
    """Address of the list."""


def all_labs(visit: Visit) -> Response:
    """Show all labs."""
    until = time.monotonic() + _WAITS_S
    cards = [_card(visit, name, until) for name in visit.site.lab_names()]
    answer = visit.site.page(visit, "labs.html.j2", cards=cards)
    if not all(card.is_read for card in cards):
        answer.headers["Refresh"] = "1"
    return answer


def _card(visit: Visit, name: str, until: float) -> LabCard:
    desk = visit.site.desk(name)
    if not desk.is_read and visit.site.will_read(name) and time.monotonic() > until:
        return LabCard(desk.lab, False, 0, 0, Progress(0, 0), ())
    students, progress = desk.students(), visit.site.progress(name)
    waiting = []
    for kind in KINDS:
        left = sum(p.left for (of, _), p in progress.items() if of == kind)
        if left:
            waiting.append(counted_kind(kind, left))
    return LabCard(
        lab=desk.lab,
        is_read=True,
        students=len(students),
        reviewed=sum(one.reviewed for one in students),
        progress=_sum(list(progress.values())),
        waiting=tuple(waiting),
    )


def one_lab(visit: Visit) -> Response:
    """Show what waits in a lab, question by question."""
    lab = visit.site.lab(visit.path("lab"))
    desk = visit.site.desk(lab.name)
    students, queue = desk.students(), desk.queue()
    progress = visit.site.progress(lab.name)
    taken = visit.site.open.others(lab.name, visit.session.account)

    def line(kind: ItemKind, question: str, title: str, found: Progress) -> Line:
        filters = Filters(kind, question)
        first = first_waiting(filters.sequence(queue), taken)
        return Line(
            kind,
            question,
            title,
            found,
            item_path(visit, lab, first, filters) if first else "",
            visit.site.path("labs", lab.name, "queue", **filters.query(state="all")),
        )

    manual = [
        line("manual", q.id, q.title, progress["manual", q.id])
        for q in lab.questions
        if ("manual", q.id) in progress
    ]
    rest = [
        line(kind, "", KIND_WORDS[kind], found)
        for kind in KINDS
        if kind != "manual" and (found := _sum([p for (of, _), p in progress.items() if of == kind])).all
    ]
    return visit.site.page(
        visit,
        "lab.html.j2",
        lab=lab,
        tab="overview",
        manual=manual,
        rest=rest,
        total=_sum(list(progress.values())),
        students=len(students),
        reviewed=sum(one.reviewed for one in students),
        dates=desk.rules().dates,
        synthetic=visit.site.is_synthetic(lab.name),
    )


def item_path(visit: Visit, lab: Lab, item: QueueItem, filters: Filters, **more: str | int | None) -> str:
    """Return the address of an item within a filter."""
    token = visit.site.tokens(lab.name).token(item)
    return visit.site.path("labs", lab.name, "items", token, **filters.query(**more))


def _sum(parts: Sequence[Progress]) -> Progress:
    return Progress(sum(p.done for p in parts), sum(p.all for p in parts))
