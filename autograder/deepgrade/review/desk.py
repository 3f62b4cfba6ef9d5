"""A lab as reviewers have it before them: final points, what waits, and decisions made with everything that they need.

A desk is kept open by a program that serves many pages. It holds numbers, never students' texts; before each answer it asks
the gradebook whether something changed, and reads only that: the gradebook's mark says whether anybody wrote anything, the
lab's stamps whether it was about this lab, and ids what is new.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from deepgrade.lab import Lab
from deepgrade.records.briefs import Brief
from deepgrade.records.changes import Mark
from deepgrade.records.decisions import (
    About,
    Decision,
    Override,
    Place,
    Points,
    Reviewed,
    RubricChosen,
    RubricDefined,
    Undo,
    Value,
    in_force,
)
from deepgrade.records.gradebook import Entry, Gradebook
from deepgrade.records.in_force import InForce, LabStamp, briefs_of, in_force_of, lab_stamp
from deepgrade.records.reviews import (
    ReviewConflictError,
    ReviewError,
    ReviewLedger,
    Stamp,
    saved_comments,
)
from deepgrade.review.final import FinalGrade, Rules, Work, final_grade
from deepgrade.review.queue import QueueItem, SortKey, items_of, ordered
from deepgrade.review.rubrics import COPIED_BY, first_rubric


class StudentReview(NamedTuple):
    """One student at the desk."""

    student: str
    submission: InForce
    grade: FinalGrade
    items: tuple[QueueItem, ...]
    """Everything of the student that a person does once, done or not."""
    reviewed: bool
    """Complete, nothing waits, and nobody has said that it is not reviewed."""


class Desk:
    """One lab.

    Args:
        gradebook: Of the course.
        lab: The lab.

    Methods may be called from several threads. Every method raises what `Gradebook`'s do.
    """

    def __init__(self, gradebook: Gradebook, lab: Lab) -> None:
        self._gradebook, self._lab = gradebook, lab
        self.ledger = ReviewLedger(gradebook, lab.name)
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._mark: Mark | None = None
        self._class_stamp: LabStamp | None = None
        self._decided: Stamp | None = None
        self._submissions: dict[str, InForce] = {}
        self._names: dict[str, list[str]] = {}
        self._students_of: dict[str, set[str]] = {}
        self._briefs: dict[int, Brief] = {}
        self._decisions: dict[str, list[Decision]] = {}
        self._rules = Rules(self._lab)
        self._students: dict[str, StudentReview] = {}
        self._queue: list[QueueItem] | None = None
        self._places: dict[str, SortKey] = {}

    @property
    def lab(self) -> Lab:
        """The lab."""
        return self._lab

    def students(self) -> list[StudentReview]:
        """Return everybody who handed in, in alphabetical order."""
        with self._lock:
            self._refresh()
            return list(self._students.values())

    def student(self, student: str) -> StudentReview:
        """Return one student.

        Raises:
            ReviewError: Nobody of that name handed in.
        """
        with self._lock:
            self._refresh()
            if student not in self._students:
                raise ReviewError(f"{student} has handed in nothing for {self._lab.name}.")
            return self._students[student]

    def queue(self) -> list[QueueItem]:
        """Return all items in order, done ones too; see `review.queue`."""
        with self._lock:
            self._refresh()
            if self._queue is None:
                self._queue = ordered(
                    (i for s in self._students.values() for i in s.items), self._lab, self._places
                )
            return self._queue

    def rules(self) -> Rules:
        """Return the rubrics (lab.toml's where the ledger has none) and dates in force."""
        with self._lock:
            self._refresh()
            return self._rules

    @property
    def is_read(self) -> bool:
        """Whether the lab was read once: what is asked then takes a moment, and not seconds."""
        return self._mark is not None

    def place(self, student: str, question: str = "", check: str = "", *, own: bool = False) -> Place:
        """Return where decisions about a student's work are kept.

        Args:
            student: The student's key.
            question: Empty: the whole work.
            check: Empty: the whole question.
            own: What concerns this student alone, also in a group: extensions, waived penalties.

        Raises:
            ReviewError: Nobody of that name handed in.
        """
        name = student if own else self.student(student).submission.handed_in_as
        return Place(name, question, check)

    def decisions(self, student: str) -> list[Decision]:
        """Return everything that was decided about a student, in order, undone decisions and undos too."""
        with self._lock:
            self.student(student)
            return self._of(student)

    def entry(self, student: str) -> Entry:
        """Return the gradebook's entry of a student, with all texts.

        Raises:
            ReviewError: Nobody of that name handed in.
        """
        with self._lock:
            self.student(student)
            names = list(self._names[student])
        return self._gradebook.entry(self._lab.name, student, names)

    def names(self, student: str) -> list[str]:
        """Return the names under which a student handed in, and the student's key.

        Raises:
            ReviewError: Nobody of that name handed in.
        """
        with self._lock:
            self.student(student)
            return list(dict.fromkeys((*self._names.get(student, ()), student)))

    def lab_decisions(self) -> list[Decision]:
        """Return everything that was decided about the lab itself (rubrics, dates, comments to use again), in order."""
        with self._lock:
            self._refresh()
            return list(self._decisions.get("", ()))

    def saved_comments(self, question: str) -> dict[str, str]:
        """Return name -> text of the comments to use again at a question."""
        return saved_comments(in_force(self.lab_decisions()), question)

    def decide(
        self,
        student: str,
        place: Place,
        values: Sequence[Value],
        *,
        who: str,
        seen: int | None,
        why: str = "",
    ) -> tuple[Decision, ...]:
        """Make decisions about a student's work, all or nothing.

        Overrides get what the check gives now; the row gets the submission, the score, and the points before and after.

        Args:
            student: Of whom the page was.
            place: As `place` returns it.
            values: What is saved together.
            who: The reviewer's name.
            seen: The latest decision at the place that the page showed (`ledger.latest`); None: none.
            why: The reason.

        Raises:
            ReviewConflictError: Somebody decided about the place since; nothing was written.
            ReviewError: It cannot be decided so.
        """
        before = self.student(student)
        self._require_place(student, place)
        values = [self._completed(before, place, value) for value in values]
        draft = (
            Decision(0, place, values[0], why, who, before.submission.received_at, seen) if values else None
        )
        after = None if draft is None else self._with(student, [draft._replace(value=v) for v in values])
        return self.ledger.decide(
            place,
            values,
            who=who,
            seen=seen,
            why=why,
            about=About(before.submission.submission_id, before.submission.score_id),
            points=(_points(before.grade, place), None if after is None else _points(after, place)),
        )

    def undo(
        self,
        student: str,
        place: Place,
        decisions: Iterable[int],
        *,
        who: str,
        seen: int | None,
        why: str = "",
    ) -> Decision:
        """Take decisions of a place back; what held before them holds again.

        Raises:
            ReviewConflictError: Somebody decided about the place since.
            ReviewError: One of them is not of this place.
        """
        return self.decide(student, place, [Undo(decisions=tuple(decisions))], who=who, seen=seen, why=why)[0]

    def rubric(self, question: str) -> tuple[RubricDefined, int | None]:
        """Return a question's rubric in force, and the decision to name as seen when it is changed."""
        rubric = self.rules().rubrics.get(question) or RubricDefined(items=())
        return rubric, self.ledger.latest(Place("", question))

    def rubric_effect(
        self, question: str, rubric: RubricDefined
    ) -> list[tuple[str, float | None, float | None]]:
        """Return (student, points now, points then) of everybody whose final points of a question would change."""
        with self._lock:
            self._refresh()
            rules = self._rules._replace(rubrics={**self._rules.rubrics, question: rubric})
            found = []
            for student, one in self._students.items():
                then = final_grade(self._work(student), rules).question(question).points
                now = one.grade.question(question).points
                if now != then:
                    found.append((student, now, then))
            return found

    def _require_place(self, student: str, place: Place) -> None:
        if place.student not in (student, *self._names.get(student, ())):
            raise ReviewError(f"{place.student} is no name under which {student} handed in.")
        if place.question and place.question not in {q.id for q in self._lab.questions}:
            raise ReviewError(f"{self._lab.name} has no question {place.question}.")

    def _completed(self, before: StudentReview, place: Place, value: Value) -> Value:
        if place.fits(value) is not None:
            return value  # the ledger refuses it
        if isinstance(value, Points) and value.points is not None:
            worth = before.grade.question(place.question).possible
            if value.points > worth + 1e-9:
                raise ReviewError(
                    f"{place.question} is worth {worth:g} points. For more, add an adjustment that is a bonus."
                )
        if isinstance(value, RubricChosen):
            self._require_items(place.question, value)
        if isinstance(value, Override):
            checks = before.grade.question(place.question).checks
            check = next((c for c in checks if c.check == place.check), None)
            if check is None:
                raise ReviewError(f"{place.question} has no check {place.check}.")
            if value.points is not None and value.points > check.possible + 1e-9:
                raise ReviewError(f"{place.check} is worth {check.possible:g} points.")
            given = check.given if check.status.is_assessed else None
            return value.model_copy(update={"given": given, "status": check.status.value})
        return value

    def _require_items(self, question: str, value: RubricChosen) -> None:
        rubric, latest = self.rubric(question)
        unknown = set(value.items) - {item.id for item in rubric.items}
        if unknown:
            raise ReviewError(
                f"The rubric of {question} has no item {min(unknown)} any more. Load the page again, then decide."
            )
        if latest is None and rubric.items:
            # From now on the text in lab.toml may change without moving anybody's points.
            try:
                self.ledger.decide(
                    Place("", question), [rubric], who=COPIED_BY, seen=None, why="as in lab.toml"
                )
            except ReviewConflictError:
                self._require_items(question, value)

    def _with(self, student: str, drafts: Sequence[Decision]) -> FinalGrade:
        with self._lock:
            work = self._work(student)
            known = [*work.decisions]
            last = max((d.id for d in known), default=0)
            known += [draft._replace(id=last + n) for n, draft in enumerate(drafts, start=1)]
            return final_grade(work._replace(decisions=known), self._rules)

    def _refresh(self) -> None:
        mark = self._gradebook.mark()
        if mark == self._mark:
            return
        try:
            self._read_what_changed()
        except BaseException:
            # Half of what changed is taken over: everything is read again when the database is back.
            self._forget()
            raise
        self._mark = mark

    def _read_what_changed(self) -> None:
        # Stamps are read before what they stand for: at worst something is read twice.
        class_stamp, decided = lab_stamp(self._gradebook, self._lab.name), self.ledger.stamp()
        changed: set[str] = set()
        if class_stamp != self._class_stamp:
            changed |= self._read_class()
        if decided != self._decided:
            changed |= self._read_decisions(decided)
        if changed or self._students.keys() != self._submissions.keys():
            before = self._students
            self._students = {
                student: self._review(student) if student in changed else before[student]
                for student in self._submissions
            }
            self._queue = None
        self._class_stamp = class_stamp

    def _read_class(self) -> set[str]:
        """Read what is in force; return the students whose work is another than before."""
        names = self._gradebook.names_of_students(self._lab.name)
        found = in_force_of(self._gradebook, self._lab.name, names)
        wanted = {one.score_id for one in found if one.score_id is not None}
        kept = {score_id: brief for score_id, brief in self._briefs.items() if score_id in wanted}
        self._briefs = kept | briefs_of(self._gradebook, sorted(wanted - set(kept)))
        changed = {
            one.student
            for one in found
            if one != self._submissions.get(one.student)
            or names.get(one.student) != self._names.get(one.student)
        }
        self._names, self._submissions = names, {one.student: one for one in found}
        self._students_of = {}
        for student, mine in names.items():
            for name in (student, *mine):
                self._students_of.setdefault(name, set()).add(student)
        return changed

    def _read_decisions(self, now: Stamp) -> set[str]:
        """Read what was decided since; return the students whose grade may be another."""
        before = self._decided
        names: set[str] | None = None
        if before is not None:
            newer = self.ledger.decisions(after=before.latest)
            # Not so where a lower id became visible after a higher one, as it may in PostgreSQL.
            if Stamp(before.decisions + len(newer), newer[-1].id if newer else before.latest) == now:
                names = {d.place.student for d in newer}
                for decision in newer:
                    self._decisions.setdefault(decision.place.student, []).append(decision)
                self._decided = now
        if names is None:
            self._decisions = self.ledger.by_student()
            # Of what was read, which may be more than the stamp of a moment ago tells of.
            found = [d.id for decisions in self._decisions.values() for d in decisions]
            self._decided = Stamp(len(found), max(found, default=0))
        if names is None:
            self._read_rules()
            return set(self._submissions)
        changed = {student for name in names for student in self._students_of.get(name, ())}
        if "" in names:
            old, new = self._rules, self._read_rules()
            if new.dates != old.dates:
                return set(self._submissions)
            moved = {
                question
                for question in {*new.rubrics, *old.rubrics}
                if new.rubrics.get(question) != old.rubrics.get(question)
            }
            # Where nobody has decided anything, no rubric counts.
            for name, decisions in self._decisions.items():
                if any(d.place.question in moved for d in decisions):
                    changed |= self._students_of.get(name, set())
        return changed

    def _read_rules(self) -> Rules:
        rubrics = {q.id: first_rubric(q) for q in self._lab.questions if q.rubric.strip()}
        self._rules = Rules(self._lab, rubrics | self.ledger.rubrics(), self.ledger.dates())
        return self._rules

    def _of(self, student: str) -> list[Decision]:
        names = dict.fromkeys((student, *self._names.get(student, ())))
        found = [d for name in names for d in self._decisions.get(name, ())]
        return sorted(found, key=lambda d: d.id) if len(names) > 1 else found

    def _work(self, student: str) -> Work:
        submission = self._submissions[student]
        return Work(
            student=student,
            brief=self._briefs.get(submission.score_id) if submission.score_id is not None else None,
            decisions=self._of(student),
            submission_id=submission.submission_id,
            handed_in_at=submission.handed_in_at,
            refusal=submission.refusal,
        )

    def _review(self, student: str) -> StudentReview:
        submission, work = self._submissions[student], self._work(student)
        grade = final_grade(work, self._rules)
        items = tuple(items_of(submission, work, grade))
        said = next(
            (
                d.value.reviewed
                for d in reversed(grade.decisions)
                if isinstance(d.value, Reviewed) and not d.place.question
            ),
            True,
        )
        reviewed = said and grade.complete and not any(item.waits for item in items)
        return StudentReview(student, submission, grade, items, reviewed)


def _points(grade: FinalGrade, place: Place) -> float | None:
    return grade.question(place.question).points if place.question else grade.so_far
