"""Rows that a file board releases, and what must not be written beside them: where they come from, and their targets."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.competition import Board
from deepgrade.board.errors import BoardError
from deepgrade.board.prepare.solution import chosen_rows
from deepgrade.board.reading.form import Array
from deepgrade.data import DataSet, HiddenSetError, Ragged, StoredSet, distorted_as_loaded, read_data_folder
from deepgrade.data.hidden import KEPT_ROWS, hidden_count, hidden_rows
from deepgrade.data.loading import as_loaded, row_order
from deepgrade.data.stream import Stream
from deepgrade.lab import Lab, LabError, LabFiles, Size, lab_names, load_lab
from deepgrade.records import Course

_ATTEMPTS = 10
_LEAST_DIGITS = 6


@dataclass(frozen=True)
class Released:
    """Rows to release. Only `ids` and `public` leave this machine's course folder."""

    ids: tuple[str, ...]
    """Ascending; which row has which is chance."""
    targets: Array
    """(rows,): int64 class numbers, or float64."""
    classes: int
    """0 for real numbers."""
    source_rows: NDArray[np.int64]
    """(rows,): where each row stands in the source; for the audit, never written."""
    train_targets: Array
    """Of the rows that students may train on."""
    train_rows: frozenset[bytes]
    """Hashes of the inputs that students may train on; empty where `public` holds them."""
    public: dict[str, bytes]
    """File name -> content."""


def row_counts(board: Board, size: Size) -> tuple[int, int]:
    """Return how many rows are scored and how many are released besides; quick data never have more of them."""
    return (min(board.rows, board.quick_rows) if size == "quick" else board.rows), board.ignored_rows


def row_ids(count: int, stream: Stream) -> tuple[str, ...]:
    """Return ids by chance, each once, ascending: six digits, or more for more than 90,000 rows; none begins with 0."""
    digits = max(_LEAST_DIGITS, len(str(10 * count - 1)))
    low, span = 10 ** (digits - 1), 9 * 10 ** (digits - 1)
    drawn = np.zeros(0, np.int64)
    while len(drawn) < count:
        more = np.concatenate([drawn, low + stream.below(span, count)])
        _, first = np.unique(more, return_index=True)
        drawn = more[np.sort(first)]
    return tuple(map(str, np.sort(drawn[:count]).tolist()))


def input_hashes(inputs: Array | Ragged) -> list[bytes]:
    """Return a short hash of each row's values."""
    rows: Iterable[Any] = inputs if isinstance(inputs, Ragged) else np.ascontiguousarray(inputs)
    return [hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in rows]


def release_rows(
    files: LabFiles, lab: Lab, board: Board, course: Course, stored: StoredSet, purpose: str
) -> Released:
    """Choose test rows of a data set of arrays and distort them as hidden rows are.

    Never chosen are the first rows of `load_data()`, rows that a hidden set of this course holds, and rows whose inputs
    stand in the training set as well.

    Args:
        files: Where the labs are: whatever any of them hides stays hidden.
        lab: The board's.
        board: How many rows.
        course: Whose secret decides.
        stored: The data set.
        purpose: What the random numbers are for: `board <lab>/<board>`.

    Raises:
        BoardError: There are too few rows.
        DataError: The data set is damaged.
    """
    data = read_data_folder(stored.path)
    scored, ignored = row_counts(board, stored.size)
    labels = np.asarray(data.labels("test"), dtype=np.int64).reshape(-1)
    train_inputs = data.inputs("train")
    known = frozenset(input_hashes(train_inputs))
    in_train = np.array([each in known for each in input_hashes(data.inputs("test"))])
    closed = np.concatenate(
        [
            row_order(stored.path, "test")[:KEPT_ROWS],
            _hidden_in_course(files, lab, course, stored),
            np.flatnonzero(in_train),
        ]
    )
    candidates = np.setdiff1d(np.arange(len(labels)), closed)
    loaded = frozenset(input_hashes(as_loaded(train_inputs))) if isinstance(train_inputs, Ragged) else known
    for _ in range(_ATTEMPTS):
        rows, inputs = _draw(data, candidates, labels, scored + ignored, board, course.secret, purpose)
        shared = np.array([each in loaded for each in input_hashes(inputs)])
        if not shared.any():
            break
        candidates = np.setdiff1d(candidates, rows[shared])  # distorted, they equal a training row by chance
    ids = row_ids(len(rows), Stream(course.secret, f"{purpose} ids"))
    return Released(
        ids=ids,
        targets=labels[rows],
        classes=stored.facts.classes,
        source_rows=rows,
        train_targets=np.asarray(data.labels("train"), dtype=np.int64).reshape(-1),
        train_rows=loaded,
        public={"test.npz": _npz(ids, inputs)},
    )


def _draw(
    data: DataSet,
    candidates: NDArray[np.int64],
    labels: Array,
    count: int,
    board: Board,
    secret: bytes,
    purpose: str,
) -> tuple[NDArray[np.int64], Array | Ragged]:
    if count > len(candidates):
        raise BoardError(
            f"Board {board.id}: {count:,} rows cannot be released: {len(candidates):,} of {len(labels):,} test rows are"
            " neither hidden, nor printed in handouts, nor part of the training set. Ask for fewer in competition.toml."
        )
    rows = candidates[chosen_rows(labels[candidates], count, Stream(secret, f"{purpose} rows"))]
    return rows, distorted_as_loaded(data.inputs("test"), rows, Stream(secret, f"{purpose} distortion"))


def _hidden_in_course(files: LabFiles, lab: Lab, course: Course, stored: StoredSet) -> NDArray[np.int64]:
    """Return every test row that a lab of this course hides, or that was hidden already."""
    labs = [lab]
    for name in lab_names(files.root):
        try:
            labs.append(load_lab(LabFiles(files.root, name)))
        except LabError:
            continue  # such a lab hides nothing: it cannot be graded
    counts = {
        evaluation.quick_rows if stored.size == "quick" else evaluation.rows
        for each in labs
        for evaluation in each.carved.values()
        if evaluation.dataset == stored.name
    }
    made = hidden_count(course.data(stored.origin, stored.size), stored.name)
    found = [np.zeros(0, np.int64)]
    for count in counts | ({made} if made is not None else set()):
        try:
            found.append(hidden_rows(stored.path, stored.name, count, course.secret))
        except HiddenSetError:
            continue  # more than can be hidden: then none are
    return np.unique(np.concatenate(found))


def _npz(ids: Sequence[str], inputs: Array | Ragged) -> bytes:
    arrays: dict[str, Array] = {"ids": np.array(ids)}
    if isinstance(inputs, Ragged):
        arrays |= {"x_tokens": inputs.tokens, "x_offsets": inputs.offsets}
    else:
        arrays["x"] = inputs
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()
