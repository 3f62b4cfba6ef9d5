import ast
import json
import tempfile
from pathlib import Path

import nbformat
import pytest
from flavours_small_lab import CHECKS, MASTER, run_source, write_lab

from deepgrade.flavours import (
    FLAVOURS,
    blank_notebook,
    build,
    build_lab,
    check_lab,
    nbgrader,
    otter,
    solved_notebook,
)
from deepgrade.lab import CapturePlan, LabError, LabFiles

SECRETS = [
    "the secret of squares",
    "twice_the_value",
    "the slope tells",
    "All of them grew",
    "1000000",
    "gradient and a picture",
    "squares_of_their_index",
    "counted from nought",
    "did you square",
    "double_doubles",
    "never met",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> LabFiles:
    files = write_lab(tmp_path_factory.mktemp("course"))
    build_lab(files)
    return files


def contents(files):
    return {path: path.read_bytes() for path in sorted(files.root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"checks": CHECKS.replace("points=0.5", "points=0.6")}, "worth 0.85 points"),
        ({"checks": CHECKS.replace('"b2", points=1', '"b9", points=1')}, "'b9', which is not in lab.toml"),
        ({"master": MASTER.replace("start = 0", "start = (")}, "b1-answer-1 is not valid Python"),
        ({"master": MASTER.replace("Say why.", "Say why: the slope tells which way the loss falls.")}, None),
        (
            {"checks": CHECKS.replace("Double is a function.", "Else test_double_doubles fails.")},
            "it names the hidden check test_double_doubles",
        ),
        (
            {"checks": CHECKS.replace('"count them again"', '"hint: did you square or double them"')},
            None,
        ),
        (
            {
                "checks": CHECKS.replace(
                    "LENGTH_WANTED = 10", f'LENGTH_WANTED = "{tempfile.gettempdir()}/deepgrade-x"'
                )
            },
            "a path",
        ),
    ],
)
def test_a_lab_that_must_not_be_released_is_not(tmp_path, parts, says):
    files = write_lab(tmp_path, **parts)
    if says is None:
        build_lab(files, flavours=("otter",))
        return
    with pytest.raises(LabError) as caught:
        build_lab(files)
    assert says in str(caught.value)
    assert not files.assignment.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("    numbers=np.arange( start, 10 )**2   # the secret of squares", "the solution of b1-answer-1"),
        ("Because the slope tells which way the loss falls.", "the solution of a1-answer-1"),
        ("Look for the word gradient and a picture of it.", "the rubric of a1"),
        ("Every number is the square of its place, counted from nought.", "a text of the hidden check"),
        ("hint: did you square or double them", "a text of the hidden check"),
        ("see test_double_doubles", "it names the hidden check test_double_doubles"),
        ("ROOT/solutions", "it names a path of this machine"),
        (None, "holds outputs"),
    ],
)
def test_what_a_tool_would_leave_in_a_template_is_found(tmp_path, monkeypatch, text, says):
    files = write_lab(tmp_path)
    original = build._MAKERS["otter"]

    def leaky(*arguments):
        notebook = original(*arguments)
        if text is None:
            notebook["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
        else:
            notebook["cells"][1]["metadata"]["note"] = ["fine", text.replace("ROOT", str(files.root))]
        return notebook

    monkeypatch.setitem(build._MAKERS, "otter", leaky)
    with pytest.raises(LabError) as caught:
        build_lab(files)
    assert says in str(caught.value)
    assert "must not be released" in str(caught.value)
    assert not files.assignment.exists()


def test_a_tool_that_loses_a_cell_is_found(tmp_path, monkeypatch):
    files = write_lab(tmp_path)
    original = otter.assign

    def forgetful(name, notebook, take):
        student = original(name, notebook, take)
        del student["cells"][6]
        return student

    monkeypatch.setattr(otter, "assign", forgetful)
    with pytest.raises(LabError, match="lost b1-prompt-1"):
        build_lab(files)


def test_a_tool_that_refuses_the_lab_is_quoted(tmp_path, monkeypatch):
    files = write_lab(tmp_path)
    monkeypatch.setattr(nbgrader, "_SCHEMA", 1)
    with pytest.raises(LabError, match="nbgrader refused the lab tiny"):
        build_lab(files, flavours=("nbgrader",))


def test_an_unknown_flavour_is_refused(tmp_path):
    with pytest.raises(LabError, match="no flavour jupyterhub"):
        build_lab(write_lab(tmp_path), flavours=("jupyterhub",))


def test_a_lab_without_a_master_is_refused(tmp_path):
    files = write_lab(tmp_path)
    files.master.unlink()
    with pytest.raises(LabError, match="Write the lab there"):
        build_lab(files)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_nothing_hidden_is_in_a_template(built, flavour):
    text = built.template(flavour).read_text(encoding="utf-8")
    assert [secret for secret in SECRETS if secret in text] == []
    assert str(built.root) not in text
    assert tempfile.gettempdir() not in text


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_template_is_a_valid_notebook_with_named_cells(built, flavour):
    notebook = nbformat.read(built.template(flavour), as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.deepgrade == {"lab": "tiny", "flavour": flavour}
    roles = {}
    for cell in notebook.cells:
        mark = cell.metadata.deepgrade
        roles.setdefault(mark.question, []).append(mark.role)
        if cell.cell_type == "code":
            ast.parse(cell.source)
            assert cell.outputs == []
    assert roles["a1"] == ["prompt", "answer"]
    # nbgrader has a cell for each visible check and one for a question's hidden ones, otter one cell for the visible ones.
    assert roles["b1"] == ["prompt", "answer", "check"] + ["check"] * (flavour == "nbgrader")
    assert roles["b2"] == ["prompt", "answer", "check"] + ["check"] * 2 * (flavour == "nbgrader")
    assert roles["c1"] == ["prompt", "answer", "answer"]
    prompts = [cell.source for cell in notebook.cells if cell.metadata.deepgrade.role == "prompt"]
    assert all("### Question" in source for source in prompts)


def test_the_solution_is_blank_and_the_given_code_stands(built):
    otter = {cell["id"]: cell for cell in blank_notebook(built, "otter")["cells"]}
    nbgrader = {cell["id"]: cell for cell in blank_notebook(built, "nbgrader")["cells"]}
    assert otter["b1-answer-1"]["source"] == "start = 0\n...\ntotal = 1"
    assert (
        nbgrader["b1-answer-1"]["source"]
        == "start = 0\n# YOUR CODE HERE\nraise NotImplementedError()\ntotal = 1"
    )
    assert otter["a1-answer-1"]["source"] == "_Type your answer here, replacing this text._"
    assert nbgrader["a1-answer-1"]["source"] == "YOUR ANSWER HERE"


def test_nbgraders_metadata_says_what_is_graded_how(built):
    cells = {
        cell["id"]: cell["metadata"].get("nbgrader") for cell in blank_notebook(built, "nbgrader")["cells"]
    }
    kinds = {
        name: (f["grade"], f["solution"], f["locked"], f.get("points")) for name, f in cells.items() if f
    }
    assert kinds["b1-prompt-1"] == (False, False, True, None)
    assert kinds["b1-answer-1"] == (False, True, False, None)
    assert kinds["b1-check-1"] == (True, False, True, 0.25)
    assert kinds["a1-answer-1"] == (True, True, False, 1)
    assert kinds["c1-answer-1"] == (False, True, False, None)
    assert kinds["c1-answer-2"] == (True, True, False, 2)
    assert cells["given-2"] is None


def test_building_again_changes_no_byte_and_leaves_nothing_behind(built, tmp_path, monkeypatch):
    before = contents(built)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    report = build_lab(built)
    assert report.changed == ()
    assert contents(built) == before
    assert list(scratch.glob("deepgrade-*")) == []
    assert Path.cwd().is_dir()
    assert check_lab(built) == []


def test_the_plan_is_the_checks_wishes(built):
    plan = CapturePlan.model_validate(json.loads(built.plan.read_text(encoding="utf-8")))
    assert plan.order == ("a1", "b1", "b2", "c1")
    assert plan.questions["b1"].names == ("numbers",)
    assert plan.questions["b2"].probes == {"double": [[[21], {}]]}
    assert plan.questions["c1"].names == ("changed",)


def test_a_stale_template_is_named_with_the_cell(tmp_path):
    files = write_lab(tmp_path)
    assert len(check_lab(files)) == 4
    build_lab(files)
    files.master.write_text(
        MASTER.replace("the first ten squares", "the first ten squares, from 0"), encoding="utf-8"
    )
    assert check_lab(files) == [
        "assignments/tiny/otter/tiny.ipynb is stale (cell b1-prompt-1 differs). Run: deepgrade build tiny",
        "assignments/tiny/nbgrader/tiny.ipynb is stale (cell b1-prompt-1 differs). Run: deepgrade build tiny",
    ]
    files.master.write_text(MASTER, encoding="utf-8")
    files.template("otter").write_text("{", encoding="utf-8")
    files.plan.write_text("{}", encoding="utf-8")
    stale = check_lab(files)
    assert stale[0].startswith("assignments/tiny/otter/tiny.ipynb is stale (it is not a notebook")
    assert stale[1] == "assignments/tiny/capture_plan.json is stale. Run: deepgrade build tiny"


def test_another_spelling_of_the_same_check_is_not_stale(tmp_path):
    files = write_lab(tmp_path)
    build_lab(files)
    path = files.template("nbgrader")
    path.write_text(
        path.read_text(encoding="utf-8").replace("'count them again'", '\\"count them again\\"'),
        encoding="utf-8",
    )
    assert check_lab(files) == []


def otter_results(notebook, question):
    from otter.test_files.exception_test import ExceptionTestFile

    scope = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "otter" not in cell["source"] and "grader." not in cell["source"]:
            run_source(cell["source"], scope)
    tests = ExceptionTestFile.from_string(notebook["metadata"]["otter"]["tests"][question])
    tests.run(scope)
    return tests.test_case_results


def test_otter_itself_passes_the_solution_and_fails_a_mistake_with_the_checks_sentence(built):
    for question in ("b1", "b2"):
        assert all(result.passed for result in otter_results(solved_notebook(built, "otter"), question))
    assert len(otter_results(solved_notebook(built, "otter"), "b2")) == 2
    mistaken = MASTER.replace("np.arange(start, 10)", "np.arange(start, 11)")
    (result,) = otter_results(solved_notebook(built, "otter", mistaken), "b1")
    assert not result.passed
    assert "count them again" in result.message
    assert (
        result.test_case.failure_message
        == "Not yet: There are ten \"numbers\" in C:\\new\\table, 'all' of them."
    )


def test_nbgraders_test_cells_pass_on_the_solution_and_fail_on_the_template(built):
    def run(notebook):
        scope = {}
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                run_source(cell["source"], scope)

    run(solved_notebook(built, "nbgrader"))
    with pytest.raises(NotImplementedError):
        run(blank_notebook(built, "nbgrader"))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_solved_notebook_is_the_template_with_answers(built, flavour):
    blank, solved = blank_notebook(built, flavour), solved_notebook(built, flavour)
    assert [cell["id"] for cell in solved["cells"]] == [cell["id"] for cell in blank["cells"]]
    assert [cell["metadata"] for cell in solved["cells"]] == [cell["metadata"] for cell in blank["cells"]]
    changed = [
        a["id"] for a, b in zip(solved["cells"], blank["cells"], strict=True) if a["source"] != b["source"]
    ]
    assert changed == ["a1-answer-1", "b1-answer-1", "b2-answer-1", "c1-answer-1", "c1-answer-2"]
    nbformat.validate(nbformat.from_dict(solved))


def test_a_mistake_may_edit_given_code_and_drop_an_answer(built):
    text = MASTER.replace("import numpy as np", "import numpy as np, math")
    text = text.split('# %% question="b2"')[0] + text[text.index('# %%\nprint("between') :]
    cells = {cell["id"]: cell["source"] for cell in solved_notebook(built, "otter", text)["cells"]}
    assert cells["given-2"] == "import numpy as np, math"
    assert cells["b2-answer-1"].endswith("...")


def test_a_mistake_that_adds_cells_is_refused(built):
    with pytest.raises(LabError, match="given-5"):
        solved_notebook(built, "otter", MASTER + "\n# %%\nprint('more')\n")


def test_a_lab_that_was_not_built_says_how(tmp_path):
    with pytest.raises(LabError, match="deepgrade build tiny"):
        blank_notebook(write_lab(tmp_path), "otter")
