"""A rubric begins as lab.toml's text."""

from pathlib import Path

import pytest

from deepgrade.lab import LabFiles, Question, find_root, lab_names, load_lab
from deepgrade.review.rubrics import first_rubric

ROOT = find_root(Path(__file__))


def _rubric(text, points=1.0):
    return first_rubric(Question(id="a1", title="t", points=points, manual=True, rubric=text))


@pytest.mark.parametrize("text", ["", "Look for sense.", "2026 was the year", "0.2", "v0.2 is new"])
def test_text_without_items_is_guidance(text):
    rubric = _rubric(text)
    assert (rubric.items, rubric.guidance) == ((), text)


def test_items_go_on_until_the_next_item_or_an_empty_line():
    rubric = _rubric("Be kind.\n0.6 says why,\nin own words.\n0.4: gives an example.\n\nOne word: nothing.")
    assert [(item.id, item.points, item.text) for item in rubric.items] == [
        ("r1", 0.6, "says why, in own words."),
        ("r2", 0.4, "gives an example."),
    ]
    assert (rubric.start, rubric.guidance) == ("none", "Be kind.\nOne word: nothing.")


def test_a_rubric_of_losses_begins_with_all_points():
    rubric = _rubric("-0.5 no example.\n-0.25 no reason.")
    assert (rubric.start, [item.points for item in rubric.items]) == ("full", [-0.5, -0.25])


@pytest.mark.parametrize("name", lab_names(ROOT))
def test_the_rubrics_of_our_labs_can_give_all_points_of_their_questions(name):
    for question in load_lab(LabFiles(ROOT, name)).questions:
        if question.manual and question.rubric.strip():
            rubric = first_rubric(question)
            gains = sum(item.points for item in rubric.items if item.points > 0)
            assert gains == pytest.approx(question.points) or rubric.start == "full", question.id
