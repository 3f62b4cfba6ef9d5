"""Labels: are they those of the data set, and are they coded as asked?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def right_share(lab: Any, found: Any, truth: NDArray[Any]) -> float:
    """Return the share of the stored labels that are as in the data set, in [0, 1].

    Args:
        lab: The check's `lab`.
        found: Captured labels, `(n,)` or `(n, 1)`.
        truth: Labels of the data set at the same places, `(n,)` or `(n, 1)`.
    """
    values = np.asarray(lab.rows(found)).reshape(-1)
    places = lab.row_indices(found)
    if len(places) and places.max() >= len(truth):
        return 0.0
    expected = np.asarray(truth).reshape(-1)[places]
    return float(np.mean(values == expected)) if values.shape == expected.shape and len(values) else 0.0


def assert_one_hot(lab: Any, labels: Any, truth: NDArray[Any], classes: int, what: str = "labels") -> None:
    """Assert that each label is a 1 in the column of its class and 0 elsewhere.

    Args:
        lab: The check's `lab`.
        labels: Captured one-hot labels, `(n, classes)`.
        truth: Classes of the data set at the same places, `(n,)` or `(n, 1)`.
        classes: Number of columns.
        what: How the hint calls them.

    Raises:
        AssertionError: With the hint.
    """
    rows, expected = np.asarray(lab.rows(labels)), np.asarray(truth).reshape(-1)
    assert len(labels) == len(expected), f"there is one row of {what} for each example"
    assert rows.ndim == 2, f"the {what} are still integers: one-hot gives one column per class"
    assert rows.shape[1] == classes, f"the {what} need one column for each of the {classes} classes"
    right = np.array_equal(rows, np.eye(classes)[expected[lab.row_indices(labels)]])
    assert right, f"some rows of the {what} have no 1, or have it in another column"
