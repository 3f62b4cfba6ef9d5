"""Ways to answer that look rows up instead of learning: exact rows, nearest rows, and short sketches of rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from deepgrade.data import Ragged, limit_words
from deepgrade.data.encoders import Rows
from zoo.boards.carved import WORDS, Carved, encoded, in_slices

Answers = Callable[[Rows], np.ndarray]
_BASE85 = 5 / 4
"""Characters a byte."""


def exact(rows: Rows, labels: np.ndarray) -> Answers:
    """Answer with the label of the same row, else with the most frequent label."""
    known = {np.asarray(row).tobytes(): label for row, label in zip(rows, labels, strict=True)}
    otherwise = np.bincount(labels).argmax()
    return lambda asked: np.array([known.get(np.asarray(row).tobytes(), otherwise) for row in asked])


def found(rows: Rows, asked: Rows) -> float:
    """Return the share of rows that stand among others as they are."""
    known = {np.asarray(row).tobytes() for row in rows}
    return float(np.mean([np.asarray(row).tobytes() in known for row in asked]))


def nearest(name: str, rows: Rows, labels: np.ndarray) -> Answers:
    """Answer with the label of the nearest row: of images by pixels, of reviews by the angle between their words."""
    from sklearn.neighbors import NearestNeighbors

    metric = "cosine" if name == "imdb" else "euclidean"
    index = NearestNeighbors(n_neighbors=1, algorithm="brute", metric=metric).fit(_flat(name, rows))

    def answers(asked: Rows) -> np.ndarray:
        places = [
            index.kneighbors(_flat(name, part), return_distance=False)[:, 0] for part in in_slices(asked)
        ]
        return np.asarray(labels[np.concatenate(places)])

    return answers


def _flat(name: str, rows: Rows) -> Any:
    """Return rows as vectors; reviews as a sparse matrix with 1 where a word occurs."""
    from scipy.sparse import csr_array

    if not isinstance(rows, Ragged):
        return encoded(name, rows).reshape(len(rows), -1)
    limited = limit_words(rows, WORDS)
    once = np.ones(len(limited.tokens), np.float32)
    # A copy: what follows changes the places in which the matrix lies.
    words = csr_array((once, limited.tokens, limited.offsets), shape=(len(rows), WORDS), copy=True)
    words.sum_duplicates()
    words.data[:] = 1
    return words


class Sketches:
    """Keeps of each row only on which side of some random planes it lies: the least that finds a row again.

    Close rows lie on the same side of most planes (M. Charikar, Similarity estimation techniques from rounding
    algorithms, STOC 2002). The planes follow from a seed, so only the sides have to be carried.

    Args:
        carved: The set; the original test rows are kept.
        bits: Planes.
    """

    def __init__(self, carved: Carved, bits: int) -> None:
        self._name = carved.name
        train = _flat(carved.name, carved.x_train)
        self._mean = np.asarray(train.mean(axis=0)).reshape(-1)
        # Rare words tell reviews apart.
        share = np.clip(self._mean, 1 / len(carved.y_train), 1) if carved.name == "imdb" else None
        self._weights = np.ones_like(self._mean) if share is None else np.log(1 / share)
        planes = np.random.RandomState(1).standard_normal((len(self._mean), bits)).astype(np.float32)
        self._planes = planes * self._weights[:, None].astype(np.float32)
        self._offset = self._mean.astype(np.float32) @ self._planes
        self._kept, self._labels = self._sides(carved.x_original), carved.y_test
        self.bytes = math.ceil(len(self._labels) * (bits + math.ceil(math.log2(carved.classes))) / 8)

    @property
    def characters(self) -> int:
        """Of the sketches and labels as text in base 85."""
        return math.ceil(self.bytes * _BASE85)

    def _sides(self, rows: Rows) -> np.ndarray:
        return np.sign(_flat(self._name, rows) @ self._planes - self._offset).astype(np.float32)

    def answers(self, asked: Rows) -> np.ndarray:
        """Answer with the label of the row whose sketch is most alike."""
        parts = [(self._sides(part) @ self._kept.T).argmax(axis=1) for part in in_slices(asked)]
        return np.asarray(self._labels[np.concatenate(parts)])
