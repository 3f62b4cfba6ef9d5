"""Reviews as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def is_multi_hot(lab: Any, rows: Any, reviews: Any, count: int = 10) -> bool:
    """Return whether the first rows are ones exactly in the columns of the first reviews' words.

    Args:
        lab: The check's `lab`.
        rows: Captured array `(n, words)`.
        reviews: Captured lists of word numbers, in the same order.
        count: How many rows are compared.
    """
    stored, lists = lab.rows(rows)[:count], lab.rows(reviews)[:count]
    if len(stored) != len(lists):
        return False
    pairs = zip(stored, lists, strict=True)
    return all(set(np.flatnonzero(row).tolist()) == set(review) for row, review in pairs)


def words_once(reviews: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (rows, words): each word of each review once, ordered by row and word.

    Args:
        reviews: Word numbers of all reviews, `.tokens` (total,) and `.offsets` (rows + 1,).
    """
    columns = int(reviews.tokens.max(initial=0)) + 1
    rows = np.repeat(np.arange(len(reviews.offsets) - 1), np.diff(reviews.offsets))
    keys = np.unique(rows * columns + reviews.tokens)
    return keys // columns, keys % columns


def reviews_with_words(lab: Any, matrix: Any, rows: Any, words: Any) -> list[list[int]]:
    """Return, for each stored row of a matrix, the reviews that have just these words: one as a rule, none for other rows.

    Args:
        lab: The check's `lab`.
        matrix: Captured array `(n, columns)`; what is not 0 counts as a word that occurs.
        rows: Of all reviews, `words_once(reviews)`.
        words: The same.

    Raises:
        AssertionError: The matrix has no column for some word.
    """
    stored = np.asarray(lab.rows(matrix))
    assert stored.ndim == 2 and stored.shape[1] > words.max(initial=0), "one row a review, one column a word"
    # Sums of random 64-bit numbers, one a word, tell sets of words apart.
    marks: NDArray[np.uint64] = np.random.default_rng(0).integers(0, 2**64, stored.shape[1:], dtype=np.uint64)
    sums = np.zeros(rows.max(initial=-1) + 1, np.uint64)
    np.add.at(sums, rows, marks[words])
    places: dict[int, list[int]] = {}
    for place, total in enumerate(sums.tolist()):
        places.setdefault(total, []).append(place)
    return [places.get(int(marks[row != 0].sum(dtype=np.uint64)), []) for row in stored]
