"""What models are scored by: one table, with the direction, the unit and the chance in each figure.

All functions take what `as_targets` and `as_predictions` return, so that predictions and targets have one shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_Z = 1.959963984540054
_LARGEST = 1e30
"""Of targets; the square of what is larger may not be a number any more."""


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Metric:
    """One way to score predictions against targets."""

    name: str
    """As it stands in lab.toml."""
    title: str
    """As people read it."""
    higher_is_better: bool
    unit: str
    """Of the figure, in words."""
    function: Callable[[Floats, Floats], float]
    """(predictions, targets) -> figure; both `(rows, values)`, or `(rows,)` class numbers for accuracy."""
    interval: Callable[[Floats, Floats], Interval]
    """The same, for the interval in which chance in the rows leaves the figure."""

    def reaches(self, value: float, threshold: float) -> bool:
        """Return whether a figure is on the good side of a threshold, or on it."""
        return value >= threshold if self.higher_is_better else value <= threshold


def _accuracy(predictions: Floats, targets: Floats) -> float:
    return float(np.mean(predictions == targets))


def _mae(predictions: Floats, targets: Floats) -> float:
    return float(np.mean(np.abs(targets - predictions)))


def _rmse(predictions: Floats, targets: Floats) -> float:
    return math.sqrt(float(np.mean(np.square(targets - predictions))))


def _rae(predictions: Floats, targets: Floats) -> float:
    """Absolute error / absolute distance of the targets from their median (each column from its own).

    The relative absolute error of Witten, Frank and Hall, Data Mining, 5.8, around the median, which no single answer beats.
    """
    error, spread = _distances(predictions, targets)
    return float(error.sum() / spread.sum())


def _distances(predictions: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Return each row's absolute error, and its distance from the targets' median."""
    error = np.abs(targets - predictions).reshape(len(targets), -1).sum(axis=1)
    spread = np.abs(targets - np.median(targets, axis=0)).reshape(len(targets), -1).sum(axis=1)
    return error, spread


def _r2(predictions: Floats, targets: Floats) -> float:
    """1 - squared error / variance of the targets themselves (each column around its own mean)."""
    error, spread = _squares(predictions, targets)
    return 1 - float(error.sum() / spread.sum())


