"""`deepgrade import` with courses that otter and nbgrader graded themselves."""

import csv
import json
from datetime import UTC, datetime

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from interchange_courses import (
    CELLS,
    MANUAL,
    graded_nbgrader_course,
    graded_otter_course,
    made_gradebook,
    results_json,
    small_lab,
)

from deepgrade.cli.main import main
from deepgrade.interchange.incoming.arriving import NativeCell, NativeClass, NativeResult
from deepgrade.interchange.incoming.taking_over import score_of, take_over
from deepgrade.records import Course, Gradebook
from deepgrade.report.grades import RESULTS_SCHEMA
from deepgrade.report.points import tally
from deepgrade.score import CheckResult, CheckStatus, QuestionResult, SubmissionScore

FULL = {**CELLS, **MANUAL}


@pytest.fixture
def bench(tmp_path):
    """Return (lab, course, command): command gives `deepgrade`'s exit code and output for a course of the small lab."""
    files, lab = small_lab(tmp_path / "root")
    course = Course(tmp_path / "course")

    def command(*words):
        given = [str(word) for word in words]
        result = CliRunner().invoke(main, [*given, "--root", str(files.root), "--course", str(course.root)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result.exit_code, result.output

    return lab, course, command


def _grades(course):
    with (course.report("small") / "grades.csv").open(encoding="utf-8", newline="") as stream:
        return {row["student"]: row for row in csv.DictReader(stream)}


def _rows(course):
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(course.gradebook)) as connection:
        return connection.execute("SELECT count(*) FROM score").fetchone()[0]


def _own_run(course, student, points):
    """Put a score of a run of ours into the gradebook."""
    key = "1" * 64
    check = CheckResult(
        check="test_digits_are_counted", question="a2", description="d", visible=False,
        status=CheckStatus.FAILED, points=points, possible=2.0,
    )  # fmt: skip
    question = QuestionResult(
        question="a2", title="Count", manual=False, points=points, possible=2.0, assessed=2.0, checks=(check,)
    )
    score = SubmissionScore(
        lab="small",
        student=student,
        run_key=key,
        scored_at=datetime.now(UTC),
        checks_sha256="c",
        questions=(question,),
    )
    course.prepare()
    book = Gradebook(course.gradebook)
    book.add_score(
        book.add_submission("small", student, f"{student}.ipynb", sha256="a" * 64, run_key=key), score
    )
    book.close()


def test_a_wrong_file_is_a_message_and_makes_no_course(bench, tmp_path):
    _, course, command = bench
    (tmp_path / "notes.txt").write_text("hello")
    code, said = command("import", "nbgrader", tmp_path / "notes.txt", "small")
    assert code == 2 and "is not an SQLite database" in said
    code, said = command("import", "otter", tmp_path / "notes.txt", "small")
    assert code == 2 and "neither a folder nor otter's final_grades.csv" in said
    assert not course.root.exists()
    assert command("import", "otter", tmp_path, "small", "--map", "b3")[0] == 2


def test_students_that_are_left_out_are_named_and_the_exit_code_says_so(bench, tmp_path):
    _, course, command = bench
    results_json(tmp_path / "results" / "ada", {"a1": (1.0, 1.0), "a2": (2.0, 2.0)})
    results_json(tmp_path / "results" / "bob", {"a1": (7.0, 1.0), "a2": (2.0, 2.0)})
    code, said = command("import", "otter", tmp_path / "results", "small")
    assert code == 1 and "Not taken over:\n  - bob: bob/results.json: a1 has 7 points of at most 1" in said
    assert list(_grades(course)) == ["ada"]


def test_results_of_ours_stay_in_force_until_a_person_replaces_them_and_both_are_shown(bench, tmp_path):
    _, course, command = bench
    _own_run(course, "ada", 0.5)
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL, "bob": FULL})
    code, said = command("import", "nbgrader", path, "small")
    assert code == 0 and "1 student's results by deepgrade still count, and nbgrader's do not: ada." in said
    page = (course.report("small") / "students" / "ada.html").read_text(encoding="utf-8")
    assert "nbgrader (version not recorded) gave 4 of 4 points too" in page and "does not count" in page
    rows = _grades(course)
    assert (rows["ada"]["a2"], rows["ada"]["graded_by"], rows["ada"]["flags"]) == (
        "0.5",
        "deepgrade",
        "another_result",
    )
    assert (rows["bob"]["total_points"], rows["bob"]["graded_by"], rows["bob"]["verdict"]) == (
        "4",
        "nbgrader",
        "imported",
    )
    assert _rows(course) == 3
    assert command("import", "nbgrader", path, "small")[0] == 0 and _rows(course) == 3
    code, said = command("import", "nbgrader", path, "small", "--replace")
    assert "1 taken over, in the place of results of another origin, which are kept" in said
    assert _grades(course)["ada"]["graded_by"] == "nbgrader"
    page = (course.report("small") / "students" / "ada.html").read_text(encoding="utf-8")
    assert "deepgrade gave 0.5 of 2 points too" in page
    _own_run(course, "ada", 0.5)
    command("report", "small")
    assert _grades(course)["ada"]["graded_by"] == "deepgrade", "the file that was graded last counts"


