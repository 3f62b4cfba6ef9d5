"""The solution of a board: `private/solution.csv`, one line a row with its target and what it is used for.

The file is the truth. An instructor who finds a wrong label corrects it there, and what is scored afterwards follows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.errors import BoardError
from deepgrade.board.reading.cells import Wrong, cell_reader
from deepgrade.board.reading.defects import shown
from deepgrade.board.reading.form import Array, csv_bytes
from deepgrade.board.showing.standing import Split
from deepgrade.data.shares import class_shares
from deepgrade.data.stream import Stream
from deepgrade.files import sha256_bytes

Usage = Literal["Public", "Private", "Ignored"]
USAGES: tuple[Usage, ...] = get_args(Usage)

_COLUMNS = 3
_LISTED = 20
_SOME = 5


@dataclass(frozen=True)
class Solution:
    """Every row's target."""

    ids: tuple[str, ...]
    """In the order of the board's rows: that of `form.json`, or of the hidden set."""
    targets: Array
    """(rows,): int64 class numbers, or float64."""
    usage: NDArray[np.str_]
    """(rows,): one of `USAGES`."""
    sha256: str
    """Of the file as it is now."""

    def rows(self, split: Split) -> NDArray[np.int64]:
        """Return which rows make up a split, ascending."""
        return np.flatnonzero(self.usage == split.capitalize())


@dataclass(frozen=True)
class SolutionColumns:
    """How to read a solution."""

    id_column: str
    label_column: str
    classes: int
    """How many classes there are; 0 for real numbers."""


def usages(
    targets: Array, classes: int, *, private_share: float, ignored: int, stream: Stream
) -> NDArray[np.str_]:
    """Say what each row is used for, by chance, with the classes in each part as they are in the whole.

    Args:
        targets: (rows,).
        classes: 0 for real numbers; then chance alone decides.
        private_share: Of the rows that are scored; one row at least is on either side.
        ignored: How many rows are not scored.
        stream: Decides.
    """
    labels = targets if classes else np.zeros(len(targets), np.int64)
    usage = np.full(len(labels), "Public", dtype="<U7")
    usage[chosen_rows(labels, ignored, stream)] = "Ignored"
    scored = np.flatnonzero(usage == "Public")
    private = min(max(1, round(len(scored) * private_share)), len(scored) - 1)
    usage[scored[chosen_rows(labels[scored], private, stream)]] = "Private"
    return usage


def chosen_rows(labels: Array, count: int, stream: Stream) -> NDArray[np.int64]:
    """Return `count` places by chance, in random order, each class with its share."""
    order = stream.order(len(labels))
    mixed = labels[order]
    parts = [order[mixed == label][:share] for label, share in class_shares(labels, count).items()]
    together = np.concatenate(parts)
    return together[stream.order(len(together))]


def solution_bytes(
    columns: SolutionColumns, ids: Sequence[str], targets: Array, usage: NDArray[np.str_]
) -> bytes:
    """Return the content of `solution.csv`."""
    numbers = targets.astype(np.int64 if columns.classes else np.float64).tolist()
    return csv_bytes(
        (columns.id_column, columns.label_column, "Usage"),
        ((name, repr(target), use) for name, target, use in zip(ids, numbers, usage.tolist(), strict=True)),
    )


def read_solution(path: Path, columns: SolutionColumns, ids: Sequence[str]) -> Solution:
    """Read a solution, perhaps corrected by hand.

    Args:
        path: The file.
        columns: Its columns; their order is free, and so is the order of rows.
        ids: The rows that there are, in the order in which they are returned.

    Raises:
        BoardError: It cannot be read, or is no solution of these rows; every fault is named with its line.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BoardError(f"{path} cannot be read: {error.strerror}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BoardError(f"{path}, line {line}: this is no UTF-8 text. Save the file as UTF-8.") from None
    reading = _Reading(columns, ids)
    for line, cells in _lines(text, reading.problems):
        reading.read(line, cells)
    reading.finish()
    if reading.problems:
        listed = reading.problems[:_LISTED]
        more = len(reading.problems) - len(listed)
        rest = [f"and {more:,} more"] if more else []
        raise BoardError(
            f"{path} is no solution of this board:\n" + "\n".join(f"  {p}" for p in listed + rest)
        )
    targets = reading.targets.astype(np.int64) if columns.classes else reading.targets
    return Solution(tuple(ids), targets, reading.usage, sha256_bytes(content))


def _lines(text: str, problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(f"line {line}: {error}")
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


class _Reading:
    def __init__(self, columns: SolutionColumns, ids: Sequence[str]) -> None:
        self.problems: list[str] = []
        self.targets = np.full(len(ids), np.nan)
        self.usage = np.full(len(ids), "", dtype="<U7")
        self._names = (columns.id_column, columns.label_column, "Usage")
        self._ids = ids
        self._rows = {name: row for row, name in enumerate(ids)}
        self._met: dict[int, int] = {}
        self._places: list[int] | None = None
        self._failed = False
        self._target = cell_reader("classes" if columns.classes else "values", columns.classes)

    def read(self, line: int, cells: list[str]) -> None:
        cells = [cell.strip() for cell in cells]
        if self._failed:
            return
        if self._places is None:
            if sorted(cells) != sorted(self._names):
                self._failed = True
                self.problems.append(f"line {line}: the header has to be {','.join(self._names)}")
                return
            self._places = [cells.index(name) for name in self._names]
            return
        if len(cells) != _COLUMNS:
            self.problems.append(f"line {line}: the header has {_COLUMNS} cells, this row has {len(cells)}")
            return
        name, target, usage = (cells[place] for place in self._places)
        row = self._rows.get(name)
        if row is None:
            self.problems.append(f"line {line}: {shown(name)} is no id of this board")
            return
        if row in self._met:
            self.problems.append(f"line {line}: the id {shown(name)} stands in line {self._met[row]} already")
            return
        self._met[row] = line
        value = self._target(target)
        if isinstance(value, Wrong):
            self.problems.append(f"line {line}: {value.words.format(cell=shown(target))}")
        else:
            self.targets[row] = value
        if usage not in USAGES:
            self.problems.append(f"line {line}: Usage is {shown(usage)}; it is one of {', '.join(USAGES)}")
        else:
            self.usage[row] = usage

    def finish(self) -> None:
        if self._failed:
            return
        missing = [name for row, name in enumerate(self._ids) if row not in self._met]
        if missing:
            some = ", ".join(missing[:_SOME]) + (" and others" if len(missing) > _SOME else "")
            self.problems.append(
                f"ids are missing, {len(missing):,} in all: {some}. To leave a row out of the scores, set its Usage to Ignored"
            )
        if not self.problems:
            self.problems += [
                f"no row has Usage {usage}" for usage in USAGES[:2] if not (self.usage == usage).any()
            ]
