"""The parts of LE5 fit together: lab.toml, text, checks, known mistakes. Nothing is trained here."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from deepgrade.lab import LabFiles, load_checks, load_lab, load_mistakes, make_plan

FILES = LabFiles(Path(__file__).resolve().parents[2], "le5")
MASTER = FILES.master.read_text(encoding="utf-8")
MARKER = re.compile(
    r'^# %%(?P<markdown> \[markdown\])?(?: question="(?P<question>\w+)")?(?P<answer> role="answer")?$'
)
HEADING = re.compile(r"^# ### Question (\w+): (.+) \(([\d.]+) points?\)$")


@cache
def cells():
    """Return (marker match, lines) of each cell of the master."""
    found = []
    for line in MASTER.splitlines():
        if line.startswith("# %%"):
            marker = MARKER.match(line)
            assert marker, f"not one of the markers that the build knows: {line}"
            found.append((marker, []))
        elif found:
            found[-1][1].append(line)
    return found


def prompts():
    """Return question id -> lines of its prompt cell."""
    return {
        m["question"]: lines for m, lines in cells() if m["question"] and m["markdown"] and not m["answer"]
    }


def headings():
    matches = {question: HEADING.match(lines[0]) for question, lines in prompts().items()}
    assert all(matches.values()), [question for question, match in matches.items() if not match]
    return [(match[1], match[2], float(match[3])) for match in matches.values()]


def lab():
    return load_lab(FILES)


def checks():
    return load_checks(FILES.checks).checks


def test_the_master_is_python_that_compiles():
    compile(MASTER, str(FILES.master), "exec")


def test_the_master_imports_keras_numpy_and_matplotlib_only():
    imports = [node for node in ast.walk(ast.parse(MASTER)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in imports if isinstance(node, ast.ImportFrom)}
    assert names == {"keras", "numpy", "matplotlib.pyplot"}


def test_every_question_is_a_prompt_followed_by_its_answers():
    order = [m["question"] for m, _ in cells() if m["question"]]
    assert list(dict.fromkeys(order)) == [question.id for question in lab().questions]
    for question in lab().questions:
        own = [(m, lines) for m, lines in cells() if m["question"] == question.id]
        assert order.count(question.id) == len(own) >= 2
        first = order.index(question.id)
        assert order[first : first + len(own)] == [question.id] * len(own), "its cells do not stand together"
        kinds = [
            "prompt" if m["markdown"] and not m["answer"] else "answer" if m["answer"] else "code"
            for m, _ in own
        ]
        assert kinds == (["prompt", "answer"] if question.manual else ["prompt", *["code"] * (len(own) - 1)])


def test_headings_name_title_and_points_as_lab_toml_does():
    assert headings() == [(question.id, question.title, question.points) for question in lab().questions]


def test_solution_marks_come_in_pairs_in_every_code_answer():
    for marker, lines in cells():
        marks = [line.strip() for line in lines if "SOLUTION" in line]
        wanted = 1 if marker["question"] and not marker["markdown"] else 0
        assert marks == ["# BEGIN SOLUTION", "# END SOLUTION"] * wanted


def test_written_answers_are_written():
    answers = {m["question"]: " ".join(lines) for m, lines in cells() if m["answer"]}
    assert {question for question, text in answers.items() if len(text.split()) > 40} == {
        question.id for question in lab().questions if question.manual
    }


def test_the_parts_are_worth_two_three_and_four_points():
    parts = {letter: sum(q.points for q in lab().questions if q.id[0] == letter) for letter in "abc"}
    assert parts == pytest.approx({"a": 2, "b": 3, "c": 4})


def test_manual_questions_have_a_rubric_and_code_questions_have_none():
    assert all(bool(question.rubric.strip()) == question.manual for question in lab().questions)


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
    texts = [" ".join(line.removeprefix("#").strip() for line in lines) for lines in prompts().values()]
    assert any(all(word in text for word in words) for text in texts)


def test_checks_and_lab_toml_fit_together():
    plan = make_plan(lab(), checks())
    assert plan.asks_for("b4", "test_images") and plan.asks_for("c2", "x_test")
    assert {"changed_1", "changed_2", "changed_3"} <= set(plan.questions["b11"].names)


def test_captured_names_stand_in_the_text_that_students_read():
    everything = "\n".join(
        line for m, lines in cells() if m["markdown"] and not m["answer"] for line in lines
    )
    names = {name for check in checks() for name in check.arguments}
    assert {name for name in names if f"`{name}`" not in everything} == set()


def test_most_automatic_questions_have_a_visible_check():
    automatic = {question.id for question in lab().questions if not question.manual}
    with_visible = {check.question for check in checks() if check.visible}
    assert with_visible <= automatic and len(with_visible) > len(automatic) / 2


def test_visible_checks_stand_alone():
    """The compiler copies their bodies into the student's notebook: no `lab`, no helper, no module."""
    for check in checks():
        if not check.visible:
            continue
        function = ast.parse(check.source).body[0]
        assert isinstance(function, ast.FunctionDef)
        stored = {
            n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        body = [n for statement in function.body for n in ast.walk(statement)]
        loaded = {n.id for n in body if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        assert loaded - stored - set(check.arguments) <= {
            "all",
            "any",
            "getattr",
            "int",
            "len",
            "range",
            "str",
        }, check.id


def test_hidden_scores_have_a_threshold_for_both_sizes():
    scored = {check.question for check in checks() if check.hidden and "threshold(" in check.source}
    assert scored == set(lab().thresholds["full"]) == set(lab().thresholds["quick"])


def test_every_mistake_changes_the_master_into_python_that_compiles():
    for mistake in load_mistakes(FILES.mistakes):
        changed = mistake.apply(MASTER)
        assert changed != MASTER and mistake.loses
        compile(changed, mistake.name, "exec")


def test_every_check_with_points_is_named_by_a_mistake():
    named = frozenset[str]().union(*(mistake.loses for mistake in load_mistakes(FILES.mistakes)))
    known = {check.id for check in checks()}
    assert named <= known
    assert {check.id for check in checks() if check.points} - named == set()


def test_there_are_at_least_16_mistakes_for_quick_data():
    assert sum(mistake.size != "full" for mistake in load_mistakes(FILES.mistakes)) >= 16
