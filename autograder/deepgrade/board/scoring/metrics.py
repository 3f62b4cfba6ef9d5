"""What boards rank by: one table of metrics, each with its direction, its range and what it needs of a prediction.

The figures are scikit-learn's. Nothing is rounded here, so that equal on a board means equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.errors import BoardError
from deepgrade.board.scoring.intervals import as_in_labs, of_auc, of_log_loss, of_macro_f1, of_share
from deepgrade.score.metrics import Interval

Array = NDArray[Any]

Needs = Literal["classes", "probabilities", "scores", "values"]
"""What a prediction of a row is: the number of a class; one probability a class; a real number that is the higher the
likelier class 1 is; a real number to be near the target."""

_TOP = 5
_LARGEST_CLASS = 2**31
_SUM_TOLERANCE = 1e-3


class Scored(NamedTuple):
    """A metric's value with its 95 % interval; no ends where there are too few rows to tell."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class BoardMetric:
    """One way to score predictions against targets."""

    name: str
    """As it stands in competition.toml."""
    title: str
    """As people read it."""
    higher_is_better: bool
    low: float
    """The smallest value it can take."""
    high: float
    """The largest."""
    needs: Needs
    unit: str
    """Of the figure, in words."""
    function: Callable[[Array, Array], float]
    """(targets, predictions) -> figure."""
    interval: Callable[[Array, Array, float], Interval]
    """(targets, predictions, figure) -> the 95 % interval that chance in the rows leaves."""

    @property
    def worst(self) -> float:
        """The end of its range that is worst."""
        return self.low if self.higher_is_better else self.high

    @property
    def best(self) -> float:
        """The end of its range that is best."""
        return self.high if self.higher_is_better else self.low


def _accuracy(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(targets, predictions))


def _error_rate(targets: Array, predictions: Array) -> float:
    return 1 - _accuracy(targets, predictions)


