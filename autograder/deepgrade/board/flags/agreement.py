"""How far wrong answers of two models agree, beside what the rows' difficulty explains.

Method. A *cell* is a row with one wrong answer to it; its *level*, as one model sees it, is how many of the others give that
answer. Were two models trained independently of each other, it would not matter to the one, given a cell's level, whether the
other is among those who give it: how often the one joins in at each level, on cells that the other does not hold, is its own
curve, and the curve times the other's cells is the agreement to expect. So rows that are hard for everybody, the answers
that everybody confuses them with, and how good either model is, are taken from the class itself; nothing is assumed to
be uniform. Agreement on the answers of multiple-choice tests is looked at in the same spirit (Wesolowsky, Journal of Applied
Statistics 27, 2000: expected from item and examinee), with parametric curves.

What remains above the expectation is stated as a share of what could remain, so 0 is independent work and 1 a copy. Models
of one architecture are no independent work in this sense: they share more than row difficulty. How much, the class says:
each model's nearest neighbour is taken, and a pair has to stand out from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_MODELS = 5
"""Two to be compared, and three that say what is hard."""
_PRIOR_CELLS = 2.0
"""A model's own curve begins as everybody's, with the weight of so many cells."""
_FINE_LEVELS = 6
_LEVEL_STEP = 1.25
"""Levels are counted one by one up to 6, then in steps of a quarter."""
_LEAST_SPREAD = 0.25
"""Of the nearest neighbours' distances (natural logarithms): a class of near equals must not make small steps large ones."""


@dataclass(frozen=True)
class Agreement:
    """What a class's models have in common, each matrix `(models, models)` and symmetric."""

    wrong: Floats
    """Wrong answers of each model, `(models,)`."""
    shared: Floats
    """Rows to which both give the same wrong answer."""
    expected: Floats
    """The same, for models that know nothing of each other; the larger one of both views."""
    share: Floats
    """(shared - expected) / (most possible - expected); -inf on the diagonal, and where nothing is left to agree in."""
    standing_out: Floats
    """By how many robust standard deviations a pair is nearer than models of this class are to their nearest one."""
    nearest: float
    """The share that is usual between a model of this class and its nearest one."""


def agreement(classes: NDArray[Any], labels: NDArray[Any]) -> Agreement:
    """Compare all pairs of models.

    Seconds and some 100 MB for 1,000 models, 5,000 rows and 100 classes: sparse products of the wrong answers, one a level.

    Args:
        classes: `(models, rows)`: each model's answer, whole numbers.
        labels: `(rows,)`: the right answers.

    Raises:
        ValueError: Fewer than five models, or the shapes do not fit.
    """
    if classes.ndim != 2 or classes.shape[1:] != labels.shape or len(classes) < LEAST_MODELS:
        raise ValueError(f"{LEAST_MODELS} models or more, and one label for each of their rows")
    count = len(classes)
    shared, expected = np.zeros((count, count)), np.zeros((count, count))
    cells, levels = _cells(classes, labels)
    wrong = np.asarray(cells.sum(axis=1), dtype=np.float64).ravel()
    edges = _edges(count)
    as_held, as_joined = np.digitize(levels, edges) - 1, np.digitize(levels - 1, edges) - 1
    for level in range(len(edges)):
        # A cell with n holders has level n for a model that is none of them, and n - 1 for one that is.
        held, joined = cells[:, as_held == level], cells[:, as_joined == level]
        both_held, both = _common(held), _common(joined)
        own_held, own_joined = (np.asarray(part.sum(axis=1)).ravel() for part in (held, joined))
        seen = own_held[:, None] - both_held + both  # of the first one's cells, as the second one sees them
        all_seen = held.shape[1] - own_held + own_joined
        everybody = own_joined.sum() / max(all_seen.sum(), 1)
        joins = (own_joined[None, :] - both + _PRIOR_CELLS * everybody) / (
            all_seen[None, :] - seen + _PRIOR_CELLS
        )
        shared += both
        expected += seen * np.clip(joins, 0, 1)
    expected = np.maximum(expected, expected.T)
    np.fill_diagonal(shared, 0)
    return _judged(wrong, shared, expected)


def _cells(classes: NDArray[Any], labels: NDArray[Any]) -> tuple[Any, NDArray[np.int64]]:
    """Return who holds which cell, `(models, cells)` sparse by columns, and how many hold each."""
    from scipy import sparse

    model, row = np.nonzero(classes != labels[None, :])
    _, answer = np.unique(classes[model, row], return_inverse=True)
    key = row * (int(answer.max(initial=0)) + 1) + answer
    _, cell, holders = np.unique(key, return_inverse=True, return_counts=True)
    ones = np.ones(len(model), dtype=np.float32)
    shape = (len(classes), len(holders))
    return sparse.csc_matrix((ones, (model, cell)), shape=shape), holders.astype(np.int64)


def _common(held: Any) -> Floats:
    return np.asarray((held @ held.T).toarray(), dtype=np.float64)


def _edges(models: int) -> NDArray[np.int64]:
    edges = list(range(1, _FINE_LEVELS + 1))
    while edges[-1] < models:
        edges.append(int(np.ceil(edges[-1] * _LEVEL_STEP)))
    return np.array(edges)


def _judged(wrong: Floats, shared: Floats, expected: Floats) -> Agreement:
    most = np.minimum(wrong[:, None], wrong[None, :])
    room = most - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(room > 0.5, (shared - expected) / room, -np.inf)
    np.fill_diagonal(share, -np.inf)
    # A share of 1 is as far away as half a wrong answer would be.
    closeness = -np.log(np.maximum(1 - share, 0.5 / np.maximum(most, 1)))
    nearest = closeness.max(axis=1)
    nearest = nearest[np.isfinite(nearest)]
    usual = float(np.median(nearest)) if len(nearest) else 0.0
    spread = 1.4826 * float(np.median(np.abs(nearest - usual))) if len(nearest) else 0.0
    return Agreement(
        wrong, shared, expected, share, (closeness - usual) / max(spread, _LEAST_SPREAD), 1 - np.exp(-usual)
    )
