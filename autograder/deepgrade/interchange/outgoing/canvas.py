"""Canvas's gradebook as CSV: fill a column of an exported one, or make a file from a roster.

What Canvas's importer does, and what follows here:

- A student is found by `ID`, then `SIS User ID`, then `SIS Login ID`, then by name. A row that fits nobody makes Canvas ask
  whether to make it somebody; so nobody is written without an id.
- An empty cell takes away a grade that is there. So a student whose points are not known keeps the cell that was
  exported, and has no row in a file made from a roster.
- The row `Points Possible` changes the assignment's points. So a template's stays, and points of another maximum are
  refused, or scaled when that was asked for.
- An assignment's column is `Name (number)`; without its number it becomes a new assignment.
- `EX` is excused, and `N/A` is not assigned: both stay.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from deepgrade.interchange.errors import InterchangeError
from deepgrade.interchange.outgoing.grades import (
    Part,
    StudentGrade,
    number_text,
    possible_points,
    scale_factor,
)
from deepgrade.interchange.outgoing.identity import Identities
from deepgrade.interchange.outgoing.matching import Key, letters
from deepgrade.interchange.outgoing.sheet import Sheet
from deepgrade.interchange.outgoing.summary import ExportSummary
from deepgrade.lab import Lab, listed
from deepgrade.report.text import one_line, spreadsheet_text
from deepgrade.submission.roster import Identity

HEADER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS_ROW = "    Points Possible"
_ASSIGNMENT = re.compile(r"(?P<title>.*)\((?P<number>\d+)\)\s*", re.DOTALL)
_KEPT = ("EX", "N/A")
_DOWNLOAD = re.compile(r"(?P<name>[^_]+)_(?P<number>\d{1,12})")
"""What deepgrade calls a student whose file came from a Canvas download: name and Canvas's number."""
_TEST_STUDENT = "student, test"
_CONTROL_ROW = re.compile(r"\s*(?:Muted|Manual Posting.*)?\s*", re.IGNORECASE)


def canvas_rows(
    lab: Lab, grades: Iterable[StudentGrade], identities: Identities, assignment: str, part: Part
) -> tuple[str, ExportSummary]:
    """Return a file that Canvas imports, made from a roster, and what became of whom.

    Args:
        lab: The lab.
        grades: The class.
        identities: Of the roster; students without one of Canvas's ids are left out.
        assignment: The column's heading: `Name (number)`, or a name alone, which makes a new assignment.
        part: Which points leave.
    """
    summary = ExportSummary()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*HEADER, assignment])
    writer.writerow([_POINTS_ROW, "", "", "", "", number_text(possible_points(lab, part))])
    for grade, value in summary.known(grades, part):
        who = identities.get(grade.student, Identity())
        ids = [who.canvas_id or "", who.sis_user_id or "", who.sis_login_id or ""]
        if not any(ids):
            summary.left_out[grade.student] = "has none of Canvas's ids in the roster"
            continue
        name = spreadsheet_text(one_line(who.name or grade.student, 200))
        writer.writerow([name, *ids, "", number_text(value)])
        summary.wrote(grade)
    if not _ASSIGNMENT.fullmatch(assignment):
        summary.notes.append(
            f"Canvas will make a new assignment {assignment!r}; give its number, `{assignment} (123)`, to fill one."
        )
    return stream.getvalue(), summary


def fill_canvas(
    lab: Lab,
    grades: Iterable[StudentGrade],
    template: Sheet,
    *,
    column: str | None = None,
    identities: Identities | None = None,
    part: Part = "total",
    scale: bool = False,
) -> tuple[bytes, ExportSummary]:
    """Fill one assignment's column of a gradebook that Canvas exported; every other byte stays.

    Args:
        lab: The lab.
        grades: The class.
        template: The exported gradebook.
        column: The assignment's heading, its name or its number; by default the one named like the lab.
        identities: Of a roster; without, students are found by the names that deepgrade gave them: a login, an id, or
            the name and number of a Canvas download.
        part: Which points leave.
        scale: Scale to the assignment's points where they differ from the lab's.

    Raises:
        InterchangeError: It is not Canvas's, there is no such column, or its points differ.
    """
    place = _column(template, column, lab)
    students = _student_rows(template)
    possible = possible_points(lab, part)
    maximum = _maximum(template, place, possible, scale)
    summary = ExportSummary()
    known = summary.known(grades, part)
    wanted = {grade.student: _keys(grade.student, identities, template) for grade, _ in known}
    rows = summary.place(template, {row: _row_keys(template, row) for row in students}, wanted)
    filled: dict[tuple[int, int], str] = {}
    for grade, value in known:
        row = rows.get(grade.student)
        if row is None:
            continue
        before = template.cell(row, place)
        if before.upper() in _KEPT:
            summary.left_out[grade.student] = f"is {before} in {template.name}, which stays"
            continue
        filled[(row, place)] = number_text(value * scale_factor(possible, maximum))
        summary.wrote(grade)
    rest = [template.cell(row, 0) for row in students if row not in rows.values()]
    summary.note_rest(template, [one_line(name, 80) for name in rest if name.casefold() != _TEST_STUDENT])
    summary.note_scale(possible, maximum)
    return template.filled(filled), summary


