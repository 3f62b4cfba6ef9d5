"""Rows and labels of a data folder in the order in which `load_data()` returns them.

Keras shuffles the reviews (seed 113) when it loads them and puts a start mark in front of each; images come as they
are stored. Code that compares what a student's variable holds with the stored data needs the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import FILES, Array, Ragged, Split, read_array
from deepgrade.data.encoders import Rows, limit_words
from deepgrade.data.errors import DataError
from deepgrade.data.tables import read_columns

_KERAS_SEED = 113
START = 1
INDEX_FROM = 3


def keras_order(train_size: int, test_size: int) -> dict[Split, NDArray[np.int64]]:
    """Return, for each split, the stored row that `imdb.load_data()` returns at each place."""
    rng = np.random.RandomState(_KERAS_SEED)
    orders: dict[Split, NDArray[np.int64]] = {}
    sizes: tuple[tuple[Split, int], ...] = (("train", train_size), ("test", test_size))
    for split, size in sizes:
        order = np.arange(size)
        rng.shuffle(order)
        orders[split] = order
    return orders


def as_loaded(reviews: Ragged) -> Ragged:
    """Add the start mark and Keras's offset of 3 to stored reviews."""
    starts = reviews.offsets[:-1]
    tokens = np.insert(reviews.tokens + INDEX_FROM, starts, START).astype(np.int32)
    return Ragged(tokens, reviews.offsets + np.arange(len(reviews.offsets)))


def row_order(folder: Path, split: Split) -> NDArray[np.int64]:
    """Return the stored row that `load_data()` returns at each place of a split."""
    sizes = [len(read_array(folder, f"y_{name}")) for name in ("train", "test")]
    if _is_ragged(folder):
        return keras_order(*sizes)[split]
    return np.arange(sizes[split == "test"])


def load_labels(folder: Path, split: Split) -> NDArray[np.int64]:
    """Return a split's labels in the order of `load_data()`, shape (n,).

    Args:
        folder: One data set's folder (docs/formats.md).
        split: `train` or `test`.

    Raises:
        DataError: The folder holds no such labels.
    """
    return np.asarray(read_array(folder, f"y_{split}"), dtype=np.int64).reshape(-1)[row_order(folder, split)]


def load_table(folder: Path) -> dict[str, Array]:
    """Return the columns of a stored table in its order; see `tables.read_columns`.

    Raises:
        DataError: The folder holds no table, or several.
    """
    tables = sorted((folder / FILES).glob("*.csv"))
    if len(tables) != 1:
        raise DataError(f"{folder} holds {len(tables)} tables; one was expected")
    return read_columns(tables[0].read_bytes())


def load_public_rows(
    folder: Path,
    dataset: str,
    indices: Sequence[int] | NDArray[Any],
    num_words: int | None = None,
    *,
    split: Split = "test",
) -> Rows:
    """Return rows of the mounted data as `load_data()` returned them at these indices.

    Args:
        folder: The data set's folder, or the folder that holds it under its name.
        dataset: The data set's name.
        indices: Places in what `load_data()` returned, in any order.
        num_words: As given to `imdb.load_data`; None keeps all words. Images ignore it.
        split: `test` unless said otherwise.

    Returns:
        Images as an array (len(indices), h, w) uint8, in colour (..., 3); reviews as `Ragged` with start mark and offset.

    Raises:
        DataError: An index is out of range, or the folder is not a data folder.
    """
    if not (folder / "facts.json").is_file() and (folder / dataset).is_dir():
        folder = folder / dataset
    places = np.asarray(indices, dtype=np.int64).reshape(-1)
    order = row_order(folder, split)
    if len(places) and (places.min() < 0 or places.max() >= len(order)):
        raise DataError(f"{dataset} has {len(order)} {split} rows; row {places.max()} was asked for")
    rows = order[places]
    if not _is_ragged(folder):
        images: Array = np.asarray(read_array(folder, f"x_{split}")[rows])
        return images
    stored = Ragged(
        read_array(folder, f"x_{split}_tokens"), np.asarray(read_array(folder, f"x_{split}_offsets"))
    )
    return limit_words(as_loaded(stored.take(rows)), num_words)


def load_hidden_inputs(folder: Path) -> Rows:
    """Return the inputs of a hidden set (`inputs/<name>`).

    Returns:
        Images (rows, h, w) or (rows, h, w, 3), or reviews as `load_data()` returns them.

    Raises:
        DataError: The folder holds no hidden inputs.
    """
    if (folder / "x_offsets.npy").is_file():
        return Ragged(read_array(folder, "x_tokens"), np.asarray(read_array(folder, "x_offsets")))
    return read_array(folder, "x")


def _is_ragged(folder: Path) -> bool:
    return (folder / "x_test_offsets.npy").is_file()
