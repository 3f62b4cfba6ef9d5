"""Models judged on the notebook's own rows: what each submission earns, and what a TA is told."""

import json

import numpy as np
import pytest

from deepgrade.score import CheckStatus, score_runs
from support.made_runs import make_lab, make_public, make_record, npy, whole, write_run

TOML = """
schema_version = 1
name = "tiny"
title = "Tiny"
data = ["mnist"]
[[questions]]
id = "a1"
title = "Rows"
points = 1.0
[[questions]]
id = "a2"
title = "Network"
points = 3.0
[[questions]]
id = "a3"
title = "Again"
points = 1.0
[hidden.players]
source = "captured"
inputs = "x_test"
inputs_question = "a1"
targets = "y_test"
metric = "METRIC"
reported = { network = "a2/own_score" }
[thresholds.quick]
a2 = THRESHOLD
a3 = THRESHOLD
"""

CHECKS = '''
import numpy as np

from deepgrade.lab import question


@question("a1", points=1)
def test_rows(x_test):
    """There are rows."""
    assert x_test is not None


@question("a2", points=1, hidden={"network": "players"})
def test_reaches(network, own_score, lab):
    """The network is good enough."""
    assert lab.reaches(network), "it learned too little"


@question("a2", points=1, hidden={"network": "players"})
def test_score(network, lab):
    """The score is a number."""
    assert np.isfinite(lab.hidden_score(network))


@question("a2", points=1, hidden={"network": "players"})
def test_predictions(network, lab):
    """There is one prediction a row."""
    assert lab.predictions(network).shape == (ROWS,)


@question("a3", points=1, hidden={"network": "players"})
def test_fitted_on(network, lab):
    """The network is good enough after more training."""
    assert lab.reaches(network)
'''

ROWS = 40
X = np.random.default_rng(0).normal(size=(ROWS, 4))
Y = np.arange(ROWS, dtype=np.float64) * 10
ALMOST = (Y + np.where(np.arange(ROWS) % 2, 5, -5)).astype(np.float32)[:, None]
"""Predictions that are 5 off in every row."""


def entry(folder, outputs, **prediction):
    """Return infer.json's entry of a network with these outputs."""
    found = {"status": "ok", "file": None, "rows": ROWS, "output_adapter": "raw"}
    if outputs is not None:
        found["file"] = npy(folder / "predictions", outputs)
    return {
        "status": "ok",
        "params": {"total": 5, "trainable": 4, "non_trainable": 1},
        "input_shape": [None, 4],
        "output_shape": [None, 1],
        "layers": [
            {
                "name": "dense",
                "class": "Dense",
                "config": {"units": 1},
                "params": 5,
                "output_shape": [None, 1],
            }
        ],
        "predictions": {"players": found | prediction},
    }


@pytest.fixture
def scored(tmp_path):
    """Score one run; changes to its rows, its targets, its model's outputs."""
    public = make_public(tmp_path)

    def score(
        *,
        metric="mae",
        threshold=20,
        inputs=X,
        targets=Y,
        outputs=ALMOST,
        later=ALMOST,
        iterations=9,
        checks=CHECKS,
        prediction=(),
        entries=None,
        toml=TOML,
    ):
        toml = toml.replace("METRIC", metric).replace("THRESHOLD", str(threshold))
        files = make_lab(tmp_path / "root", checks.replace("ROWS", str(ROWS)), toml)
        folder = tmp_path / "run"

        def item(value):
            return whole(folder / "evidence", value) if isinstance(value, np.ndarray) else value

        model = {"kind": "model", "class": "Sequential", "iterations": iterations}
        own = {"kind": "value", "type": "float", "value": 5.0}
        items = {
            "a1": {"x_test": item(inputs), "y_test": item(targets)},
            "a2": {"network": model, "own_score": own},
            "a3": {"network": model},
        }
        models = entries or {
            "a2/network": entry(folder, outputs, **dict(prediction)),
            "a3/network": entry(folder, later),
        }
        record = make_record(files)
        write_run(folder, record, items, {"schema_version": 1, "models": models})
        return next(iter(score_runs(files, [folder], size="quick", public=public, labels={})))

    return score


def _flags(score):
    return {flag.code: flag.sentence for flag in score.flags}


@pytest.mark.parametrize(
    ("metric", "value", "good", "bad"),
    [("mae", 5.0, 6, 4), ("rmse", 5.0, 6, 4), ("r2", 1 - 25 / np.var(Y), 0.99, 0.9999)],
)
def test_score_is_on_the_good_side_of_the_threshold_in_the_metrics_own_direction(
    scored, metric, value, good, bad
):
    passed = scored(metric=metric, threshold=good)
    assert passed.automatic_points == 5.0
    model = passed.model_scores[0]
    assert (model.metric, model.value, model.rows) == (metric, pytest.approx(value), ROWS)
    assert model.low <= model.value <= model.high
    assert (model.reported, model.public) == (5.0, None)
    failed = scored(metric=metric, threshold=bad)
    assert failed.check("test_reaches").status is CheckStatus.FAILED
    assert failed.check("test_reaches").hint == "it learned too little"


