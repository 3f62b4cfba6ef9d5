"""What holds for LE5 beyond what every lab must hold: its parts, the handout's steps, its layout."""

import ast

import pytest
from lab_texts import Parts

from deepgrade.lab import make_plan

LE5 = Parts("le5")


def test_the_master_imports_keras_numpy_and_matplotlib_only():
    nodes = [node for node in ast.walk(ast.parse(LE5.text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert names == {"keras", "numpy", "matplotlib.pyplot"}


def test_every_question_is_a_prompt_followed_by_its_answers():
    for question in LE5.lab.questions:
        kinds = [(cell.kind, cell.role) for cell in LE5.master.of(question.id)]
        assert kinds[0] == ("markdown", "prompt") and len(kinds) >= 2
        assert set(kinds[1:]) == {("markdown" if question.manual else "code", "answer")}


def test_written_answers_are_of_some_length():
    answers = [c.source for c in LE5.master.cells if (c.kind, c.role) == ("markdown", "answer")]
    assert all(len(text.split()) > 40 for text in answers)


def test_the_parts_are_worth_two_three_and_four_points():
    parts = {letter: sum(q.points for q in LE5.lab.questions if q.id[0] == letter) for letter in "abc"}
    assert parts == pytest.approx({"a": 2, "b": 3, "c": 4})


@pytest.mark.parametrize(
    "words",
    [
        ["Activation"], ["Stochastic gradient"], ["learning rate"], ["loss"], ["Back-propagation"],
        ["Load MNIST"], ["Build", "512"], ["Compile"], ["Reshape and scale", "[0, 1]"], ["One-hot"],
        ["Fit", "5 epochs"], ["Evaluate"], ["first ten"], ["Change three"], ["Explain the three", "effect"],
        ["Load the reviews", "10,000"], ["Vectorize", "vectorize_sequences"], ["Labels", "floats"], ["Build", "16"],
        ["validation set", "first 10,000"], ["20 epochs", "512"], ["best_epoch"], ["Refit", "few epochs"],
        ["Add dropout"], ["dropout", "validation loss"], ["best model", "board"], ["Explain your best model"],
        ["device", "GPU"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_step_of_the_handout_is_lost(words):
    prompts = [" ".join(cell.source.split()) for cell in LE5.master.cells if cell.role == "prompt"]
    assert any(all(word in text for word in words) for text in prompts)


def test_what_hidden_sets_and_graders_need_is_captured():
    plan = make_plan(LE5.lab, LE5.checks)
    assert plan.asks_for("b4", "test_images") and plan.asks_for("c2", "x_test")
    assert {"changed_1", "changed_2", "changed_3"} <= set(plan.questions["b11"].names)


def test_hidden_scores_have_a_threshold_each():
    scored = {"b6", "c7", "c9", "c12"}
    assert scored == set(LE5.lab.thresholds["full"]) == set(LE5.lab.thresholds["quick"])


def test_most_automatic_questions_have_a_visible_check():
    automatic = {question.id for question in LE5.lab.questions if not question.manual}
    with_visible = {check.question for check in LE5.checks if check.visible}
    assert len(with_visible) > len(automatic) / 2


def test_there_are_at_least_16_mistakes_for_quick_data():
    assert sum(mistake.size != "full" for mistake in LE5.mistakes) >= 16
