"""What holds for every lab: lab.toml, text, checks, mistakes and alternatives fit together. Nothing is trained here."""

import ast
import builtins
import re

import pytest
from lab_texts import ROOT, Parts

from deepgrade.data import load_catalogue
from deepgrade.flavours.master import heading_ids
from deepgrade.grading.seeds import with_seed
from deepgrade.lab import lab_names, make_plan, mismatches

LEAST_MISTAKES, LEAST_ALTERNATIVES = 12, 6


@pytest.fixture(params=lab_names(ROOT))
def parts(request):
    """One lab after the other."""
    return Parts(request.param)


def imported(source):
    """Return the modules that a Python text imports."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_master_is_python_and_a_master_of_its_lab(parts):
    compile(parts.text, parts.files.name, "exec")
    assert parts.master.cells


def test_the_seed_is_set_once_in_the_first_code_cell(parts):
    first = next(cell for cell in parts.master.cells if cell.kind == "code")
    assert first.question is None
    assert with_seed(first.source, 1, lab=parts.files.name) != first.source
    assert with_seed(parts.text, 1, lab=parts.files.name) != parts.text


def test_no_lab_needs_tensorflow_by_name(parts):
    texts = [parts.text, parts.files.checks.read_text(), *(other.text for other in parts.alternatives)]
    assert [name for text in texts for name in imported(text) if name.split(".")[0] == "tensorflow"] == []


def test_headings_name_titles_as_lab_toml_does(parts):
    found = [
        (name, rest)
        for cell in parts.master.cells
        if cell.role == "prompt"
        for name, rest in heading_ids(cell.source)
    ]
    assert [name for name, _ in found] == [question.id for question in parts.lab.questions]
    for (_, rest), question in zip(found, parts.lab.questions, strict=True):
        points = f"{question.points:g} point{'' if question.points == 1 else 's'}"
        assert rest == f"{question.title} ({points})"


def test_written_answers_are_written(parts):
    for question in parts.lab.questions:
        written = [
            cell.source
            for cell in parts.master.of(question.id)
            if (cell.kind, cell.role) == ("markdown", "answer")
        ]
        assert len(written) == int(question.manual), question.id
        assert all(len(text.split()) > 20 for text in written), f"{question.id}: too short to grade by"


def test_manual_questions_have_a_rubric_and_code_questions_have_none(parts):
    assert [q.id for q in parts.lab.questions if bool(q.rubric.strip()) != q.manual] == []


def test_data_sets_are_in_the_catalogue(parts):
    assert parts.lab.data and [name for name in parts.lab.data if name not in load_catalogue().sets] == []


def test_checks_and_lab_toml_fit_together(parts):
    plan = make_plan(parts.lab, parts.checks)
    assert all(plan.asks_for(e.inputs_question, e.inputs) for e in parts.lab.hidden.values())


def test_captured_names_stand_in_the_text_that_students_read(parts):
    code = " ".join(line for cell in parts.master.cells if cell.kind == "code" for line in cell.given_lines)
    spans = " ".join(re.findall(r"`([^`]+)`", parts.student_text))
    words = set(re.findall(r"\w+", f"{spans} {code}"))
    assert {name for check in parts.checks for name in check.arguments} - words == set()


def test_many_automatic_questions_have_a_visible_check(parts):
    automatic = {question.id for question in parts.lab.questions if not question.manual}
    with_visible = {check.question for check in parts.checks if check.visible}
    assert with_visible <= automatic and len(with_visible) >= len(automatic) / 3


def test_visible_checks_stand_alone(parts):
    """The compiler copies their bodies into the student's notebook: no `lab`, no helper, no module."""
    for check in parts.checks:
        if not check.visible:
            continue
        function = ast.parse(check.source).body[0]
        assert isinstance(function, ast.FunctionDef)
        body = [node for statement in function.body for node in ast.walk(statement)]
        names = [node for node in body if isinstance(node, ast.Name)]
        stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        loaded = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        assert loaded - stored - set(check.arguments) <= set(dir(builtins)), check.id


def test_models_held_against_a_threshold_have_one_for_both_sizes(parts):
    asking = {
        check.question
        for check in parts.checks
        if check.hidden and any(word in check.source for word in (".threshold(", ".reaches("))
    }
    assert {size: asking - set(parts.lab.thresholds.get(size, {})) for size in ("full", "quick")} == {
        "full": set(),
        "quick": set(),
    }


def test_thresholds_in_force_are_those_that_were_measured(parts):
    assert list(mismatches(parts.lab.thresholds, parts.lab.calibration, parts.files.name)) == []


def test_every_mistake_changes_the_master_into_python_that_compiles(parts):
    for mistake in parts.mistakes:
        changed = mistake.apply(parts.text)
        assert changed != parts.text and mistake.loses, mistake.name
        compile(changed, mistake.name, "exec")


def test_every_check_with_points_is_named_by_a_mistake_and_no_other(parts):
    named = frozenset[str]().union(*(mistake.loses for mistake in parts.mistakes))
    assert named - {check.id for check in parts.checks} == set()
    assert {check.id for check in parts.checks if check.points} - named == set()


def test_there_are_enough_mistakes_and_alternatives(parts):
    assert len(parts.mistakes) >= LEAST_MISTAKES
    assert len(parts.alternatives) >= LEAST_ALTERNATIVES
    assert all(len(other.description.split()) >= 5 for other in parts.alternatives)
