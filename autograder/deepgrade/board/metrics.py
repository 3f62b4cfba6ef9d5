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
from deepgrade.score.metrics import METRICS as LAB_METRICS
from deepgrade.score.metrics import Interval, around, wilson

Array = NDArray[Any]

Needs = Literal["classes", "probabilities", "scores", "values"]
"""What a prediction of a row is: the number of a class; one probability a class; a real number that is the higher the
likelier class 1 is; a real number to be near the target."""

_TOP = 5
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


def _share(targets: Array, _: Array, value: float) -> Interval:
    return wilson(value, len(targets))


def _log_loss_interval(targets: Array, predictions: Array, value: float) -> Interval:
    shares = predictions / predictions.sum(axis=1, keepdims=True)
    chosen = shares[np.arange(len(targets)), targets.astype(np.int64)]
    return around(value, -np.log(np.maximum(chosen, np.finfo(shares.dtype).eps)))


def _of_lab(name: str) -> Callable[[Array, Array, float], Interval]:
    def interval(targets: Array, predictions: Array, _: float) -> Interval:
        return LAB_METRICS[name].interval(predictions.reshape(-1, 1), targets.reshape(-1, 1))

    return interval


def _auc_interval(targets: Array, predictions: Array, value: float) -> Interval:
    """DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988: each row's placement among those of the other class."""
    from scipy.stats import rankdata

    ones, zeros = predictions[targets == 1], predictions[targets == 0]
    together = rankdata(np.concatenate([ones, zeros]))
    of_ones = (together[: len(ones)] - rankdata(ones)) / len(zeros)
    of_zeros = 1 - (together[len(ones) :] - rankdata(zeros)) / len(ones)
    if min(len(ones), len(zeros)) < 2:
        return Interval(0.0, 1.0)
    variance = float(of_ones.var(ddof=1)) / len(ones) + float(of_zeros.var(ddof=1)) / len(zeros)
    half = 1.959963984540054 * math.sqrt(variance)
    return Interval(value - half, value + half)


def _macro_f1_interval(targets: Array, predictions: Array, value: float) -> Interval:
    """The delta method: how each row, being one more of its kind, would move the figure."""
    classes, coded = np.unique(np.concatenate([targets, predictions]), return_inverse=True)
    right, named = coded[: len(targets)], coded[len(targets) :]
    hits = np.bincount(right[right == named], minlength=len(classes)).astype(np.float64)
    both = np.bincount(coded, minlength=len(classes)).astype(np.float64)  # 2 TP + FP + FN
    of_hit = 2 / both - 4 * hits / both**2
    of_miss = -2 * hits / both**2
    moves = np.where(right == named, of_hit[right], of_miss[right] + of_miss[named])
    return around(value, moves * len(targets) / len(classes))


METRICS: Mapping[str, BoardMetric] = {
    metric.name: metric
    for metric in (
        BoardMetric("accuracy", "accuracy", True, 0, 1, "classes", "share of rows", _accuracy, _share),
        BoardMetric("error_rate", "error rate", False, 0, 1, "classes", "share of rows", _error_rate, _share),
        BoardMetric(
            "log_loss",
            "log loss",
            False,
            0,
            math.inf,
            "probabilities",
            "nats a row",
            _log_loss,
            _log_loss_interval,
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
            _share,
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
            _of_lab("mae"),
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
            _of_lab("rmse"),
        ),
        BoardMetric(
            "r2", "R²", True, -math.inf, 1, "values", "share of the target's variance", _r2, _of_lab("r2")
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
            _auc_interval,
        ),
        BoardMetric(
            "macro_f1", "macro F1", True, 0, 1, "classes", "mean over classes", _macro_f1, _macro_f1_interval
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
        The figure, unrounded, with its interval cut to the metric's range.

    Raises:
        BoardError: They do not belong together, are not finite, or the metric says nothing of such targets.
    """
    wanted = 2 if metric.needs == "probabilities" else 1
    if targets.ndim != 1 or predictions.ndim != wanted or len(targets) != len(predictions):
        raise BoardError(
            f"{metric.title}: {len(targets):,} rows have targets, the predictions have shape {predictions.shape}"
        )
    if not len(targets):
        raise BoardError(f"{metric.title}: there are no rows")
    if (
        not np.isfinite(predictions.astype(np.float64)).all()
        or not np.isfinite(targets.astype(np.float64)).all()
    ):
        raise BoardError(f"{metric.title}: a prediction is not a number, or infinite")
    _check_targets(metric, targets, predictions)
    value = metric.function(targets, predictions)
    if not math.isfinite(value):
        raise BoardError(f"{metric.title}: it comes to no number for these predictions")
    if len(targets) == 1:
        return Scored(value, None, None)
    ends = metric.interval(targets, predictions, value)
    return Scored(value, max(metric.low, float(ends.low)), min(metric.high, float(ends.high)))


def _check_targets(metric: BoardMetric, targets: Array, predictions: Array) -> None:
    if metric.needs == "values":
        if metric.name == "r2" and (targets == targets[0]).all():
            raise BoardError("R²: all targets are the same, there is no variance to explain")
        return
    if (targets != np.floor(targets)).any() or targets.min() < 0:
        raise BoardError(f"{metric.title}: the targets are no class numbers")
    if metric.needs == "scores" and not np.array_equal(np.unique(targets), [0, 1]):
        raise BoardError(f"{metric.title}: it needs rows of two classes, 0 and 1")
    if metric.needs == "probabilities":
        if predictions.shape[1] <= targets.max():
            raise BoardError(
                f"{metric.title}: {predictions.shape[1]} columns for {int(targets.max()) + 1} classes"
            )
        if metric.name == "top_5" and predictions.shape[1] <= _TOP:
            raise BoardError(
                f"{metric.title}: with {predictions.shape[1]} classes every answer is among five"
            )
        if metric.name == "log_loss" and not are_probabilities(predictions):
            raise BoardError(
                f"{metric.title}: the outputs are no probabilities: negative, or a row does not sum to 1"
            )


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
    if metric.needs == "probabilities":
        return outputs
    if metric.needs == "classes":
        return np.asarray(outputs.argmax(axis=1))
    if metric.needs == "scores" and outputs.shape[1] == 2:
        return np.asarray(outputs[:, 1])
    if outputs.shape[1] == 1:
        return np.asarray(outputs[:, 0])
    raise BoardError(f"{metric.title}: it needs one number a row, there are {outputs.shape[1]}")
