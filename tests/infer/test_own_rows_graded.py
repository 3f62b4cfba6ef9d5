"""Own rows from the notebook to the report: a network on a data frame, one on sequences, and one that is fitted twice."""

import json

import pytest

from deepgrade.grading import GradeRequest, grade, open_gradebook
from deepgrade.lab import LabFiles, load_checks, load_lab, make_plan
from deepgrade.records import Course
from deepgrade.score import CheckStatus
from support.silent import Silent

pytestmark = pytest.mark.long

LAB_TOML = """
schema_version = 1
name = "own"
title = "Own rows"
gpu = "off"
data = ["mnist"]
[limits]
wall_s = 300
cell_s = 200
memory_mib = 3000
processes = 200
disk_mib = 64
cpus = 1.0
[hidden.players]
source = "captured"
inputs = "x_test"
inputs_question = "a1"
targets = "y_test"
metric = "mae"
[hidden.days]
source = "captured"
inputs = "days_test"
inputs_question = "a1"
targets = "volume_test"
metric = "r2"
[thresholds.quick]
a2 = 1.0
a3 = 0.5
[[questions]]
id = "a1"
title = "Rows"
points = 1.0
[[questions]]
id = "a2"
title = "Players"
points = 2.0
[[questions]]
id = "a3"
title = "Days"
points = 2.0
"""

CHECKS = '''
import numpy as np

from deepgrade.lab import question


@question("a1", points=1)
def test_rows(x_test, y_test):
    """There are test rows."""
    assert len(x_test) > 0


@question("a2", points=1, hidden={"network": "players"})
def test_players(network, lab):
    """The network is close."""
    assert lab.reaches(network)


@question("a2", points=1, hidden={"network": "players"})
def test_size(network, x_test, y_test, lab):
    """The error is that of the predictions, and the parameters are counted."""
    error = np.abs(lab.predictions(network) - np.asarray(y_test)).mean()
    assert abs(error - lab.hidden_score(network)) < 1e-6
    assert (network.trainable_params, network.non_trainable_params) == (5, 0)


@question("a3", points=2, hidden={"network": "days"})
def test_days(network, lab):
    """The other network explains the volume."""
    assert lab.reaches(network)
'''

ROWS = """
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
frame = pd.DataFrame(rng.normal(size=(90, 4)), columns=list("abcd")).assign(d=rng.random(90) > 0.5)
salary = frame["a"] * 3 - frame["b"] + frame["d"] + 5
x_test, y_test = frame.iloc[60:], salary.iloc[60:]
days = rng.normal(size=(80, 5, 3)).astype("float32")
volume = days[:, -1, 0] + 0.1 * rng.normal(size=80)
days_test, volume_test = days[50:], volume[50:]
"""
PLAYERS = """
import keras
network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
network.compile(loss="mse", optimizer="sgd")
network.set_weights([np.array([[3.0], [-1], [0], [1]]), np.array([5.0])])
network.fit(frame.iloc[:60].astype("float32"), salary.iloc[:60], epochs=1, verbose=0)
"""
DAYS = """
network = keras.Sequential([keras.Input((5, 3)), keras.layers.Flatten(), keras.layers.Dense(1)])
network.compile(loss="mse", optimizer=keras.optimizers.SGD(0.02))
network.fit(days[:50], volume[:50], epochs=100, batch_size=10, verbose=0)
"""


def _notebook(rows: str) -> str:
    cells = []
    for title, code in (("a1: Rows", rows), ("a2: Players", PLAYERS), ("a3: Days", DAYS)):
        cells.append({"cell_type": "markdown", "metadata": {}, "source": f"### Question {title} (1 point)"})
        cell = {"cell_type": "code", "metadata": {}, "source": code, "outputs": [], "execution_count": None}
        cells.append(cell)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": kernel, "cells": cells})


NOTEBOOKS = {
    "ada": _notebook(ROWS),
    "bert": _notebook(ROWS + "y_test = y_test.iloc[:-1]\n"),
}


@pytest.fixture(scope="module")
def scores(tmp_path_factory, digits_store):
    """Student -> score, through a real sandbox and a real worker."""
    folder = tmp_path_factory.mktemp("own")
    files = LabFiles(folder / "root", "own")
    for path, text in ((files.toml, LAB_TOML), (files.checks, CHECKS)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    files.plan.parent.mkdir(parents=True)
    files.plan.write_text(make_plan(load_lab(files), load_checks(files.checks).checks).model_dump_json())
    (folder / "submissions").mkdir()
    for student, text in NOTEBOOKS.items():
        (folder / "submissions" / f"{student}.ipynb").write_text(text)
    course = Course(folder / "course")
    paths = [folder / "submissions"]
    grade(GradeRequest(files, paths, course, digits_store, "synthetic", "quick", slots=1), Silent())
    with open_gradebook(course) as gradebook:
        return {entry.student: entry.score for entry in gradebook.entries("own")}


def test_networks_on_own_rows_earn_their_points(scores):
    score = scores["ada"]
    failed = [(c.check, c.hint or c.reason) for q in score.questions for c in q.checks if not c.points]
    assert (score.automatic_points, failed) == (5.0, [])
    players, days = score.model_scores
    assert (players.metric, players.rows, days.metric, days.rows) == ("mae", 30, "r2", 30)
    assert players.value < 1.0 and 0.5 < days.value <= 1.0
    assert score.flags == ()


def test_targets_that_are_one_row_short_cost_the_questions_that_need_them(scores):
    score = scores["bert"]
    check = score.check("test_players")
    assert check.status is CheckStatus.FAILED
    assert check.hint == "`x_test` has 30 rows and `y_test` 29: each row needs its answer"
    assert score.check("test_days").status is CheckStatus.PASSED
