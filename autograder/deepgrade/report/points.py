"""Points as people read them: what checks gave, what people gave, what is still open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from deepgrade.evidence import VERDICTS, RunRecord
from deepgrade.lab import Lab
from deepgrade.report.elsewhere import beside_flags, title_of
from deepgrade.report.model import Review, StudentEntry
from deepgrade.score.results import CheckStatus, Flag, ModelScore, Origin, QuestionResult, SubmissionScore

State = Literal["full", "partial", "none", "pending", "review", "not_assessed", "absent"]
"""How a question stands: `pending` waits for a person to grade it, `review` for a person to decide what checks
could not, `absent` was not scored at all."""

STATE_WORDS: Mapping[State, str] = {
    "full": "full points",
    "partial": "part of the points",
    "none": "no points",
    "pending": "to be graded",
    "review": "needs a person",
    "not_assessed": "not assessed",
    "absent": "not scored",
}

_EPSILON = 1e-9


class Tally(NamedTuple):
    """A student's points. None is "not known", never 0."""

    automatic: float | None
    """What checks gave, or a person in their place."""
    automatic_possible: float
    """Less what was not assessed."""
    manual: float
    """What people gave on manual questions so far."""
    manual_pending: float
    """What people may still give."""
    not_assessed: float
    """What left the denominator."""
    total_possible: float
    """All that can be had: the lab's points less what was not assessed."""
    adjustment: float = 0.0
    """What extra credit adds and a late penalty takes off."""

    @property
    def total(self) -> float | None:
        """All points, never below 0; None while something waits for a person."""
        if self.automatic is None or self.manual_pending > _EPSILON:
            return None
        return max(0.0, self.automatic + self.manual + self.adjustment)


@dataclass(frozen=True, slots=True)
class Cell:
    """One question of one student in the class table."""

    question: str
    state: State
    points: float | None
    possible: float

    @property
    def words(self) -> str:
        """What a screen reader says."""
        return f"{self.question} {STATE_WORDS[self.state]}"


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of a student while the class page is made."""

    student: str
    slug: str
    sha256: str
    verdict: str
    """A verdict's code, `invalid_submission` for a refusal, `imported` for another tool's results, or `not_run`."""
    verdict_title: str
    tone: Literal["good", "warn", "bad", "quiet"]
    tally: Tally
    cells: tuple[Cell, ...]
    flags: tuple[Flag, ...]
    model_scores: tuple[ModelScore, ...]
    wall_s: float | None
    refusal: str | None
    origin: Origin | None = None


def decided_points(result: QuestionResult, decisions: Mapping[str, float]) -> float | None:
    """Return a question's points: a person's where one decided, else what the checks gave."""
    return decisions.get(result.question, result.points)


def state_of(result: QuestionResult, decisions: Mapping[str, float]) -> State:
    """Return how a question stands."""
    points = decided_points(result, decisions)
    if result.question not in decisions:
        if any(check.status is CheckStatus.NEEDS_REVIEW for check in result.checks):
            return "review"
        if points is None:
            return "pending" if result.manual else "not_assessed"
        if result.assessed <= _EPSILON:
            return "not_assessed"
    possible = result.possible if result.question in decisions else result.assessed
    if points is None or points <= _EPSILON:
        return "none"
    return "full" if points >= possible - _EPSILON else "partial"


def tally(
    score: SubmissionScore | None, lab: Lab, decisions: Mapping[str, float], review: Review | None = None
) -> Tally:
    """Return a student's points; without a score, what the lab gives and nothing known."""
    if score is None:
        automatic = math.fsum(q.points for q in lab.questions if not q.manual)
        manual = math.fsum(decisions.get(q.id, 0.0) for q in lab.questions if q.manual)
        pending = math.fsum(q.points for q in lab.questions if q.manual and q.id not in decisions)
        return Tally(None, automatic, manual, pending, 0.0, lab.points)
    earned = manual = pending = possible = missing = 0.0
    for result in score.questions:
        points = decided_points(result, decisions)
        # A reviewed score says itself what could be earned, with what people decided.
        decided = result.question in decisions and review is None
        if result.manual:
            manual += points or 0.0
            pending += result.possible if points is None else 0.0
        else:
            earned += points or 0.0
            possible += result.possible if decided else result.assessed
            missing += 0.0 if decided else result.possible - result.assessed
    total = math.fsum(q.possible for q in score.questions) - missing
    adjustment = math.fsum(adjustment.points for adjustment in score.adjustments)
    if review is not None:
        adjustment = review.adjustment - review.late_penalty
    return Tally(earned, possible, manual, pending, missing, total, adjustment)


def verdict_of(
    run: RunRecord | None, refusal: str | None, origin: Origin | None = None
) -> tuple[str, str, Literal["good", "warn", "bad", "quiet"]]:
    """Return a verdict's code, its title and its tone."""
    if origin is not None:
        return "imported", title_of(origin), "quiet"
    if run is None:
        return (
            ("invalid_submission", "invalid submission", "bad")
            if refusal
            else ("not_run", "not run", "quiet")
        )
    facts = VERDICTS[run.verdict]
    if not facts.students_fault:
        return run.verdict.value, facts.title, "quiet"
    tone: Literal["good", "warn", "bad"] = "good" if run.verdict.value == "ok" else "bad"
    return run.verdict.value, facts.title, "warn" if run.verdict.value == "cell_error" else tone


def summarise(entry: StudentEntry, lab: Lab, slug: str) -> Row:
    """Return what the class page and the gradebook files need of a student."""
    origin = entry.score.origin if entry.score else None
    code, title, tone = verdict_of(entry.run, entry.refusal, origin)
    return Row(
        student=entry.student,
        slug=slug,
        sha256=entry.run.submission.sha256 if entry.run else "",
        verdict=code,
        verdict_title=title,
        tone=tone,
        tally=tally(entry.score, lab, entry.decisions, entry.review),
        cells=_cells(entry, lab),
        flags=(*(entry.score.flags if entry.score else ()), *beside_flags(entry.score, entry.beside)),
        model_scores=entry.score.model_scores if entry.score else (),
        wall_s=entry.run.wall_s if entry.run else None,
        refusal=entry.refusal,
        origin=origin,
    )


def _cells(entry: StudentEntry, lab: Lab) -> tuple[Cell, ...]:
    results = {result.question: result for result in entry.score.questions} if entry.score else {}
    cells = []
    for question in lab.questions:
        result = results.get(question.id)
        if result is None:
            cells.append(Cell(question.id, "absent", entry.decisions.get(question.id), question.points))
        else:
            state = state_of(result, entry.decisions)
            cells.append(Cell(question.id, state, decided_points(result, entry.decisions), result.possible))
    return tuple(cells)


def parts(cells: tuple[Cell, ...]) -> dict[str, tuple[float, float, bool]]:
    """Return subtotals by the letters that question ids begin with: (points, possible, something is open)."""
    found: dict[str, tuple[float, float, bool]] = {}
    for cell in cells:
        letters = cell.question.rstrip("0123456789_") or cell.question
        points, possible, waits = found.get(letters, (0.0, 0.0, False))
        missing = cell.state == "not_assessed"
        found[letters] = (
            points + (cell.points or 0.0),
            possible + (0.0 if missing else cell.possible),
            waits or cell.state in ("pending", "review", "absent"),
        )
    return found
