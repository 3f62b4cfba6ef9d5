"""Submissions from Gradescope's folders to results.json, in a container with the rights that Gradescope gives."""

from __future__ import annotations

import json
import os
import sysconfig
from pathlib import Path

import jsonschema
import pytest

from deepgrade.gradescope.build import ZipRequest, build_zip
from deepgrade.lab import LabFiles
from deepgrade.records import Course
from support.gradescope_container import Container
from support.small_class import make_small_lab, notebook
from zoo.arena import WON
from zoo.lab import KERAS_LIMITS, honest_cells, make_lab, notebook_of

pytestmark = pytest.mark.long
SCHEMA = json.loads((Path(__file__).parent / "gradescope_results.schema.json").read_text())

# Looks wherever hidden checks, the secret, labels, results and other people's names could be; a plain solution besides.
PRYING = """
import os, pathlib
found = []
for root in ("/autograder", "/opt/deepgrade", "/var", "/tmp", "/run", "/root", "."):
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if os.path.join(folder, name) != "@LIBRARIES@"]
        for name in files:
            try:
                text = pathlib.Path(folder, name).read_bytes()[:1_000_000]
            except OSError:
                continue
            if b"MARI" + b"GOLD" in text or name in ("labels.npy", "secret.key", "gradebook.db", "deepgrade.json"):
                found.append(os.path.join(folder, name))
try:
    import deepgrade
    found.append(deepgrade.__file__)
except ImportError:
    pass
for name in ("/autograder/submission_metadata.json", "/proc/1/environ", "/autograder/source", "/opt/deepgrade/course"):
    try:
        found.append(str(os.listdir(name) if os.path.isdir(name) else open(name).read()))
    except OSError:
        pass
print("LOOT: ", found) if found else print("nothing")
counts = [10] * 10 if not found else [len(found), *found]
""".replace(
    "@LIBRARIES@", str(Path(sysconfig.get_path("purelib")).resolve())
)  # the container borrows them from this machine

FORGING = """
import json, os
full = json.dumps({"score": 99, "tests": []})
for place in (
    "/autograder/results/results.json", "/autograder/run_autograder", "/autograder/source/setup.sh", "../out/run.json",
    "/opt/deepgrade/python", "/opt/deepgrade/deepgrade.json", "/opt/python/bin/python", "../out/evidence/a1.json",
):
    for attempt in (lambda: open(place, "w").write(full), lambda: os.remove(place), lambda: os.rename(place, place + "2")):
        try:
            attempt()
        except OSError:
            pass
pixels = None
"""

# Two daemons that left their session: one rewrites results for ever, one multiplies; neither minds signals that can be minded.
DAEMONS = """
import os, signal, time
for kind in ("rewrite", "multiply"):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            if kind == "multiply":
                try:
                    os.fork()
                except OSError:
                    pass
            try:
                open("/autograder/results/results.json", "w").write('{"score": 99}')
            except OSError:
                pass
            time.sleep(0.01)
time.sleep(0.3)
counts = [10] * 10
"""

KILLING = """
import os, signal
for process in [int(name) for name in os.listdir("/proc") if name.isdigit()] + [os.getppid(), 1]:
    if process != os.getpid():
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            pass
counts = [10] * 10
"""

FLOOD = """
import os
while True:
    os.write(1, b"x" * 65536)
"""

NETWORK = """
import socket
reached = []
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
    try:
        socket.socket(family, socket.SOCK_STREAM)
        reached.append(family)
    except OSError:
        pass
counts = [10] * 10 if not reached else [len(reached)]
"""


def checked(ran):
    """Return the results of a submission that must have some, after a look at the format."""
    assert ran.code == 0, ran.said
    assert ran.results is not None, ran.said
    jsonschema.Draft202012Validator(SCHEMA).validate(ran.results)
    points = [test["score"] for test in ran.results["tests"] if "score" in test]
    assert ran.results["score"] == pytest.approx(sum(points))
    assert ran.users_left == {0}, "something of the student's is still alive"
    return ran.results


def points_of(results):
    return {test["number"]: test["score"] for test in results["tests"] if "score" in test}


@pytest.fixture(scope="session", params=["as-root"] if os.geteuid() == 0 else [])
def container(tmp_path_factory, digits_store):
    folder = tmp_path_factory.mktemp("gradescope")
    files = make_small_lab(folder / "root")
    request = ZipRequest(files, Course(folder / "course"), "synthetic", "quick", digits_store)
    made = Container(folder / "container", build_zip(request, folder / "dist").path)
    assert made.setup.returncode == 0, made.setup.stdout
    assert "another user id" in made.setup.stdout, "namespaces work in here, which Gradescope does not allow"
    return made


# --- what is no notebook of the lab ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "links", "said"),
    [
        ({"small.ipynb": '{"cells": ['}, {}, "probably cut off"),
        ({}, {"small.ipynb": "/autograder/source/lab/tests/hidden/test_small.py"}, "link"),
    ],
    ids=["broken", "link-to-checks"],
)
def test_files_that_cannot_be_graded_get_no_points_and_a_sentence_on_what_to_do(
    container, files, links, said
):
    results = checked(container.submit(files, links))
    assert results["score"] == 0
    assert [test["max_score"] for test in results["tests"]] == [3]
    assert said in results["output"]
    assert "MARIGOLD" not in json.dumps(results)


