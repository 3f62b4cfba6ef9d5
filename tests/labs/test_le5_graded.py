"""LE5 as a class meets it: master to points, on quick synthetic data, through every stage."""

import json
from pathlib import Path

import pytest

from deepgrade.data import DataStore
from deepgrade.flavours import blank_notebook, check_lab, solved_notebook
from deepgrade.grading import GradeRequest, grade, open_gradebook, verify
from deepgrade.grading.demo import write_demo
from deepgrade.lab import LabFiles, find_root
from deepgrade.records import Course, RunStore
from deepgrade.score import CheckStatus
from support.silent import Silent

pytestmark = pytest.mark.long
"""A minute and a half; what a newcomer's `make test` runs of this kind is `tests/grading/test_class.py`."""

CASES = ("solution-otter", "blank-nbgrader", "one_hot_backwards")

TRAINED_ON_THE_TEST_SET = """
import keras
network = keras.Sequential([keras.Input((784,)), keras.layers.Dense(512, activation="relu"),
                            keras.layers.Dense(10, activation="softmax")])
network.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
for _ in range(4):
    history_network = network.fit(test_images, test_labels, epochs=5, batch_size=128, verbose=0)
"""


@pytest.fixture(scope="module")
def le5(tmp_path_factory):
    """LE5's files, a store with quick synthetic data, and an empty folder."""
    folder = tmp_path_factory.mktemp("le5")
    store = DataStore(folder / "store")
    for name in ("mnist", "imdb"):
        store.synthetic(name, "quick")
    return LabFiles(find_root(Path(__file__).parent), "le5"), store, folder


@pytest.fixture(scope="module")
def verified(le5):
    """The solution, the blank template and one mistake, graded."""
    files, store, folder = le5
    return verify(
        files,
        course=Course(folder / "course"),
        store=store,
        origin="synthetic",
        size="quick",
        progress=Silent(),
        only=CASES,
    )


def test_solution_gets_every_point_that_can_be_assessed(verified):
    result = next(row for row in verified.results if row.case.name == "solution-otter")
    assert result.problems == ()
    assert result.score.automatic_points == pytest.approx(result.score.automatic_possible)
    assert result.score.automatic_possible + result.score.manual_possible == pytest.approx(8.9)
    assert verified.not_assessed == ("test_training_could_use_the_gpu",)


def test_blank_template_gets_nothing(verified):
    result = next(row for row in verified.results if row.case.name == "blank-nbgrader")
    assert (result.problems, result.score.automatic_points) == ((), 0.0)


def test_mistake_loses_exactly_what_it_names(verified):
    result = next(row for row in verified.results if row.case.members)
    assert result.problems == ()
    assert result.score.automatic_points < result.score.automatic_possible


def test_solution_keeps_the_evidence_of_every_question(le5, verified):
    score = next(row for row in verified.results if row.case.name == "solution-otter").score
    folder = RunStore(Course(le5[2] / "course"), "le5").folder(score.run_key)
    inferred = json.loads((folder / "predictions" / "infer.json").read_text())
    assert inferred["models"]["b6/network"]["params"]["total"] == 407_050
    assert inferred["models"]["c7/model"]["params"]["total"] == 160_305
    assert {row["status"] for row in inferred["models"].values()} == {"ok"}


def test_templates_are_not_stale(le5):
    assert check_lab(le5[0]) == []


def test_demo_is_eight_notebooks_that_differ(le5):
    paths = write_demo(le5[0], le5[2] / "demo")
    assert len(paths) == len({path.read_bytes() for path in paths}) == 8


def test_training_on_the_public_test_set_is_noticed_and_hidden_rows_were_not_in_it(le5):
    files, store, folder = le5
    notebook = blank_notebook(files, "otter")
    solved = solved_notebook(files, "otter")
    kept = {"b1", "b4", "b5"}
    cells = []
    for blank_cell, solved_cell in zip(notebook["cells"], solved["cells"], strict=True):
        mark = blank_cell["metadata"].get("deepgrade", {})
        if mark.get("question") == "b6" and mark.get("role") == "answer":
            blank_cell = {**blank_cell, "source": TRAINED_ON_THE_TEST_SET}
        cells.append(
            solved_cell if mark.get("question") in kept or mark.get("role") == "given" else blank_cell
        )
    path = folder / "cheats" / "cheat.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps({**notebook, "cells": cells}))
    course = Course(folder / "cheat-course")
    grade(GradeRequest(files, [path], course, store, "synthetic", "quick"), Silent())
    with open_gradebook(course) as gradebook:
        score = gradebook.entry("le5", "cheat").score
    trained = score.check("test_network_was_trained_on_the_training_images")
    assert trained.status is CheckStatus.FAILED
    value = next(row.value for row in score.model_scores if row.name == "network")
    assert 0.5 < value < 1.0


def test_changed_input_adapters_predict_again_without_running_anyone(le5, verified):
    files, store, folder = le5
    course = Course(folder / "course")
    score = next(row for row in verified.results if row.case.name == "solution-otter").score
    run = RunStore(course, "le5").folder(score.run_key)
    made_with, ran = run / "predictions" / "made_with.txt", (run / "run.json").stat().st_mtime_ns
    current = made_with.read_text()
    made_with.write_text("0" * 64)
    path = folder / "course" / "cases" / "le5" / "solution-otter.ipynb"
    summary = grade(GradeRequest(files, [path], course, store, "synthetic", "quick", fresh=True), Silent())
    assert (summary.runs_made, summary.runs_found) == (0, 1)
    assert (made_with.read_text(), (run / "run.json").stat().st_mtime_ns) == (current, ran)
    assert (run / "predictions-1" / "infer.json").exists()
    with open_gradebook(course) as gradebook:
        again = gradebook.entry("le5", "solution-otter").score
    assert again.scored_at > score.scored_at
    assert [row.value for row in again.model_scores] == [row.value for row in score.model_scores]
