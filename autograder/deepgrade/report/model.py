"""What a report is made from: plain data that the records hand over, one student at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from deepgrade.evidence import DataFacts, RunRecord
from deepgrade.lab import Lab
from deepgrade.records import PeopleRecord
from deepgrade.score.results import SubmissionScore

Audience = Literal["staff", "student"]
"""Who reads a student's page. `student` leaves out rubrics, flags, and what hidden checks compared."""


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
