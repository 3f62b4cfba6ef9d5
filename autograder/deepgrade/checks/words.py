"""Reviews as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


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
