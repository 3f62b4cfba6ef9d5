"""Labels: are they those of the data set, and are they coded as asked?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.checks.numbers import numbers


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


def right_places(
    lab: Any, predicted: Any, truth: NDArray[Any], what: str = "the predictions"
) -> NDArray[np.bool_]:
    """Return which of the predicted classes are right, `(n,)`.

    Args:
        lab: The check's `lab`.
        predicted: Captured classes, one for each example: array, list, series or column.
        truth: Classes of the data set, `(n,)`.
        what: How the hint calls them.

    Raises:
        AssertionError: There is not one number for each example, with the hint.
    """
    found = numbers(lab, predicted, what).reshape(-1)
    assert found.shape == truth.shape, f"{what} should hold one class for each example, {len(truth):,} in all"
    right: NDArray[np.bool_] = found == truth
    return right


def assert_read_by(
    lab: Any, model: Any, predicted: Any, truth: NDArray[Any], what: str = "the predictions"
) -> None:
    """Assert that predicted classes are right about as often as the model is on rows that nobody has seen.

    A model that learned little passes with what it predicts: how good it is, is for another check.

    Args:
        lab: The check's `lab`; the check declares `hidden={...}` for the model.
        model: The captured model that should have predicted.
        predicted: Captured classes of the public test set, one for each example.
        truth: Classes of the public test set, `(n,)`.
        what: How the hint calls the predictions.

    Raises:
        AssertionError: With the hint.
    """
    share = float(right_places(lab, predicted, truth, what).mean())
    room = 0.03 if len(truth) >= 10_000 else 0.07
    hint = f"the model does better than {what}: which examples were read, and the largest score along which axis?"
    assert share >= lab.hidden_accuracy(model) - room, hint
