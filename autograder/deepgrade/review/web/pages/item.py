"""One item of the queue: the work beside what a reviewer may decide about it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from deepgrade.lab import Lab
from deepgrade.records.decisions import Place, Points, SecondLook
from deepgrade.report.prose import prose
from deepgrade.report.text import points_text
from deepgrade.review.final import FinalGrade
from deepgrade.review.queue import QueueItem
from deepgrade.review.web.items import Filters, neighbours
from deepgrade.review.web.pages.history import history_lines
from deepgrade.review.web.pages.labs import item_path
from deepgrade.review.web.prompts import prompt_of
from deepgrade.review.web.visits import Visit
from deepgrade.review.web.works import ShownWork, shown_work
from deepgrade.score.results import CheckResult

_WHAT = {
    "manual": "answer to read",
    "check": "a check could not decide",
    "flag": "flag",
    "borderline": "borderline score",
    "second_look": "second look",
    "error": "error",
}


def show(visit: Visit) -> Response:
    """Show an item."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    desk = site.desk(lab.name)
    queue = desk.queue()
    item = site.tokens(lab.name).item(queue, visit.path("item"))
    filters = Filters.of(visit)
    others = site.open.show(lab.name, item.id, visit.session.account)
    sequence = filters._replace(
        kind=filters.kind or item.kind, question=filters.question if filters.kind else item.question
    ).sequence(queue)
    around = neighbours(sequence, item, site.open.others(lab.name, visit.session.account))
    question = item.question if any(q.id == item.question for q in lab.questions) else ""
    work = shown_work(site, lab, item.students[0], [question] if question else [])
    return site.page(
        visit,
        "item.html.j2",
        lab=lab,
        tab="queue",
        item=item,
        what=_WHAT[item.kind],
        work=work,
        view=work.view(question) if question else None,
        final=work.grade.question(question) if question else None,
        prompt=prompt_of(site.files(lab.name), question) if question else None,
        models=[h for h in work.page.hidden if not question or h.score.question == question],
        others=[(who, int(seconds) // 60) for who, seconds in others],
        around=around,
        before_path=item_path(visit, lab, around.before, filters) if around.before else "",
        after_path=item_path(visit, lab, around.after, filters) if around.after else "",
        list_path=site.path("labs", lab.name, "queue", **filters.query()),
        filters=filters,
        item_token=site.tokens(lab.name).token(item),
        form=grading_form(visit, lab, work, question) if question else None,
        seen_of=lambda q, check: work.seen(Place(work.review.submission.handed_in_as, q, check)),
        answer_seen=work.seen(Place(item.handed_in_as, item.question)),
        final_points=lambda q: points_text(work.grade.question(q).points),
        check=next((c for c in _checks(work, question) if c.check == item.detail), None),
        requests=_requests(item, work.grade),
        history=history_lines(visit, lab, work, question or None),
        synthetic=work.synthetic,
        without_walls=work.without_walls,
    )


def _checks(work: ShownWork, question: str) -> tuple[CheckResult, ...]:
    return work.view(question).checks if question else ()


def grading_form(visit: Visit, lab: Lab, work: ShownWork, question: str) -> dict[str, Any]:
    """Return what the form for a question's points shows."""
    desk = visit.site.desk(lab.name)
    final = work.grade.question(question)
    rules = desk.rules()
    rubric = rules.rubrics.get(question)
    decided = final.decided
    by_hand = decided is not None and isinstance(decided.value, Points)
    return {
        "question": question,
        "manual": final.manual,
        "possible": final.possible,
        "rubric": rubric,
        "guidance": prose(rubric.guidance) if rubric and rubric.guidance.strip() else None,
        "chosen": final.items,
        "none": decided is not None and not by_hand and not final.items and bool(rubric and rubric.items),
        "points": _by_hand(decided),
        "comment": final.comment,
        "comments": desk.saved_comments(question),
        "seen": work.seen(Place(work.review.submission.handed_in_as, question)),
        "adjusted": final.adjusted,
        "base": final.possible if rubric and rubric.start == "full" else 0.0,
    }


def _by_hand(decided: Any) -> float | None:
    return decided.value.points if decided is not None and isinstance(decided.value, Points) else None


def _requests(item: QueueItem, grade: FinalGrade) -> list[tuple[str, Any, Any]]:
    """Return (who, when, text) of the requests at an item's place."""
    return [
        (d.who, d.decided_at, prose(d.value.text))
        for d in grade.decisions
        if isinstance(d.value, SecondLook) and d.place[:2] == (item.handed_in_as, item.question)
    ]
