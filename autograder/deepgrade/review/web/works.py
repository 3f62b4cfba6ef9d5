"""What a page shows of a student's work: the gradebook's numbers, the run, the evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from starlette.exceptions import HTTPException

from deepgrade.lab import Lab
from deepgrade.records import RunStore
from deepgrade.records.decisions import Decision, Place
from deepgrade.records.reviews import ReviewError
from deepgrade.report.from_records import student_entry
from deepgrade.report.model import ClassReport, StudentEntry
from deepgrade.report.points import Row, summarise
from deepgrade.report.student_page import QuestionView, StudentPage, student_page
from deepgrade.review.desk import StudentReview
from deepgrade.review.final import FinalGrade, FinalQuestion
from deepgrade.review.web.site import Site


@dataclass(frozen=True)
class ShownWork:
    """A student's work in one lab."""

    lab: Lab
    student: str
    review: StudentReview
    entry: StudentEntry
    row: Row
    page: StudentPage
    decisions: Sequence[Decision]
    """All of the student's, in order, undone ones and undos too."""

    @property
    def grade(self) -> FinalGrade:
        """The points that count."""
        return self.review.grade

    @property
    def synthetic(self) -> bool:
        """Whether the run had generated data."""
        return self.entry.run is not None and any(d.origin == "synthetic" for d in self.entry.run.data)

    @property
    def without_walls(self) -> bool:
        """Whether the run had no sandbox around it."""
        return self.entry.run is not None and self.entry.run.sandbox.partition(",")[0] == "none"

    def view(self, question: str) -> QuestionView:
        """Return a question as pages show it."""
        return next(view for view in self.page.questions if view.id == question)

    def at(self, question: str, check: str | None = None) -> list[Decision]:
        """Return what was decided about a question, its checks included; with a check, about that alone."""
        return [
            d
            for d in self.decisions
            if d.place.question == question and (check is None or d.place.check == check)
        ]

    def seen(self, place: Place) -> int:
        """Return the latest decision at a place, as the page shows it; 0 where there is none."""
        return max((d.id for d in self.decisions if d.place == place), default=0)


def shown_work(site: Site, lab: Lab, student: str, questions: Collection[str] | None = None) -> ShownWork:
    """Read a student's work.

    Args:
        site: The app.
        lab: Which lab.
        student: The student's key.
        questions: What the page shows; None: everything.

    Raises:
        HTTPException: The student has handed in nothing.
    """
    desk = site.desk(lab.name)
    try:
        review = desk.student(student)
    except ReviewError as error:
        raise HTTPException(404, str(error)) from None
    store = RunStore(site.course, lab.name)
    entry = student_entry(desk.entry(student), store, lab)
    entry = replace(entry, decisions=_decided(review.grade))
    data = entry.run.data if entry.run else ()
    report = ClassReport(
        lab=lab,
        course=site.course.root.name,
        made_at=datetime.now(UTC),
        students=lambda: (entry,),
        data=data,
        synthetic=any(facts.origin == "synthetic" for facts in data),
    )
    return ShownWork(
        lab=lab,
        student=student,
        review=review,
        entry=entry,
        row=summarise(entry, lab, "student"),
        page=student_page(report, entry, with_notebook=False, questions=questions),
        decisions=desk.decisions(student),
    )


def _decided(grade: FinalGrade) -> dict[str, float]:
    return {q.question: q.points for q in grade.questions if q.points is not None and is_decided(q)}


def is_decided(question: FinalQuestion) -> bool:
    """Return whether a person had a part in a question's points."""
    return (
        question.decided is not None
        or question.adjusted is not None
        or any(check.decided is not None for check in question.checks)
    )
