"""Which file of a student is graded."""

from __future__ import annotations

import os

import pytest

from deepgrade.gradescope.pick import pick_notebook
from deepgrade.lab import load_lab
from support.small_class import make_small_lab, notebook
from zoo.lab import notebook_of


@pytest.fixture
def lab(tmp_path):
    return load_lab(make_small_lab(tmp_path / "root"))


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "submission"
    folder.mkdir()
    return folder


def test_nothing_is_said_to_be_nothing(lab, place):
    assert pick_notebook(place, lab) == (None, "No file was handed in. Hand in small.ipynb.")


def test_other_files_are_named(lab, place):
    for number in range(8):
        (place / f"file{number}\u202e.py").write_text("print(1)")
    path, sentence = pick_notebook(place, lab)
    assert path is None
    assert "file0\ufffd.py" in sentence
    assert "and 3 more" in sentence


def test_link_is_not_followed(lab, place, tmp_path):
    (tmp_path / "secret.ipynb").write_text(notebook())
    (place / "small.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (place / "folder").symlink_to(tmp_path)
    path, sentence = pick_notebook(place, lab)
    assert path is None
    assert "link" in sentence


def test_pipe_does_not_hang_it(lab, place):
    os.mkfifo(place / "small.ipynb")
    path, sentence = pick_notebook(place, lab)
    assert path is None
    assert "ordinary file" in sentence


def test_notebooks_of_other_labs_do_not_count(lab, place):
    (place / "zoo.ipynb").write_text(notebook_of({}))
    (place / "mine.ipynb").write_text(notebook())
    assert pick_notebook(place, lab) == (place / "mine.ipynb", "")


def test_one_of_another_lab_alone_is_refused_with_what_to_do(lab, place):
    (place / "zoo.ipynb").write_text(notebook_of({}))
    path, sentence = pick_notebook(place, lab)
    assert path is None
    assert "None of the questions of Small" in sentence


def test_of_several_the_named_one_is_taken_and_without_one_the_student_is_asked(lab, place):
    (place / "a.ipynb").write_text(notebook())
    (place / "b.ipynb").write_text(notebook())
    path, sentence = pick_notebook(place, lab)
    assert path is None
    assert (
        sentence
        == "Several notebooks hold questions of this lab: a.ipynb, b.ipynb. Hand in one, named small.ipynb."
    )
    (place / "deep").mkdir()
    (place / "deep" / "Small.ipynb").write_text(notebook())
    path, sentence = pick_notebook(place, lab)
    assert path == place / "deep" / "Small.ipynb"
    assert "was graded" in sentence


def test_checkpoints_and_hidden_folders_do_not_count(lab, place):
    (place / ".ipynb_checkpoints").mkdir()
    (place / ".ipynb_checkpoints" / "small-checkpoint.ipynb").write_text(notebook())
    (place / "__MACOSX").mkdir()
    (place / "__MACOSX" / "small.ipynb").write_text("")
    (place / "x.ipynb").write_text(notebook())
    assert pick_notebook(place, lab).path == place / "x.ipynb"


def test_thousands_of_files_are_refused(lab, place):
    for number in range(5001):
        (place / f"{number}.txt").touch()
    assert "5,000" in pick_notebook(place, lab).sentence
