"""Final points: what the checks gave, what people decided, and what being late costs, each with its reason.

What counts for a question, the first that is there: points by hand; the chosen rubric items, with their points in the rubric
in force; points that another tool's graders gave; the checks, with people's overrides in the place of theirs. Beside that
come adjustments. A question has never less than 0 points and never more than it is worth, but for a stated bonus.

A re-grade changes what the checks gave and leaves what people decided; where a decision was made against another result
than today's, that is said. A decision about work that the student has handed in anew since still counts, and waits to be
confirmed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from deepgrade.lab import Lab
from deepgrade.records.briefs import Brief, BriefCheck, BriefQuestion
from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    DatesSet,
    Decision,
    LateWaived,
    Override,
    Points,
    RubricChosen,
    RubricCleared,
    RubricDefined,
    SecondLook,
    SecondLookAnswered,
    Value,
    in_force,
    latest,
)
from deepgrade.review.late import Lateness, lateness
from deepgrade.score import CheckStatus

_EPSILON = 1e-9
_KEPT = 1 << 14
V = TypeVar("V", bound=Value)


class Rules(NamedTuple):
    """What holds for a whole lab."""

    lab: Lab
    rubrics: Mapping[str, RubricDefined] = {}
    dates: DatesSet | None = None


class Work(NamedTuple):
    """One student's work as it stands."""

    student: str
    brief: Brief | None
    """Of the score in force; None: refused, or not scored."""
    decisions: Sequence[Decision] = ()
    """Everything that was decided about the student and their submissions, ascending by id, undone ones too."""
    submission_id: int | None = None
    handed_in_at: datetime | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class FinalCheck:
    """One check."""

    check: str
    status: CheckStatus
    given: float
    """What the check gives."""
    points: float
    """What counts."""
    possible: float
    decided: Decision | None = None
    """A person's override in force."""
    why: str = ""
    """Of the override, with what the check gave then and gives now."""


@dataclass(frozen=True, slots=True)
class FinalQuestion:
    """One question."""

    question: str
    manual: bool
    points: float | None
    """What counts; None: nobody has given any yet, or nothing could be assessed."""
    possible: float
    """What the lab gives for it."""
    assessed: float
    """What could be earned: `possible` less what was not assessed and nobody decided."""
    given: float | None
    """Without people's decisions."""
    checks: tuple[FinalCheck, ...] = ()
    items: tuple[str, ...] = ()
    """Rubric items chosen, also where points by hand count in their place."""
    bonus: float = 0.0
    """By how much the points may be above `assessed`."""
    decided: Decision | None = None
    """The decision that gives the points; None: no person's does."""
    adjusted: Decision | None = None
    comment: str = ""
    """For the student; empty: none."""
    why: tuple[str, ...] = ()
    """How the points come about, a sentence each; empty: the checks alone."""
    waiting: tuple[str, ...] = ()
    """What a person still has to do, a sentence each."""


@dataclass(frozen=True, slots=True)
class FinalGrade:
    """One student in one lab."""

    student: str
    questions: tuple[FinalQuestion, ...]
    so_far: float
    """Sum of the questions that have points, with what another tool added or took off, less `late.penalty`."""
    total: float | None
    """The same when no question waits for points; None until then, and where nothing was scored."""
    possible: float
    """What could be had: the lab's points less what was not assessed."""
    late: Lateness
    adjustment: float = 0.0
    """What another tool added to the total or took off."""
    comment: str = ""
    why: tuple[str, ...] = ()
    """Of the total, a sentence each; the questions have their own."""
    waiting: tuple[str, ...] = ()
    second_looks: tuple[Decision, ...] = ()
    """Requests that nobody has answered."""
    decisions: tuple[Decision, ...] = field(default=(), repr=False)
    """In force, in order."""

    @property
    def complete(self) -> bool:
        """Whether no points wait for a person."""
        return self.total is not None and not self.waiting

    def question(self, question: str) -> FinalQuestion:
        """Return a question's points.

        Raises:
            KeyError: The lab has no such question.
        """
        for one in self.questions:
            if one.question == question:
                return one
        raise KeyError(question)


