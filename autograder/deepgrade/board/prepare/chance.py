"""Whether an order or a column goes with the labels more than chance explains.

Every test here is made many times for every board, and a board that is prepared honestly has to pass: so a finding means odds
of less than one in ten million, and small boards (under forty rows or so) are beyond what ranks can tell.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.reading.form import Array

ODDS = 1e-7
_FAR = 6.0
"""Standard deviations: a normal variable passes 5.2 with odds of `ODDS`, what is only close to normal sooner."""
_ENOUGH = 25
"""Expected agreements from which their number is close to normal, if no class has much more than half of the rows."""
_BALANCED = 0.6
_SAME_ORDER = 0.9999
_AT_ONCE = 256


def goes_with(values: Array, targets: Array, classes: int) -> bool:
    """Say whether numbers rise and fall with the labels: Kruskal-Wallis for classes, Spearman for real targets.

    Args:
        values: (rows,) numbers, such as places in a file.
        targets: (rows,) labels.
        classes: 0 for real targets.
    """
    from scipy.stats import kruskal

    if len(values) < 3 or (values == values[0]).all() or (targets == targets[0]).all():
        return False
    if not classes:
        return rank_correlation(values, targets)[1] < ODDS
    groups = [values[targets == label] for label in np.unique(targets)]
    return float(kruskal(*groups).pvalue) < ODDS


def rank_correlation(first: Array, second: Array) -> tuple[float, float]:
    """Return Spearman's coefficient and its p-value; 0 and 1 where one of both is constant."""
    from scipy.stats import spearmanr

    if len(first) < 3 or (first == first[0]).all() or (second == second[0]).all():
        return 0.0, 1.0
    found = spearmanr(first, second)
    return float(found.statistic), float(found.pvalue)


def neighbours_agree(in_order: Array, classes: int) -> bool:
    """Say whether rows next to each other have the same label, or near targets, far more often than by chance.

    Classes: the number of agreeing neighbours, against its mean and variance over all orders (join counts on a line: Moran,
    JRSS B 10, 1948). Where few are expected or one class has most rows, that number is far from normal: then those outside
    the largest class, against a binomial. Real targets: the serial correlation of their ranks.

    Args:
        in_order: (rows,) labels in the order in question.
        classes: 0 for real targets.
    """
    from scipy.stats import binom, rankdata

    rows = len(in_order)
    if rows < 4 or (in_order == in_order[0]).all():
        return False
    if not classes:
        ranks = rankdata(in_order) - (rows + 1) / 2
        serial = float((ranks[1:] * ranks[:-1]).sum() / (ranks**2).sum())
        return serial * math.sqrt(rows) > _FAR
    _, codes, counts = np.unique(in_order, return_inverse=True, return_counts=True)
    agree = codes[1:] == codes[:-1]
    mean, variance = _agreements(counts)
    if mean >= _ENOUGH and counts.max() <= _BALANCED * rows:
        return float(agree.sum()) > mean + _FAR * math.sqrt(variance)
    rare = np.delete(counts, counts.argmax()).astype(np.float64)
    by_chance = float((rare * (rare - 1)).sum()) / (rows * (rows - 1))
    agreeing = int((agree & (codes[1:] != counts.argmax())).sum())
    return float(binom.sf(agreeing - 1, rows - 1, by_chance)) < ODDS


def _agreements(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Return mean and variance of the number of agreeing neighbours over all orders of so many rows of each class."""
    sizes = counts.astype(np.float64)
    n = float(sizes.sum())
    pair = (sizes * (sizes - 1)).sum() / (n * (n - 1))
    three = (sizes * (sizes - 1) * (sizes - 2)).sum() / (n * (n - 1) * (n - 2))
    twos = sizes * (sizes - 1)
    four = (sizes * (sizes - 1) * (sizes - 2) * (sizes - 3)).sum() + twos.sum() ** 2 - (twos**2).sum()
    four /= n * (n - 1) * (n - 2) * (n - 3)
    pairs = n - 1
    variance = pairs * pair + 2 * (pairs - 1) * three + (pairs - 1) * (pairs - 2) * four - (pairs * pair) ** 2
    return float(pairs * pair), max(float(variance), 0.0)


def determines(codes: Array, targets: Array) -> NDArray[np.bool_]:
    """Say of each column whether rows with one value in it always have one label, too often for chance.

    Args:
        codes: (rows, columns) whole numbers: equal ones for equal values.
        targets: (rows,).

    Returns:
        (columns,).
    """
    _, counts = np.unique(targets, return_counts=True)
    rows = len(targets)
    if rows < 2 or len(counts) < 2:
        return np.zeros(codes.shape[1], bool)
    by_chance = max(float((counts * (counts - 1)).sum()) / (rows * (rows - 1)), 1 / rows**2)
    least = math.log(ODDS) / math.log(by_chance)
    parts = [
        _is_function(codes[:, start : start + _AT_ONCE], targets, least)
        for start in range(0, codes.shape[1], _AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, bool)


def _is_function(codes: Array, targets: Array, least: float) -> NDArray[np.bool_]:
    order = np.argsort(codes, axis=0, kind="stable")
    ordered = np.take_along_axis(codes, order, axis=0)
    labels = targets[order]
    alike = ordered[1:] == ordered[:-1]
    broken = (alike & (labels[1:] != labels[:-1])).any(axis=0)
    return np.asarray(~broken & (alike.sum(axis=0) > least))


def renames(codes: Array, targets: Array) -> bool:
    """Say whether a column divides the rows as the labels do, under whatever names, and chance would not.

    Args:
        codes: (rows,): equal for equal values.
        targets: (rows,).
    """
    division = np.unique(codes, return_inverse=True)[1]
    labels, coded, counts = np.unique(targets, return_inverse=True, return_counts=True)
    both = len(np.unique(division.astype(np.int64) * len(labels) + coded))
    if not both == len(labels) == division.max(initial=-1) + 1:
        return False
    # One of all ways to deal so many rows of each class, the names of classes left open.
    ways = math.lgamma(len(coded) + 1) - sum(math.lgamma(count + 1) for count in counts.tolist())
    return math.lgamma(len(labels) + 1) - ways < math.log(ODDS)


def separates(values: Array, targets: Array, classes: int) -> bool:
    """Say whether numbers put the rows into the order of their labels without an error.

    Classes: each class's rows stand together. Real targets: the order is the target's, or its reverse.
    """
    if not classes:
        return abs(rank_correlation(values, targets)[0]) >= _SAME_ORDER
    order = np.argsort(values, kind="stable")
    ordered, labels = values[order], targets[order]
    changes = labels[1:] != labels[:-1]
    if (changes & (ordered[1:] == ordered[:-1])).any() or changes.sum() != len(np.unique(labels)) - 1:
        return False
    return neighbours_agree(labels, classes)
