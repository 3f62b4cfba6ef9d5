"""`deepgrade verify` and `calibrate` over several labs: one that cannot be proven does not keep the others from it."""

import subprocess
import sys

import pytest

from support.proof_lab import TOML, make_proof_lab
from support.small_class import make_small_lab


def _run(*words, cwd):
    command = [sys.executable, "-m", "deepgrade.cli.main", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["verify"], "name labs, or give --all"),
        (["verify", "proof", "--all"], "name labs, or give --all"),
        (["verify", "proof", "--record", "--only", "cubes"], "leave --only"),
        (["verify", "proof", "--seeds", "-1"], "--seeds"),
        (["calibrate", "proof", "--runs", "2"], "--runs"),
        (["calibrate", "proof", "--chance", "1"], "--chance"),
    ],
)
def test_wrong_use_is_told(tmp_path, words, says):
    make_small_lab(tmp_path)
    done = _run(*words, "--root", tmp_path, cwd=tmp_path)
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["verify", "calibrate"])
def test_unknown_lab_names_the_labs_there_are(tmp_path, command):
    make_small_lab(tmp_path)
    done = _run(command, "smal", "--root", tmp_path, cwd=tmp_path)
    assert done.returncode == 2 and "Labs there: small" in done.stderr


def test_a_lab_without_thresholds_has_nothing_to_calibrate(tmp_path):
    make_small_lab(tmp_path)
    done = _run("calibrate", "small", "--root", tmp_path, cwd=tmp_path)
    assert done.returncode == 2 and "nothing to calibrate" in done.stderr


def test_a_lab_without_its_data_does_not_stop_the_others(tmp_path, digits_store):
    root = tmp_path / "root"
    make_proof_lab(root)
    make_proof_lab(root, "films", toml=TOML.replace('"mnist"', '"imdb"'))
    make_small_lab(root)  # without a master
    words = ["verify", "--all", "--only", "blank-otter", "--root", root, "--store", digits_store.root]
    words += ["--data", "synthetic", "--size", "quick", "--course", tmp_path / "course"]
    done = _run(*words, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    said = " ".join(done.stdout.split())
    assert "1 of 1 cases as they must be" in said
    assert "deepgrade data synthetic imdb --size quick" in said
    assert "There is no master notebook" in said
    assert said.count("│ not run") == 2