# --- honest ----------------------------------------------------------------------------------------------------------


def test_solution_gets_its_points_and_hidden_checks_are_shown_later(container):
    results = checked(container.submit({"small.ipynb": notebook()}))
    assert points_of(results) == {"a1.1": 1, "a2.1": 2}
    assert {test["visibility"] for test in results["tests"] if "score" in test} == {"after_published"}
    assert "a3 Explain" in results["output"]
    assert results["stdout_visibility"] == "hidden"
    assert results["extra_data"]["deepgrade"]["verdict"] == "ok"


def test_named_notebook_is_taken_where_there_are_several_and_the_student_is_told(container):
    files = {"small.ipynb": notebook(), "old/small_draft.ipynb": notebook(load="pixels = None")}
    results = checked(container.submit(files))
    assert results["score"] == 3
    assert "small.ipynb was graded, of small.ipynb, old/small_draft.ipynb" in results["output"]


def test_blank_gets_nothing(container):
    results = checked(container.submit({"small.ipynb": notebook(load="", count="", answer="")}))
    assert points_of(results) == {"a1.1": 0, "a2.1": 0}


def test_cell_that_raises_costs_its_own_question_only(container):
    results = checked(
        container.submit({"small.ipynb": notebook(load="raise ValueError('<b>no pixels</b>')")})
    )
    assert points_of(results) == {"a1.1": 0, "a2.1": 2}
    assert "cell error" in results["output"]
    assert {test["output_format"] for test in results["tests"]} == {"text"}


# --- hostile ---------------------------------------------------------------------------------------------------------


def test_nothing_hidden_is_found(container):
    ran = container.submit({"small.ipynb": notebook(count=PRYING)})
    assert points_of(checked(ran)) == {"a1.1": 1, "a2.1": 2}, ran.results
    assert "MARIGOLD" not in json.dumps(ran.results)
    assert WON.decode() not in ran.said


def test_forged_results_are_not_taken(container):
    results = checked(container.submit({"small.ipynb": notebook(load=FORGING)}))
    assert points_of(results) == {"a1.1": 0, "a2.1": 2}


def test_daemons_that_rewrite_results_are_dead_before_results_are_written(container):
    results = checked(container.submit({"small.ipynb": notebook(count=DAEMONS)}))
    assert results["score"] <= 3


def test_grader_and_harness_cannot_be_killed(container):
    results = checked(container.submit({"small.ipynb": notebook(count=KILLING)}))
    assert points_of(results) == {"a1.1": 1, "a2.1": 2}


def test_flood_of_output_ends_the_run_and_not_the_grading(container):
    results = checked(container.submit({"small.ipynb": notebook(count=FLOOD)}))
    assert points_of(results) == {"a1.1": 1, "a2.1": 0}
    assert "output limit" in results["output"]
    assert len(json.dumps(results)) < 100_000


def test_endless_loop_is_a_timeout(container):
    results = checked(container.submit({"small.ipynb": notebook(load="while True:\n    pass")}))
    assert points_of(results)["a1.1"] == 0
    assert "timeout" in results["output"]


def test_no_socket_leads_out(container):
    assert points_of(checked(container.submit({"small.ipynb": notebook(count=NETWORK)})))["a2.1"] == 2


def test_nothing_is_published_where_the_grader_fails(container):
    broken = Container.__new__(Container)
    broken.image, broken.folder, broken._runs = container.image, container.folder, 1000
    checks = container.image / "opt" / "deepgrade" / "lab" / "tests" / "hidden" / "test_small.py"
    text = checks.read_text()
    checks.write_text("import a_module_that_is_not_there\n" + text)
    try:
        ran = broken.submit({"small.ipynb": notebook()})
    finally:
        checks.write_text(text)
    assert (ran.code, ran.results) == (1, None)
    assert "no result is published" in ran.said
    assert ran.users_left == {0}


# --- a lab with a model ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", params=["as-root"] if os.geteuid() == 0 else [])
def model_container(tmp_path_factory, digits_store):
    folder = tmp_path_factory.mktemp("gradescope-model")
    files: LabFiles = make_lab(folder / "root", canary="CANARY", limits=KERAS_LIMITS)
    request = ZipRequest(files, Course(folder / "course"), "synthetic", "quick", digits_store)
    made = Container(folder / "container", build_zip(request, folder / "dist").path)
    assert made.setup.returncode == 0, made.setup.stdout
    return made


def as_students_load_it(text):
    """Return a notebook of the zoo's that loads its data as students do, and not by their place in a sandbox."""
    for array, words in {
        "y_train": "mnist.load_data()[0][1]",
        "x_train": "mnist.load_data()[0][0]",
        "x_test": "mnist.load_data()[1][0]",
        "y_test": "mnist.load_data()[1][1]",
    }.items():
        text = text.replace(f'np.load(DATA / \\"{array}.npy\\")', words)
    return text.replace("import numpy as np", "import numpy as np\\nfrom keras.datasets import mnist")


def test_model_is_scored_on_hidden_rows_and_enters_the_leaderboard(model_container):
    ran = model_container.submit({"zoo.ipynb": as_students_load_it(notebook_of(honest_cells()))})
    results = checked(ran)
    assert results["score"] == 6, ran.results
    (entry,) = results["leaderboard"]
    assert entry["order"] == "desc"
    assert 0.8 <= entry["value"] <= 1
    assert entry["name"] == "model: accuracy"