def test_one_model_captured_twice_has_two_scores(scored):
    score = scored(later=ALMOST + 100)
    assert score.check("test_reaches").status is CheckStatus.PASSED
    assert score.check("test_fitted_on").status is CheckStatus.FAILED
    assert [model.value for model in score.model_scores] == [5.0, 100.0]


ARRAY = {"kind": "array", "dtype": "float64", "min": 0, "max": 1, "mean": 0.5, "finite": True, "nonzero": 1}


FAILED = {
    "targets never defined": (
        {"targets": {"kind": "missing"}},
        "`y_test` is not defined when question a1 ends",
    ),
    "inputs never defined": (
        {"inputs": {"kind": "missing"}},
        "`x_test` is not defined when question a1 ends",
    ),
    "fewer targets than rows": ({"targets": Y[:-1]}, "`x_test` has 40 rows and `y_test` 39"),
    "more targets than rows": ({"targets": np.append(Y, 1)}, "each row needs its answer"),
    "targets of text": ({"targets": {"kind": "value", "type": "str", "value": "x"}}, "no numbers|no table"),
    "targets that are one number": ({"targets": {"kind": "value", "type": "int", "value": 1}}, "no table"),
    "two numbers a row": ({"targets": np.stack([Y, Y], axis=1)}, "there is 2 numbers|there are 2 numbers"),
    "no variance": ({"metric": "r2", "targets": np.ones(ROWS)}, "no variance"),
    "no classes": ({"metric": "accuracy", "targets": Y / 7}, "no class labels"),
}


@pytest.mark.parametrize("name", FAILED)
def test_what_a_student_can_mend_is_a_failed_check_that_says_what(scored, name):
    changes, said = FAILED[name]
    check = scored(**changes).check("test_reaches")
    assert check.status is CheckStatus.FAILED
    assert any(part in check.hint for part in said.split("|")), check.hint


@pytest.mark.parametrize("which", ["inputs", "targets"])
def test_missing_values_are_named(scored, which, tmp_path):
    values = np.array(X if which == "inputs" else Y)
    values.flat[3] = np.nan
    item = {
        **ARRAY,
        "shape": list(values.shape),
        "stored": "whole",
        "file": npy(tmp_path / "run" / "evidence", values),
    }
    check = scored(**{which: item}).check("test_reaches")
    assert check.status is CheckStatus.FAILED
    assert "missing values (NaN)" in check.hint


REVIEWED = {
    "a forged file": {"inputs": {**ARRAY, "shape": [ROWS, 4], "stored": "whole", "file": "f" * 64 + ".npy"}},
    "a shape that lies": {"targets": {**ARRAY, "shape": [-1], "stored": "whole", "file": "f" * 64 + ".npy"}},
    "a value that is not kept": {"inputs": {"kind": "unsupported", "type": "x.Y", "why": "no"}},
    "rows that do not fit the model": {
        "prediction": {"status": "not_assessed", "reason": "inputs_do_not_fit"}.items()
    },
    "two inputs": {"prediction": {"status": "not_assessed", "reason": "several_inputs"}.items()},
    "a prediction of fewer rows": {"outputs": ALMOST[:-1]},
    "a refused model": {"entries": {"a2/network": {"status": "refused", "reason": "custom_code"}}},
    "no model": {"entries": {"a3/network": {"status": "refused", "reason": "custom_code"}}},
}


@pytest.mark.parametrize("name", REVIEWED)
def test_what_a_submission_hides_waits_for_a_person_and_stays_in_the_denominator(scored, name):
    score = scored(**REVIEWED[name])
    assert score.check("test_reaches").status is CheckStatus.NEEDS_REVIEW
    assert score.automatic_possible == 5.0
    assert score.model_scores[0].value is None and score.model_scores[0].reason


@pytest.mark.parametrize("which", ["inputs", "targets"])
def test_rows_too_large_to_be_kept_whole_wait_for_a_person(scored, which, tmp_path):
    file = npy(tmp_path / "run" / "evidence", np.zeros((256, 4)))
    item = {**ARRAY, "shape": [400_000, 4], "stored": "rows", "rows": list(range(256)), "file": file}
    check = scored(**{which: item}).check("test_reaches")
    assert check.status is CheckStatus.NEEDS_REVIEW
    assert "(400000, 4): too large to be kept whole" in check.reason


