"""How the class did, for instructors."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from sqlalchemy import select
from starlette.responses import Response

from deepgrade.records import RunStore
from deepgrade.records.regrade import moves_of_sets
from deepgrade.records.tables import RegradeSetRow
from deepgrade.report import svg
from deepgrade.report.charts import histogram
from deepgrade.review.desk import StudentReview
from deepgrade.review.statistics import class_facts
from deepgrade.review.web.visits import Visit


def show(visit: Visit) -> Response:
    """Show the statistics of a lab."""
    site = visit.site
    lab = site.lab(visit.path("lab"))
    students = site.desk(lab.name).students()
    facts = class_facts([one.grade for one in students], lab)
    keys = dict.fromkeys(one.submission.run_key for one in students if one.submission.run_key)
    runs = site.runs.summary(RunStore(site.course, lab.name), keys)
    longest = max((seconds for _, seconds in runs.by_question), default=0.0) if runs else 0.0
    with site.gradebook.reading() as session:
        regrades = session.execute(
            select(
                RegradeSetRow.id,
                RegradeSetRow.created_at,
                RegradeSetRow.decided_at,
                RegradeSetRow.state,
                RegradeSetRow.reason,
            )
            .where(RegradeSetRow.lab == lab.name, RegradeSetRow.board.is_(None))
            .order_by(RegradeSetRow.id.desc())
            .limit(50)
        ).all()
    return site.page(
        visit,
        "statistics.html.j2",
        lab=lab,
        tab="statistics",
        facts=facts,
        histogram=histogram(
            facts.points, facts.possible, "points so far" if _waits(students) else "final points"
        )
        if facts.points
        else None,
        bars={
            q.question: meter_of(q.mean, f"{q.question}: {q.mean:.0%} of the points")
            for q in facts.questions
            if q.mean is not None
        },
        runs=runs,
        run_bars=[
            (
                question,
                seconds,
                meter_of(seconds / longest if longest else 0.0, f"{question}: {seconds:.0f} s"),
            )
            for question, seconds in (runs.by_question if runs else ())
        ],
        regrades=regrades,
        moves=moves_of_sets(site.gradebook, lab.name) if regrades else {},
        waiting=_waits(students),
        reviewed=sum(one.reviewed for one in students),
        synthetic=site.is_synthetic(lab.name),
    )


def _waits(students: Sequence[StudentReview]) -> int:
    return sum(one.grade.total is None for one in students)


def meter_of(share: float, label: str) -> Markup:
    """Return a bar without the colours of limits."""
    full, tall = 140.0, 8.0
    return svg.fixed(
        full,
        tall,
        label,
        svg.rect(0, 0, full, tall, "track", rx=4),
        svg.rect(0, 0, max(full * min(max(share, 0.0), 1.0), 2), tall, "fill-accent", rx=4),
        class_="spark wide",
    )
