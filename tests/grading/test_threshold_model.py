"""The law behind a threshold: few runs give a wide margin, rounding harms nobody, and the chance is what was asked for."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepgrade.grading.calibrate import chance_level
from deepgrade.grading.threshold_model import (
    ScoreModel,
    fit,
    from_scale,
    loosest,
    round_leniently,
    to_scale,
)
from deepgrade.score import METRICS

METRIC = st.sampled_from(sorted(METRICS))
CHANCE = st.floats(1e-5, 0.2)
MODELS = st.builds(
    ScoreModel,
    metric=METRIC,
    n=st.integers(3, 200),
    center=st.floats(-3, 5),
    spread=st.floats(0, 0.5),
    rows=st.sampled_from([0, 100, 500, 5000]),
    row_sd=st.floats(0, 0.2),
)


def strictness(threshold, metric):
    """Return a number that grows as a threshold asks for more."""
    return threshold if METRICS[metric].higher_is_better else -threshold


@pytest.mark.parametrize("values", [[], [0.9, 0.91], [0.9, math.nan, 0.91], [0.9, 0.91, math.inf]])
def test_too_few_scores_and_scores_that_are_no_numbers_are_refused(values):
    with pytest.raises(ValueError, match="scores"):
        fit(values, "accuracy", 500)


@given(MODELS, CHANCE, CHANCE)
def test_a_smaller_chance_gives_a_looser_threshold(model, one, other):
    low, high = sorted((one, other))
    assert strictness(model.threshold(low), model.metric) <= strictness(model.threshold(high), model.metric)


@given(MODELS, CHANCE, st.integers(1, 100))
def test_fewer_runs_give_a_wider_margin(model, chance, more):
    longer = ScoreModel(model.metric, model.n + more, model.center, model.spread, model.rows, model.row_sd)
    assert strictness(model.threshold(chance), model.metric) <= strictness(
        longer.threshold(chance), model.metric
    )


@given(MODELS, CHANCE, st.floats(0, 0.2))
def test_more_variance_of_the_rows_or_the_seeds_never_narrows_the_margin(model, chance, more):
    for wider in (
        replace(model, row_sd=model.row_sd + more),
        replace(model, spread=model.spread + more),
    ):
        assert wider.margin(chance) >= model.margin(chance)


@given(MODELS)
def test_the_mean_itself_is_missed_by_half(model):
    assume(model.metric != "accuracy" or model.rows == 0)
    assert model.fail_chance(from_scale(model.center, model.metric, model.rows)) == pytest.approx(
        0.5, abs=1e-3
    )


@given(MODELS, CHANCE)
def test_the_chance_at_a_threshold_is_the_chance_it_was_made_for(model, chance):
    threshold = model.threshold(chance)
    assume(model.metric != "accuracy" or 0.001 < threshold < 0.999)
    assert model.fail_chance(threshold) == pytest.approx(chance, rel=1e-3)


@given(MODELS, CHANCE)
def test_the_rounded_threshold_is_never_stricter(model, chance):
    threshold = model.threshold(chance)
    assume(model.metric != "accuracy" or 0.001 < threshold < 0.999)
    assert model.fail_chance(round_leniently(threshold, model.metric)) <= chance * 1.001


@given(st.floats(1e-6, 1e6), st.sampled_from(["mae", "rmse"]))
def test_errors_are_rounded_up_to_two_digits(value, metric):
    rounded = round_leniently(value, metric)
    assert value <= rounded * (1 + 1e-12)
    assert rounded <= value * 1.1 + 1e-12
    assert float(f"{rounded:.1e}") == pytest.approx(rounded)


@given(st.floats(-5, 1), st.sampled_from(["accuracy", "r2"]))
def test_shares_are_rounded_down_to_two_decimals(value, metric):
    rounded = round_leniently(value, metric)
    assert rounded <= value < rounded + 0.01 + 1e-12
    assert f"{rounded:.2f}" == f"{rounded:.10f}"[:-8]


def test_a_number_that_has_two_decimals_stays():
    assert [round_leniently(value, "r2") for value in (0.29, 0.57, 1.0, -0.1)] == [0.29, 0.57, 1.0, -0.1]
    assert [round_leniently(value, "mae") for value in (270.0, 271.0, 0.0)] == [270.0, 280.0, 0.0]


@given(METRIC, st.floats(0.01, 0.99), st.sampled_from([0, 50, 5000]))
def test_the_scale_can_be_undone_and_more_is_better_on_it(metric, value, rows):
    assert from_scale(to_scale(value, metric, rows), metric, rows) == pytest.approx(value, abs=1e-9)
    better = value + 0.005 if METRICS[metric].higher_is_better else value - 0.005
    assert to_scale(better, metric, rows) > to_scale(value, metric, rows)


def test_scores_without_any_spread_still_leave_room():
    model = fit([0.4132] * 5, "r2", 0)
    assert model.normality_p is None
    assert model.threshold(0.001) < 0.4132 - 0.01


def test_perfect_scores_have_a_threshold():
    assert 0.9 < fit([1.0] * 10, "accuracy", 500).threshold(0.001) < 1


def test_a_class_of_correct_students_passes():
    rng = np.random.default_rng(1)
    failed = 0
    for _ in range(400):
        scores = 1 / (1 + np.exp(-rng.normal(2.5, 0.15, size=14)))
        threshold = fit(list(scores[:10]), "accuracy", 10**6).threshold(0.01)
        failed += int((scores[10:] < threshold).sum())
    assert failed / 1600 == pytest.approx(0.01, abs=0.009)


def test_the_loosest_of_several_counts():
    assert loosest([0.9, 0.8], "accuracy") == 0.8
    assert loosest([200.0, 300.0], "mae") == 300.0


def test_chance_levels_are_those_of_the_best_single_answer():
    targets = np.array([0.0, 0, 0, 1])
    assert chance_level(targets, "accuracy") == 0.75
    assert chance_level(np.array([1.0, 2, 9]), "mae") == pytest.approx(8 / 3)
    assert chance_level(np.array([1.0, 3.0]), "rmse") == 1.0
    assert chance_level(targets, "r2") == 0.0
