"""What an instructor writes wrongly is said at once, all of it, with the place."""

from pathlib import Path

import pytest

from deepgrade.lab import Lab, LabError, LabFiles, Mistake, load_checks, load_lab, load_mistakes, make_plan

HEADER = "from deepgrade.lab import question, visible\n\n"


def _checks(tmp_path: Path, text: str):
    path = tmp_path / "test_tiny.py"
    path.write_text(HEADER + text)
    return load_checks(path)


def _lab(**changes):
    values = {
        "schema_version": 1,
        "name": "tiny",
        "title": "Tiny",
        "data": ("mnist",),
        "questions": (
            {"id": "a1", "title": "x", "points": 1.0},
            {"id": "a2", "title": "y", "points": 1, "manual": True},
        ),
    }
    return Lab.model_validate(values | changes)


def test_all_problems_of_a_check_file_are_told_together(tmp_path):
    with pytest.raises(LabError) as caught:
        _checks(
            tmp_path,
            '''
@question("a1", points=1)
def test_silent(x):
    assert x


@question("a1", points=-1)
def test_negative(request):
    """Negative."""


def test_without_question(x):
    """No question."""


@question("a1", points=0, hidden={"other": "mnist"})
def test_names_another(network):
    """Other."""
''',
        )
    text = str(caught.value)
    for word in (
        "test_silent has no docstring",
        "negative points",
        "pytest fixture",
        "test_without_question",
        "'other'",
    ):
        assert word in text


def test_check_defined_twice_is_an_error_because_the_first_would_be_lost(tmp_path):
    body = '@question("a1", points=1)\ndef test_same(x):\n    """Same."""\n'
    with pytest.raises(LabError, match="test_same is defined twice"):
        _checks(tmp_path, body + "\n" + body)


def test_broken_check_file_names_the_error(tmp_path):
    with pytest.raises(LabError, match="SyntaxError"):
        _checks(tmp_path, "def test_(:\n")
    with pytest.raises(LabError, match="no check file"):
        load_checks(tmp_path / "none.py")


def test_plan_keeps_arguments_probes_manual_captures_and_hidden_inputs(tmp_path):
    checks = _checks(
        tmp_path,
        '''
@question("a1", points=1, hidden={"network": "digits"}, probes={"encode": [([1], {"n": 2})]})
def test_all(network, encode, lab):
    """All of it."""
''',
    )
    lab = _lab(
        questions=(
            {"id": "a1", "title": "x", "points": 1.0},
            {"id": "a2", "title": "y", "points": 1, "manual": True, "capture": ["changed"]},
        ),
        hidden={
            "digits": {
                "dataset": "mnist",
                "inputs": "test_images",
                "inputs_question": "a2",
                "input_adapters": ["flat/unit"],
            }
        },
    )
    plan = make_plan(lab, checks.checks)
    assert plan.questions["a1"].names == ("encode", "network")
    assert plan.questions["a1"].probes == {"encode": [[[1], {"n": 2}]]}
    assert plan.questions["a2"].names == ("changed", "test_images")
    assert not plan.asks_for("a1", "lab")


def test_points_that_do_not_add_up_and_unknown_questions_are_told(tmp_path):
    checks = _checks(
        tmp_path,
        '''
@question("a1", points=0.5)
def test_half(x):
    """Half."""


@question("zz", points=1)
def test_nowhere(x):
    """Nowhere."""
''',
    )
    with pytest.raises(LabError) as caught:
        make_plan(_lab(), checks.checks)
    assert "worth 0.5 points, lab.toml says 1" in str(caught.value)
    assert "'zz'" in str(caught.value)


def test_edited_check_body_leaves_the_plan_alone(tmp_path):
    text = '@question("a1", points=1)\ndef test_one(x):\n    """One."""\n    assert x == 1\n'
    before = make_plan(_lab(), _checks(tmp_path, text).checks)
    edited = _checks(tmp_path, text.replace("x == 1", "x == 2"))
    assert make_plan(_lab(), edited.checks).sha256 == before.sha256


