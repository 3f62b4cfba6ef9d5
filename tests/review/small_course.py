"""A course with the small lab: its files, a gradebook, and decisions about one student."""

from datetime import timedelta

from deepgrade.records import Course, Gradebook, Place, RunStore
from deepgrade.records.decisions import (
    Adjustment,
    Comment,
    DatesSet,
    LatePolicy,
    Note,
    Override,
    RubricChosen,
)
from deepgrade.report.from_records import class_report
from deepgrade.review.reporting import reviewed_report
from review.small_desk import NOON, desk_of, hand_in, score
from support.small_class import make_small_lab


class SmallCourse:
    """A small class: ada waits, bert is reviewed and late, cleo has a file that is no notebook."""

    def __init__(self, root):
        self.files = make_small_lab(root)
        self.course = Course(root / "course")
        self.book = Gradebook(self.course.database)
        hand_in(self.book, "ada", score("ada", flags=[("gpu_hidden", None)]))
        hand_in(
            self.book,
            "bert",
            score("bert", a2=(0.0, 1.0), at=NOON + timedelta(hours=31)),
            at=NOON + timedelta(hours=30),
        )
        hand_in(self.book, "cleo", refusal="It is a PDF file.")
        self.desk = desk_of(self.book)
        self.desk.ledger.append(
            Place(""), [DatesSet(due=NOON, late=LatePolicy(amount=10))], who="prof", why="as in the syllabus"
        )
        self.decide(
            "bert",
            "a3",
            [RubricChosen(items=("r1",)), Comment(text="Compare them."), Note(text="SECRET-NOTE")],
        )
        self.decide("bert", "a2", [Override(points=0.5)], check="test_counted", why="half of it is right")
        self.decide("bert", "a1", [Adjustment(points=-0.25)], why="copied a cell")

    def decide(self, student, question, values, *, check="", why="", own=False, who="grace"):
        """Decide what the latest decision was seen of."""
        place = self.desk.place(student, question, check, own=own)
        return self.desk.decide(student, place, values, who=who, seen=self.desk.ledger.latest(place), why=why)

    def report(self, **options):
        """Return the report with what people decided."""
        report = class_report(self.files, self.course, self.book)
        return reviewed_report(report, self.book, RunStore(self.course, "small"), **options)
