"""Read a file of predictions: either numbers in the order of the board's ids, or everything that is wrong with the file.

Theory of operation: the bytes come from a stranger. The reader knows ids and columns (`Form`), never a label, so nothing that
it says can give one away. It goes through the text line by line (no cell of a submission spans lines, so a quote that is never
closed spoils its own line alone), keeps no line, and takes time and memory that grow with the size of the file, which the form
bounds.

The header has to be exact; the order of its columns is free, and so is the order of rows. A byte order mark, any line ends,
quoted cells, spaces around cells of rows and blank lines are accepted.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import NamedTuple

import numpy as np

from deepgrade.board.reading.cells import Wrong, cell_reader
from deepgrade.board.reading.defects import CODES, Defect, Defects, SubmissionRefused, shown
from deepgrade.board.reading.form import Array, Form

__all__ = ["CODES", "Defect", "Parsed", "SubmissionRefused", "read_submission"]

_LISTED_IDS = 5
_MOST_DEFECTS = 150_000
_SPACES = " \t"
_SUM_TOLERANCE = 1e-3
_UNREADABLE = re.compile("[\x00\ud800-\udfff]").search
_BOM = b"\xef\xbb\xbf"
_BINARY = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"\x93NUMPY": "a NumPy array",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SAVE = "Save it as CSV, with commas, as UTF-8 text."
_CHUNK_BYTES = 1 << 20


class Parsed(NamedTuple):
    """A file of predictions that can be scored."""

    predictions: Array
    """Of `form.shape`, in the order of `form.ids`: int64 for class numbers, else float64, all finite."""


def read_submission(data: bytes, form: Form) -> Parsed:
    """Read a file of predictions.

    Args:
        data: The file, as it was handed in.
        form: Which ids and columns it has to have.

    Raises:
        SubmissionRefused: It cannot be scored; every defect is listed.
    """
    defects = Defects()
    _look_at(data, form, defects)
    defects.stop()
    reading = _Reading(form, defects, all_readable=_is_text(data))
    # What is no UTF-8 becomes half surrogates, which no UTF-8 holds: so each cell with such bytes can be named.
    stream = io.BytesIO(data.removeprefix(_BOM))
    lines = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")
    for number, line in enumerate(lines, start=1):
        if not line.isspace():
            reading.read(number, line.rstrip("\r\n"))
        if defects.total > _MOST_DEFECTS:
            words = "More than {:,} things are wrong up to here; the rest was not read"
            defects.add("too_many_defects", number, None, words, _MOST_DEFECTS)
            defects.stop()
    reading.finish()
    defects.stop()
    values = reading.values
    if form.kind == "classes":
        return Parsed(values[:, 0].astype(np.int64))
    return Parsed(values if form.kind == "probabilities" else values[:, 0])


def _look_at(data: bytes, form: Form, defects: Defects) -> None:
    if len(data) > form.max_bytes:
        size = f"{len(data):,} bytes; at most {form.max_bytes:,} are accepted"
        defects.add("too_large", None, None, "The file has {}.", size)
    for start, what in _BINARY.items():
        if data.startswith(start):
            defects.add("binary", None, None, f"The file is {what}. {_SAVE}")
    if data.startswith(_UTF16):
        defects.add("not_utf8", None, None, f"The file is UTF-16 text. {_SAVE}")


def _is_text(data: bytes) -> bool:
    """Say whether bytes are UTF-8 without NUL, without a copy of them all."""
    if b"\x00" in data:
        return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK_BYTES):
            decoder.decode(data[start : start + _CHUNK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _Reading:
    """One pass through a file."""

    def __init__(self, form: Form, defects: Defects, *, all_readable: bool) -> None:
        self._form = form
        self._defects = defects
        self._all_readable = all_readable
        self._longest = form.line_characters
        self._rows = {name: row for row, name in enumerate(form.ids)}
        self._seen = np.zeros(form.rows, np.int64)  # the line of each id, 0 while it was not met
        self._separator = ","
        self._width = 0
        self._header_line = 0
        self._id_place: int | None = None
        self._places: list[tuple[int, int]] = []  # (cell of a line, column of the predictions)
        self._count = 0
        self._read_cell = cell_reader(form.kind, form.classes)
        self.values = np.full((form.rows, len(form.columns)), np.nan)

    def read(self, line: int, content: str) -> None:
        """Take one line that is not blank, the header first."""
        if not self._header_line:
            self._header_line = line
            self._read_header(content)
            return
        self._count += 1
        cells = self._cells(line, content)
        if cells is None:
            self._note_id(line, content)
            return
        if len(cells) != self._width:
            words = "The header has {} cells, this row has {}"
            place = min(len(cells), self._width) + 1
            self._defects.add("row_length", line, place, words, self._width, len(cells))
        self._read_row(line, [cell.strip(_SPACES) for cell in cells])

    def _cells(self, line: int, content: str) -> list[str] | None:
        if len(content) > self._longest:
            words = "The line has {:,} characters; no line of this file needs more than {:,}"
            self._defects.add("line_too_long", line, None, words, len(content), self._longest)
            return None
        if '"' in content:
            if content.count('"') % 2:
                self._defects.add("bad_csv", line, None, "A quote is opened and not closed in its line")
                return None
            try:
                cells = next(csv.reader([content], delimiter=self._separator, strict=True))
            except csv.Error:
                words = (
                    "A quoted cell goes on after its closing quote; a quote within quotes is written twice"
                )
                self._defects.add("bad_csv", line, None, words)
                return None
        else:
            cells = content.split(self._separator)
        if not self._all_readable and _UNREADABLE(content):
            for place, cell in enumerate(cells, start=1):
                if "\x00" in cell:
                    self._defects.add("nul_character", line, place, "The cell holds a NUL character")
                elif _UNREADABLE(cell):
                    self._defects.add("not_utf8", line, place, "The cell holds bytes that are no UTF-8 text")
            return None
        return cells

    def _read_header(self, content: str) -> None:
        form, line = self._form, self._header_line
        wanted = {name: place for place, name in enumerate(form.columns)}
        self._separator = self._find_separator(content, {form.id_column, *wanted})
        names = self._cells(line, content)
        if names is None:
            self._defects.stop()  # without a header, nothing can be said of the rows
            return
        self._width = len(names)
        met: set[str] = set()
        unexpected: list[tuple[int, str]] = []
        for place, name in enumerate(names):
            if name in met:
                self._defects.add(
                    "duplicate_column", line, place + 1, "Column {cell} stands twice in the header", cell=name
                )
            elif name == form.id_column:
                self._id_place = place
            elif name in wanted:
                self._places.append((place, wanted[name]))
            else:
                unexpected.append((place, name))
            met.add(name)
        for place, name in unexpected:
            self._defects.add("unexpected_column", line, place + 1, "Unexpected Column: {cell}", cell=name)
        for name in (form.id_column, *form.columns):
            if name not in met:
                words = (
                    "Required column {cell} could not be found; names are exact, the order of columns is free"
                )
                self._defects.add("missing_column", line, None, words, cell=name)

    def _find_separator(self, content: str, wanted: set[str]) -> str:
        if "," not in content:
            for separator, name in ((";", "semicolons"), ("\t", "tabs")):
                cells = [cell.strip('"') for cell in content.split(separator)]
                if len(cells) > 1 and wanted & set(cells):
                    words = "Cells are separated by {}; separate them by commas, and write a point in numbers"
                    self._defects.add("wrong_separator", self._header_line, None, words, name)
                    return separator
        return ","

    def _read_row(self, line: int, cells: list[str]) -> None:
        row = None
        if self._id_place is not None and self._id_place < len(cells):
            row = self._row_of(line, cells[self._id_place])
        for place, column in self._places:
            if place >= len(cells):
                continue
            value = self._read_cell(cells[place])
            if isinstance(value, Wrong):
                self._defects.add(value.code, line, place + 1, value.words, cell=cells[place])
            elif row is not None:
                self.values[row, column] = value

    def _note_id(self, line: int, content: str) -> None:
        """Note the id of a line that is refused already, so that its row is not called missing as well."""
        if self._id_place is None:
            return
        cells = content.split(self._separator, self._id_place + 1)
        row = (
            self._rows.get(cells[self._id_place].strip(_SPACES + '"'))
            if self._id_place < len(cells)
            else None
        )
        if row is not None and not self._seen[row]:
            self._seen[row] = line

    def _row_of(self, line: int, name: str) -> int | None:
        place = (self._id_place or 0) + 1
        row = self._rows.get(name)
        if row is None:
            self._defects.add("unknown_id", line, place, "There is no row {cell} in the test data", cell=name)
        elif self._seen[row]:
            words = "Row {cell} stands in line {} already"
            self._defects.add("duplicate_id", line, place, words, int(self._seen[row]), cell=name)
            return None
        else:
            self._seen[row] = line
        return row

    def finish(self) -> None:
        """Look at what no single line shows."""
        form = self._form
        if not self._header_line:
            columns = ",".join((form.id_column, *form.columns))
            self._defects.add(
                "empty_file", None, None, "The file is empty; its first line is: {}", columns[:200]
            )
            return
        if self._count != form.rows:
            words = "Submission must have {:,} rows; it has {:,}, the header not counted"
            self._defects.add("row_count", None, None, words, form.rows, self._count)
        missing = np.flatnonzero(self._seen == 0)
        if self._id_place is not None and len(missing):
            some = ", ".join(shown(form.ids[row]) for row in missing[:_LISTED_IDS].tolist())
            rest = f" and {len(missing) - _LISTED_IDS:,} more" if len(missing) > _LISTED_IDS else ""
            words = "Rows of the test data are missing, {:,} in all: {}{}"
            self._defects.add("missing_ids", None, None, words, len(missing), some, rest)
        if form.kind == "probabilities" and len(self._places) == len(form.columns):
            sums = self.values.sum(axis=1)  # NaN where a cell was missing or wrong, which is said already
            for row in np.flatnonzero(np.abs(sums - 1) > _SUM_TOLERANCE).tolist():
                words = "The probabilities of the row sum to {:.6g}, not to 1"
                self._defects.add(
                    "probabilities_do_not_sum", int(self._seen[row]), None, words, float(sums[row])
                )