def _squares(predictions: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Return each row's squared error, and its squared distance from the targets' mean."""
    error = np.square(targets - predictions).reshape(len(targets), -1).sum(axis=1)
    spread = np.square(targets - targets.mean(axis=0)).reshape(len(targets), -1).sum(axis=1)
    return error, spread


def wilson(share: float, rows: int) -> Interval:
    """Return the 95 % interval of a share of `rows` rows.

    Wilson's score interval (E. B. Wilson, JASA 22, 1927), which stays sensible near 0 and 1.
    """
    middle = (share + _Z * _Z / (2 * rows)) / (1 + _Z * _Z / rows)
    half = _Z / (1 + _Z * _Z / rows) * math.sqrt(share * (1 - share) / rows + _Z * _Z / (4 * rows * rows))
    return Interval(middle - half, middle + half)


def around(value: float, influence: Floats) -> Interval:
    """Return the normal interval of a figure from each row's part in it (the delta method).

    Rows count as independent of each other: those of a time series are not quite, so there it is a little narrow.
    """
    half = _Z * float(influence.std()) / math.sqrt(len(influence))
    return Interval(value - half, value + half)


def _accuracy_interval(predictions: Floats, targets: Floats) -> Interval:
    return wilson(_accuracy(predictions, targets), len(targets))


def _mae_interval(predictions: Floats, targets: Floats) -> Interval:
    errors = np.abs(targets - predictions).reshape(len(targets), -1).mean(axis=1)
    return around(_mae(predictions, targets), errors)


def _rae_interval(predictions: Floats, targets: Floats) -> Interval:
    error, spread = _distances(predictions, targets)
    ratio = float(error.sum() / spread.sum())
    return around(ratio, (error - ratio * spread) / float(spread.mean()))


def _rmse_interval(predictions: Floats, targets: Floats) -> Interval:
    value = _rmse(predictions, targets)
    squares = np.square(targets - predictions).reshape(len(targets), -1).mean(axis=1)
    return around(value, squares / (2 * value)) if value else Interval(0.0, 0.0)


def _r2_interval(predictions: Floats, targets: Floats) -> Interval:
    error, spread = _squares(predictions, targets)
    ratio = float(error.sum() / spread.sum())
    return around(1 - ratio, (ratio * spread - error) / float(spread.mean()))


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "accuracy", True, "share of rows", _accuracy, _accuracy_interval),
        Metric("mae", "mean absolute error", False, "unit of the targets", _mae, _mae_interval),
        Metric(
            "rae",
            "relative absolute error",
            False,
            "share of the error of the best single answer",
            _rae,
            _rae_interval,
        ),
        Metric("rmse", "root mean squared error", False, "unit of the targets", _rmse, _rmse_interval),
        Metric("r2", "R²", True, "share of the targets' variance", _r2, _r2_interval),
    )
}
"""The metrics that lab.toml may name (`deepgrade.lab.METRICS`)."""


def skill(metric: str, predictions: Floats, targets: Floats) -> float:
    """Return how much better the predictions are than the best single answer for all rows.

    0: no better; 1: perfect. The single answer is the most frequent class (accuracy: the difference of the shares) or the
    targets' mean (other metrics: the share of its squared error that is gone).
    """
    if metric == "accuracy":
        _, counts = np.unique(targets, return_counts=True)
        return _accuracy(predictions, targets) - float(counts.max()) / len(targets)
    return _r2(predictions, targets)


def as_targets(value: Any, metric: str, name: str) -> Floats:
    """Return captured targets in the form that the metric takes.

    Args:
        value: An array, a list of numbers, or anything that turns into an array.
        metric: Accuracy wants class labels: whole numbers from 0, one-hot rows, or a column of 0 and 1.
        name: The variable, for the messages.

    Returns:
        float64 `(rows,)` for accuracy, else `(rows, values)`.

    Raises:
        AssertionError: What it holds cannot be the right answers; the message says why.
    """
    try:
        numbers = np.asarray(value)
    except ValueError:
        raise AssertionError(f"`{name}` is no table of numbers") from None
    if numbers.dtype.kind not in "biuf" or numbers.ndim < 1:
        raise AssertionError(f"`{name}` holds no numbers, one for each row")
    if not len(numbers) or not numbers.size:
        raise AssertionError(f"`{name}` is empty")
    targets = numbers.astype(np.float64).reshape(len(numbers), -1)
    if not np.isfinite(targets).all():
        raise AssertionError(f"`{name}` holds missing values (NaN) or infinity")
    if np.abs(targets).max() > _LARGEST:
        raise AssertionError(f"`{name}` holds numbers beyond {_LARGEST:g}")
    if metric == "accuracy":
        return _classes(targets, name)
    if metric in ("r2", "rae") and (targets == targets[0]).all():
        raise AssertionError(
            f"`{name}` holds one and the same number in every row: there is no variance to explain"
        )
    return targets


def _classes(targets: Floats, name: str) -> Floats:
    whole = (targets == np.floor(targets)).all() and targets.min() >= 0
    if targets.shape[1] == 1 and whole:
        return targets[:, 0]
    if whole and targets.max() == 1 and (targets.sum(axis=1) == 1).all():
        return np.asarray(targets.argmax(axis=1), dtype=np.float64)
    raise AssertionError(f"`{name}` holds no class labels: neither whole numbers from 0 nor one-hot rows")


def as_predictions(
    outputs: NDArray[Any], targets: Floats, metric: str, name: str, *, log_odds: bool
) -> Floats:
    """Return a model's raw outputs in the form of the targets.

    Args:
        outputs: float32 `(rows, outputs)`.
        targets: What `as_targets` returned, for as many rows.
        metric: For accuracy, the class is chosen: the largest output, or for one output the side of one half.
        name: The model, for the messages.
        log_odds: One output is log-odds (its half is 0), not a probability.

    Raises:
        AssertionError: The outputs do not have the targets' form.
    """
    values = outputs.astype(np.float64)
    if metric != "accuracy":
        if values.shape != targets.shape:
            raise AssertionError(
                f"`{name}` gives {_numbers(values.shape[1])} for each row, there is {_numbers(targets.shape[1])} to predict"
            )
        return values
    classes = int(targets.max()) + 1
    if values.shape[1] == 1 and classes <= 2:
        return (values[:, 0] > (0.0 if log_odds else 0.5)).astype(np.float64)
    if values.shape[1] < classes:
        raise AssertionError(
            f"`{name}` gives {_numbers(values.shape[1])} for each row, there are {classes} classes"
        )
    return np.asarray(values.argmax(axis=1), dtype=np.float64)


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count:,} numbers"
