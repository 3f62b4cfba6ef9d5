"""The roster: who is in the class, from a CSV file of whatever tool the instructor has.

Theory of operation: columns are known by their headers, in the spellings that Canvas, Moodle, Gradescope, nbgrader and
people use. Everything that is wrong with the file is said at once, with line numbers, and then nothing of it is used:
a roster that is half right gives somebody another's grade. All ids stay text (`007` is not `7`).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from deepgrade.files import UntrustedFileError
from deepgrade.lab import listed
from deepgrade.submission.names import safe_name
from deepgrade.submission.places import readable

MAX_ROSTER_BYTES = 16 << 20

Column = Literal[
    "student", "sis_user_id", "sis_login_id", "email", "canvas_id", "moodle_id", "name", "first", "last"
]

_HEADERS: dict[Column, tuple[str, ...]] = {
    "student": ("student", "studentkey", "key"),
    "sis_user_id": (
        "sisuserid", "sisid", "sid", "studentid", "studentnumber", "studentno", "idnumber", "universityid",
        "matriculation", "matriculationnumber", "matriculationno", "orgdefinedid",
    ),
    "sis_login_id": ("sisloginid", "login", "loginid", "username", "user", "netid", "account"),
    "email": ("email", "emailaddress", "mail", "mailaddress"),
    "canvas_id": ("canvasid", "canvasuserid"),
    "moodle_id": ("moodleid", "identifier", "participant", "participantid", "participantnumber"),
    "name": ("name", "fullname", "studentname", "displayname", "sortablename"),
    "first": ("firstname", "first", "givenname", "givennames", "forename"),
    "last": ("lastname", "last", "surname", "familyname"),
}  # fmt: skip
_BY_HEADER: dict[str, Column] = {header: column for column, names in _HEADERS.items() for header in names}
_IDS: tuple[Column, ...] = ("student", "sis_login_id", "sis_user_id", "email", "canvas_id", "moodle_id")
"""What a student's key may be taken from, in this order."""
_TITLES: dict[Column, str] = {
    "student": "student",
    "sis_user_id": "SIS ID",
    "sis_login_id": "login",
    "email": "email",
    "canvas_id": "Canvas ID",
    "moodle_id": "Moodle ID",
    "name": "name",
    "first": "first name",
    "last": "last name",
}


class RosterError(Exception):
    """The roster cannot be used; the message lists everything that is wrong, with line numbers."""


@dataclass(frozen=True)
class Identity:
    """What a roster knows of a person, for tools that know people by other ids; None is unknown."""

    name: str | None = None
    """First name first, where the roster tells them apart."""
    email: str | None = None
    sis_user_id: str | None = None
    sis_login_id: str | None = None
    canvas_id: str | None = None
    moodle_id: str | None = None
    """The number of `Participant 123`."""


@dataclass(frozen=True)
class Person:
    """A line of the roster."""

    student: str
    """The key: what the gradebook calls this person; safe in paths and pages."""
    identity: Identity
    raw_key: str
    """The key as it stands in the file."""
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True)
class Roster:
    """Everybody in the class.

    Attributes:
        people: In the file's order.
        key: The column that `student` was taken from.
        notices: What a person should know about how the file was read.
    """

    people: tuple[Person, ...]
    key: Column
    notices: tuple[str, ...] = field(default=())

    @cached_property
    def by_student(self) -> Mapping[str, Person]:
        """Key -> person."""
        return {person.student: person for person in self.people}

    def identities(self) -> dict[str, Identity]:
        """Return what is known of each student, by the key that the gradebook uses."""
        return {person.student: person.identity for person in self.people}


def read_roster(path: Path) -> Roster:
    """Read a roster from a CSV file.

    Args:
        path: The file: UTF-8, UTF-16 with its mark, else taken for Latin-1 with a notice; columns between commas, semicolons
            or tabs; headers in its first line that is not empty.

    Raises:
        RosterError: With everything that is wrong.
        UntrustedFileError: The file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_ROSTER_BYTES + 1)
    except OSError as error:
        raise UntrustedFileError("unreadable", f"{path} cannot be opened: {error.strerror}") from None
    return parse_roster(data, name=path.name)


def parse_roster(data: bytes, *, name: str = "roster.csv") -> Roster:
    """Read a roster from a file's content; see `read_roster`.

    Args:
        data: The content.
        name: The file's name, for messages.

    Raises:
        RosterError: With everything that is wrong.
    """
    if len(data) > MAX_ROSTER_BYTES:
        raise RosterError(
            f"{name} is larger than {MAX_ROSTER_BYTES >> 20} MiB; a roster is a line a student."
        )
    text, notices = _decoded(data, name)
    table = _table(text, name)
    problems: list[str] = []
    lines = _people_lines(table, notices)
    key = _key_column(table, lines, problems)
    people = [_person(line, key) for line in lines] if key is not None else []
    if key is not None:
        problems += _duplicates(lines, people, key)
    if not lines:
        problems.append("no line below the headers names a person")
    if problems or key is None:
        raise RosterError(
            f"The roster {name} cannot be used; nothing was graded with it:\n{listed(problems)}"
        )
    return Roster(tuple(people), key, tuple(notices))


class _Line(NamedTuple):
    number: int
    cells: dict[Column, str]


class _Table(NamedTuple):
    columns: dict[int, Column]
    rows: list[tuple[int, list[str]]]
    """Line number and cells, below the headers."""
    canvas: bool
    """Canvas's gradebook: it has lines that are no people."""


def _decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError as error:
        notice = f"{name} is not UTF-8 (byte {error.start}); it was read as Latin-1. If names look wrong, save it as UTF-8."
        return data.decode("latin-1"), [notice]


