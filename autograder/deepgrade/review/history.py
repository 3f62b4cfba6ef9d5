"""How one student's grade came about, from the first file to the final points, in the order in which things happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from deepgrade.evidence import RunRecord
from deepgrade.records.decisions import DatesSet, Decision, RubricChosen, RubricDefined, Undo, undone_ids
from deepgrade.records.gradebook import Gradebook
from deepgrade.records.regrade import compare
from deepgrade.records.trail import PastScore, PastSubmission, attributions_of, submissions_of
from deepgrade.review.desk import Desk
from deepgrade.review.rubrics import COPIED_BY
from deepgrade.review.words import sentence_of

EventKind = Literal["submission", "refused", "attribution", "run", "score", "regrade", "decision", "rule"]
"""`rule`: a decision about the whole lab that this student's points follow from."""

_ORDER: dict[EventKind, int] = {
    "submission": 0,
    "refused": 1,
    "attribution": 2,
    "run": 3,
    "score": 4,
    "regrade": 5,
    "rule": 6,
    "decision": 7,
}


class HistoryEvent(NamedTuple):
    """Something that happened."""

    at: datetime
    """UTC."""
    kind: EventKind
    sentence: str
    """Text from strangers is in it: escape it."""
    who: str = ""
    """Empty: the grader."""
    why: str = ""
    points_before: float | None = None
    """Of the question, where `question` names one; else of the whole lab."""
    points_after: float | None = None
    question: str = ""
    decision: Decision | None = None
    holds: bool = True
    """False: a decision that was taken back, a set that was cancelled or is not decided."""

    @property
    def is_copied_rubric(self) -> bool:
        """Whether this is a rubric's first, taken from lab.toml: nobody decided it, and pages for people leave it out."""
        return self.kind == "rule" and self.decision is not None and self.decision.who == COPIED_BY


def history(
    gradebook: Gradebook,
    desk: Desk,
    student: str,
    *,
    run_of: Callable[[str], RunRecord | None] | None = None,
) -> list[HistoryEvent]:
    """Return everything that happened to a student's work in a lab, in order.

    Args:
        gradebook: Of the course.
        desk: Of the lab.
        student: The student's key.
        run_of: Key -> the run's record (`RunStore.read`); None: runs are left out.

    Raises:
        ReviewError: Nobody of that name handed in.
        GradebookError: As `Gradebook`'s.
    """
    lab, names = desk.lab.name, desk.names(student)
    events: list[HistoryEvent] = []
    for submission in submissions_of(gradebook, lab, names):
        events += _of_submission(submission, run_of)
    for said in attributions_of(gradebook, lab, names):
        whose = ", ".join(json.loads(said.students))
        if whose == said.handed_in_as and not said.why:
            continue  # the file's name says it
        reason = f": {said.why}" if said.why else ""
        events.append(HistoryEvent(said.decided_at, "attribution", f"{said.handed_in_as} is {whose}{reason}"))
    decisions = desk.decisions(student)
    rules = desk.lab_decisions()
    zone = next((d.value.zone for d in reversed(rules) if isinstance(d.value, DatesSet)), "UTC")
    rubrics = desk.rules().rubrics
    undone = undone_ids(decisions)
    for decision in decisions:
        question = decision.place.question
        events.append(
            HistoryEvent(
                decision.decided_at,
                "decision",
                f"#{decision.id} {sentence_of(decision, rubrics.get(question), zone)}",
                who=decision.who,
                why=decision.why,
                points_before=decision.points_before,
                points_after=decision.points_after,
                question=question,
                decision=decision,
                holds=decision.id not in undone,
            )
        )
    events += _rules(rules, decisions, zone)
    # Sorting is stable: what carries the same moment stays in the order in which it was written.
    return sorted(events, key=lambda event: (event.at, _ORDER[event.kind]))


def _of_submission(
    submission: PastSubmission, run_of: Callable[[str], RunRecord | None] | None
) -> Iterable[HistoryEvent]:
    moment = submission.handed_in_at or submission.received_at
    what = f"results of {submission.tool} from" if submission.tool else "handed in"
    digest = f", SHA-256 {submission.sha256[:12]}" if submission.sha256 else ""
    beside = ", kept beside the results in force" if submission.aside else ""
    since = "" if submission.handed_in_at else ", first seen by the grader then"
    yield HistoryEvent(
        moment,
        "submission",
        f"{what} {submission.filename} as {submission.handed_in_as}{digest}{since}{beside}",
    )
    if submission.refusal is not None:
        yield HistoryEvent(submission.received_at, "refused", submission.refusal)
    for key in dict.fromkeys(score.run_key for score in submission.scores if score.run_key):
        record = run_of(key) if run_of else None
        if record is not None:
            yield HistoryEvent(
                record.started_at,
                "run",
                f"run {key[:12]}: {record.verdict.value} after {record.wall_s:.0f} s on {record.device}. {record.detail}",
            )
    before: PastScore | None = None
    for score in submission.scores:
        yield _scored(score, before)
        if score.regrade is not None:
            yield from _decided_set(score)
        if score.state == "applied":
            before = score


def _scored(score: PastScore, before: PastScore | None) -> HistoryEvent:
    now, possible = score.score.automatic_points, score.score.automatic_possible
    checks = f", hidden checks {score.score.checks_sha256[:12]}" if score.score.checks_sha256 else ""
    of_set = f", aside in re-grade set {score.regrade.id}" if score.regrade else ""
    changes = compare(score.score.student, before.score, score.score).why if before else ()
    return HistoryEvent(
        score.scored_at,
        "score",
        f"scored: checks give {now:g} of {possible:g} points{checks}{of_set}",
        why="; ".join(changes),
        points_before=before.score.automatic_points if before else None,
        points_after=now,
        holds=score.state == "applied",
    )


def _decided_set(score: PastScore) -> Iterable[HistoryEvent]:
    regrade = score.regrade
    if regrade is not None and regrade.decided_at is not None:
        yield HistoryEvent(
            regrade.decided_at,
            "regrade",
            f"re-grade set {regrade.id} {regrade.state}",
            who=regrade.decided_by or "an instructor",
            why=regrade.reason,
            holds=regrade.state == "applied",
        )


def _rules(rules: list[Decision], decisions: list[Decision], zone: str) -> Iterable[HistoryEvent]:
    graded = {d.place.question for d in decisions if isinstance(d.value, RubricChosen)}
    undone = undone_ids(rules)
    for decision in rules:
        of_rubric = isinstance(decision.value, RubricDefined) and decision.place.question in graded
        undo = isinstance(decision.value, Undo) and decision.place.question in {"", *graded}
        if of_rubric or undo or isinstance(decision.value, DatesSet):
            yield HistoryEvent(
                decision.decided_at,
                "rule",
                f"#{decision.id} {sentence_of(decision, None, zone)}",
                who=decision.who,
                why=decision.why,
                question=decision.place.question,
                decision=decision,
                holds=decision.id not in undone,
            )
