"""What a TA is told to look at: models that know the test set, weights from elsewhere, accuracies that nobody reached."""

import json

import numpy as np
import pytest

from deepgrade.score import score_runs
from support.made_runs import (
    good_items,
    inferred,
    make_lab,
    make_labels,
    make_public,
    make_record,
    npy,
    write_run,
)


@pytest.fixture
def flagged(tmp_path):
    """Score one run; returns flag code -> sentence."""
    public, labels = make_public(tmp_path), make_labels(tmp_path)
    truth = np.load(public / "mnist" / "y_test.npy")

    def flags(*, hidden=0.8, on_test_set=None, reported=0.8, iterations=100, source="x = 1"):
        files, folder = make_lab(tmp_path / "root"), tmp_path / "run"
        items, infer = good_items(folder), inferred(folder, hidden)
        items["a2"]["test_acc"]["value"] = reported
        items["a2"]["network"]["iterations"] = iterations
        if on_test_set is not None:
            rows = 10
            right = np.arange(rows) < on_test_set * rows
            scores = np.eye(10, dtype=np.float32)[np.where(right, truth, (truth + 1) % 10)]
            prediction = infer["models"]["a2/network"]["predictions"]["digits"]
            prediction |= {"public_file": npy(folder / "predictions", scores), "public_rows": rows}
        write_run(folder, make_record(files), items, infer)
        cell = {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}
        if source is not None:
            (folder / "notebook.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}))
        score = next(iter(score_runs(files, [folder], size="quick", public=public, labels=labels)))
        return {flag.code: flag.sentence for flag in score.flags}, score

    return flags


@pytest.mark.parametrize("source", ["x = 1", None])
def test_honest_model_raises_no_flag(flagged, source):
    assert flagged(on_test_set=0.8, source=source)[0] == {}


def test_model_that_knows_the_test_set_is_flagged_whatever_the_notebook_reports(flagged):
    flags, score = flagged(hidden=0.2, on_test_set=1.0, reported=0.2)
    assert "reaches 1.0000 on the public test set (measured by the grader)" in flags["public_hidden_gap"]
    assert (score.model_scores[0].public, score.model_scores[0].public_rows) == (1.0, 10)


def test_small_gap_on_few_rows_is_chance(flagged):
    assert flagged(hidden=0.8, on_test_set=1.0)[0] == {}


def test_reported_accuracy_that_nobody_reached_is_set_beside_the_measured_one(flagged):
    flags, _ = flagged(hidden=0.1, on_test_set=0.0, reported=0.99)
    assert (
        "reports 0.9900 on the public test set, where the grader measures 0.0000"
        in flags["public_hidden_gap"]
    )


def test_honest_report_is_no_news_where_few_hidden_rows_are_harder_by_chance(flagged):
    assert "public_hidden_gap" not in flagged(hidden=0.7, on_test_set=0.8, reported=0.8)[0]
    assert "public_hidden_gap" not in flagged(hidden=0.7, reported=0.8)[0]


@pytest.mark.parametrize("reported", [80.0, 1e300, 1.0000001])
def test_more_than_all_is_flagged_and_stops_nothing(flagged, reported):
    assert "public_hidden_gap" in flagged(hidden=0.1, reported=reported)[0]


@pytest.mark.parametrize("iterations", [0, None, "many", -1])
def test_good_model_whose_optimizer_took_no_step_is_flagged(flagged, iterations):
    assert "taken no step" in flagged(iterations=iterations)[0]["weights_without_fit"]


def test_untrained_model_that_guesses_is_no_news(flagged):
    assert flagged(hidden=0.1, reported=0.1, iterations=0)[0] == {}


def test_cell_longer_than_people_write_is_flagged_by_its_place(flagged):
    sentence = flagged(source=f"weights = '{'A' * 20_000}'")[0]["long_literal"]
    assert "cell 1 has 20,012 characters" in sentence


def test_long_cell_that_a_person_may_have_written_is_no_news(flagged):
    assert flagged(source="x = 1\n" * 3_000)[0] == {}


def test_notebook_too_large_to_be_looked_through_is_flagged(flagged):
    assert "too large" in flagged(source="x" * (33 << 20))[0]["long_literal"]
