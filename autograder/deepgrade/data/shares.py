"""Divide a number of rows among classes."""

from __future__ import annotations

import numpy as np

from deepgrade.data.arrays import Array


def class_shares(labels: Array, rows: int) -> dict[int, int]:
    """Divide rows among classes as they stand in `labels`; what rounding leaves goes to the largest remainders.

    Args:
        labels: (n,) whole numbers.
        rows: From 0 to n.

    Returns:
        Class -> rows, in ascending order of classes; never more than the class has.
    """
    classes, counts = np.unique(labels, return_counts=True)
    shares = counts * rows // len(labels)
    remainders = counts * rows % len(labels)
    shares[np.argsort(-remainders, kind="stable")[: rows - shares.sum()]] += 1
    return {int(label): int(share) for label, share in zip(classes, shares, strict=True)}