def _column(template: Sheet, wanted: str | None, lab: Lab) -> int:
    header = template.header
    first = template.column("Section")
    if template.column("ID") is None or first is None:
        raise InterchangeError(
            f"{template.name} has no columns `ID` and `Section`. In Canvas: Grades, Export, Export Entire Gradebook."
        )
    assignments = {
        number: match for number, text in enumerate(header) if (match := _ASSIGNMENT.fullmatch(text))
    }
    names = [wanted.strip()] if wanted else [lab.title, lab.name]
    lowered = [name.lower() for name in names]
    found = [
        number
        for number, match in assignments.items()
        if number > first
        and (
            match.group().strip().lower() in lowered
            or match["title"].strip().lower() in lowered
            or (wanted is not None and match["number"] == wanted.strip())
        )
    ]
    if len(found) != 1:
        there = listed([header[number] for number in assignments if number > first]) or "  none"
        raise InterchangeError(
            f"{template.name} has {'no' if not found else 'several'} assignments named"
            f" {' or '.join(repr(name) for name in names)}. Name one with --column:\n{there}"
        )
    return found[0]


def _points_row(template: Sheet) -> int:
    for row in range(1, min(len(template.rows), 4)):
        if "Points Possible" in template.cell(row, 0):
            return row
    raise InterchangeError(f"{template.name} has no row `Points Possible`. Export it from Canvas again.")


def _maximum(template: Sheet, place: int, possible: float, scale: bool) -> float:
    text = template.cell(_points_row(template), place)
    if "read only" in text.lower():
        raise InterchangeError(
            f"{template.name}: {template.header[place]!r} is computed by Canvas and cannot be imported."
        )
    try:
        maximum = float(text.replace(",", "."))
    except ValueError:
        raise InterchangeError(
            f"{template.name}: {template.header[place]!r} has no points possible, but {text!r}."
        ) from None
    if abs(maximum - possible) < 5e-3:
        return possible
    if not scale:
        raise InterchangeError(
            f"{template.header[place]!r} is worth {number_text(maximum)} points in Canvas, and here"
            f" {number_text(possible)}. Set the assignment's points to {number_text(possible)}, or add --scale."
        )
    return maximum


def _student_rows(template: Sheet) -> list[int]:
    points = _points_row(template)
    return [
        row
        for row in range(1, len(template.rows))
        if row != points and not all(_CONTROL_ROW.fullmatch(cell.text) for cell in template.rows[row])
    ]


def _row_keys(template: Sheet, row: int) -> list[Key]:
    keys = [
        (name, template.cell(row, template.column(name))) for name in ("ID", "SIS User ID", "SIS Login ID")
    ]
    number = keys[0][1]
    return [*keys, ("download", f"{letters(_name(template, row))}_{number}")] if number else keys


def _name(template: Sheet, row: int) -> str:
    last, first = template.column("LastName"), template.column("FirstName")
    if last is not None and first is not None:
        return f"{template.cell(row, last)}, {template.cell(row, first)}"
    return template.cell(row, template.column("Student"))


def _keys(student: str, identities: Identities | None, template: Sheet) -> Sequence[Key]:
    if identities is not None:
        who = identities.get(student, Identity())
        found = [
            ("ID", who.canvas_id),
            ("SIS User ID", who.sis_user_id),
            ("SIS Login ID", who.sis_login_id),
            ("SIS Login ID", who.email),
        ]
        return [(column, value) for column, value in found if value]
    download = _DOWNLOAD.fullmatch(student)
    names = [("SIS Login ID", student), ("SIS User ID", student), ("ID", student)]
    return [*names, ("download", f"{letters(download['name'])}_{download['number']}")] if download else names
