"""Moodle's grade import as CSV: from a roster, or into a grade export of Moodle's own.

What Moodle's importer does, and what follows here:

- One row whose student it does not know ends the whole import, and a row without an id is taken for the student of the
  row before. So nobody is written without the id that was chosen.
- An empty grade or `-` takes away a grade that is there. So who has no points yet has no row.
- Feedback without the grade of the same item takes the grades away. So a file with feedback always has both.
- Without `unlimitedgrades` in Moodle's settings a grade above 100 ends the import.
- The separator is chosen when uploading: comma, semicolon, colon or tab. The encoding is UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Literal

from deepgrade.interchange.errors import InterchangeError
from deepgrade.interchange.outgoing.grades import (
    Part,
    StudentGrade,
    number_text,
    possible_points,
    remarks,
    scale_factor,
)
from deepgrade.interchange.outgoing.identity import Identities
from deepgrade.interchange.outgoing.matching import Key, letters
from deepgrade.interchange.outgoing.sheet import Sheet
from deepgrade.interchange.outgoing.summary import ExportSummary
from deepgrade.lab import Lab, listed
from deepgrade.report.text import one_line, shorten, spreadsheet_text
from deepgrade.submission.roster import Identity

IdentifiedBy = Literal["email", "idnumber", "username"]
HEADINGS: Mapping[IdentifiedBy, str] = {
    "email": "Email address",
    "idnumber": "ID number",
    "username": "Username",
}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_DOWNLOAD = re.compile(r"(?P<name>.+)_\d+")
"""What deepgrade calls a student whose file came from a Moodle download: the full name and a number of the download."""
_MOST_FEEDBACK = 4_000
_LARGEST_GRADE = 100


def moodle_rows(
    lab: Lab,
    grades: Iterable[StudentGrade],
    identities: Identities,
    *,
    item: str,
    by: IdentifiedBy = "email",
    part: Part = "total",
    delimiter: str = ",",
    feedback: bool = False,
    maximum: float | None = None,
) -> tuple[str, ExportSummary]:
    """Return a file that Moodle imports, made from a roster, and what became of whom.

    Args:
        lab: The lab.
        grades: The class.
        identities: Of the roster; who lacks the chosen id is left out.
        item: The grade column's heading, usually the grade item's name.
        by: Which id names the student.
        part: Which points leave.
        delimiter: Between cells.
        feedback: Add a column with the failed checks and their hints.
        maximum: The grade item's maximum, to which points are scaled; by default they leave as they are.

    Raises:
        InterchangeError: Two students have one id.
    """
    summary = ExportSummary()
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([HEADINGS[by], item, *([f"{item} (Feedback)"] if feedback else [])])
    possible = possible_points(lab, part)
    factor = scale_factor(possible, maximum)
    taken: dict[str, str] = {}
    highest = 0.0
    for grade, value in summary.known(grades, part):
        who = _id(identities.get(grade.student, Identity()), by)
        if who is None:
            summary.left_out[grade.student] = f"has no {HEADINGS[by]} in the roster"
            continue
        other = taken.setdefault(who.casefold(), grade.student)
        if other != grade.student:
            raise InterchangeError(
                f"{other} and {grade.student} both have the {HEADINGS[by]} {who} in the roster. Mend the roster."
            )
        text = [spreadsheet_text(feedback_text(grade))] if feedback else []
        writer.writerow([who, number_text(value * factor), *text])
        summary.wrote(grade)
        highest = max(highest, value * factor)
    _say_more(summary, lab, highest, possible, maximum)
    return stream.getvalue(), summary


def fill_moodle(
    lab: Lab,
    grades: Iterable[StudentGrade],
    template: Sheet,
    *,
    column: str | None = None,
    identities: Identities | None = None,
    part: Part = "total",
    maximum: float | None = None,
) -> tuple[bytes, ExportSummary]:
    """Fill one grade item's column of a grade export of Moodle (plain text file); every other byte stays.

    Args:
        lab: The lab.
        grades: The class.
        template: The exported grades.
        column: The item's heading, or the part of it that is its name; by default the one named like the lab.
        identities: Of a roster; without, students are found by the names that deepgrade gave them: a username, an
            ID number, an email address, or the full name of a Moodle download where only one row has it.
        part: Which points leave.
        maximum: The grade item's maximum, to which points are scaled; by default they leave as they are.

    Raises:
        InterchangeError: It is not Moodle's, or there is no such column.
    """
    headings = [heading for heading in HEADINGS.values() if template.column(heading) is not None]
    if not headings:
        raise InterchangeError(
            f"{template.name} has none of the columns {', '.join(HEADINGS.values())}."
            " In Moodle: Grades, Export, Plain text file."
        )
    place = _column(template, column, lab)
    possible = possible_points(lab, part)
    factor = scale_factor(possible, maximum)
    summary = ExportSummary()
    known = summary.known(grades, part)
    rows = {
        row: _row_keys(template, row, headings)
        for row in range(1, len(template.rows))
        if any(cell.text.strip() for cell in template.rows[row])
    }
    wanted = {grade.student: _wanted(grade.student, identities, headings) for grade, _ in known}
    places = summary.place(template, rows, wanted)
    filled: dict[tuple[int, int], str] = {}
    highest = 0.0
    for grade, value in known:
        if grade.student in places:
            filled[(places[grade.student], place)] = number_text(value * factor)
            summary.wrote(grade)
            highest = max(highest, value * factor)
    summary.note_rest(template, [_who(template, row) for row in rows if row not in places.values()])
    _say_more(summary, lab, highest, possible, maximum)
    return template.filled(filled), summary


def feedback_text(grade: StudentGrade) -> str:
    """Return what a student reads beside the grade: each question that lost points or could not be assessed."""
    lines = [f"{question.question}: {line}" for question in grade.questions for line in remarks(question)]
    return shorten("\n".join([grade.note, *lines] if grade.note else lines), _MOST_FEEDBACK)


def _id(who: Identity, by: IdentifiedBy) -> str | None:
    if by == "email":
        return who.email
    return who.sis_user_id if by == "idnumber" else who.sis_login_id


def _row_keys(template: Sheet, row: int, headings: list[str]) -> list[Key]:
    keys = [(heading, template.cell(row, template.column(heading))) for heading in headings]
    return [*keys, ("download", letters(_name(template, row)))]


def _wanted(student: str, identities: Identities | None, headings: list[str]) -> list[Key]:
    if identities is None:
        download = _DOWNLOAD.fullmatch(student)
        keys = [(heading, student) for heading in headings]
        return [*keys, ("download", letters(download["name"]))] if download else keys
    who = identities.get(student, Identity())
    found = {heading: _id(who, by) for by, heading in HEADINGS.items()}
    return [(heading, value) for heading in headings if (value := found[heading])]


def _column(template: Sheet, wanted: str | None, lab: Lab) -> int:
    names = [wanted.strip().lower()] if wanted else [lab.title.lower(), lab.name.lower()]
    grade_columns = {
        number: heading.lower()
        for number, heading in enumerate(template.header)
        if not heading.lower().endswith("(feedback)")
    }
    exact = [number for number, heading in grade_columns.items() if heading in names]
    # Moodle's own headings are `Assignment: LE5 (Real)`: kind of activity, name, kind of grade.
    inner = [
        number
        for number, heading in grade_columns.items()
        if heading.partition(": ")[2].removesuffix("(real)").strip() in names
    ]
    found = exact or inner
    if len(found) != 1:
        raise InterchangeError(
            f"{template.name} has {'no' if not found else 'several'} columns named {' or '.join(map(repr, names))}."
            f" Name one with --column:\n{listed(list(template.header))}"
        )
    return found[0]


def _name(template: Sheet, row: int) -> str:
    names = [template.cell(row, template.column(name)) for name in ("First name", "Last name", "Surname")]
    return " ".join(filter(None, names))


def _who(template: Sheet, row: int) -> str:
    ids = [template.cell(row, template.column(heading)) for heading in HEADINGS.values()]
    return one_line(_name(template, row) or next(filter(None, ids), f"row {row + 1}"), 80)


def _say_more(
    summary: ExportSummary, lab: Lab, highest: float, possible: float, maximum: float | None
) -> None:
    summary.note_scale(possible, maximum)
    if highest > _LARGEST_GRADE:
        summary.notes.append(
            f"Some grades of {lab.name} are above {_LARGEST_GRADE}: Moodle ends the import unless `unlimitedgrades` is"
            " set on the site."
        )
