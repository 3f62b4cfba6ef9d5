"""The form of a file of predictions: which ids and which columns it has. No label is known here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from deepgrade.board.competition import Board
from deepgrade.board.errors import BoardError
from deepgrade.board.scoring.metrics import Needs

Array = NDArray[Any]

_MOST_BYTES = 64 << 20
_SPARE_BYTES = 64 << 10
_CELL_BYTES = 64
SERVES: dict[Needs, set[Needs]] = {
    "probabilities": {"probabilities", "classes", "scores"},
    "classes": {"classes", "scores", "values"},
    "scores": {"scores", "values"},
    "values": {"values"},
}
"""What metrics need -> what can be had from such predictions besides."""


class Form(BaseModel):
    """What the reader of submissions knows of a board."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    id_column: str = Field(min_length=1)
    columns: tuple[str, ...] = Field(min_length=1)
    """Columns of predictions: one, or one a class where probabilities are asked for."""
    kind: Needs
    """What a prediction of a row is."""
    classes: int = Field(ge=0)
    """How many classes there are, numbered from 0; 0 where predictions are real numbers."""
    ids: tuple[str, ...] = Field(min_length=1)
    """Every id once, in the order of the released rows."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = (self.id_column, *self.columns)
        if len(set(names)) != len(names):
            raise ValueError("two columns have one name")
        if len(set(self.ids)) != len(self.ids):
            raise ValueError("an id stands twice")
        if (self.kind in ("classes", "probabilities")) != (self.classes > 0):
            raise ValueError("classes: given for class numbers and probabilities, and for nothing else")
        if len(self.columns) != (self.classes if self.kind == "probabilities" else 1):
            raise ValueError("columns: one a class for probabilities, else one")
        return self

    @property
    def rows(self) -> int:
        """How many rows a submission has, the header not counted."""
        return len(self.ids)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the predictions: (rows,) or (rows, classes)."""
        return (self.rows, self.classes) if self.kind == "probabilities" else (self.rows,)

    @property
    def line_characters(self) -> int:
        """How long a line may be: far more than any honest one."""
        names = sum(len(name) for name in (self.id_column, *self.columns))
        return 1024 + 4 * (names + max(map(len, self.ids))) + _CELL_BYTES * len(self.columns)

    @property
    def max_bytes(self) -> int:
        """How large a submission may be: 64 bytes a cell and some for the header, at most 64 MiB."""
        cells = (self.rows + 1) * (len(self.columns) + 1)
        return min(_MOST_BYTES, _SPARE_BYTES + self.line_characters + cells * _CELL_BYTES)


def kind_of(board: Board) -> Needs:
    """Return what a board's predictions have to be so that all its metrics can be computed from them.

    Raises:
        BoardError: No one kind of prediction serves all of them.
    """
    needs = {metric.needs for metric in board.metrics}
    for kind, serves in SERVES.items():
        if kind in needs and needs <= serves:
            return kind
    names = ", ".join(metric.name for metric in board.metrics)
    raise BoardError(
        f"Board {board.id}: no one column of predictions serves {names} together. Put the metrics that need other"
        " predictions on a board of their own."
    )


def form_of(board: Board, ids: Sequence[str], classes: int) -> Form:
    """Return the form of a board's submissions.

    Args:
        board: Whose metrics say what is predicted.
        ids: Of the released rows, in their order.
        classes: How many classes the target has; 0 for real numbers.

    Raises:
        BoardError: The metrics do not go together, or not with such a target; or two columns have one name.
    """
    kind = kind_of(board)
    of_classes = kind in ("classes", "probabilities")
    if of_classes and classes < 2:
        raise BoardError(f"Board {board.id}: {board.metric} needs a target of two classes or more.")
    binary = any(metric.needs == "scores" for metric in board.metrics)
    if binary and classes != 2:
        raise BoardError(f"Board {board.id}: auc needs two classes, the target has {classes}.")
    columns = tuple(map(str, range(classes))) if kind == "probabilities" else (board.label_column,)
    if board.id_column in columns:
        raise BoardError(
            f"Board {board.id}: id_column {board.id_column!r} is the name of a column of predictions."
        )
    return Form(
        id_column=board.id_column,
        columns=columns,
        kind=kind,
        classes=classes if of_classes else 0,
        ids=tuple(ids),
    )


def submission_bytes(form: Form, predictions: Array) -> bytes:
    """Return the file of predictions that reads back as these, bit by bit.

    Args:
        form: Ids and columns.
        predictions: Of `form.shape`, in the order of `form.ids`.

    Raises:
        BoardError: They have another shape.
    """
    if predictions.shape != form.shape:
        raise BoardError(f"The form has shape {form.shape}, the predictions have {predictions.shape}.")
    numbers = predictions.astype(np.int64 if form.kind == "classes" else np.float64)
    rows: list[list[float]] = numbers.reshape(form.rows, -1).tolist()
    cells = ([name, *(repr(cell) for cell in row)] for name, row in zip(form.ids, rows, strict=True))
    return csv_bytes((form.id_column, *form.columns), cells)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file: a header, then one line a row, each ended by a line feed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
