"""What was decided, in words, with what can be taken back."""

from __future__ import annotations

from typing import NamedTuple

from deepgrade.lab import Lab
from deepgrade.records.decisions import Decision, in_force, undone_ids
from deepgrade.review.web.visits import Visit
from deepgrade.review.web.words import said
from deepgrade.review.web.works import ShownWork


class HistoryLine(NamedTuple):
    """One decision."""

    decision: Decision
    words: str
    holds: bool
    """Neither taken back nor itself a taking back."""
    can_undo: bool
    seen: int
    """The latest decision at its place."""


def history_lines(visit: Visit, lab: Lab, work: ShownWork, question: str | None = None) -> list[HistoryLine]:
    """Return a student's decisions, the latest first; of one question, or of everything where it is None."""
    rubrics = visit.site.desk(lab.name).rules().rubrics
    holding = {d.id for d in in_force(list(work.decisions))}
    undone = undone_ids(work.decisions)
    lines = []
    for decision in work.decisions:
        if question is not None and decision.place.question != question:
            continue
        lines.append(
            HistoryLine(
                decision,
                said(decision, rubrics.get(decision.place.question), work.decisions),
                decision.id in holding,
                decision.id not in undone and decision.kind not in ("second_look",),
                work.seen(decision.place),
            )
        )
    lines.reverse()
    return lines
