"""What models make of own rows: too good to be learned, or as good on test rows as on training rows.

A yardstick is fitted here, to the entry's own training rows: least squares, and trees, which do well on tables. So how easy a
split is, is the same for both, and leaves the comparison.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from deepgrade.board.flags.own_model import Finding, Floats, OwnRows
from deepgrade.board.flags.own_targets import is_fixed_split

_EXACT = 1e-5
"""Of the targets' standard deviation: nearer than this, a prediction is the target."""
_LEAST_EXACT = 5
_EXACT_SHARE = 0.05
_AMONG_INPUTS = 0.999
_LEAST_ROWS = 20
_FAR_BETTER = 0.6
"""Of the smallest error that a yardstick or an honest model has: less than this is no better model."""
_SPLITS = 300
_EASY = 4.5
_EASY_AT_LEAST = 0.15
_REFERENCES = 5
_CHANCE = 1e-4
_KNOWS_AT_LEAST = 0.1
_LEAST_SPREAD = 0.03
"""Of logarithms and shares among honest models: where all have the same rows, they are nearly equal."""
_MOST_NUMBERS = 100_000
"""Larger tables are thinned out before trees are fitted to them, and not split 300 times: a few seconds at most."""
_MOST_COLUMNS = 500


def fit_findings(rows: OwnRows, references: Sequence[OwnRows]) -> list[Finding]:
    """Return what is odd about an entry's errors."""
    found = [*_exact(rows), *_target_among_inputs(rows)]
    narrow = rows.inputs.shape[1] <= _MOST_COLUMNS
    if rows.training is not None and narrow and len(rows.targets) >= _LEAST_ROWS and rows.targets.std() > 0:
        found += [*_too_good(rows), *_knows_test_rows(rows, references), *_easy_rows(rows, references)]
    return found


def error(rows: OwnRows, targets: Floats, predictions: Floats) -> float:
    """Return the mean absolute error where the board's metric is one, else the mean squared error."""
    off = np.abs(targets - predictions)
    return float(off.mean() if rows.metric in ("mae", "rae") else np.square(off).mean())


def least_squares(training: Floats, targets: Floats, rows: Floats) -> Floats:
    """Return the predictions `(rows,)` of least squares with intercept."""
    centre = training.mean(axis=0)
    weights, *_ = np.linalg.lstsq(training - centre, targets - targets.mean(), rcond=None)
    return np.asarray(targets.mean() + (rows - centre) @ weights)


def _exact(rows: OwnRows) -> list[Finding]:
    spread = float(rows.targets.std())
    exact = int((np.abs(rows.predictions - rows.targets) <= _EXACT * spread).sum()) if spread else 0
    if exact < max(_LEAST_EXACT, _EXACT_SHARE * len(rows.targets)):
        return []
    sentence = (
        f"{exact:,} of {len(rows.targets):,} predictions are the target itself, to the precision of the numbers: they were"
        " looked up, or the target is among the inputs. Innocent reason: targets that follow from the inputs by a formula."
        " Look at what the model is given."
    )
    return [Finding("exact_predictions", sentence, 100 * min(1.0, 0.5 + exact / len(rows.targets)))]


def _target_among_inputs(rows: OwnRows) -> list[Finding]:
    moving = rows.inputs.std(axis=0) > 0
    if len(rows.targets) < _LEAST_ROWS or not rows.targets.std() or not moving.any():
        return []
    inputs, targets = rows.inputs[:, moving], rows.targets
    scaled = (inputs - inputs.mean(axis=0)) / inputs.std(axis=0)
    correlation = float(np.abs(scaled.T @ (targets - targets.mean()) / targets.std() / len(targets)).max())
    if correlation < _AMONG_INPUTS:
        return []
    sentence = (
        f"A column of the test inputs has a correlation of {correlation:.4f} with the targets: what is to be predicted is"
        " among the inputs. Innocent reason: the column was not dropped, or windows were shifted by one day. Look at the"
        " columns."
    )
    return [Finding("target_among_inputs", sentence, 90.0)]


def _yardsticks(rows: OwnRows) -> dict[str, float]:
    """Return the errors on the test rows of models fitted to the training rows."""
    from sklearn.ensemble import RandomForestRegressor

    training, targets = rows.training or (rows.inputs, rows.targets)
    found = {"least squares": error(rows, rows.targets, least_squares(training, targets, rows.inputs))}
    order = np.lexsort((*training.T, targets))  # trees depend on the order of rows
    keep = order[:: max(1, math.ceil(training.size / _MOST_NUMBERS))]
    trees = RandomForestRegressor(n_estimators=60, min_samples_leaf=2, max_features=0.5, random_state=0)
    predicted = trees.fit(training[keep], targets[keep]).predict(rows.inputs)
    return found | {"a forest of regression trees": error(rows, rows.targets, predicted)}


def _too_good(rows: OwnRows) -> list[Finding]:
    own, known = error(rows, rows.targets, rows.predictions), _yardsticks(rows)
    best = min(known, key=lambda name: known[name])
    if own >= _FAR_BETTER * known[best]:
        return []
    measure = "absolute" if rows.metric in ("mae", "rae") else "squared"
    sentence = (
        f"The mean {measure} error on the test rows is {own:.4g}. Fitted to the same training rows, {best} comes to"
        f" {known[best]:.4g} on them; this is {own / known[best]:.0%} of it. It may have been trained on the test rows."
        " Innocent reason: a truly better idea, such as a feature that others did not think of. Look at every call of fit,"
        " and at what is given to it."
    )
    return [Finding("too_good", sentence, 100 * (1 - own / known[best]))]


