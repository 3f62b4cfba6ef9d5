"""The class that TAs practise on: everybody differs, and always in the same way."""

import json
from collections import Counter

import pytest

from deepgrade.grading.demo import DEMO_STUDENTS, write_demo
from deepgrade.grading.practice import practice_notebooks
from deepgrade.lab import LabFiles
from support.made_class import REPOSITORY

COUNT = 22


@pytest.fixture(scope="module")
def notebooks():
    return dict(practice_notebooks(LabFiles(REPOSITORY, "le5"), COUNT))


def _answers(notebook):
    return [
        cell["source"]
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown" and cell["metadata"].get("deepgrade", {}).get("role") == "answer"
    ]


def _code(notebook):
    return "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")


def test_nobody_hands_in_what_another_did(notebooks):
    assert len(notebooks) == len({json.dumps(notebook) for notebook in notebooks.values()}) == COUNT


def test_the_same_class_comes_again(notebooks):
    assert dict(practice_notebooks(LabFiles(REPOSITORY, "le5"), COUNT)) == notebooks


def test_some_wrote_all_some_little_and_some_nothing(notebooks):
    per_question = list(zip(*map(_answers, notebooks.values()), strict=True))
    assert len(per_question) == 8
    for answers in per_question:
        assert len(set(answers)) >= 3, answers[0]
        most = Counter(answers).most_common(1)[0][1]
        assert most < COUNT
    everything = [answer for answers in per_question for answer in answers]
    assert any("Type your answer here" in answer for answer in everything), "a place that was left as it was"
    assert any(len(answer) < 60 for answer in everything) and any(len(answer) > 800 for answer in everything)


def test_a_third_programmed_all_of_it(notebooks):
    whole = [name for name, notebook in notebooks.items() if "final_model" in _code(notebook)]
    assert 0 < len(whole) <= COUNT // 3


def test_the_first_eight_are_the_demos_and_fewer_are_not_made(tmp_path):
    files = LabFiles(REPOSITORY, "le5")
    eight = {path.name: path.read_bytes() for path in write_demo(files, tmp_path / "eight")}
    more = {path.name: path.read_bytes() for path in write_demo(files, tmp_path / "more", DEMO_STUDENTS + 3)}
    assert len(eight) == DEMO_STUDENTS and len(more) == DEMO_STUDENTS + 3
    assert eight.items() <= more.items()
