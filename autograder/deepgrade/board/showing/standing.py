"""A board as one viewer may see it: what the page, the terminal and the exports are made from.

Theory of operation: nothing below this holds a private score, a name or an entry that its viewer may not see. `standings`
(the assembly) asks `visibility.shown` once and fills these; pages and tables only write down what is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Split = Literal["public", "private"]
SPLITS: tuple[Split, ...] = ("public", "private")

Viewer = Literal["staff", "student", "public"]
"""`staff` sees everything; a `student` the board and their own entries; the `public` the board alone."""


@dataclass(frozen=True)
class Figure:
    """A score with its 95 % interval, in the metric's unit; never rounded."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """One line of a board: a student's counting entry, or a baseline."""

    rank: int | None
    """1 is best; equal only where score, tie-breaks and time are. None: a baseline, or an entry without a score."""
    who: str
    """A pseudonym, a name, or a baseline's title."""
    kind: Literal["student", "published", "measured"]
    figure: Figure | None
    """On the shown split; None where the entry could not be scored."""
    public: Figure | None
    """On the public split, for comparison when the private one is shown."""
    ties: tuple[float | None, ...]
    """The tie-break metrics."""
    entries: int
    """How many scored entries the student made."""
    entered_at: datetime | None
    """Of the counting entry, UTC."""
    movement: int | None
    """Places up (positive) or down: from the public to the private board where that is shown, else within the last week.
    None: was not there."""
    history: tuple[tuple[datetime, float], ...]
    """The student's scored entries in order of time, on the public split until the private one is revealed."""
    note: str
    """A baseline's source; for staff what is odd; of a late entry that it is late."""
    own: bool
    """The viewer's own."""
    student: str | None = None
    """The student's key, for staff alone."""
    points: float | None = None
    """What the score earns; for staff and for the student's own line, where the board earns points and shows them."""


@dataclass(frozen=True)
class Standing:
    """A board at one moment for one viewer."""

    lab: str
    lab_title: str
    board: str
    title: str
    """Of the board."""
    metric: str
    """As people read it, with its unit."""
    higher_is_better: bool
    low: float
    """Worst possible score in the direction of the range; -inf or inf where there is none."""
    high: float
    split: Split
    """The split that ranks this board."""
    rows: int
    """How many rows that split has; 0 where every entry has its own rows."""
    lines: tuple[Line, ...]
    """In order: best first, baselines in their places, entries without a score last."""
    data: str
    """Which data, in words: `real data, full` or, loudly, that they are synthetic."""
    made_at: datetime
    deadline: datetime | None
    time_zone: str
    frozen_at: datetime | None
    """Entries after this do not show; None: not frozen."""
    hidden_split: bool
    """There are private scores that this viewer does not see."""
    thresholds: tuple[tuple[float, float], ...] = ()
    """(score, points) of the points curve's corners."""
    description: str = ""
    """The competition's description, Markdown by the instructor."""
