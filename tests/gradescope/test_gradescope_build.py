"""The zip for Gradescope: what is in it, what is not, and what its scripts do."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from deepgrade.cli.build import command
from deepgrade.data import DataNotFoundError, DataStore
from deepgrade.gradescope import ResultOptions, Settings
from deepgrade.gradescope.build import ZipRequest, build_zip
from deepgrade.gradescope.settings import Home
from deepgrade.lab import LabError, LabFiles
from deepgrade.packages.carried import script
from deepgrade.records import Course
from support.small_class import LAB_TOML, make_small_lab

FILES = Path(sys.modules["deepgrade.gradescope.build"].__file__).parent / "files"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def request_(tmp_path, digits_store):
    files = make_small_lab(tmp_path / "root")
    return ZipRequest(files, Course(tmp_path / "course"), "synthetic", "quick", digits_store)


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


# --- what is refused -------------------------------------------------------------------------------------------------


def test_lab_that_requires_a_gpu_is_refused(request_, tmp_path):
    request_.files.toml.write_text(LAB_TOML.replace('gpu = "off"', 'gpu = "required"'))
    with pytest.raises(LabError, match="Gradescope's machines have none"):
        build_zip(request_, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_lab_that_was_not_built_is_refused(request_, tmp_path):
    request_.files.plan.unlink()
    with pytest.raises(LabError, match="deepgrade build small"):
        build_zip(request_, tmp_path / "dist")


def test_missing_data_set_is_refused(request_, tmp_path):
    empty = ZipRequest(request_.files, request_.course, "real", "full", DataStore(tmp_path / "empty"))
    with pytest.raises(DataNotFoundError, match="deepgrade data fetch mnist"):
        build_zip(empty, tmp_path / "dist")


def test_data_that_cannot_be_downloaded_have_to_be_taken_along(request_, tmp_path):
    text = LAB_TOML.replace('data = ["mnist"]', 'data = ["photos"]')
    request_.files.toml.write_text(text)
    catalogue = DataStore(tmp_path).catalogue
    wanted = ZipRequest(request_.files, request_.course, "real", "full")
    if any(file.url is None for file in catalogue["photos"].files):
        with pytest.raises(LabError, match="--data-from STORE"):
            build_zip(wanted, tmp_path / "dist")
    else:
        build_zip(wanted, tmp_path / "dist")


# --- what is in it ---------------------------------------------------------------------------------------------------


def test_same_input_gives_the_same_bytes_and_another_secret_does_not(request_, tmp_path, monkeypatch):
    one = build_zip(request_, tmp_path / "one").path.read_bytes()
    for path in (request_.files.toml, request_.files.checks):
        os.utime(path, (1, 1))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert build_zip(request_, tmp_path / "two").path.read_bytes() == one
    other = ZipRequest(request_.files, Course(tmp_path / "other"), "synthetic", "quick", request_.data_from)
    assert build_zip(other, tmp_path / "three").path.read_bytes() != one


def test_scripts_stand_at_the_root_and_can_be_executed(request_, tmp_path):
    report = build_zip(request_, tmp_path / "dist")
    with zipfile.ZipFile(report.path) as archive:
        modes = {info.filename: stat.S_IMODE(info.external_attr >> 16) for info in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert modes["course/secret.key"] == 0o644
    assert stat.S_IMODE(report.path.stat().st_mode) == 0o600


def test_it_holds_checks_and_data_and_neither_solution_nor_mistakes(request_, tmp_path):
    (request_.files.folder / "small.py").write_text("# the solution: MARIGOLD")
    (request_.files.folder / "mistakes.py").write_text("# mistakes: MARIGOLD")
    found = members(build_zip(request_, tmp_path / "dist").path)
    assert "lab/tests/hidden/test_small.py" in found
    assert "lab/assignments/small/capture_plan.json" in found
    assert "store/synthetic/quick/mnist/x_train.npy" in found
    assert found["course/secret.key"].decode() == request_.course.secret.hex()
    assert [name for name, data in found.items() if b"MARIGOLD" in data] == ["lab/tests/hidden/test_small.py"]
    assert not [name for name in found if "__pycache__" in name or name.endswith(".pyc")]
    assert {"grader/deepgrade/kernel/main.py", "grader/deepgrade/data/catalogue.toml"} <= found.keys()


def test_without_a_store_the_data_are_left_to_setup(request_, tmp_path):
    bare = ZipRequest(request_.files, request_.course, "synthetic", "quick")
    assert not [
        name for name in members(build_zip(bare, tmp_path / "dist").path) if name.startswith("store/")
    ]


def test_choices_reach_the_container(request_, tmp_path):
    options = ResultOptions("hidden", leaderboard=False)
    chosen = ZipRequest(
        request_.files, request_.course, "synthetic", "quick", request_.data_from, options, "separate-user"
    )
    text = members(build_zip(chosen, tmp_path / "dist").path)["deepgrade.json"]
    (tmp_path / "deepgrade.json").write_bytes(text)
    settings = Home(tmp_path).settings()
    assert settings == Settings(
        deepgrade_version=settings.deepgrade_version, lab="small", origin="synthetic", size="quick",
        hidden_visibility="hidden", leaderboard=False, sandbox="separate-user",
    )  # fmt: skip
    assert settings.options == options
    (tmp_path / "deepgrade.json").write_text("{}")
    with pytest.raises(LabError, match="Build the autograder again"):
        Home(tmp_path).settings()


def test_everything_that_pip_is_to_install_has_a_version(request_, tmp_path):
    found = members(build_zip(request_, tmp_path / "dist").path)
    wanted = [Requirement(line) for line in found["requirements.txt"].decode().splitlines()]
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in found["constraints.txt"].decode().split()
    }
    names = {requirement.name.lower().replace("_", "-") for requirement in wanted}
    assert {"numpy", "pydantic", "sqlalchemy", "pytest", "ipython", "pyseccomp"} <= names
    assert {"hypothesis", "jupytext", "nbgrader", "otter-grader"}.isdisjoint(names)
    assert names - pinned == set()


def test_repositorys_constraints_are_taken_where_there_are_some(request_, tmp_path):
    (request_.files.root / "constraints.txt").write_bytes((REPOSITORY / "constraints.txt").read_bytes())
    found = members(build_zip(request_, tmp_path / "dist").path)
    assert found["constraints.txt"] == (REPOSITORY / "constraints.txt").read_bytes()


def test_advice_names_what_to_set_on_gradescope_and_long_labs_are_warned_of(request_, tmp_path):
    report = build_zip(request_, tmp_path / "dist")
    assert "Autograder points: 3" in report.advice
    assert any("questions for 1 points" in line for line in report.advice)
    assert any("synthetic" in line for line in report.warnings)
    request_.files.toml.write_text(LAB_TOML.replace("wall_s = 40", "wall_s = 3600"))
    assert any("40 at most" in line for line in build_zip(request_, tmp_path / "dist").warnings)


# --- the command -----------------------------------------------------------------------------------------------------


def test_check_makes_no_zip():
    done = CliRunner().invoke(command, ["le5", "--check", "--gradescope"])
    assert done.exit_code == 2
    assert "makes no zip" in done.output


def test_command_builds_templates_and_zip_and_says_what_to_set(tmp_path, monkeypatch, digits_store):
    root = tmp_path / "root"
    for name in ("solutions/mnist_one_layer", "tests/hidden"):
        (root / name).mkdir(parents=True)
    original = LabFiles(REPOSITORY, "mnist_one_layer")
    copy = LabFiles(root, "mnist_one_layer")
    for file in (original.toml, original.master, original.mistakes):
        (copy.folder / file.name).write_bytes(file.read_bytes())
    copy.checks.write_bytes(original.checks.read_bytes())
    monkeypatch.chdir(root)
    options = [
        "--gradescope",
        "--data",
        "synthetic",
        "--size",
        "quick",
        "--data-from",
        str(digits_store.root),
    ]
    done = CliRunner().invoke(command, ["mnist_one_layer", *options])
    assert done.exit_code == 0, done.output
    assert (root / "dist" / "gradescope" / "mnist_one_layer-gradescope.zip").is_file()
    assert (root / "course" / "secret.key").is_file()
    assert "Autograder points:" in done.output
    assert "WARNING: The data are synthetic" in done.output


# --- the scripts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_script_is_bash_that_parses_and_stops_at_the_first_error(name):
    text = (FILES / name).read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -eu" in text
    assert subprocess.run(["bash", "-n", str(FILES / name)], check=False).returncode == 0
    assert os.access(FILES / name, os.X_OK)


@pytest.mark.long
def test_setup_installs_into_an_environment_of_its_own_and_nothing_of_conda(tmp_path, request_):
    """With a pip that notes what it is asked for, and no apt-get."""
    text = (FILES / "setup.sh").read_text() + script("environment.sh").decode()
    assert "conda" not in text
    assert '-r "$source_folder/requirements.txt" -c "$source_folder/constraints.txt"' in text
    source, home, tools = tmp_path / "source", tmp_path / "home", tmp_path / "tools"
    with zipfile.ZipFile(build_zip(request_, tmp_path / "dist").path) as archive:
        archive.extractall(source)
    tools.mkdir()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    fake = tools / f"python{version}"
    fake.write_text(
        "#!/bin/bash\n"
        'if [ "$1" = -c ]; then exit 0; fi\n'
        f'if [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit 0; fi\n'
        f'if [ "$1" = -m ] && [ "$2" = pip ]; then echo "$@" > {tmp_path}/asked; exit 0; fi\n'
        f'exec {sys.executable} "$@"\n'
    )
    fake.chmod(0o755)
    for tool in (
        "bash",
        "env",
        "id",
        "mkdir",
        "chmod",
        "cp",
        "rm",
        "cat",
        "dirname",
        "find",
        "setpriv",
        "prlimit",
        "sh",
    ):
        (tools / tool).symlink_to(Path("/usr/bin", tool))
    done = subprocess.run(
        ["bash", str(source / "setup.sh")], env={"PATH": str(tools), "DEEPGRADE_HOME": str(home)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if os.geteuid() != 0:
        assert "has to run as root" in done.stderr
        return
    assert done.returncode == 0, done.stdout + done.stderr
    asked = (tmp_path / "asked").read_text()
    assert f"-r {source}/requirements.txt -c {source}/constraints.txt" in asked
    assert (home / "python").read_text().strip() == f"{home}/venv/bin/python"
    modes = {
        name: stat.S_IMODE((home / name).stat().st_mode) for name in ("grader", "lab", "course", "store")
    }
    assert set(modes.values()) == {0o700}
    assert stat.S_IMODE((home / "course" / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(source.stat().st_mode) & 0o077 == 0
    assert (home / "course" / "data" / "synthetic-quick" / "public" / "mnist").is_dir()
    assert json.loads((home / "deepgrade.json").read_text())["lab"] == "small"