def final_grade(work: Work, rules: Rules) -> FinalGrade:
    """Return a student's final points; pure, and the only place where they are made."""
    holding = in_force(work.decisions)
    by_question: dict[str, list[Decision]] = {}
    for decision in holding:
        by_question.setdefault(decision.place.question, []).append(decision)
    results = {q.question: q for q in work.brief.questions} if work.brief else {}
    if work.brief is None and work.refusal is not None:
        # Nothing to grade is 0 points, not a gap in the table.
        results = {q.id: BriefQuestion(q.id, q.manual, 0.0, q.points, q.points) for q in rules.lab.questions}
    questions = tuple(
        _question(
            results.get(q.id) or _unscored(q.id, q.manual, q.points),
            by_question.get(q.id, []),
            rules.rubrics.get(q.id),
            work.submission_id,
        )
        for q in rules.lab.questions
    )
    adjustment, sentences = _of_tool(work.brief, holding)
    possible = math.fsum(q.assessed for q in questions)
    earned = math.fsum(q.points for q in questions if q.points is not None)
    before = min(max(0.0, earned + adjustment), _most(questions, adjustment))
    late = lateness(
        _handed_in(work),
        None if _tool_is_late(work.brief) else rules.dates,
        holding,
        earned=before,
        possible=possible,
    )
    so_far = max(0.0, before - late.penalty)
    looks = _second_looks(holding)
    waiting = [sentence for q in questions for sentence in q.waiting]
    scored = work.brief is not None or work.refusal is not None or all(q.decided for q in questions)
    if not scored:
        waiting.insert(0, "The submission is not scored yet.")
    waiting += [
        f"{look.who} asks for a second look{f' at {look.place.question}' if look.place.question else ''}."
        for look in looks
    ]
    known = scored and all(q.points is not None or not (q.manual or q.waiting) for q in questions)
    return FinalGrade(
        student=work.student,
        questions=questions,
        so_far=so_far,
        total=so_far if known else None,
        possible=possible,
        late=late,
        adjustment=adjustment,
        comment=_comment(by_question.get("", [])),
        why=(*sentences, *late.why),
        waiting=tuple(waiting),
        second_looks=looks,
        decisions=tuple(holding),
    )


def rubric_points(rubric: RubricDefined | None, items: Sequence[str], possible: float) -> float:
    """Return what chosen items give, between 0 and `possible`."""
    start = possible if rubric is not None and rubric.start == "full" else 0.0
    worth = {item.id: item.points for item in rubric.items} if rubric else {}
    return min(max(0.0, start + math.fsum(worth.get(item, 0.0) for item in items)), possible)


def _unscored(question: str, manual: bool, possible: float) -> BriefQuestion:
    return BriefQuestion(question, manual, None, possible, possible)


def _question(
    result: BriefQuestion,
    decisions: list[Decision],
    rubric: RubricDefined | None,
    submission_id: int | None,
) -> FinalQuestion:
    if not decisions:
        return _untouched(result)
    overrides = {d.place.check: d for d in decisions if isinstance(d.value, Override)}
    checks = tuple(_check(check, overrides.get(check.check)) for check in result.checks)
    counted, decided, why = _counted(result, decisions, rubric)
    assessed, waiting = result.assessed, []
    if decided is not None:
        assessed = result.possible
    else:
        counted, assessed = _from_checks(result, checks)
        waiting += _undecided(result, checks, counted)
        why += [check.why for check in checks if check.why]
    adjusted = latest(decisions, Adjustment)
    bonus = 0.0
    if adjusted is not None and isinstance(adjusted.value, Adjustment) and adjusted.value.points:
        bonus = max(0.0, adjusted.value.points) if adjusted.value.bonus else 0.0
        counted = None if counted is None and result.manual else (counted or 0.0) + adjusted.value.points
        why.append(f"{adjusted.value.points:+g} points{' as a bonus' if bonus else ''}: {adjusted.why}")
    if counted is not None:
        counted, cut = _between(counted, 0.0, assessed + bonus)
        if cut:
            why.append(f"A question gives at least 0 and at most {assessed + bonus:g} points.")
    for decision in (decided, *(overrides.values() if decided is None else ())):
        if decision is not None and _is_old(decision, submission_id):
            waiting.append(
                f"{result.question}: decided by {decision.who} about work that has been handed in anew since."
            )
            break
    chosen = latest(decisions, RubricChosen, RubricCleared)
    return FinalQuestion(
        question=result.question,
        manual=result.manual,
        points=counted,
        possible=result.possible,
        assessed=assessed,
        given=result.points,
        checks=checks,
        items=chosen.value.items if chosen and isinstance(chosen.value, RubricChosen) else (),
        bonus=bonus,
        decided=decided,
        adjusted=adjusted,
        comment=_comment(decisions),
        why=tuple(why),
        waiting=tuple(waiting),
    )


_made: dict[int, tuple[BriefQuestion, FinalQuestion]] = {}


def _untouched(result: BriefQuestion) -> FinalQuestion:
    """Return a question about which nobody decided anything. In a class the same results come again and again.

    Briefs share them, so that who they are is enough to find them again, and much faster than what they hold.
    """
    found = _made.get(id(result))
    if found is None or found[0] is not result:
        if len(_made) >= _KEPT:
            _made.clear()
        found = _made[id(result)] = result, _as_given(result)
    return found[1]


def _as_given(result: BriefQuestion) -> FinalQuestion:
    checks = tuple(_check(check, None) for check in result.checks)
    points, _ = (None, False) if result.points is None else _between(result.points, 0.0, result.assessed)
    return FinalQuestion(
        question=result.question,
        manual=result.manual,
        points=points,
        possible=result.possible,
        assessed=result.assessed,
        given=result.points,
        checks=checks,
        waiting=tuple(_undecided(result, checks, points)),
    )


