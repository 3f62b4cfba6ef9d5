"""What another tool found, in one form: cells with points, before they become a course's scores.

Theory of operation: `nbgrader_in` and `otter_in` read a tool's files, which student code may have written to (both tools
run it beside themselves), so every number is checked there: finite, and from 0 to what the cell gives. What is wrong
with one student's results is a sentence among `problems` and keeps nobody else's out; what is wrong with the whole
(another tool's file, another assignment, cells of unknown questions) is a `ResultsError`, and nothing is taken over.
`taking_over` then turns each `NativeResult` into a `SubmissionScore` that says where it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deepgrade.interchange.errors import InterchangeError
from deepgrade.lab import Lab, listed
from deepgrade.score import Adjustment, Flag, Tool
from deepgrade.submission.places import readable

EPSILON = 1e-6
"""Points that differ by less are the same."""


class ResultsError(InterchangeError):
    """Results of another tool cannot be taken over; the message says what to do next. Nothing was changed."""


@dataclass(frozen=True)
class NativeCell:
    """What a tool gave for one of its own units: an nbgrader cell, an otter question."""

    name: str
    """As the tool calls it."""
    question: str
    """The lab's question it belongs to."""
    earned: float | None
    """None: the tool waits for a person."""
    most: float
    """What it gives at most."""
    by_hand: bool = False
    """A person gives these points, not a test."""
    visible: bool = True
    """Students may see what the tool printed."""
    printed: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class NativeResult:
    """One student's results."""

    student: str
    """Name in the course; safe in paths."""
    file: str
    """The file's name, below the folder that was named."""
    sha256: str
    cells: tuple[NativeCell, ...]
    name: str = ""
    """The person's name in the tool's list."""
    handed_in_at: datetime | None = None
    comments: Mapping[str, str] = field(default_factory=dict)
    """Question -> what a person wrote to the student."""
    adjustments: tuple[Adjustment, ...] = ()
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str | None = None
    """Why the tool has no result at all of this submission."""


@dataclass(frozen=True)
class NativeClass:
    """All that was found."""

    tool: Tool
    results: tuple[NativeResult, ...]
    problems: tuple[str, ...] = ()
    """Students whose results were not taken, a sentence each."""
    notes: tuple[str, ...] = ()


class Placing:
    """Which question of a lab a tool's cell belongs to.

    Args:
        lab: The lab.
        renames: The tool's name -> question, as a person said.

    Raises:
        ResultsError: A rename names a question that the lab does not have.
    """

    def __init__(self, lab: Lab, renames: Mapping[str, str]) -> None:
        self._ids = [question.id for question in lab.questions]
        self._lab = lab.name
        self._renames = dict(renames)
        wrong = sorted({question for question in renames.values() if question not in self._ids})
        if wrong:
            raise ResultsError(
                f"{lab.name} has no question {', '.join(wrong)}. It has: {', '.join(self._ids)}."
            )

    def of(self, name: str) -> str | None:
        """Return the question: as renamed, or what stands before the first `-` (`b3-hidden` is of b3)."""
        question = self._renames.get(name, name.partition("-")[0])
        return question if question in self._ids else None

    def require(self, names: Sequence[str], *, what: str, where: str) -> None:
        """Make sure that every name has a question.

        Args:
            names: The tool's names of what it gives points for.
            what: What these are called in the tool, in the plural.
            where: The file, for the message.

        Raises:
            ResultsError: Some have none; the message lists them.
        """
        unknown = list(dict.fromkeys(name for name in names if self.of(name) is None))
        if unknown:
            raise ResultsError(
                f"{where} was not built from {self._lab} as it is here: these {what} belong to no question of it.\n"
                f"{listed([shown(name) for name in unknown])}\n"
                f"If it is the same lab under other names, say which question each is: --map {shown(unknown[0])}=QUESTION"
                f" (once for each). {self._lab} has: {', '.join(self._ids)}."
            )


def shown(text: str, most: int = 80) -> str:
    """Return text from a file for a message: one line, printable, short."""
    line = readable(text[: 4 * most])
    return line if len(line) <= most else f"{line[: most - 1]}…"


def head_and_tail(text: str, most: int = 20_000) -> str:
    """Return what a tool printed, or its first and last parts where a submission made it print without end."""
    if len(text) <= most:
        return text
    return (
        f"{text[: most // 2]}\n… {len(text) - most:,} characters are left out here …\n{text[-(most // 2) :]}"
    )


def some(names: Sequence[str]) -> str:
    """Return names from a file for a message; long lists end with how many more there are."""
    rest = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(shown(name, 60) for name in names[:12]) + rest


def unfit_points(earned: float, most: float) -> str | None:
    """Return what is wrong with points out of `most`, for a sentence; None where they lie from 0 to it."""
    if earned < -EPSILON:
        return f"{earned:g} points, less than none"
    if earned > most + EPSILON:
        return f"{earned:g} points of at most {most:g}"
    return None