def _table(text: str, name: str) -> _Table:
    if "\x00" in text:
        raise RosterError(f"{name} is no CSV file: it holds zero bytes. Save the table as CSV (UTF-8).")
    tables = [_split(text, delimiter) for delimiter in ",;\t"]
    best = max(tables, key=lambda rows: len(_columns(rows[0][1])[0]) if rows else -1)
    if not best:
        raise RosterError(f"{name} is empty. It needs a line of headers and a line for each student.")
    number, headers = best[0]
    columns, twice = _columns(headers)
    if not set(columns.values()) - {"first", "last"}:
        shown = ", ".join(repr(header[:30]) for header in headers[:12])
        raise RosterError(
            f"Line {number} of {name} holds no header that a roster has, but {shown}. Name the columns, such as: student, name,"
            " email, SIS User ID, login, Canvas ID, Moodle ID."
        )
    if twice:
        raise RosterError(f"{name} has {' and '.join(twice)}. Leave one column of each kind, or rename it.")
    return _Table(columns, best[1:], _is_canvas(headers))


def _split(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    try:
        begins = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, [readable(cell.strip()) for cell in cells]))
            begins = reader.line_num + 1
    except csv.Error:
        return []
    return rows


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", header).casefold())


def _is_canvas(headers: list[str]) -> bool:
    plain = {_plain(header) for header in headers}
    return {"student", "id"} <= plain and bool(plain & {"sisuserid", "sisloginid", "section"})


def _columns(headers: list[str]) -> tuple[dict[int, Column], list[str]]:
    """Return place -> column, and sentences on columns that stand there twice."""
    canvas = _is_canvas(headers)
    columns: dict[int, Column] = {}
    twice = []
    for place, header in enumerate(headers):
        plain = _plain(header)
        column = _BY_HEADER.get(plain)
        if canvas and plain in ("student", "id"):
            column = "name" if plain == "student" else "canvas_id"
        elif plain == "id":
            column = "student"  # as nbgrader has it
        if column is None:
            continue
        if column in columns.values():
            twice.append(f"several columns for the {_TITLES[column]} ({header[:30]!r} is the second)")
        columns[place] = column
    return columns, twice


def _people_lines(table: _Table, notices: list[str]) -> list[_Line]:
    lines = []
    left_out = []
    for number, cells in table.rows:
        line = _Line(
            number,
            {column: cells[place] for place, column in table.columns.items() if place < len(cells) and cells[place]},
        )  # fmt: skip
        if table.canvas and (
            "canvas_id" not in line.cells or line.cells.get("name", "").casefold() == "student, test"
        ):
            left_out.append(str(number))
        else:
            lines.append(line)
    if left_out:
        notices.append(
            f"Lines {', '.join(left_out[:10])} of Canvas's gradebook are no people and were left out."
        )
    return [_without_participant(line) for line in lines]


def _without_participant(line: _Line) -> _Line:
    number = line.cells.get("moodle_id")
    digits = re.fullmatch(r"\D*?(\d+)", number) if number else None
    if digits is None:
        return line
    return line._replace(cells={**line.cells, "moodle_id": digits[1]})


def _key_column(table: _Table, lines: list[_Line], problems: list[str]) -> Column | None:
    """Return the first id that a student's key can be taken from: the one called so, else one that everybody has."""
    there = [column for column in _IDS if column in table.columns.values()]
    if not there:
        problems.append(
            "there is no column of ids (student, login, SIS ID, email, Canvas ID or Moodle ID): names alone tell nobody apart"
        )
        return None
    key = next((column for column in there if all(column in line.cells for line in lines)), there[0])
    if "student" in there:
        key = "student"
    missing = [
        f"line {line.number}: no {_TITLES[key]}" + (f" ({name})" if (name := _name_of(line)) else "")
        for line in lines
        if key not in line.cells
    ]
    problems += missing
    return None if missing else key


def _name_of(line: _Line) -> str | None:
    cells = line.cells
    if "first" in cells or "last" in cells:
        return " ".join(cells[part] for part in ("first", "last") if part in cells)
    name = cells.get("name")
    if name and name.count(",") == 1:
        last, first = name.split(",")
        return f"{first.strip()} {last.strip()}".strip()
    return name


def _person(line: _Line, key: Column) -> Person:
    cells = line.cells
    first, last = cells.get("first"), cells.get("last")
    name = cells.get("name", "")
    if first is None and last is None and name.count(",") == 1:
        last, first = (part.strip() for part in name.split(","))
    identity = Identity(
        name=_name_of(line),
        email=cells.get("email"),
        sis_user_id=cells.get("sis_user_id"),
        sis_login_id=cells.get("sis_login_id"),
        canvas_id=cells.get("canvas_id"),
        moodle_id=cells.get("moodle_id"),
    )
    return Person(safe_name(cells[key]), identity, cells[key], first, last)


def _duplicates(lines: list[_Line], people: list[Person], key: Column) -> list[str]:
    """Return a sentence for each id that stands in two lines; ids that differ in case only are one."""
    problems = []
    seen: dict[tuple[str, str], int] = {}
    for line, person in zip(lines, people, strict=True):
        values: dict[Column, str] = {column: line.cells[column] for column in _IDS if column in line.cells}
        values[key] = person.student
        for column, value in values.items():
            first = seen.setdefault((column, safe_name(value).casefold()), line.number)
            if first != line.number:
                problems.append(
                    f"line {line.number}: the {_TITLES[column]} {value[:60]!r} stands in line {first} already"
                )
    return problems
