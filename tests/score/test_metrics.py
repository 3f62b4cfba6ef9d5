"""The metrics: their laws, and their figures against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as learned

from deepgrade.lab import METRICS as NAMES
from deepgrade.score.metrics import METRICS, as_predictions, as_targets, skill, wilson

NUMBERS = st.floats(-1e6, 1e6, width=32)
TABLES = st.tuples(st.integers(2, 30), st.integers(1, 3)).flatmap(
    lambda shape: st.tuples(
        arrays(np.float64, shape, elements=NUMBERS), arrays(np.float64, shape, elements=NUMBERS)
    )
)


def test_lab_toml_and_scoring_know_the_same_metrics():
    assert set(NAMES) == set(METRICS)


@given(TABLES)
def test_figures_are_those_of_scikit_learn(tables):
    found, right = tables
    assert METRICS["mae"].function(found, right) == pytest.approx(learned.mean_absolute_error(right, found))
    assert METRICS["rmse"].function(found, right) == pytest.approx(
        np.sqrt(learned.mean_squared_error(right, found))
    )
    column, answers = found[:, :1], right[:, :1]
    assume(np.ptp(answers) > 1e-3)
    single = np.full_like(answers, np.median(answers))
    assert METRICS["rae"].function(column, answers) == pytest.approx(
        learned.mean_absolute_error(answers, column) / learned.mean_absolute_error(answers, single)
    )
    assume(answers.std() > 1e-3)
    assert METRICS["r2"].function(column, answers) == pytest.approx(
        learned.r2_score(answers, column), rel=1e-6, abs=1e-9
    )


@given(TABLES, st.sampled_from(["mae", "rae", "rmse", "r2"]))
def test_right_answers_are_the_best_score_and_every_interval_holds_the_value(tables, name):
    found, right = tables
    assume((right.std(axis=0) > 1e-3).all())
    metric = METRICS[name]
    best, value = metric.function(right, right), metric.function(found, right)
    assert best == (1.0 if metric.higher_is_better else 0.0)
    assert metric.reaches(best, value)
    low, high = metric.interval(found, right)
    assert low <= value <= high


@given(st.floats(0, 1), st.integers(1, 10_000))
def test_interval_of_a_share_is_positive_and_shrinks_with_more_rows(share, rows):
    def width(count):
        low, high = wilson(share, count)
        return high - low

    assert 0 < width(4 * rows) < width(rows) <= 1


@given(arrays(np.float64, st.tuples(st.integers(2, 30), st.integers(1, 3)), elements=NUMBERS), NUMBERS)
def test_no_single_answer_has_a_relative_absolute_error_below_1(right, answer):
    assume((np.ptp(right, axis=0) > 1e-3).all())
    rae = METRICS["rae"].function
    assert rae(np.full_like(right, answer), right) >= 1 - 1e-9
    assert rae(np.broadcast_to(np.median(right, axis=0), right.shape), right) == pytest.approx(1)


@pytest.mark.parametrize("name", ["mae", "rae", "rmse", "r2", "accuracy"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(name):
    rng = np.random.default_rng(0)
    metric, truth, held = (
        METRICS[name],
        {"mae": np.sqrt(2 / np.pi), "rae": 1 / np.sqrt(5), "rmse": 1, "r2": 0.8, "accuracy": 0.8}[name],
        0,
    )
    for _ in range(400):
        if name == "accuracy":
            right = np.zeros(200)
            found = (rng.random(200) > 0.8).astype(np.float64)
        else:
            right = rng.normal(size=(200, 1)) * np.sqrt(5)
            found = right + rng.normal(size=(200, 1))
        low, high = metric.interval(found, right)
        held += low <= truth <= high
    assert 0.91 < held / 400 < 0.985


def test_directions_are_known():
    assert METRICS["mae"].reaches(250, 260) and not METRICS["mae"].reaches(270, 260)
    assert METRICS["r2"].reaches(0.42, 0.4) and not METRICS["r2"].reaches(0.38, 0.4)
    assert all(metric.reaches(1.0, 1.0) for metric in METRICS.values())


def test_skill_is_zero_for_the_best_single_answer():
    right = np.array([[1.0], [2.0], [6.0]])
    assert skill("mae", np.full((3, 1), 3.0), right) == pytest.approx(0)
    assert skill("accuracy", np.ones(4), np.array([1.0, 1, 0, 1])) == 0
    assert skill("rmse", right, right) == 1


@pytest.mark.parametrize(
    ("value", "metric", "said"),
    [
        ([], "mae", "is empty"),
        ([1.0, float("nan")], "mae", "missing values"),
        ([1.0, 1e40], "rmse", "beyond 1e\\+30"),
        (["a", "b"], "mae", "holds no numbers"),
        (None, "mae", "holds no numbers"),
        (3.5, "mae", "holds no numbers"),
        ([[1], [2, 3]], "mae", "no table of numbers"),
        ([2.0, 2.0, 2.0], "r2", "no variance to explain"),
        ([2.0, 2.0, 2.0], "rae", "no variance to explain"),
        ([0.5, 1.0], "accuracy", "no class labels"),
        ([-1, 1], "accuracy", "no class labels"),
        ([[1, 1], [0, 1]], "accuracy", "no class labels"),
    ],
)
def test_targets_that_are_none_name_what_is_wrong(value, metric, said):
    with pytest.raises(AssertionError, match=f"`y_test` .*{said}|`y_test` {said}"):
        as_targets(value, metric, "y_test")


@pytest.mark.parametrize(
    "value",
    [
        [2, 0, 1],
        [[2], [0], [1]],
        np.array([2.0, 0, 1]),
        [[0, 0, 1], [1, 0, 0], [0, 1, 0]],
        np.eye(3)[[2, 0, 1]],
    ],
)
def test_class_labels_are_read_in_every_usual_form(value):
    assert as_targets(value, "accuracy", "y").tolist() == [2, 0, 1]


@pytest.mark.parametrize(("log_odds", "expected"), [(False, [0, 1, 1]), (True, [1, 1, 1])])
def test_one_output_for_two_classes_is_a_probability_or_log_odds(log_odds, expected):
    outputs = np.array([[0.2], [0.6], [3.0]], np.float32)
    targets = as_targets([0, 1, 1], "accuracy", "y")
    assert as_predictions(outputs, targets, "accuracy", "net", log_odds=log_odds).tolist() == expected


def test_outputs_of_another_width_than_the_targets_fail_with_both_numbers():
    with pytest.raises(AssertionError, match="gives 3 numbers for each row, there is 1 number to predict"):
        as_predictions(np.zeros((4, 3)), np.zeros((4, 1)), "mae", "net", log_odds=False)
    with pytest.raises(AssertionError, match="gives 1 number for each row, there are 4 classes"):
        as_predictions(np.zeros((4, 1)), np.arange(4.0), "accuracy", "net", log_odds=False)
