"""How far chance in the rows moves a board's figures: 95 % intervals, one way for each metric.

All take (targets, predictions, figure), as `metrics.measure` has checked them; the ends are not cut to the metric's range.
Rows count as independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.score.metrics import METRICS as LAB_METRICS
from deepgrade.score.metrics import Interval, around, wilson

Array = NDArray[Any]

_Z = 1.959963984540054


def of_share(targets: Array, _: Array, value: float) -> Interval:
    """Wilson's interval of a share of rows."""
    return wilson(value, len(targets))


def of_log_loss(targets: Array, predictions: Array, value: float) -> Interval:
    """The normal interval of a mean over rows."""
    shares = predictions / predictions.sum(axis=1, keepdims=True)
    chosen = shares[np.arange(len(targets)), targets.astype(np.int64)]
    return around(value, -np.log(np.maximum(chosen, np.finfo(shares.dtype).eps)))


def as_in_labs(name: str) -> Callable[[Array, Array, float], Interval]:
    """Return the interval that scoring of labs gives a metric."""

    def interval(targets: Array, predictions: Array, _: float) -> Interval:
        return LAB_METRICS[name].interval(predictions.reshape(-1, 1), targets.reshape(-1, 1))

    return interval


def of_auc(targets: Array, predictions: Array, value: float) -> Interval:
    """DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988: each row's placement among those of the other class."""
    from scipy.stats import rankdata

    ones, zeros = predictions[targets == 1], predictions[targets == 0]
    together = rankdata(np.concatenate([ones, zeros]))
    of_ones = (together[: len(ones)] - rankdata(ones)) / len(zeros)
    of_zeros = 1 - (together[len(ones) :] - rankdata(zeros)) / len(ones)
    if min(len(ones), len(zeros)) < 2:
        return Interval(0.0, 1.0)
    variance = float(of_ones.var(ddof=1)) / len(ones) + float(of_zeros.var(ddof=1)) / len(zeros)
    half = _Z * math.sqrt(variance)
    return Interval(value - half, value + half)


def of_macro_f1(targets: Array, predictions: Array, value: float) -> Interval:
    """The delta method: how each row, being one more of its kind, would move the figure."""
    classes, coded = np.unique(np.concatenate([targets, predictions]), return_inverse=True)
    right, named = coded[: len(targets)], coded[len(targets) :]
    hits = np.bincount(right[right == named], minlength=len(classes)).astype(np.float64)
    both = np.bincount(coded, minlength=len(classes)).astype(np.float64)  # 2 TP + FP + FN
    of_hit = 2 / both - 4 * hits / both**2
    of_miss = -2 * hits / both**2
    moves = np.where(right == named, of_hit[right], of_miss[right] + of_miss[named])
    return around(value, moves * len(targets) / len(classes))
