"""Requests for a second look that another system collected, as CSV: a form of the LMS, a table of a survey."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from deepgrade.files import read_untrusted
from deepgrade.lab import listed
from deepgrade.records.decisions import LONGEST_TEXT, SecondLook, storable
from deepgrade.records.reviews import ReviewError
from deepgrade.report.text import one_line
from deepgrade.review.desk import Desk

_MOST_BYTES = 16 << 20
_MOST_ROWS = 20_000
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "student": ("student", "key", "login"),
    "question": ("question",),
    "text": ("request", "text", "message", "reason"),
    "asked_at": ("asked_at", "timestamp", "time"),
}


class Imported(NamedTuple):
    """What became of the rows."""

    added: int
    known: int
    """Were imported before: the same student, question and text."""


class _Request(NamedTuple):
    student: str
    question: str
    text: str
    asked_at: datetime | None


def import_requests(desk: Desk, path: Path, *, who: str) -> Imported:
    """Append the requests of a CSV file to the ledger; what is there already is not added again.

    Columns: `student` (key in the gradebook), `question` (may be empty: everything), `request`, and `asked_at` (ISO 8601 with
    its zone) where it is known. Nothing is written unless every row is right.

    Args:
        desk: Of the lab.
        path: The file; treated as a stranger's.
        who: Whoever imports it; kept as the reason.

    Raises:
        ReviewError: The file or a row of it is wrong; the message lists all problems.
        UntrustedFileError: The file cannot be read.
    """
    requests = _read(desk, path)
    known = {
        (d.who, d.place.question, d.value.text)
        for d in desk.ledger.decisions()
        if isinstance(d.value, SecondLook)
    }
    added = 0
    for request in requests:
        value = SecondLook(text=request.text, asked_at=request.asked_at)
        key = (storable(request.student), request.question, value.text)
        if key in known:
            continue
        known.add(key)
        place = desk.place(request.student, request.question)
        desk.ledger.append(place, [value], who=request.student, why=f"imported by {who}")
        added += 1
    return Imported(added, len(requests) - added)


def _read(desk: Desk, path: Path) -> list[_Request]:
    try:
        text = read_untrusted(path.resolve(), max_bytes=_MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReviewError(f"{path} is not UTF-8 text (byte {error.start}). Save it as `CSV UTF-8`.") from None
    first = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ReviewError(f"{path} is not CSV: {error}.") from None
    if not rows:
        raise ReviewError(f"{path} is empty. It needs the columns student, question, request.")
    if len(rows) > _MOST_ROWS:
        raise ReviewError(f"{path} has more than {_MOST_ROWS:,} rows.")
    columns = _columns(path, rows[0])
    return _requests(desk, path, rows, columns)


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    lowered = [cell.strip().casefold() for cell in header]
    columns = {
        name: lowered.index(heading)
        for name, headings in _HEADINGS.items()
        for heading in reversed(headings)
        if heading in lowered
    }
    missing = [_HEADINGS[name][0] for name in ("student", "text") if name not in columns]
    if missing:
        raise ReviewError(
            f"{path} has no column {' and no column '.join(missing)}. Its first row names the columns: student, question,"
            " request."
        )
    return columns


def _requests(desk: Desk, path: Path, rows: list[list[str]], columns: dict[str, int]) -> list[_Request]:
    students = {one.student for one in desk.students()}
    questions = {question.id for question in desk.lab.questions}
    found, problems = [], []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        student, question = cells["student"], cells.get("question", "")
        moment, problem = _moment(cells.get("asked_at", ""))
        if student not in students:
            problem = f"{one_line(student, 60)!r} has handed in nothing for {desk.lab.name}"
        elif question and question not in questions:
            problem = f"there is no question {one_line(question, 40)!r}"
        elif not cells["text"]:
            problem = "the request is empty"
        elif len(cells["text"]) > LONGEST_TEXT:
            problem = f"the request has more than {LONGEST_TEXT:,} characters"
        if problem:
            problems.append(f"row {number}: {problem}")
        else:
            found.append(_Request(student, question, cells["text"], moment))
    if problems:
        raise ReviewError(f"{path} cannot be taken over, and nothing was:\n{listed(problems)}")
    return found


def _moment(text: str) -> tuple[datetime | None, str]:
    if not text:
        return None, ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None, f"{one_line(text, 40)!r} is no moment in ISO 8601"
    if moment.tzinfo is None:
        return None, f"{one_line(text, 40)!r} has no time zone"
    return moment.astimezone(UTC), ""
