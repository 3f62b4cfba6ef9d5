"""Divide a table into rows to train on, with their target, and rows to predict, without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.competition import Board
from deepgrade.board.errors import BoardError
from deepgrade.board.prepare.released import Released, row_ids
from deepgrade.board.prepare.solution import chosen_rows
from deepgrade.board.reading.form import Array, csv_bytes, kind_of
from deepgrade.data.errors import DataError
from deepgrade.data.stream import Stream
from deepgrade.data.tables import column, is_missing, read_cells

_LISTED = 5


def release_table(
    content: bytes, board: Board, *, target: str, scored: int, ignored: int, secret: bytes, purpose: str
) -> Released:
    """Divide a table's rows by chance; rows without a target are left out.

    Rows that are alike but for the target are trained on, never released. A column with the name of the board's id column
    gives way to ids of the board's own, which say nothing of the row.

    Args:
        content: A CSV file with a header.
        board: Its metrics say whether the target is a class.
        target: The column to predict.
        scored: How many rows are released and scored.
        ignored: How many are released besides.
        secret: Decides.
        purpose: What the random numbers are for: `board <lab>/<board>`.

    Raises:
        BoardError: It is no table, has no such target, or too few rows.
    """
    try:
        header, cells = read_cells(content)
    except DataError as error:
        raise BoardError(f"Board {board.id}: {error}") from None
    if target not in header:
        raise BoardError(f"Board {board.id}: the table has no column {target!r}; it has {', '.join(header)}.")
    place = header.index(target)
    known = np.array(
        [row for row, each in enumerate(cells) if not is_missing(each[place].strip())], dtype=np.int64
    )
    targets, classes = _targets([cells[row][place].strip() for row in known], board, target)
    features = [each for each, name in enumerate(header) if each != place and name != board.id_column]
    if not features:
        raise BoardError(f"Board {board.id}: the table has no column beside {target!r}.")
    alike = [tuple(cells[row][each].strip() for each in features) for row in known]
    often = Counter(alike)
    single = np.array([often[each] == 1 for each in alike], dtype=bool)
    released = _choose(targets, classes, single, scored + ignored, board, secret, purpose)
    ids = np.array(row_ids(len(known), Stream(secret, f"{purpose} ids")))
    order = Stream(secret, f"{purpose} order").order(len(known))  # ids ascend; which row has which is chance
    is_test = np.isin(order, released)
    test, train = order[is_test], order[~is_test]
    names = [header[each] for each in features]
    test_cells = [[name, *alike[row]] for name, row in zip(ids[is_test].tolist(), test, strict=True)]
    train_cells = [
        [name, *alike[row], cells[known[row]][place].strip()]
        for name, row in zip(ids[~is_test].tolist(), train, strict=True)
    ]
    return Released(
        ids=tuple(ids[is_test].tolist()),
        targets=targets[test],
        classes=classes,
        source_rows=known[test],
        train_targets=targets[train],
        train_rows=frozenset(),
        public={
            "test.csv": csv_bytes([board.id_column, *names], test_cells),
            "train.csv": csv_bytes([board.id_column, *names, target], train_cells),
        },
    )


def _targets(cells: Sequence[str], board: Board, target: str) -> tuple[Array, int]:
    """Return targets and the number of classes; 0 where the board's metrics are of real numbers."""
    values = column(cells)
    if values.dtype.kind != "f" or not len(values) or not np.isfinite(values).all():
        strange = next((each for each in cells if not _is_number(each)), "")
        raise BoardError(
            f"Board {board.id}: column {target!r} holds {strange!r}, which is no number. Classes are numbered from 0."
        )
    if kind_of(board) == "values":
        return values, 0
    classes = int(values.max()) + 1
    wanted = np.arange(classes)
    if values.min() < 0 or not np.array_equal(np.unique(values), wanted):
        found = ", ".join(f"{value:g}" for value in np.unique(values)[:_LISTED])
        raise BoardError(
            f"Board {board.id}: column {target!r} has to hold class numbers 0, 1, 2 and so on, none left out, for"
            f" {board.metric}; it holds {found}{' and others' if len(np.unique(values)) > _LISTED else ''}."
        )
    return values.astype(np.int64), classes


def _is_number(cell: str) -> bool:
    value = column([cell])
    return value.dtype.kind == "f" and bool(np.isfinite(value[0]))


def _choose(
    targets: Array,
    classes: int,
    single: NDArray[np.bool_],
    count: int,
    board: Board,
    secret: bytes,
    purpose: str,
) -> NDArray[np.int64]:
    candidates = np.flatnonzero(single)
    most = min(len(targets) * 2 // 3, len(candidates))
    if count > most:
        raise BoardError(
            f"Board {board.id}: {count:,} rows cannot be released: at most {most:,} of the table's {len(targets):,} rows with"
            " a target can, since a third stays to train on, and so do rows that are alike. Ask for fewer in"
            " competition.toml (rows, quick_rows, ignored_rows)."
        )
    labels = targets[candidates] if classes else np.zeros(len(candidates), np.int64)
    return candidates[chosen_rows(labels, count, Stream(secret, f"{purpose} rows"))]
