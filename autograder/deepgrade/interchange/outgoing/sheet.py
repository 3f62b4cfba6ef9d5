"""A CSV file of another tool, in which some cells are filled and every other byte stays.

A reader and a writer of CSV would change quotes, line ends and decimals all over the file, and an instructor could
not see in a comparison what was filled. So cells are found by their place in the text, and only those are replaced.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from deepgrade.files import read_untrusted
from deepgrade.interchange.errors import InterchangeError

_MOST_BYTES = 32 << 20
_BOM = "\ufeff"
_DELIMITERS = (",", ";", "\t")
_END = re.compile(r"\r\n|\r|\n")


class Cell(NamedTuple):
    """A cell and where it stands in the text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Sheet:
    """A CSV file as text, with its cells. `rows[0]` is the header."""

    name: str
    text: str
    delimiter: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The columns' headings, without blanks around them."""
        return tuple(cell.text.strip() for cell in self.rows[0])

    def cell(self, row: int, column: int | None) -> str:
        """Return a cell's text without blanks around it; empty where the row is short or the column is None."""
        cells = self.rows[row]
        return cells[column].text.strip() if column is not None and column < len(cells) else ""

    def column(self, *headings: str) -> int | None:
        """Return the first column with one of these headings; case does not count."""
        lowered = [heading.lower() for heading in self.header]
        return next((lowered.index(name.lower()) for name in headings if name.lower() in lowered), None)

    def filled(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file with some cells replaced.

        Args:
            values: (row, column) -> text.

        Raises:
            InterchangeError: A row is too short to have the column.
        """
        pieces, before = [], 0
        for (row, column), value in sorted(values.items()):
            if column >= len(self.rows[row]):
                raise InterchangeError(
                    f"{self.name}: row {row + 1} has only {len(self.rows[row])} cells. Export the file again."
                )
            cell = self.rows[row][column]
            pieces += [self.text[before : cell.start], quoted(value, self.delimiter)]
            before = cell.end
        return "".join([*pieces, self.text[before:]]).encode("utf-8")


def quoted(text: str, delimiter: str) -> str:
    """Return a text as one CSV cell."""
    stream = io.StringIO()
    # Only what is in the line's end is quoted for being one: a cell that holds a lone \r would become two rows.
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerow([text, ""])
    return stream.getvalue().removesuffix(f"{delimiter}\r\n")


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file: UTF-8 with or without a mark at its start; commas, semicolons or tabs.

    Raises:
        InterchangeError: It is something else.
        UntrustedFileError: It cannot be read.
    """
    data = read_untrusted(path.resolve(), max_bytes=_MOST_BYTES)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InterchangeError(
            f"{path} is not UTF-8 text (byte {error.start}). Export it again, or save it as `CSV UTF-8`."
        ) from None
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = _scan(text, delimiter, path.name)
    if not rows or len(rows[0]) < 2:
        raise InterchangeError(
            f"{path} has no header with several columns: it is not a gradebook that was exported."
        )
    return Sheet(path.name, text, delimiter, rows)


def _scan(text: str, delimiter: str, name: str) -> tuple[tuple[Cell, ...], ...]:
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    inside = re.compile(r'"(?:[^"]|"")*"')
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    place = 1 if text.startswith(_BOM) else 0
    while place < len(text) or row:
        begins_quoted = text.startswith('"', place)
        match = (inside if begins_quoted else plain).match(text, place)
        end = match.end() if match else len(text)
        after = text[end : end + 1]
        if match is None or (begins_quoted and after not in ("", delimiter, "\r", "\n")):
            raise InterchangeError(f"{name}: row {len(rows) + 1} has quotes that do not close a cell.")
        value = match.group()[1:-1].replace('""', '"') if begins_quoted else match.group()
        row.append(Cell(place, end, value))
        if after == delimiter:
            place = end + 1
            continue
        rows.append(tuple(row))
        row = []
        line_end = _END.match(text, end)
        place = line_end.end() if line_end else end
    return tuple(rows)