def _counted(
    result: BriefQuestion, decisions: list[Decision], rubric: RubricDefined | None
) -> tuple[float | None, Decision | None, list[str]]:
    """Return the points that a person gave a whole question, the decision, and why; None, None where nobody did."""
    by_hand = latest(decisions, Points)
    if by_hand is not None and isinstance(by_hand.value, Points) and by_hand.value.points is not None:
        reason = f": {by_hand.why}" if by_hand.why else "."
        return by_hand.value.points, by_hand, [f"{by_hand.value.points:g} points by hand{reason}"]
    chosen = latest(decisions, RubricChosen, RubricCleared)
    if chosen is not None and isinstance(chosen.value, RubricChosen):
        items = chosen.value.items
        texts = {item.id: item for item in rubric.items} if rubric else {}
        found = [texts[item] for item in items if item in texts]
        why = [f"{item.points:+g} {item.text}" for item in found] or ["No rubric item fits."]
        return rubric_points(rubric, items, result.possible), chosen, why
    return None, None, []


def _check(result: BriefCheck, decision: Decision | None) -> FinalCheck:
    value = decision.value if decision is not None else None
    if decision is None or not isinstance(value, Override) or value.points is None:
        return FinalCheck(result.check, result.status, result.points, result.points, result.possible)
    points = min(value.points, result.possible)
    why = f"{result.check}: {points:g} points by hand: {decision.why}"
    now = result.points if result.status.is_assessed else None
    if value.given != now or (value.status and value.status != result.status.value):
        why += f" (made when the check gave {_gave(value.given)}; it gives {_gave(now)} now)"
    return FinalCheck(
        result.check, result.status, result.points, points, result.possible, decided=decision, why=why
    )


def _from_checks(result: BriefQuestion, checks: Sequence[FinalCheck]) -> tuple[float | None, float]:
    """Return a question's points and what could be earned, with overrides in the place of what checks gave."""
    overridden = [check for check in checks if check.decided is not None]
    if not overridden:
        return result.points, result.assessed
    points = math.fsum([result.points or 0.0, *(check.points - check.given for check in overridden)])
    found = math.fsum(check.possible for check in overridden if not check.status.is_assessed)
    return points, min(result.possible, result.assessed + found)


def _undecided(result: BriefQuestion, checks: Sequence[FinalCheck], points: float | None) -> list[str]:
    if result.manual and points is None:
        return [f"{result.question} waits for a person's points."]
    return [
        f"{check.check} could not decide; a person does."
        for check in checks
        if check.status is CheckStatus.NEEDS_REVIEW and check.decided is None
    ]


def _is_old(decision: Decision, submission_id: int | None) -> bool:
    about = decision.about.submission_id
    return about is not None and submission_id is not None and about != submission_id


def _of_tool(brief: Brief | None, decisions: list[Decision]) -> tuple[float, list[str]]:
    if brief is None:
        return 0.0, []
    waiver = latest(decisions, LateWaived)
    waived = waiver is not None and isinstance(waiver.value, LateWaived) and waiver.value.waived
    total, why = [], []
    for one in brief.adjustments:
        if one.code == "late_penalty" and waived and waiver is not None:
            why.append(f"The late penalty of {brief.tool} is waived: {waiver.why}")
            continue
        total.append(one.points)
        name = "late penalty" if one.code == "late_penalty" else "extra credit"
        why.append(f"{one.points:+g} points: {name} given with {brief.tool}.")
    return math.fsum(total), why


def _tool_is_late(brief: Brief | None) -> bool:
    return brief is not None and any(one.code == "late_penalty" for one in brief.adjustments)


def _handed_in(work: Work) -> datetime | None:
    return work.handed_in_at or (work.brief.handed_in_at if work.brief else None)


def _most(questions: Sequence[FinalQuestion], adjustment: float) -> float:
    return math.fsum([*(q.assessed + q.bonus for q in questions), max(0.0, adjustment)])


def _second_looks(decisions: list[Decision]) -> tuple[Decision, ...]:
    answered: dict[tuple[str, str], int] = {}
    for decision in decisions:
        if isinstance(decision.value, SecondLookAnswered):
            answered[decision.place.question, decision.place.check] = decision.id
    return tuple(
        d
        for d in decisions
        if isinstance(d.value, SecondLook) and answered.get((d.place.question, d.place.check), 0) < d.id
    )


def _comment(decisions: list[Decision]) -> str:
    found = latest(decisions, Comment)
    return found.value.text if found is not None and isinstance(found.value, Comment) else ""


def _between(value: float, least: float, most: float) -> tuple[float, bool]:
    inside = min(max(value, least), most)
    return inside, abs(inside - value) > _EPSILON


def _gave(points: float | None) -> str:
    return "no decision" if points is None else f"{points:g}"
