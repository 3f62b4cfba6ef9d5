"""What a report is made from: plain data that the records hand over, one student at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from deepgrade.evidence import DataFacts, RunRecord
from deepgrade.lab import Lab
from deepgrade.records import PeopleRecord
from deepgrade.score.results import SubmissionScore

Audience = Literal["staff", "student"]
"""Who reads a student's page. `student` leaves out rubrics, flags, and what hidden checks compared."""


@dataclass(frozen=True, slots=True)
class QuestionReview:
    """What people decided about a question, in words."""

    why: tuple[str, ...] = ()
    """How its points come about, a sentence each."""
    comment: str = ""
    """For the student."""
    adjusted: bool = False
    """A person gave the points, or some of them."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to a student's work."""

    at: datetime
    kind: str
    """`submission`, `refused`, `attribution`, `run`, `score`, `regrade`, `rule` or `decision`."""
    sentence: str
    who: str = ""
    why: str = ""
    question: str = ""
    points_before: float | None = None
    points_after: float | None = None
    holds: bool = True
    """False: taken back, cancelled or not decided."""
    decision: Mapping[str, Any] | None = None
    """`id`, `check`, `kind`, `value`, `supersedes`, as the ledger holds them."""

    def as_json(self) -> dict[str, Any]:
        """Return all but the decision as JSON can hold it."""
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "sentence": self.sentence,
            "who": self.who or None,
            "why": self.why or None,
            "question": self.question or None,
            "points_before": self.points_before,
            "points_after": self.points_after,
            "holds": self.holds,
        }


@dataclass(frozen=True, slots=True)
class Review:
    """What people decided about a student's work, and what being late costs."""

    questions: Mapping[str, QuestionReview]
    complete: bool
    """No points wait for a person."""
    reviewed: bool
    """Nothing at all waits for a person."""
    adjustment: float = 0.0
    """What another tool added to the total or took off."""
    late_penalty: float = 0.0
    due: datetime | None = None
    """The student's own due date."""
    handed_in_at: datetime | None = None
    late_s: float = 0.0
    extended: bool = False
    waived: bool = False
    why: tuple[str, ...] = ()
    """Of the total, a sentence each."""
    comment: str = ""
    """For the student, about everything."""
    answers: tuple[tuple[str, str, str], ...] = ()
    """(question or empty, what the student asked, the answer or empty) of each request for a second look."""
    tell: Callable[[], tuple[HistoryLine, ...]] = tuple
    """Reads the history, which only some of what is written needs."""

    @property
    def history(self) -> tuple[HistoryLine, ...]:
        """From the first file to the last decision; for the staff. Read anew every time."""
        return self.tell()


@dataclass(frozen=True)
class StudentEntry:
    """One student of the class, at one moment."""

    student: str
    slug: str
    """Name of the student's page; replaced where it would not make a safe file name of its own."""
    score: SubmissionScore | None = None
    """None: nothing was scored (no submission, refused, not run yet)."""
    run: RunRecord | None = None
    run_folder: Path | None = None
    """Holds `notebook.ipynb`, `evidence/` and `predictions/infer.json`; parts may be absent."""
    refusal: str | None = None
    """Why the submission was not taken in; one sentence."""
    decisions: Mapping[str, float] = field(default_factory=dict)
    """Question -> points that a person gave; they count instead of what the checks gave."""
    beside: tuple[SubmissionScore, ...] = ()
    """Results of other origins that are kept and do not count."""
    review: Review | None = None
    """Then the points in `score` are final ones: with overrides and adjustments, and `assessed` with what people decided."""


@dataclass(frozen=True)
class ClassReport:
    """A class and a lab.

    `students` is called once for each document that is written; it should load one entry at a time, so that
    a class of hundreds is never in memory as a whole.

    Raises:
        ValueError: `made_at` has no time zone.
    """

    lab: Lab
    course: str
    made_at: datetime
    students: Callable[[], Iterable[StudentEntry]]
    data: tuple[DataFacts, ...] = ()
    synthetic: bool = False
    without_walls: bool = False
    """Some run had no sandbox around it."""
    note: str = ""
    """A sentence of the instructor's, shown below the title."""
    people: PeopleRecord | None = None
    """Who of the roster handed in, where the course has a roster."""
    withheld: frozenset[str] = frozenset()
    """Hidden evaluations whose scores students may not read yet; see `board/showing/withheld.py`."""

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None:
            raise ValueError("made_at has no time zone; give the time in UTC")