def _knowledge(rows: OwnRows) -> list[float]:
    """Return what tells that a model knows its test rows' targets: larger is more.

    First the slope of what the model adds to least squares against what least squares leaves: 0 where it adds nothing to
    the point, 1 where it knows all targets. Then, where training rows were predicted too, how much better it does on test
    rows than on training rows, beside least squares (a logarithm).
    """
    training, targets = rows.training or (rows.inputs, rows.targets)
    ruler = least_squares(training, targets, rows.inputs)
    left = rows.targets - ruler
    found = [float(left @ (rows.predictions - ruler) / max(float(left @ left), 1e-300))]
    if rows.train_predictions is not None and len(rows.train_predictions) == len(targets):
        own = error(rows, targets, rows.train_predictions) / error(rows, rows.targets, rows.predictions)
        beside = error(rows, targets, least_squares(training, targets, training)) / error(
            rows, rows.targets, ruler
        )
        found.append(math.log(max(own, 1e-300) / max(beside, 1e-300)))
    return found


def _knows_test_rows(rows: OwnRows, references: Sequence[OwnRows]) -> list[Finding]:
    from scipy.stats import norm, t

    own = np.array(_knowledge(rows))
    honest = np.array(
        [
            found
            for reference in references
            if reference.training is not None and len(found := _knowledge(reference)) == len(own)
        ]
    )
    if len(honest) < _REFERENCES or not np.isfinite(own).all() or not np.isfinite(honest).all():
        return []
    spread = np.maximum(honest.std(axis=0, ddof=1), _LEAST_SPREAD)
    usual = honest.mean(axis=0)
    together = ((honest - usual) / spread).sum(axis=1)
    standing_out = ((own - usual) / spread).sum() / max(float(together.std(ddof=1)), 1.0)
    count = len(honest)
    chance = float(t.sf(standing_out / math.sqrt(1 + 1 / count), count - 1))
    if chance > _CHANCE or own[0] - usual[0] < _KNOWS_AT_LEAST:
        return []
    sentence = (
        f"Of what least squares misses on the test rows, this model knows a share of {own[0]:.2f}; in {count} honest ones it"
        f" is {usual[0]:.2f} on average and {honest[:, 0].max():.2f} at most. Test rows may have been trained on (chance"
        f" under 1 in {1 / _CHANCE:,.0f} for work like the honest). Innocent reason: a truly better model than these. Look"
        " at every call of fit, and at what is given to it."
    )
    return [Finding("knows_test_rows", sentence, float(norm.isf(max(chance, 1e-300))))]


def _easy_rows(rows: OwnRows, references: Sequence[OwnRows]) -> list[Finding]:
    """Compare the split with random ones of the same rows, unless honest work always has the same split."""
    training, targets = rows.training or (rows.inputs, rows.targets)
    many = training.size + rows.inputs.size > _MOST_NUMBERS
    if many or len(references) < 2 or is_fixed_split(references):
        return []
    inputs, truth = np.concatenate([training, rows.inputs]), np.concatenate([targets, rows.targets])
    order = np.lexsort((*inputs.T, truth))
    inputs, truth = inputs[order], truth[order]
    random = np.random.default_rng(0)
    mixed = [random.permutation(len(truth)) for _ in range(_SPLITS)]
    count = len(rows.targets)
    found = []
    for what, ease_of in (
        ("Least squares has an error", _ruler_error),
        ("Targets have a mean distance from their median", _spread),
    ):
        own = ease_of(rows, (training, targets), (rows.inputs, rows.targets))
        by_chance = [
            ease_of(
                rows,
                (inputs[order[count:]], truth[order[count:]]),
                (inputs[order[:count]], truth[order[:count]]),
            )
            for order in mixed
        ]
        usual, spread = float(np.mean(by_chance)), max(float(np.std(by_chance)), _LEAST_SPREAD)
        standing_out = (usual - own) / spread
        if standing_out >= _EASY and usual - own >= _EASY_AT_LEAST:
            found.append((standing_out, what, own, usual))
    if not found:
        return []
    standing_out, what, own, usual = max(found)
    sentence = (
        f"{what} of {math.exp(own):.4g} on these test rows, and of {math.exp(usual):.4g} on test rows drawn at random from"
        f" the same table: {standing_out:.1f} standard deviations easier than chance makes them ({_SPLITS} random splits)."
        " They may have been picked. Innocent reason: outliers were dropped from the test rows. Look at how the split is"
        " drawn."
    )
    return [Finding("easy_rows", sentence, standing_out)]


_Part = tuple[Floats, Floats]


def _ruler_error(rows: OwnRows, training: _Part, test: _Part) -> float:
    """Return the logarithm of least squares' error on the test part."""
    return math.log(max(error(rows, test[1], least_squares(*training, test[0])), 1e-300))


def _spread(_: OwnRows, __: _Part, test: _Part) -> float:
    """Return the logarithm of the test targets' mean distance from their median."""
    return math.log(max(float(np.abs(test[1] - np.median(test[1])).mean()), 1e-300))
