"""Commands as people call them: fast help, errors that say what to do next, exit codes."""

import json
import subprocess
import sys
import time

import pytest

from support.small_class import make_small_lab, notebook, write_class


def _run(*words, cwd=None):
    command = [sys.executable, "-m", "deepgrade.cli.main", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_help_loads_no_area_of_the_package():
    code = (
        "import sys; from deepgrade.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'tensorflow', 'keras', 'sqlalchemy', 'rich', 'pydantic', 'pytest'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_commands_that_grade_and_report_load_no_library_that_they_do_not_use():
    code = (
        "import sys, deepgrade.cli.grade, deepgrade.cli.regrade, deepgrade.cli.report\n"
        "heavy = {'scipy', 'pandas', 'tensorflow', 'keras', 'matplotlib', 'nbgrader', 'otter'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_help_answers_at_once_and_lists_every_command():
    began = time.monotonic()
    done = _run("--help")
    assert time.monotonic() - began < 3
    for name in ("build", "data", "grade", "regrade", "report", "verify", "doctor"):
        assert name in done.stdout


@pytest.mark.parametrize("command", ["build", "grade", "regrade", "report", "verify"])
def test_unknown_lab_names_the_labs_there_are(tmp_path, command):
    make_small_lab(tmp_path)
    extra = [tmp_path] if command == "grade" else []
    done = _run(command, "smal", *extra, "--root", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "Labs there: small" in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_project_the_error_says_where_to_go(tmp_path):
    done = _run("grade", "le5", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "--root" in done.stderr


def test_missing_data_names_the_command_that_gets_it(tmp_path):
    make_small_lab(tmp_path / "root")
    submissions = write_class(tmp_path / "submissions", {"ada": notebook()})
    words = ["grade", "small", submissions, "--root", tmp_path / "root", "--store", tmp_path / "store"]
    done = _run(*words, "--course", tmp_path / "course")
    assert done.returncode == 2
    assert "deepgrade data import" in done.stderr


def test_regrade_before_anything_was_graded_says_so(tmp_path):
    make_small_lab(tmp_path / "root")
    done = _run("regrade", "small", "--root", tmp_path / "root", "--course", tmp_path / "course")
    assert done.returncode == 2
    assert "deepgrade grade small" in done.stderr


def test_class_is_graded_reported_and_regraded_from_the_command_line(tmp_path, digits_store):
    files = make_small_lab(tmp_path / "root")
    submissions = write_class(tmp_path / "submissions", {"ada": notebook(), "gus": "not a notebook"})
    place = ["--root", "root", "--course", "course"]  # as people type them: relative
    done = _run(
        "grade",
        "small",
        submissions,
        *place,
        "--store",
        digits_store.root,
        "--data",
        "synthetic",
        "--size",
        "quick",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "ada" in done.stdout and "3 / 3" in done.stdout and "invalid submission" in done.stdout
    folder = tmp_path / "course" / "report" / "small"
    assert {path.name for path in folder.iterdir()} >= {
        "index.html",
        "grades.csv",
        "results.json",
        "students",
    }
    assert json.loads((folder / "results.json").read_text())["schema_version"] == 4
    files.checks.write_text(files.checks.read_text().replace("== 100", "== 99"))
    shown = _run("regrade", "small", *place, cwd=tmp_path)
    assert "0 up, 1 down" in shown.stdout
    refused = _run("regrade", "small", *place, "--apply", cwd=tmp_path)
    assert refused.returncode == 2 and "--reason" in refused.stderr
    applied = _run("regrade", "small", *place, "--apply", "--reason", "the count was wrong", cwd=tmp_path)
    assert "1 scores applied" in applied.stdout
    assert "1 / 3" in _run("report", "small", *place, cwd=tmp_path).stdout
