"""`otter run` with the autograder zip that build leaves."""

import json
import zipfile

import pytest

from deepgrade.cli.main import main as deepgrade
from deepgrade.packages.otter import write_autograder_zip
from native.native_lab import blank, native_lab, run_tool, solved

FORGERY = """
import pickle
real = pickle.dump
def dump(results, *more, **named):
    for file in results.results.values():
        for result in file.test_case_results:
            result.passed = True
    return real(results, *more, **named)
pickle.dump = dump
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return native_lab(tmp_path_factory.mktemp("native-otter"))


@pytest.fixture(scope="module")
def archive(lab):
    path = lab.root / "dist" / "proof-autograder.zip"
    write_autograder_zip(lab, path, origin="synthetic", size="quick")
    return path


def otter_run(archive, folder, notebook, **variables):
    """Run otter on a notebook's text; return the process and results.json, None where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "student.ipynb").write_text(notebook, encoding="utf-8")
    command = ["otter", "run", "student.ipynb", "-a", str(archive), "-o", str(folder), "--no-logo"]
    done = run_tool(*command, cwd=folder, **variables)
    results = folder / "results.json"
    return done, json.loads(results.read_text(encoding="utf-8")) if results.exists() else None


def points(results):
    return {test["name"]: test["score"] for test in results["tests"] if "score" in test}


def said(results, question):
    return next(test["output"] for test in results["tests"] if test["name"] == question)


@pytest.mark.long
def test_a_machine_without_the_data_gives_no_result_and_says_how_to_get_them(tmp_path):
    from support.proof_lab import make_proof_lab

    files = make_proof_lab(tmp_path / "lab")
    archive = tmp_path / "with-data.zip"
    write_autograder_zip(files, archive, origin="synthetic", size="quick")
    done, results = otter_run(
        archive, tmp_path / "run", solved(files, "otter"), DEEPGRADE_STORE=str(tmp_path / "empty")
    )
    assert done.returncode != 0 and results is None
    assert "deepgrade data synthetic --size quick" in done.stdout + done.stderr


@pytest.mark.long
def test_a_blank_notebook_gets_nothing(archive, lab, tmp_path):
    _, results = otter_run(archive, tmp_path, blank(lab, "otter"))
    assert points(results) == {"a1": 0, "a2": 0}


@pytest.mark.long
def test_a_notebook_of_something_else_gets_nothing_and_is_told_why(archive, tmp_path):
    other = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    _, results = otter_run(archive, tmp_path, json.dumps(other))
    assert points(results) == {"a1": 0, "a2": 0}
    assert "None of the questions of Proof" in results["output"]


@pytest.mark.long
def test_results_that_the_kernel_forges_count_nothing(archive, lab, tmp_path):
    edit = ("numbers = np.arange(10) ** 2", FORGERY + "numbers = [1]")
    _, results = otter_run(archive, tmp_path, solved(lab, "otter", edit))
    assert points(results) == {"a1": 0, "a2": 0}


@pytest.mark.long
def test_the_solution_gets_every_point_and_a_mistake_loses_what_it_should(archive, lab, tmp_path):
    done, results = otter_run(archive, tmp_path / "right", solved(lab, "otter"))
    assert done.returncode == 0
    assert points(results) == {"a1": 1.0, "a2": 0.5}
    _, results = otter_run(archive, tmp_path / "wrong", solved(lab, "otter", ("** 2", "** 3")))
    assert points(results) == {"a1": 0.5, "a2": 0}
    assert "Each is the square of its place." in said(results, "a1")
    assert "look at [3]" in said(results, "a1")
    assert "look at [3]" not in said(results, "Public Tests")


@pytest.mark.long
def test_a_variable_counts_as_it_is_when_its_question_ends(archive, lab, tmp_path):
    edit = ("total = int(numbers.sum())", "total = int(numbers.sum()); numbers = None")
    _, results = otter_run(archive, tmp_path, solved(lab, "otter", edit))
    assert points(results) == {"a1": 1.0, "a2": 0.5}


def test_build_leaves_the_zip_without_conda_data_or_changing_bytes(lab, tmp_path, monkeypatch):
    monkeypatch.chdir(lab.root)
    command = ["build", "proof", "--flavour", "otter", "--root", str(lab.root), "--out", str(tmp_path)]
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            deepgrade([*command, "--data", "synthetic", "--size", "quick"])
        assert ended.value.code == 0
    path = tmp_path / "otter" / "proof-autograder.zip"
    again = tmp_path / "again.zip"
    write_autograder_zip(lab, again, origin="synthetic", size="quick")
    assert path.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        texts = b"".join(archive.read(name) for name in names)
    assert {"tests/a1.py", "tests/a2.py", "deepgrade/proof/native.json", "otter_config.json"} <= set(names)
    assert not [name for name in names if name.endswith((".npy", ".csv", "environment.yml"))]
    assert b"miniforge" not in texts.lower() or b"setup.sh" not in texts
    assert str(lab.root).encode() not in texts
