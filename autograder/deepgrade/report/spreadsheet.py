"""Small tables as CSV for spreadsheets, where no cell from a stranger is calculated."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from deepgrade.report.text import clean, spreadsheet_text


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV: numbers in full, None as an empty cell, text that a spreadsheet would calculate defused."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return stream.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | int):
        return repr(value)
    return spreadsheet_text(clean(str(value)))
