"""What waits for a person in a lab, and what a person has done with it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from deepgrade.evidence import VERDICTS
from deepgrade.lab import Lab
from deepgrade.records.decisions import Decision, FlagSettled, Reviewed, SecondLook, SecondLookAnswered
from deepgrade.records.in_force import InForce
from deepgrade.review.final import FinalGrade, FinalQuestion, Work
from deepgrade.score import CheckStatus

ItemKind = Literal["second_look", "error", "check", "manual", "borderline", "flag"]
"""`second_look`: a student asked. `error`: the grader could not do its work, or there was no notebook. `check`: a check could not
decide. `manual`: an answer to read. `borderline`: chance alone could move a score over its threshold. `flag`: something odd."""

KINDS: tuple[ItemKind, ...] = get_args(ItemKind)

_OF_CHECKS = "needs_review"
_BORDERLINE = "near_threshold"
_ERRORS = frozenset(
    {"check_error", *(verdict.value for verdict, facts in VERDICTS.items() if not facts.students_fault)}
)


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Something that a person does once."""

    id: str
    """Stable: also after a re-grade, and when it is done. Text from strangers is in it: escape it."""
    kind: ItemKind
    handed_in_as: str
    """Where decisions about it are kept: `Place.student`."""
    students: tuple[str, ...]
    """Keys: several for a group."""
    question: str
    """Empty: of the whole submission."""
    detail: str
    """A check's id, a flag's code; empty for answers to read."""
    sentence: str
    submission_id: int | None
    score_id: int | None
    answered: bool = True
    """False: a manual question whose answer is empty."""
    done_by: str = ""
    """Who did it: a reviewer, or the tool that the points come from; empty: it waits."""
    done_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has done it yet."""
        return not self.done_by


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a kind, or of a question, is done."""

    done: int
    all: int

    @property
    def left(self) -> int:
        """How much waits."""
        return self.all - self.done


def items_of(submission: InForce, work: Work, grade: FinalGrade) -> list[QueueItem]:
    """Return all items of one submission, done or not, in no particular order."""
    make = _Maker(submission, grade)
    if work.brief is None:
        code = "no_notebook" if work.refusal is not None else "not_scored"
        sentence = work.refusal or "The submission is not scored yet."
        make.settled_by_flag("error", "", code, sentence)
        return make.items + _second_looks(make, grade)
    results = {q.question: q for q in work.brief.questions}
    for question in grade.questions:
        if question.manual:
            brief = results.get(question.question)
            make.manual(question, work.brief.tool, answered=brief is None or brief.answered)
        for check in question.checks:
            if check.status is CheckStatus.NEEDS_REVIEW:
                make.check(question, check.check, check.decided)
    seen: set[tuple[str, str]] = set()
    for flag in work.brief.flags:
        if flag.code == _OF_CHECKS or (flag.code, flag.question) in seen:
            continue
        seen.add((flag.code, flag.question))
        sentences = [f.sentence for f in work.brief.flags if f[:2] == flag[:2]]
        kind: ItemKind = "flag"
        if flag.code == _BORDERLINE:
            kind = "borderline"
        elif flag.code in _ERRORS:
            kind = "error"
        make.settled_by_flag(kind, flag.question, flag.code, " ".join(sentences))
    return make.items + _second_looks(make, grade)


