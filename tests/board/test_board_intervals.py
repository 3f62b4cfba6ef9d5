"""The intervals of the metrics of boards: as often right as they say, and as wide as another method finds."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from deepgrade.board.scoring.metrics import METRICS, measure

NAMES = tuple(METRICS)


def sample(name, rng, rows):
    """Draw predictions whose true score is known."""
    if name in ("accuracy", "error_rate"):
        targets = rng.integers(0, 4, rows)
        return targets, np.where(rng.random(rows) < 0.8, targets, (targets + 1) % 4)
    if name == "log_loss":
        of_one = rng.choice([0.2, 0.6, 0.9], rows)
        return (rng.random(rows) < of_one).astype(int), np.stack([1 - of_one, of_one], axis=1)
    if name == "top_5":
        outputs = rng.dirichlet(np.ones(10), rows)
        place = np.where(rng.random(rows) < 0.7, rng.integers(5, 10, rows), rng.integers(0, 5, rows))
        return outputs.argsort(axis=1)[np.arange(rows), place], outputs
    if name in ("mae", "rmse", "r2"):
        predictions = rng.normal(0, 2, rows)
        return predictions + rng.normal(size=rows), predictions
    if name == "auc":
        targets = (np.arange(rows) % 3 == 0).astype(int)
        return targets, rng.normal(size=rows) + targets
    targets = rng.choice(3, rows, p=[0.6, 0.3, 0.1])
    return targets, np.where(rng.random(rows) < 0.7, targets, rng.integers(0, 3, rows))


def truth(name):
    """The score of `sample` on endlessly many rows."""
    if name == "log_loss":
        return np.mean(
            [-share * math.log(share) - (1 - share) * math.log(1 - share) for share in (0.2, 0.6, 0.9)]
        )
    if name == "macro_f1":
        shares = np.array([0.6, 0.3, 0.1])
        joint = np.diag(0.7 * shares) + 0.3 * shares[:, None] / 3
        return np.mean(2 * np.diag(joint) / (joint.sum(axis=0) + joint.sum(axis=1)))
    known = {"accuracy": 0.8, "error_rate": 0.2, "top_5": 0.7, "mae": math.sqrt(2 / math.pi), "rmse": 1.0}
    return known.get(name) or {"r2": 0.8, "auc": norm.cdf(1 / math.sqrt(2))}[name]


@pytest.mark.parametrize("name", NAMES)
def test_intervals_hold_the_truth_in_about_19_of_20_samples(name):
    rng = np.random.default_rng(0)
    draws, held = 200, 0
    for _ in range(draws):
        _, low, high = measure(METRICS[name], *sample(name, rng, 250))
        held += low <= truth(name) <= high
    assert 0.90 <= held / draws <= 0.99


@pytest.mark.parametrize("name", NAMES)
def test_intervals_are_as_wide_as_the_jackknife_says(name):
    targets, predictions = sample(name, np.random.default_rng(3), 240)
    metric, rows = METRICS[name], np.arange(240)
    _, low, high = measure(metric, targets, predictions)
    without = [metric.function(targets[rows != one], predictions[rows != one]) for one in rows]
    error = math.sqrt(len(rows) - 1) * float(np.std(without))
    assert high - low == pytest.approx(2 * norm.ppf(0.975) * error, rel=0.03)


@pytest.mark.parametrize("name", NAMES)
def test_intervals_shrink_with_more_rows(name):
    rng = np.random.default_rng(0)
    widths = []
    for rows in (100, 1600):
        _, low, high = measure(METRICS[name], *sample(name, rng, rows))
        widths.append(high - low)
    assert widths[1] < widths[0] / 2
