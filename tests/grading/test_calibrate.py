"""Calibration on scores made by hand: which threshold follows, and when none does."""

from datetime import UTC, datetime

import pytest

from deepgrade.grading import Case, CaseResult
from deepgrade.grading.calibrate import question_calibration
from deepgrade.lab import Lab
from deepgrade.score import ModelScore, SubmissionScore

LAB = Lab.model_validate(
    {
        "schema_version": 1,
        "name": "tiny",
        "title": "Tiny",
        "data": ["mnist"],
        "questions": [{"id": "b1", "title": "One", "points": 1}],
        "hidden": {
            "digits": {
                "dataset": "mnist",
                "inputs": "x",
                "inputs_question": "b1",
                "input_adapters": ["flat/unit"],
            },
            "own": {
                "source": "captured",
                "inputs": "x",
                "targets": "y",
                "inputs_question": "b1",
                "metric": "mae",
            },
        },
        "thresholds": {"quick": {"b1": 0.9}},
    }
)


def result(values, seed=1, metric="accuracy", reason=None, width=0.02):
    """Return a run with one score for each model of `values`."""
    hidden = "digits" if metric == "accuracy" else "own"
    scores = tuple(
        ModelScore(
            question="b1",
            name=name,
            hidden=hidden,
            metric=metric,
            value=value,
            low=None if value is None else value - width / 2,
            high=None if value is None else value + width / 2,
            rows=1000,
            reason=reason,
        )
        for name, value in values.items()
    )
    score = SubmissionScore(
        lab="tiny",
        student=f"seed-{seed:03}",
        run_key="1" * 64,
        scored_at=datetime(2026, 1, 1, tzinfo=UTC),
        checks_sha256="2" * 64,
        questions=(),
        model_scores=scores,
    )
    return CaseResult(Case(f"seed-{seed:03}", "seed", "", frozenset()), score, ())


def calibration(results, level=0.1, chance=0.001):
    return question_calibration(
        "b1",
        results,
        LAB,
        origin="synthetic",
        size="quick",
        chance=chance,
        level_of=lambda hidden: level,
        versions={"keras": "3"},
    )


def runs(name, values, way="solution", metric="accuracy"):
    return [(way, result({name: value}, seed, metric)) for seed, value in enumerate(values, start=1)]


SPREAD = [0.95, 0.94, 0.96, 0.945, 0.955, 0.95]


def test_a_run_without_a_score_leaves_no_threshold_and_is_named():
    found = calibration(
        [*runs("network", SPREAD), ("solution", result({"network": None}, 7, reason="it crashed"))]
    )
    assert found.calibration is None
    assert "seed-007" in found.problems[0] and "it crashed" in found.problems[0]


def test_a_run_that_scored_no_model_is_named():
    empty = CaseResult(Case("seed-009", "seed", "", frozenset()), None, ("the grader itself failed",))
    found = calibration([*runs("network", SPREAD), ("solution", empty)])
    assert found.calibration is None and "seed-009: the grader itself failed" in found.problems[0]


def test_two_runs_are_too_few():
    found = calibration(runs("network", SPREAD[:2]))
    assert found.calibration is None and "--runs 3" in found.problems[0]


def test_models_of_two_metrics_cannot_share_a_threshold():
    found = calibration([*runs("network", SPREAD), *runs("other", [250, 260, 270], metric="mae")])
    assert found.calibration is None and "accuracy and mae" in found.problems[0]


def test_a_threshold_that_asks_for_nothing_is_an_error():
    found = calibration(runs("network", [0.3, 0.9, 0.5, 0.7]), level=0.5)
    assert found.calibration is None
    assert found.measured and "ask for nothing" in found.problems[0]


def test_a_threshold_follows_with_what_it_rests_on():
    found = calibration(runs("network", SPREAD))
    made = found.calibration
    assert (found.before, found.problems) == (0.9, ())
    assert (made.network, made.way, made.n, made.worst, made.rows) == ("network", "solution", 6, 0.94, 1000)
    assert made.threshold < 0.94 and made.fail_chance <= 0.001
    assert made.mean == pytest.approx(0.95, abs=1e-3) and made.chance_level == 0.1
    assert made.model == "Student's t of logits" and 0 <= made.normality_p <= 1


def test_more_runs_allow_a_stricter_threshold():
    few, many = calibration(runs("network", SPREAD)), calibration(runs("network", SPREAD * 5))
    assert many.calibration.threshold > few.calibration.threshold


def test_the_loosest_of_several_models_and_ways_counts():
    wide = [0.9, 0.85, 0.93, 0.88, 0.91, 0.87]
    found = calibration(
        [*runs("network", SPREAD), *runs("network", wide, way="logits"), *runs("second", SPREAD)]
    )
    assert len(found.measured) == 3
    assert (found.calibration.way, found.calibration.network) == ("logits", "network")
    assert found.calibration.threshold <= min(row.unrounded for row in found.measured)


def test_errors_have_a_largest_value_and_no_variance_of_hidden_rows():
    found = calibration(runs("players", [250, 260, 255, 245, 265], metric="mae"), level=500.0)
    made = found.calibration
    assert made.threshold > made.worst == 265
    assert found.measured[0].model.row_sd == 0


def test_other_hidden_rows_of_another_course_widen_the_margin():
    narrow = [("solution", result({"network": value}, seed, width=0.0)) for seed, value in enumerate(SPREAD)]
    assert (
        calibration(narrow).calibration.threshold > calibration(runs("network", SPREAD)).calibration.threshold
    )
