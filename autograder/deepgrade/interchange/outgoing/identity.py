"""Who a student is in other tools: names and ids beside deepgrade's own key."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from deepgrade.files import read_untrusted
from deepgrade.interchange.errors import InterchangeError
from deepgrade.lab import listed

_MOST_BYTES = 16 << 20
_HEADINGS: Mapping[str, str] = {
    "student": "student",
    "key": "student",
    "name": "name",
    "fullname": "name",
    "email": "email",
    "emailaddress": "email",
    "sisid": "sis_user_id",
    "sisuserid": "sis_user_id",
    "login": "sis_login_id",
    "sisloginid": "sis_login_id",
    "username": "sis_login_id",
    "canvasid": "canvas_id",
    "id": "canvas_id",
    "moodleid": "moodle_id",
    "idnumber": "moodle_id",
}
"""Headings without blanks, case and punctuation -> fields."""

_PLAIN_ID = re.compile(r"\w[^\x00-\x1f\x7f]*")
"""Ids go into other tools' files as they are, so none may begin like a formula of a spreadsheet."""


@dataclass(frozen=True)
class Identity:
    """A student as other tools know them. A field is None where it is not known."""

    name: str | None = None
    """As people write it: `Ada Lovelace` or `Lovelace, Ada`."""
    email: str | None = None
    sis_user_id: str | None = None
    """The id in the institution's records."""
    sis_login_id: str | None = None
    """What the student logs in with; Moodle's `username`."""
    canvas_id: str | None = None
    """Canvas's own number, its column `ID`."""
    moodle_id: str | None = None
    """Moodle's `ID number`."""


Identities = Mapping[str, Identity]
"""Student, as the gradebook names them -> who that is elsewhere."""


def read_identities(path: Path) -> dict[str, Identity]:
    """Read a CSV file with a column `student` and any of name, email, sis_id, login, canvas_id, moodle_id.

    Raises:
        InterchangeError: It is not such a file, or rows contradict each other; all problems at once.
        UntrustedFileError: It cannot be read.
    """
    try:
        text = read_untrusted(path.resolve(), max_bytes=_MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InterchangeError(
            f"{path} is not UTF-8 text (byte {error.start}). Save it as `CSV UTF-8`."
        ) from None
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InterchangeError(f"{path} is not a CSV file: {error}") from None
    header = [_HEADINGS.get(re.sub(r"[^a-z]", "", cell.lower())) for cell in rows[0]] if rows else []
    if header.count("student") != 1:
        raise InterchangeError(f"{path} needs one column `student`: the names that `deepgrade report` shows.")
    found: dict[str, Identity] = {}
    problems: list[str] = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            _take(dict(zip(header, row, strict=False)), f"row {number}", found, problems)
    if problems:
        raise InterchangeError(f"{path} has problems:\n{listed(problems)}")
    return found


def _take(values: dict[str | None, str], place: str, found: dict[str, Identity], problems: list[str]) -> None:
    texts = {field: text.strip() for field, text in values.items() if field is not None and text.strip()}
    student = texts.pop("student", "")
    if not student or student in found:
        problems.append(f"{place}: {student or 'nobody'} {'stands twice' if student else 'is named'}")
        return
    bad = [name for name, text in texts.items() if name != "name" and not _PLAIN_ID.fullmatch(text)]
    if bad:
        problems.append(f"{place}: {', '.join(bad)} of {student} must begin with a letter or a digit")
        return
    found[student] = Identity(**{field.name: texts.get(field.name) for field in fields(Identity)})
