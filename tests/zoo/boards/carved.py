"""A real data set with one of its hidden sets: what a student's code sees, what is hidden, and what was there before."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from deepgrade.data import (
    DataStore,
    Ragged,
    adapt,
    limit_words,
    load_hidden_inputs,
    load_labels,
    load_public_rows,
    prepare_hidden,
)
from deepgrade.data.encoders import Rows

HIDDEN_ROWS = 5000
"""As in every lab.toml, at full size."""
WORDS = 10_000
ADAPTERS = {"mnist": "flat/unit", "imdb": f"multi_hot:{WORDS}", "cifar100": "image/unit"}
CLASSES = {"mnist": 10, "imdb": 2, "cifar100": 100}
_AT_ONCE = 1000


def secret(number: int) -> bytes:
    """Return the secret of a measurement; no course uses it."""
    return hashlib.sha256(f"a secret of measurements only, number {number}".encode()).digest()


class Carved(NamedTuple):
    """A data set under one secret; rows as `load_data()` returns them."""

    name: str
    x_train: Rows
    y_train: np.ndarray
    x_original: Rows
    """The public test inputs, untouched: what anybody can download."""
    x_mounted: Rows
    """The test inputs that a student's code sees where it is graded."""
    y_test: np.ndarray
    """Labels of both."""
    x_hidden: Rows
    y_hidden: np.ndarray

    @property
    def classes(self) -> int:
        """How many."""
        return CLASSES[self.name]

    @property
    def replaced(self) -> np.ndarray:
        """Places of the test set whose row is another one where it is graded: the originals of the hidden rows."""
        pairs = zip(self.x_original, self.x_mounted, strict=True)
        return np.array([place for place, (old, new) in enumerate(pairs) if not np.array_equal(old, new)])

    @property
    def graders_rows(self) -> np.ndarray:
        """Places of the mounted test rows that `infer` predicts beside the hidden ones."""
        size = len(self.y_test)
        count = min(len(self.y_hidden), size)
        return np.arange(count) * size // count


def load_carved(store: DataStore, name: str, number: int, folder: Path) -> Carved:
    """Make the hidden set of a measurement's secret, or find it made, and read everything.

    Args:
        store: Holds the real set at full size.
        name: The data set.
        number: Of the secret.
        folder: For the hidden sets.

    Raises:
        DataError: The store has no such set.
    """
    source = store.find(name, "real", "full").path
    hidden = prepare_hidden(source, name, HIDDEN_ROWS, secret(number), folder / f"secret-{number}")
    labels = {split: load_labels(source, split) for split in ("train", "test")}  # type: ignore[arg-type]

    def rows(place: Path, split: Any) -> Rows:
        return load_public_rows(place, name, np.arange(len(labels[split])), split=split)

    return Carved(
        name=name,
        x_train=rows(source, "train"),
        y_train=labels["train"],
        x_original=rows(source, "test"),
        x_mounted=rows(hidden.public, "test"),
        y_test=labels["test"],
        x_hidden=load_hidden_inputs(hidden.inputs),
        y_hidden=np.load(hidden.labels / "labels.npy"),
    )


def encoded(name: str, rows: Rows) -> np.ndarray:
    """Return rows as the labs feed them to a network, float32."""
    return adapt(ADAPTERS[name], limit_words(rows, WORDS) if isinstance(rows, Ragged) else rows)


def in_slices(rows: Rows, size: int = _AT_ONCE) -> list[Rows]:
    """Cut rows so that encoded reviews fit into memory."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def joined(first: Rows, second: Rows) -> Rows:
    """Put rows below each other."""
    if isinstance(first, Ragged) and isinstance(second, Ragged):
        return Ragged.concatenate([first, second])
    return np.concatenate([np.asarray(first), np.asarray(second)])