def test_the_same_file_again_changes_nothing_and_a_changed_one_adds_a_score_where_it_differs(bench, tmp_path):
    _, course, command = bench
    command("import", "nbgrader", made_gradebook(tmp_path / "1.db", {"ada": FULL, "bob": FULL}), "small")
    assert "2 unchanged" in command("import", "nbgrader", tmp_path / "1.db", "small")[1]
    assert _rows(course) == 2
    changed = {"ada": {**FULL, "a2-hidden": 1.5}, "bob": FULL}
    said = command("import", "nbgrader", made_gradebook(tmp_path / "2.db", changed), "small")[1]
    assert "1 taken over, in the place of earlier ones" in said and "1 unchanged" in said
    assert _rows(course) == 3 and _grades(course)["ada"]["a2"] == "1.5"
    command("import", "nbgrader", tmp_path / "1.db", "small")
    assert _rows(course) == 4 and _grades(course)["ada"]["a2"] == "2"


def test_regrading_leaves_imported_results_alone(bench, tmp_path):
    _, _, command = bench
    command("import", "nbgrader", made_gradebook(tmp_path / "1.db", {"ada": FULL}), "small")
    code, said = command("regrade", "small", "--store", tmp_path / "store")
    assert code == 2 and "No run of small is stored" in said


def test_a_course_that_nbgrader_graded_shows_in_report_table_and_results(bench, tmp_path):
    _, course, command = bench
    path = graded_nbgrader_course(tmp_path / "nbgrader")
    code, said = command("import", "nbgrader", path, "small", "--tool-version", "0.9.6")
    assert code == 0 and "3 taken over" in said and "graded by nbgrader" in said
    rows = _grades(course)
    assert [rows[name]["automatic_points"] for name in ("ada", "bob", "cem")] == ["3", "2.25", "0"]
    assert [rows[name]["a3"] for name in ("ada", "bob", "cem")] == ["", "", "0"]
    page = (course.report("small") / "students" / "bob.html").read_text(encoding="utf-8")
    for words in (
        "These points are what nbgrader 0.9.6 and the people who graded with it gave",
        "Taken from gradebook.db (SHA-256 ",
        "a1-hidden, as nbgrader tests it.",
        "The answer is in nbgrader.",
    ):
        assert words in page
    index = (course.report("small") / "index.html").read_text(encoding="utf-8")
    assert "3 students by nbgrader 0.9.6, from gradebook.db: deepgrade has not run these notebooks." in index
    document = json.loads((course.report("small") / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads(RESULTS_SCHEMA.read_text(encoding="utf-8")))
    assert document["students"][0]["origin"]["tool"] == "nbgrader"


def test_a_course_that_otter_graded_says_the_same_from_files_and_table(bench, tmp_path):
    _, course, command = bench
    results = graded_otter_course(tmp_path / "otter")
    code, said = command("import", "otter", results, "small", "--tool-version", "7.0.0")
    assert code == 0 and "2 taken over" in said
    before = _grades(course)
    assert (before["ada"]["automatic_points"], before["bob"]["a1"], before["bob"]["a3"]) == ("3", "0.25", "")
    page = (course.report("small") / "students" / "bob.html").read_text(encoding="utf-8")
    assert "assert max(pixels) &lt;= 1" in page and "otter 7.0.0" in page
    code, said = command("import", "otter", tmp_path / "otter" / "table", "small", "--tool-version", "7.0.0")
    assert code == 0
    after = _grades(course)
    assert [(r["a1"], r["a2"], r["a3"]) for r in after.values()] == [
        (r["a1"], r["a2"], r["a3"]) for r in before.values()
    ]


_SHARES = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 20), st.sampled_from(["a1", "a2", "a3"])), max_size=8
)


@given(_SHARES, st.booleans())
def test_points_are_bounded_and_add_up_to_what_the_tool_gave(tmp_path_factory, shares, by_hand):
    lab = small_lab(tmp_path_factory.mktemp("lab"))[1]
    cells = tuple(
        NativeCell(f"{question}-{number}", question, share * most, most, by_hand=by_hand and question == "a3")
        for number, (share, most, question) in enumerate(shares)
    )
    result = NativeResult("ada", "f", "0" * 64, cells)
    found = tally(score_of(result, lab, "nbgrader", version=None, now=datetime.now(UTC)), lab, {})
    assert -1e-9 <= found.automatic <= found.automatic_possible + 1e-9
    assert found.automatic == pytest.approx(sum(c.earned for c in cells if c.question != "a3"), abs=3e-4)
    if found.manual_pending == 0:
        assert found.manual == pytest.approx(sum(c.earned for c in cells if c.question == "a3"), abs=3e-4)
        assert found.total <= found.total_possible + 1e-9


def test_any_text_of_a_stranger_is_text_on_the_page(bench, tmp_path):
    lab, course, command = bench
    bad = "<script>alert(1)</script>\u202e"
    result = NativeResult(
        "ada", f"{bad}.json", "0" * 64, (NativeCell("a1", "a1", 0.0, 1.0, printed=bad),),
        name=bad, comments={"a3": bad}, notes=(bad,),
    )  # fmt: skip
    take_over(NativeClass("otter", (result,)), lab, course, version=bad)
    assert command("report", "small")[0] == 0
    for page in course.report("small").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text and "\u202e" not in text
