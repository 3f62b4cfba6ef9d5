"""Tables as CSV files: written alike on every machine, and read back as columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from deepgrade.data.arrays import Array
from deepgrade.data.errors import DataError

_MISSING = ("", "NA", "NaN", "nan")
_TRUTH = {"TRUE": 1.0, "FALSE": 0.0, "True": 1.0, "False": 0.0}


def between_points(points: Sequence[tuple[float, float]], place: float) -> float:
    """Return the value at a place of a line through points (place, value), which ascend; outside, that of the nearest end."""
    for (left, low), (right, high) in pairwise(points):
        if place <= right:
            return low + (high - low) * max(0.0, place - left) / (right - left)
    return points[-1][1]


def csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a CSV file: a header, then one line a row, quoted where needed only, each line ended by a line feed."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("ascii")


def unix_lines(content: bytes) -> bytes:
    """Return a text file with line feeds at its line ends, whatever they were."""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def read_columns(content: bytes) -> dict[str, Array]:
    """Read a table.

    Args:
        content: A CSV file with a header.

    Returns:
        Column -> (rows,): float64 where every cell is a number, a truth value (1 or 0) or missing (NaN), else str.

    Raises:
        DataError: Not a table: no header, a column that stands twice, or a row of another length.
    """
    header, rows = read_cells(content)
    return {name: column([row[place] for row in rows]) for place, name in enumerate(header)}


def read_cells(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Read a table as it is written: its header, and the cells of every row.

    Raises:
        DataError: As `read_columns`.
    """
    try:
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    except (ValueError, csv.Error) as error:
        raise DataError(f"the table cannot be read: {error}") from None
    if len(set(header)) != len(header) or any(len(row) != len(header) for row in rows):
        raise DataError("the table has rows of different lengths, or two columns of one name")
    return header, rows


def is_missing(cell: str) -> bool:
    """Say whether a cell stands for a value that nobody knows."""
    return cell in _MISSING


def column(cells: Sequence[str]) -> Array:
    """Return a column's values: float64 where every cell is a number, a truth value or missing (NaN), else str."""
    try:
        return np.array(
            [
                np.nan if cell in _MISSING else _TRUTH[cell] if cell in _TRUTH else float(cell)
                for cell in cells
            ]
        )
    except ValueError:
        return np.array(cells, dtype=np.str_)