def _log_loss(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import log_loss

    shares = predictions / predictions.sum(axis=1, keepdims=True)
    return float(log_loss(targets, shares, labels=np.arange(predictions.shape[1])))


def _top_5(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import top_k_accuracy_score

    classes = np.arange(predictions.shape[1])
    return float(top_k_accuracy_score(targets, predictions, k=_TOP, labels=classes))


def _mae(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(targets, predictions))


def _rmse(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import mean_squared_error

    return math.sqrt(float(mean_squared_error(targets, predictions)))


def _r2(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import r2_score

    return float(r2_score(targets, predictions))


def _auc(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(targets, predictions))


def _macro_f1(targets: Array, predictions: Array) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(targets, predictions, average="macro", zero_division=0))


METRICS: Mapping[str, BoardMetric] = {
    metric.name: metric
    for metric in (
        BoardMetric("accuracy", "accuracy", True, 0, 1, "classes", "share of rows", _accuracy, of_share),
        BoardMetric(
            "error_rate", "error rate", False, 0, 1, "classes", "share of rows", _error_rate, of_share
        ),
        BoardMetric(
            "log_loss",
            "log loss",
            False,
            0,
            math.inf,
            "probabilities",
            "nats a row",
            _log_loss,
            of_log_loss,
        ),
        BoardMetric(
            "top_5",
            "top-5 accuracy",
            True,
            0,
            1,
            "probabilities",
            "share of rows whose class is among the five likeliest",
            _top_5,
            of_share,
        ),
        BoardMetric(
            "mae",
            "mean absolute error",
            False,
            0,
            math.inf,
            "values",
            "unit of the target",
            _mae,
            as_in_labs("mae"),
        ),
        BoardMetric(
            "rmse",
            "root mean squared error",
            False,
            0,
            math.inf,
            "values",
            "unit of the target",
            _rmse,
            as_in_labs("rmse"),
        ),
        BoardMetric(
            "r2", "R²", True, -math.inf, 1, "values", "share of the target's variance", _r2, as_in_labs("r2")
        ),
        BoardMetric(
            "auc",
            "area under the ROC curve",
            True,
            0,
            1,
            "scores",
            "chance that a row of class 1 is ordered before one of class 0",
            _auc,
            of_auc,
        ),
        BoardMetric(
            "macro_f1", "macro F1", True, 0, 1, "classes", "mean over classes", _macro_f1, of_macro_f1
        ),
    )
}
"""The metrics that competition.toml may name."""


def measure(metric: BoardMetric, targets: Array, predictions: Array) -> Scored:
    """Score predictions.

    Args:
        metric: One of `METRICS`.
        targets: `(rows,)`: class numbers from 0, or real numbers for metrics that need `values`.
        predictions: `(rows,)`, or `(rows, classes)` where the metric needs probabilities.

    Returns:
        The figure, unrounded, with its interval cut to the metric's range; it holds the figure.

    Raises:
        BoardError: They do not belong together, are not finite, or the metric says nothing of such targets.
    """
    wanted = 2 if metric.needs == "probabilities" else 1
    if targets.ndim != 1 or predictions.ndim != wanted or len(targets) != len(predictions):
        raise BoardError(
            f"{metric.title}: {len(targets):,} rows have targets, the predictions have shape {predictions.shape}"
            if targets.ndim
            else f"{metric.title}: the targets are no rows"
        )
    if not len(targets):
        raise BoardError(f"{metric.title}: there are no rows")
    right, answers = (_finite(metric, values) for values in (targets, predictions))
    _check_targets(metric, right, answers)
    with np.errstate(all="ignore"):  # numbers near the largest: the figure is then refused, an end left out
        value = metric.function(right, answers)
        if not math.isfinite(value):
            raise BoardError(f"{metric.title}: it comes to no number for these predictions")
        if len(right) == 1:
            return Scored(value, None, None)
        low, high = map(float, metric.interval(right, answers, value))
    if not (math.isfinite(low) and math.isfinite(high)):
        return Scored(value, None, None)
    # Rounding may leave the figure outside of an interval that ends at it.
    return Scored(value, min(value, max(metric.low, low)), max(value, min(metric.high, high)))


def _finite(metric: BoardMetric, values: Array) -> NDArray[np.float64]:
    # All in the same precision: figures of float32 rows would be rounded, and differ from those of equal float64 ones.
    if values.dtype.kind not in "biuf":
        raise BoardError(f"{metric.title}: targets or predictions are no numbers")
    numbers = values.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise BoardError(f"{metric.title}: a prediction is not a number, or infinite")
    return numbers


def _check_targets(metric: BoardMetric, targets: Array, predictions: Array) -> None:
    if metric.needs == "values":
        if metric.name == "r2" and (targets == targets[0]).all():
            raise BoardError("R²: all targets are the same, there is no variance to explain")
        return
    if not _are_classes(targets):
        raise BoardError(f"{metric.title}: the targets are no class numbers")
    if metric.needs == "classes" and not _are_classes(predictions):
        raise BoardError(f"{metric.title}: a prediction is no class number (0, 1, 2 and so on)")
    if metric.needs == "scores" and not np.array_equal(np.unique(targets), [0, 1]):
        raise BoardError(f"{metric.title}: it needs rows of two classes, 0 and 1")
    if metric.needs == "probabilities":
        if predictions.shape[1] <= targets.max():
            raise BoardError(
                f"{metric.title}: {predictions.shape[1]} columns for {int(targets.max()) + 1} classes"
            )
        if predictions.shape[1] < 2:
            raise BoardError(f"{metric.title}: it needs one probability a class, there is one number a row")
        if metric.name == "top_5" and predictions.shape[1] <= _TOP:
            raise BoardError(
                f"{metric.title}: with {predictions.shape[1]} classes every answer is among five"
            )
        if metric.name == "log_loss" and not are_probabilities(predictions):
            raise BoardError(
                f"{metric.title}: the outputs are no probabilities: negative, or a row does not sum to 1"
            )


def _are_classes(values: Array) -> bool:
    return bool((values == np.floor(values)).all() and values.min() >= 0 and values.max() < _LARGEST_CLASS)


def are_probabilities(outputs: Array) -> bool:
    """Return whether no value is negative and every row sums to 1, within a thousandth."""
    values = outputs.astype(np.float64)
    return bool(values.min() >= 0 and np.abs(values.sum(axis=1) - 1).max() <= _SUM_TOLERANCE)


def answers_for(metric: BoardMetric, outputs: Array) -> Array:
    """Return what a metric needs from outputs `(rows, classes)`, or `(rows,)` where there is one number a row.

    Raises:
        BoardError: The outputs do not hold it.
    """
    if outputs.ndim == 1:
        if metric.needs == "probabilities":
            raise BoardError(f"{metric.title}: it needs one probability a class, there is one number a row")
        return outputs
    if outputs.ndim != 2:
        raise BoardError(f"{metric.title}: the outputs have shape {outputs.shape}")
    if metric.needs == "probabilities":
        return outputs
    columns = outputs.shape[1]
    if metric.needs == "classes":
        if columns < 2:
            raise BoardError(f"{metric.title}: it needs one number a class, there are {columns} a row")
        # A row's largest number would be its NaN, and a class like any other.
        if not np.isfinite(outputs).all():
            raise BoardError(f"{metric.title}: a prediction is not a number, or infinite")
        return np.asarray(outputs.argmax(axis=1))
    if metric.needs == "scores" and columns == 2:
        # Probabilities order by their second column, also where both are rounded; other scores by what they differ.
        values = outputs.astype(np.float64)
        return np.asarray(values[:, 1] if are_probabilities(values) else values[:, 1] - values[:, 0])
    if columns == 1:
        return np.asarray(outputs[:, 0])
    raise BoardError(f"{metric.title}: it needs one number a row, there are {columns}")
