"""Final grades into reports and exports: people's decisions, late penalties and the history on every student's entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from deepgrade.records.decisions import SecondLook, SecondLookAnswered
from deepgrade.records.gradebook import Entry, Gradebook
from deepgrade.records.run_store import RunStore
from deepgrade.report.model import ClassReport, HistoryLine, QuestionReview, Review, StudentEntry
from deepgrade.review.desk import Desk, StudentReview
from deepgrade.review.final import FinalGrade, FinalQuestion
from deepgrade.review.history import HistoryEvent, history
from deepgrade.score import CheckResult, CheckStatus, QuestionResult, SubmissionScore

_EPSILON = 1e-9


def reviewed_report(
    report: ClassReport, gradebook: Gradebook, runs: RunStore, *, only_reviewed: bool = False
) -> ClassReport:
    """Return the report with what people decided.

    Args:
        report: Made from the records.
        gradebook: The same.
        runs: Of the lab: the history tells of each.
        only_reviewed: Leave out everybody about whom something still waits for a person.
    """
    desk = Desk(gradebook, report.lab)

    def students() -> Iterator[StudentEntry]:
        reviews = {one.student: one for one in desk.students()}
        for entry in report.students():
            review = reviews.get(entry.student)
            if review is None:  # came while the report was written
                continue
            if review.reviewed or not only_reviewed:
                events = partial(history, gradebook, desk, entry.student, run_of=runs.read)
                yield reviewed_entry(entry, review, events)

    return replace(report, students=students)


def reviewed_entry(
    entry: StudentEntry, one: StudentReview, events: Callable[[], list[HistoryEvent]]
) -> StudentEntry:
    """Return a student's entry with what people decided; the history is read when somebody asks for it."""
    grade = one.grade
    decided = {
        q.question: q.points
        for q in grade.questions
        if q.points is not None and (q.decided is not None or (_adjusts(q) and not _undecided(q)))
    }
    return replace(
        entry,
        score=None if entry.score is None else reviewed_score(entry.score, grade),
        decisions=decided,
        review=Review(
            questions={
                q.question: QuestionReview(
                    q.why,
                    q.comment,
                    q.decided is not None or _adjusts(q) or any(c.decided is not None for c in q.checks),
                )
                for q in grade.questions
            },
            complete=grade.complete,
            reviewed=one.reviewed,
            adjustment=grade.adjustment,
            late_penalty=grade.late.penalty,
            due=grade.late.due,
            handed_in_at=grade.late.handed_in_at,
            late_s=grade.late.late_s,
            extended=grade.late.extended,
            waived=grade.late.waived,
            why=grade.why,
            comment=grade.comment,
            answers=_answers(grade),
            tell=lambda: tuple(history_line(event) for event in events()),
        ),
    )


def reviewed_entries(desk: Desk, gradebook: Gradebook, *, only_reviewed: bool = False) -> Iterator[Entry]:
    """Yield the class's entries as the gradebook has them, with final points in their scores."""
    reviews = {one.student: one for one in desk.students()}
    for entry in gradebook.entries(desk.lab.name):
        one = reviews.get(entry.student)
        if one is not None and (one.reviewed or not only_reviewed):
            score = None if entry.score is None else reviewed_score(entry.score, one.grade)
            yield entry._replace(score=score)


def reviewed_score(score: SubmissionScore, grade: FinalGrade) -> SubmissionScore:
    """Return a score whose points are the final ones: a copy for reports and exports, never stored.

    A check that a person decided stands there as passed with all of its points and as failed otherwise, with the reason
    and what the check itself found.
    """
    finals = {q.question: q for q in grade.questions}
    questions = tuple(
        _question(result, finals[result.question]) if result.question in finals else result
        for result in score.questions
    )
    return score.model_copy(update={"questions": questions})


def _question(result: QuestionResult, final: FinalQuestion) -> QuestionResult:
    decided = {check.check: check for check in final.checks if check.decided is not None}
    checks = []
    for check in result.checks:
        found = decided.get(check.check)
        if found is None or found.decided is None:
            checks.append(check)
            continue
        full = found.points >= found.possible - _EPSILON
        checks.append(
            check.model_copy(
                update={
                    "status": CheckStatus.PASSED if full else CheckStatus.FAILED,
                    "points": found.points,
                    "reason": f"A person decided: {found.decided.why.rstrip('.')}. The check itself: {_said(check)}.",
                }
            )
        )
    return result.model_copy(
        update={
            "points": final.points,
            "assessed": final.assessed,
            "checks": tuple(checks),
            "comment": final.comment or result.comment,
        }
    )


def _said(check: CheckResult) -> str:
    words = check.status.value.replace("_", " ")
    points = f", {check.points:g} of {check.possible:g} points" if check.status.is_assessed else ""
    return f"{words}{points}" + (f" ({check.reason})" if check.reason else "")


def _adjusts(question: FinalQuestion) -> bool:
    return bool(question.adjusted and getattr(question.adjusted.value, "points", 0.0))


def _undecided(question: FinalQuestion) -> bool:
    return any(c.status is CheckStatus.NEEDS_REVIEW and c.decided is None for c in question.checks)


def _answers(grade: FinalGrade) -> tuple[tuple[str, str, str], ...]:
    found: list[tuple[str, str, str]] = []
    for decision in grade.decisions:
        question, value = decision.place.question, decision.value
        if isinstance(value, SecondLook):
            found.append((question, value.text, ""))
        elif isinstance(value, SecondLookAnswered):
            found = [
                (q, asked, value.text if q == question and not answer else answer)
                for q, asked, answer in found
            ]
    return tuple(found)


def history_line(event: HistoryEvent) -> HistoryLine:
    """Return an event as reports hold it."""
    made = event.decision
    return HistoryLine(
        at=event.at,
        kind=event.kind,
        sentence=event.sentence,
        who=event.who,
        why=event.why,
        question=event.question,
        points_before=event.points_before,
        points_after=event.points_after,
        holds=event.holds,
        decision=None
        if made is None
        else {
            "id": made.id,
            "check": made.place.check or None,
            "kind": made.kind,
            "value": made.value.model_dump(mode="json", exclude={"kind"}),
            "supersedes": made.supersedes,
        },
    )
