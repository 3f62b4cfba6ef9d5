"""Predicted quantities: least squares and the lasso, computed here so that answers have something to be compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.checks.numbers import numbers

Floats = NDArray[np.float64]


def flat(lab: Any, values: Any, what: str = "this") -> Floats:
    """Return captured numbers as `(n,)`: a list, an array or table of one column, a series, or the values of a dict.

    Raises:
        AssertionError: It holds something else.
    """
    return numbers(lab, list(values.values()) if isinstance(values, dict) else values, what).reshape(-1)


def mean_absolute_error(targets: Floats, predictions: Floats) -> float:
    """Return the mean absolute error, in the targets' unit; NaN when the two do not fit."""
    if targets.shape != predictions.shape:
        return float("nan")
    return float(np.mean(np.abs(targets - predictions)))


def r_squared(targets: Floats, predictions: Floats) -> float:
    """Return 1 - mean squared error / variance of the targets; NaN when the two do not fit."""
    if targets.shape != predictions.shape:
        return float("nan")
    return float(1 - np.mean(np.square(targets - predictions)) / np.var(targets))


def places_in(rows: Floats, table: Floats, share: float = 1e-4) -> NDArray[np.int64] | None:
    """Return for each row the place of the same row in a table; None when one of them is not there.

    Args:
        rows: `(n, columns)`.
        table: `(m, columns)`.
        share: How far a value may be off, as a share of its column's standard deviation: float32 is not exact.
    """
    if rows.ndim != 2 or rows.shape[1:] != table.shape[1:] or not len(table):
        return None
    scale = table.std(axis=0) + 1e-12
    apart = np.abs(rows[:, None, :] / scale - table[None, :, :] / scale).max(axis=2)
    there = bool((apart.min(axis=1) < share).all())
    return np.asarray(apart.argmin(axis=1), dtype=np.int64) if there else None


def least_squares(rows: Floats, targets: Floats, new_rows: Floats) -> Floats:
    """Return what a linear model with intercept predicts for new rows, `(new,)`; redundant columns do no harm."""
    centre = rows.mean(axis=0)
    weights, *_ = np.linalg.lstsq(rows - centre, targets - targets.mean(), rcond=None)
    return np.asarray(targets.mean() + (new_rows - centre) @ weights)


def lasso(rows: Floats, targets: Floats, alpha: float, sweeps: int = 2000) -> tuple[Floats, float]:
    """Return the lasso's coefficients, `(columns,)`, and its intercept, by coordinate descent.

    Args:
        rows: `(n, columns)`.
        targets: `(n,)`.
        alpha: Weight of the penalty in `squared error / (2 n) + alpha * sum of |coefficient|`.
        sweeps: Most rounds over the columns.
    """
    centre = rows.mean(axis=0)
    products = (rows - centre).T @ (rows - centre) / len(rows)
    pull = (rows - centre).T @ (targets - targets.mean()) / len(rows)
    sizes = products.diagonal()
    weights = np.zeros(rows.shape[1])
    for _ in range(sweeps):
        before = weights.copy()
        for place in np.flatnonzero(sizes > 1e-12):
            free = pull[place] - products[place] @ weights + sizes[place] * weights[place]
            weights[place] = np.sign(free) * max(abs(free) - alpha, 0.0) / sizes[place]
        if np.abs(weights - before).max() < 1e-6 * (np.abs(weights).max() + 1e-12):
            break
    return weights, float(targets.mean() - centre @ weights)


def is_lasso(
    rows: Floats,
    targets: Floats,
    alpha: float,
    weights: Floats,
    *,
    room: float = 0.05,
    intercept: bool = True,
) -> bool:
    """Return whether coefficients solve the lasso at a penalty: each column pulls with `alpha`, or less where it is out.

    Args:
        rows: `(n, columns)`.
        targets: `(n,)`.
        alpha: As for `lasso`.
        weights: `(columns,)`.
        room: How far a pull may be off, as a share of `alpha`: solvers stop early.
        intercept: Whether there is one; without it, columns and targets that are not centred make a difference.
    """
    if intercept:
        rows, targets = rows - rows.mean(axis=0), targets - targets.mean()
    pull = rows.T @ (targets - rows @ weights) / len(rows)
    into = np.abs(weights) > 1e-9
    off = np.where(into, np.abs(pull - alpha * np.sign(weights)), np.abs(pull) - alpha)
    return bool(off.max(initial=0.0) <= room * alpha + 1e-9)


def lasso_errors(rows: Floats, targets: Floats, alpha: float, folds: int = 10) -> Floats:
    """Return the lasso's cross-validated error at a penalty, squared and absolute; each fold takes every `folds`-th row."""
    errors = np.zeros(len(rows))
    for fold in range(folds):
        out = np.arange(len(rows)) % folds == fold
        weights, start = lasso(rows[~out], targets[~out], alpha, sweeps=200)
        errors[out] = targets[out] - start - rows[out] @ weights
    return np.array([np.square(errors).mean(), np.abs(errors).mean()])
