"""`nbgrader autograde` in the course folder that build fills."""

import csv
import json
import re

import pytest

from deepgrade.cli.main import main as deepgrade
from deepgrade.packages.nbgrader import fill_course
from native.native_lab import blank, native_lab, run_tool, solved

NOISY = """
import sys, warnings
class Noisy(np.ndarray):
    def __len__(self):
        warnings.warn("noise from a library")
        print("more noise", file=sys.stderr)
        return super().__len__()
numbers = (np.arange(10) ** 2).view(Noisy)
"""
ANSWERS = {
    "right": (),
    "cubes": (("** 2", "** 3"),),
    "noisy": (("numbers = np.arange(10) ** 2", NOISY),),
    "overwrites": (("total = int(numbers.sum())", "total = int(numbers.sum()); numbers = None"),),
    "raises": (("numbers = np.arange(10) ** 2", "numbers = np.arange(10) ** 2; raise ValueError('later')"),),
}
POINTS = {
    "right": {"a1-check-1": 0.5, "a1-hidden": 0.5, "a2-hidden": 0.5},
    "cubes": {"a1-check-1": 0.5, "a1-hidden": 0, "a2-hidden": 0},
    "noisy": {"a1-check-1": 0.5, "a1-hidden": 0.5, "a2-hidden": 0.5},
    "overwrites": {"a1-check-1": 0.5, "a1-hidden": 0.5, "a2-hidden": 0.5},
    "raises": {"a1-check-1": 0.5, "a1-hidden": 0.5, "a2-hidden": 0.5},
    "blank": {"a1-check-1": 0, "a1-hidden": 0, "a2-hidden": 0},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return native_lab(tmp_path_factory.mktemp("native-nbgrader"))


@pytest.fixture(scope="module")
def course(lab, tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    fill_course(lab, folder, origin="synthetic", size="quick")
    return folder


@pytest.fixture(scope="module")
def graded(lab, course):
    """The course, with every submission graded by nbgrader."""
    texts = {name: solved(lab, "nbgrader", *edits) for name, edits in ANSWERS.items()}
    for name, text in {**texts, "blank": blank(lab, "nbgrader")}.items():
        hand_in(course, name, text)
    done = run_tool("nbgrader", "autograde", "proof", cwd=course)
    assert done.returncode == 0, done.stderr[-3000:]
    return course


def hand_in(course, student, text):
    path = course / "submitted" / student / "proof" / "proof.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


def points(course, student):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", course.name) as gradebook:
        (notebook,) = gradebook.find_submission("proof", student).notebooks
        return {grade.name: grade.auto_score for grade in notebook.grades}


def outputs(course, student, cell):
    path = course / "autograded" / student / "proof" / "proof.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    (found,) = [one for one in cells if one["metadata"].get("nbgrader", {}).get("grade_id") == cell]
    return json.dumps(found["outputs"])


@pytest.mark.long
def test_a_course_without_its_bundle_gives_nobody_a_zero(lab, tmp_path):
    fill_course(lab, tmp_path, origin="synthetic", size="quick")
    hand_in(tmp_path, "right", solved(lab, "nbgrader"))
    (tmp_path / "deepgrade").rename(tmp_path / "elsewhere")
    done = run_tool("nbgrader", "autograde", "proof", cwd=tmp_path)
    assert done.returncode != 0
    assert not (tmp_path / "autograded" / "right" / "proof" / "proof.ipynb").exists()
    assert "There is no folder deepgrade/proof" in done.stderr
    named = run_tool(
        "nbgrader", "autograde", "proof", cwd=tmp_path, DEEPGRADE_NATIVE=str(tmp_path / "elsewhere")
    )
    assert named.returncode == 0
    assert points(tmp_path, "right")["a1-hidden"] == 0.5


@pytest.mark.long
@pytest.mark.parametrize("student", POINTS)
def test_points_are_those_that_the_checks_give(graded, student):
    found = points(graded, student)
    assert {cell: found[cell] for cell in POINTS[student]} == POINTS[student]


@pytest.mark.long
def test_noise_on_stderr_is_shown_where_a_student_made_it_and_in_no_test_cell(graded):
    assert "stderr" not in outputs(graded, "noisy", "a1-check-1")


@pytest.mark.long
def test_a_hidden_check_says_what_it_found_in_its_cell(graded):
    assert "Each is the square of its place." in outputs(graded, "cubes", "a1-hidden")
    assert "look at [3]" in outputs(graded, "cubes", "a1-hidden")


@pytest.mark.long
def test_a_written_answer_waits_for_a_person(graded):
    assert points(graded, "right")["a3-answer-1"] is None
    assert points(graded, "blank")["a3-answer-1"] == 0


def test_released_files_hold_the_notebook_alone_and_nothing_of_hidden_checks(course, lab):
    files = [path for path in (course / "release").rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["proof.ipynb"]
    text = files[0].read_text(encoding="utf-8")
    hidden = ("test_numbers_are_squares", "look at [3]", "deepgrade.native", "HIDDEN TESTS", "285")
    assert [word for word in hidden if word in text] == []
    assert "test_numbers_are_ten" in text


@pytest.mark.long
def test_a_released_notebook_validates_without_deepgrade(course, lab, tmp_path):
    (tmp_path / "proof.ipynb").write_text(solved(lab, "nbgrader"), encoding="utf-8")
    right = run_tool("nbgrader", "validate", "proof.ipynb", cwd=tmp_path)
    assert "Your notebook passes all the tests" in right.stdout + right.stderr
    released = (course / "release" / "proof" / "proof.ipynb").read_text(encoding="utf-8")
    (tmp_path / "blank.ipynb").write_text(released, encoding="utf-8")
    empty = run_tool("nbgrader", "validate", "blank.ipynb", cwd=tmp_path)
    assert "VALIDATION FAILED" in empty.stdout


@pytest.mark.long
def test_feedback_and_export_work(graded):
    assert run_tool("nbgrader", "generate_feedback", "proof", cwd=graded).returncode == 0
    page = (graded / "feedback" / "cubes" / "proof" / "proof.html").read_text(encoding="utf-8")
    assert "Each is the square of its place." in page
    assert "== [place**2" not in page
    assert run_tool("nbgrader", "export", cwd=graded).returncode == 0
    with (graded / "grades.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["student_id"]: row for row in csv.DictReader(stream)}
    assert float(rows["right"]["score"]) == 1.5 and float(rows["cubes"]["score"]) == 0.5
    assert float(rows["right"]["max_score"]) == 2.5


def test_build_fills_a_course_and_keeps_its_config(lab, tmp_path, capsys):
    course = tmp_path / "my-course"
    course.mkdir()
    (course / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    command = ["build", "proof", "--flavour", "nbgrader", "--into", str(course), "--root", str(lab.root)]
    with pytest.raises(SystemExit) as ended:
        deepgrade(command)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert re.search(r"c\.Execute\.timeout = 20\b", said)
    assert (course / "nbgrader_config.py").read_text(encoding="utf-8") == "c = get_config()\n"
    assert (course / "release" / "proof" / "proof.ipynb").is_file()
    assert (course / "gradebook.db").is_file()