def test_wrong_lab_toml_names_every_place(tmp_path):
    folder = tmp_path / "solutions" / "tiny"
    folder.mkdir(parents=True)
    files = LabFiles(tmp_path, "tiny")
    with pytest.raises(LabError, match="There is no lab 'tiny'"):
        load_lab(files)
    files.toml.write_text(
        'schema_version = 1\nname = "tiny"\ntitle = "T"\ndata = []\nquestions = []\nextra = 1\n'
    )
    with pytest.raises(LabError) as caught:
        load_lab(files)
    assert "questions" in str(caught.value)
    assert "extra" in str(caught.value)


def test_mistake_that_names_no_single_place_is_an_error():
    mistake = Mistake("m", "d", (("x = 1", "x = 2"),), frozenset())
    assert mistake.apply("a\nx = 1\n") == "a\nx = 2\n"
    for master in ("nothing", "x = 1\nx = 1\n"):
        with pytest.raises(LabError, match="not once"):
            mistake.apply(master)


def test_two_mistakes_of_one_name_are_an_error(tmp_path):
    path = tmp_path / "mistakes.py"
    path.write_text(
        "from deepgrade.lab import Mistake\nm = Mistake('m', 'd', (), frozenset())\nMISTAKES = (m, m)\n"
    )
    with pytest.raises(LabError, match="one name"):
        load_mistakes(path)


CARVED = {"dataset": "mnist", "inputs": "x", "inputs_question": "a1", "input_adapters": ["flat/unit"]}
CAPTURED = {
    "source": "captured",
    "inputs": "x_test",
    "inputs_question": "a1",
    "targets": "y_test",
    "metric": "mae",
}


def test_plan_keeps_inputs_and_targets_of_captured_rows(tmp_path):
    text = (
        '@question("a1", points=1, hidden={"network": "players"})\ndef test_one(network):\n    """One."""\n'
    )
    plan = make_plan(_lab(hidden={"players": CAPTURED}), _checks(tmp_path, text).checks)
    assert plan.questions["a1"].names == ("network", "x_test", "y_test")


def test_hidden_evaluations_are_carved_unless_they_say_otherwise():
    lab = _lab(hidden={"digits": CARVED, "players": CAPTURED})
    assert list(lab.carved) == ["digits"]
    assert (lab.hidden["digits"].metric, lab.hidden["players"].metric) == ("accuracy", "mae")


@pytest.mark.parametrize(
    ("evaluation", "said"),
    [
        ({k: v for k, v in CAPTURED.items() if k != "targets"}, ["targets: missing"]),
        (CAPTURED | {"targets": "x_test"}, ["targets: the same variable"]),
        (CAPTURED | {"metric": "mse"}, ["'mse' is not one of accuracy, mae, rae, rmse, r2"]),
        (
            CAPTURED | {"metric": "f1", "dataset": "mnist", "rows": 5, "num_words": 9},
            ["'f1' is not one of", "dataset: only for source", "rows: only for", "num_words: only for"],
        ),
        (
            CAPTURED | {"input_adapters": ["flat/unit"], "quick_rows": 5},
            ["input_adapters: only", "quick_rows: only"],
        ),
        (CAPTURED | {"inputs_question": "zz"}, ["there is no question 'zz'"]),
        (CARVED | {"targets": "y_test"}, ["targets: only for source"]),
        (CARVED | {"metric": "r2"}, ['r2 needs source = "captured"']),
        ({"inputs": "x", "inputs_question": "a1"}, ["dataset: missing", "input_adapters: missing"]),
        (CARVED | {"dataset": "imdb"}, ["'imdb' is not in data"]),
        (CARVED | {"source": "own"}, ["'carved' or 'captured'"]),
    ],
)
def test_hidden_evaluation_that_contradicts_itself_is_told_all_of_it(evaluation, said):
    with pytest.raises(ValueError) as caught:
        _lab(hidden={"players": evaluation})
    assert all(part in str(caught.value) for part in said), str(caught.value)


def test_problems_of_several_hidden_evaluations_are_told_together():
    with pytest.raises(ValueError) as caught:
        _lab(hidden={"one": CAPTURED | {"metric": "mse"}, "two": CARVED | {"targets": "y"}})
    assert "hidden.one" in str(caught.value) and "hidden.two" in str(caught.value)


def test_a_lab_with_captured_rows_survives_being_written_and_read():
    lab = _lab(hidden={"digits": CARVED, "players": CAPTURED})
    assert Lab.model_validate(lab.model_dump()) == lab
    assert Lab.model_validate_json(lab.model_dump_json()) == lab
