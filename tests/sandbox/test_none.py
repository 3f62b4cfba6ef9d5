"""`--sandbox none`: only when asked for by name, said aloud, and never mistaken for a run with walls."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from deepgrade.cli.main import main
from deepgrade.sandbox import NoSandbox, find_sandbox, host_environment
from support.small_class import make_small_lab, notebook, write_class


@pytest.mark.parametrize("name", [None, "bubblewrap"])
def test_none_is_never_chosen_by_itself(name, monkeypatch):
    monkeypatch.setenv("DEEPGRADE_IMAGE", "localhost/whatever")
    assert find_sandbox(name).name == "bubblewrap"


def test_environment_without_walls_is_another_environment():
    assert NoSandbox().environment.versions == host_environment().versions | {"sandbox": "none"}


def test_grading_without_walls_warns_marks_every_page_and_is_done_again_with_walls(tmp_path, digits_store):
    make_small_lab(tmp_path)
    submissions = write_class(tmp_path / "submissions", {"ada": notebook()})
    words = [
        "grade",
        "small",
        str(submissions),
        "--root",
        str(tmp_path),
        "--course",
        str(tmp_path / "course"),
    ]
    words += ["--data", "synthetic", "--size", "quick", "--store", str(digits_store.root)]
    report = tmp_path / "course" / "report" / "small"

    def grade(*more):
        result = CliRunner().invoke(main, [*words, *more], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        pages = [report / "index.html", *(report / "students").glob("*.html")]
        assert len(pages) == 2
        marked = {"ran without walls" in page.read_text() for page in pages}
        assert len(marked) == 1
        assert json.loads((report / "results.json").read_text())["without_walls"] == marked.pop()
        return result.output, json.loads((report / "results.json").read_text())["without_walls"]

    output, without_walls = grade("--sandbox", "none")
    assert "WARNING: --sandbox none" in output
    assert without_walls
    output, without_walls = grade()
    assert "WARNING: --sandbox none" not in output
    assert not without_walls
    assert len(list((tmp_path / "course").rglob("run.json"))) == 2