def test_model_that_was_never_built_is_told_what_to_do(scored):
    score = scored(entries={"a2/network": {"status": "refused", "reason": "not_built"}})
    check = score.check("test_reaches")
    assert check.status is CheckStatus.FAILED and "give it an Input layer" in check.hint


@pytest.mark.parametrize(
    ("targets", "outputs"),
    [
        (np.arange(ROWS) % 2, (np.arange(ROWS) % 2)[:, None].astype(np.float32)),
        (np.arange(ROWS) % 3, np.eye(3, dtype=np.float32)[np.arange(ROWS) % 3]),
        (np.eye(3)[np.arange(ROWS) % 3], np.eye(3, dtype=np.float32)[np.arange(ROWS) % 3] * 9 - 4),
    ],
)
def test_accuracy_on_own_rows_takes_labels_and_one_hot_rows(scored, targets, outputs):
    checks = CHECKS.replace("shape == (ROWS,)", "shape[0] == ROWS")
    score = scored(
        metric="accuracy", threshold=0.9, targets=targets, outputs=outputs, later=outputs, checks=checks
    )
    assert score.automatic_points == 5.0
    assert score.model_scores[0].value == 1.0


def test_asking_for_an_accuracy_where_the_metric_is_another_is_the_checks_mistake(scored):
    score = scored(checks=CHECKS.replace("lab.hidden_score(network)", "lab.hidden_accuracy(network)"))
    check = score.check("test_score")
    assert check.status is CheckStatus.INTERNAL_ERROR and "ask for lab.hidden_score" in check.reason


@pytest.mark.parametrize(("metric", "threshold"), [("mae", 10.5), ("rmse", 11), ("r2", 0.99)])
def test_score_within_chance_of_the_threshold_is_flagged_in_either_direction(scored, metric, threshold):
    noise = np.random.default_rng(1).normal(size=ROWS) * 12
    outputs = (Y + noise).astype(np.float32)[:, None]
    near = _flags(scored(metric=metric, threshold=threshold, outputs=outputs))
    assert f"the threshold is {threshold:g}" in near["near_threshold"]
    far = _flags(scored(metric=metric, threshold=0.2 if metric == "r2" else 80, outputs=outputs))
    assert "near_threshold" not in far


def test_good_model_whose_optimizer_took_no_step_is_flagged_and_a_guess_is_not(scored):
    flags = _flags(scored(iterations=0))
    assert "mean absolute error 5.0000 on 40 rows of its own" in flags["weights_without_fit"]
    guess = np.full((ROWS, 1), Y.mean() * 1.01, np.float32)
    assert "weights_without_fit" not in _flags(scored(iterations=0, outputs=guess, later=guess))


def test_network_that_others_trained_is_no_news_where_no_threshold_rewards_training(scored):
    checks = CHECKS.replace("lab.reaches(network)", "lab.hidden_score(network) < 20")
    without = TOML[: TOML.index("[thresholds")]
    assert "weights_without_fit" not in _flags(scored(iterations=0, checks=checks, toml=without))


def test_a_score_reported_otherwise_raises_no_gap_flag(scored):
    assert "public_hidden_gap" not in _flags(scored())


def test_scores_of_before_are_read():
    from deepgrade.score import ModelScore

    old = {"question": "b6", "name": "n", "hidden": "mnist", "metric": "accuracy", "value": 0.9, "rows": 5000}
    assert ModelScore.model_validate_json(json.dumps(old)).low is None


@pytest.mark.parametrize("reason", ["bad_weights_file", "weights_too_large", "not_finite"])
def test_counts_need_no_weights_and_scores_do(scored, reason, tmp_path):
    checks = CHECKS.replace(
        "assert np.isfinite(lab.hidden_score(network))", "assert network.count_params() == 5"
    )
    checks = checks.replace(
        "assert lab.predictions(network).shape == (ROWS,)", "assert network.non_trainable_params == 1"
    )
    refused = {**entry(tmp_path, None), "status": "refused", "reason": reason, "detail": "x"}
    score = scored(checks=checks, entries={"a2/network": refused})
    assert score.check("test_score").status is CheckStatus.PASSED
    assert score.check("test_predictions").status is CheckStatus.PASSED
    assert score.check("test_reaches").status is CheckStatus.NEEDS_REVIEW


@pytest.mark.parametrize("reason", ["weight_shape_mismatch", "duplicate_weight_names", "custom_code"])
def test_counts_of_a_model_that_contradicts_itself_wait_for_a_person(scored, reason, tmp_path):
    checks = CHECKS.replace(
        "assert np.isfinite(lab.hidden_score(network))", "assert network.trainable_params == 4"
    )
    refused = {**entry(tmp_path, None), "status": "refused", "reason": reason, "detail": "x"}
    score = scored(checks=checks, entries={"a2/network": refused})
    assert score.check("test_score").status is CheckStatus.NEEDS_REVIEW
