"""What an export did, and for whom it could not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from deepgrade.interchange.outgoing.grades import Part, StudentGrade, number_text
from deepgrade.interchange.outgoing.matching import Key, match_rows
from deepgrade.interchange.outgoing.sheet import Sheet
from deepgrade.lab import listed


@dataclass
class ExportSummary:
    """Filled while an export is made.

    Attributes:
        written: Students whose points left.
        left_out: Student -> why theirs did not.
        granted: Student -> points that could not be assessed and were granted.
        reviews: Student -> questions in which a person has to look; they count as the checks gave.
        waiting: Students with a question that has no points yet.
        notes: Whatever else a person should know, a sentence each.
    """

    written: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    granted: dict[str, float] = field(default_factory=dict)
    reviews: dict[str, tuple[str, ...]] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrote(self, grade: StudentGrade) -> None:
        """Note that a student's points left."""
        self.written.append(grade.student)
        if grade.granted > 1e-9:
            self.granted[grade.student] = grade.granted
        if grade.waiting:
            self.waiting.append(grade.student)
        if grade.reviews:
            self.reviews[grade.student] = grade.reviews

    def known(self, grades: Iterable[StudentGrade], part: Part) -> list[tuple[StudentGrade, float]]:
        """Return those whose points are known; the others are noted as left out."""
        found = []
        for grade in grades:
            value = grade.value(part)
            if value is not None:
                found.append((grade, value))
            else:
                self.left_out[grade.student] = grade.note or f"waits for a person: {', '.join(grade.waiting)}"
        return found

    def place(
        self, template: Sheet, rows: Mapping[int, Iterable[Key]], wanted: Mapping[str, Sequence[Key]]
    ) -> dict[str, int]:
        """Return student -> row of a template; who fits none, or not one alone, is noted as left out."""
        matches = match_rows(rows, wanted)
        self.left_out |= {student: f"{why} of {template.name}" for student, why in matches.left_out.items()}
        return matches.rows

    def note_rest(self, template: Sheet, names: Sequence[str]) -> None:
        """Note who is in a template and was not written."""
        if names:
            self.notes.append(f"In {template.name} but not written:\n{listed(list(names))}")

    def note_scale(self, possible: float, maximum: float | None) -> None:
        """Note that points were scaled, where they were."""
        if maximum is not None and maximum != possible:
            self.notes.append(f"Scaled from {number_text(possible)} to {number_text(maximum)} points.")

    def lines(self) -> list[str]:
        """Return the summary for a terminal."""
        lines = [f"{len(self.written)} students written, {len(self.left_out)} left out"]
        lines += _listed("left out", self.left_out)
        lines += _listed(
            "granted, since it could not be assessed",
            {name: f"{number_text(points)} points" for name, points in self.granted.items()},
        )
        lines += _listed("needs a person", {name: ", ".join(which) for name, which in self.reviews.items()})
        return lines + self.notes


def _listed(heading: str, found: dict[str, str], most: int = 12) -> list[str]:
    lines = [f"  {heading}: {name}: {text}" for name, text in list(found.items())[:most]]
    return lines if len(found) <= most else [*lines, f"  {heading}: and {len(found) - most} more"]