class _Maker:
    def __init__(self, submission: InForce, grade: FinalGrade) -> None:
        self._submission, self._grade = submission, grade
        self.items: list[QueueItem] = []

    def item(
        self,
        kind: ItemKind,
        question: str,
        detail: str,
        sentence: str,
        done: Decision | None,
        *,
        done_by: str = "",
        answered: bool = True,
        name: str | None = None,
    ) -> QueueItem:
        submission = self._submission
        name = submission.handed_in_as if name is None else name
        return QueueItem(
            id="/".join((kind, question or "-", detail or "-", name)),
            kind=kind,
            handed_in_as=name,
            students=(submission.student,),
            question=question,
            detail=detail,
            sentence=sentence,
            submission_id=submission.submission_id,
            score_id=submission.score_id,
            answered=answered,
            done_by=done.who if done else done_by,
            done_at=done.decided_at if done else None,
        )

    def manual(self, question: FinalQuestion, tool: str | None, *, answered: bool) -> None:
        decided = self._still_holds(question.decided)
        by_tool = tool or "deepgrade" if question.decided is None and question.points is not None else ""
        self.items.append(
            self.item("manual", question.question, "", "", decided, done_by=by_tool, answered=answered)
        )

    def check(self, question: FinalQuestion, check: str, override: Decision | None) -> None:
        done = self._still_holds(override) or self._still_holds(question.decided)
        self.items.append(self.item("check", question.question, check, f"{check} could not decide.", done))

    def settled_by_flag(self, kind: ItemKind, question: str, code: str, sentence: str) -> None:
        self.items.append(self.item(kind, question, code, sentence, self._settled(question, code)))

    def _settled(self, question: str, code: str) -> Decision | None:
        """Return the decision that settled a flag: of the flag itself, its question or the whole submission; the latest."""
        for decision in reversed(self._grade.decisions):
            value, at = decision.value, decision.place.question
            if isinstance(value, FlagSettled) and value.code == code and at == question:
                return self._still_holds(decision) if value.settled else None
            if isinstance(value, Reviewed) and at in ("", question):
                return self._still_holds(decision) if value.reviewed else None
        return None

    def _still_holds(self, decision: Decision | None) -> Decision | None:
        if decision is None or decision.about.submission_id in (None, self._submission.submission_id):
            return decision
        return None


def _second_looks(make: _Maker, grade: FinalGrade) -> list[QueueItem]:
    """Return one item for each place at which a student asked, with the latest request's text."""
    found: dict[tuple[str, str], QueueItem] = {}
    answers: dict[tuple[str, str], Decision] = {
        d.place[:2]: d for d in grade.decisions if isinstance(d.value, SecondLookAnswered)
    }
    for decision in grade.decisions:
        if not isinstance(decision.value, SecondLook):
            continue
        place = decision.place[:2]
        answer = answers.get(place)
        done = answer if answer is not None and answer.id > decision.id else None
        found[place] = make.item(
            "second_look", place[1], "", decision.value.text, done, name=decision.place.student
        )
    return list(found.values())


SortKey = tuple[int, int, str, bytes, str]


def ordered(items: Iterable[QueueItem], lab: Lab, keys: dict[str, SortKey] | None = None) -> list[QueueItem]:
    """Return items question by question, kinds apart, in an order of students that stays and is not the alphabet's.

    Who grades in alphabetical order is stricter or milder to the same people every time; so each question has its own order.
    An item that a group's members share stands there once.

    Args:
        items: All.
        lab: Whose they are.
        keys: Where an item stands, by its id: filled here, for the next time that the lab's items are ordered.
    """
    known = {} if keys is None else keys
    places = {question.id: number for number, question in enumerate(lab.questions)}
    once: dict[str, QueueItem] = {}
    for item in items:
        before = once.get(item.id)
        once[item.id] = item if before is None else _joined(before, item)
    kinds = {kind: number for number, kind in enumerate(KINDS)}

    def key(item: QueueItem) -> SortKey:
        # Answers are read question by question; everything else is rare and comes kind by kind.
        shuffled = hashlib.blake2b(
            f"{lab.name}\0{item.question}\0{item.handed_in_as}".encode("utf-8", "replace"), digest_size=8
        ).digest()
        return kinds[item.kind], places.get(item.question, -1), item.detail, shuffled, item.id

    for name, item in once.items():
        if name not in known:
            known[name] = key(item)
    return [once[name] for name in sorted(once, key=known.__getitem__)]


def _joined(one: QueueItem, other: QueueItem) -> QueueItem:
    students = tuple(dict.fromkeys((*one.students, *other.students)))
    return QueueItem(
        **{name: getattr(one, name) for name in QueueItem.__slots__ if name != "students"}, students=students
    )


def progress_of(items: Sequence[QueueItem]) -> dict[tuple[ItemKind, str], Progress]:
    """Return (kind, question) -> how much is done; the kinds that are not about one question have question ""."""
    everything = Counter((item.kind, item.question) for item in items)
    done = Counter((item.kind, item.question) for item in items if item.done_by)
    return {key: Progress(done[key], count) for key, count in everything.items()}
