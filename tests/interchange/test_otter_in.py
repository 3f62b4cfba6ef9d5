"""otter's files: hostile ones are refused one by one, honest ones say what otter said."""

import json
from datetime import UTC, datetime

import pytest
from interchange_courses import results_json, small_lab

from deepgrade.interchange.incoming.arriving import ResultsError
from deepgrade.interchange.incoming.otter import read_otter
from deepgrade.interchange.incoming.taking_over import score_of

FULL = {"a1": (1.0, 1.0), "a2": (2.0, 2.0)}
HEADER = "file,a1,a2,total_points_earned,percent_correct,grading_status\n"
POSSIBLE = "points-per-question,1.0,2.0,3.0,1,--\n"


@pytest.fixture
def lab(tmp_path):
    return small_lab(tmp_path / "root")[1]


@pytest.fixture
def place(tmp_path):
    """Return a folder in which ada has honest results."""
    results_json(tmp_path / "results" / "ada", FULL)
    return tmp_path / "results"


def _tests(*tests):
    return json.dumps({"tests": list(tests)})


def _test(name, score, most):
    return {"name": name, "score": score, "max_score": most, "visibility": "hidden", "output": ""}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ('{"tests": [{"name": "a1", "sco', "not JSON"),
        ("[]", "not as otter writes it"),
        ('{"tests": [{"name": "a1", "score": NaN, "max_score": 1}]}', "NaN is not a JSON number"),
        ('{"tests": [{"name": "a1", "score": 1e999, "max_score": 1}]}', "finite number"),
        (
            '{"tests": [{"name": "a1", "score": 1' + "0" * 400 + ', "max_score": 1}]}',
            "not as otter writes it",
        ),
        ('{"tests": [{"name": "a1", "score": true, "max_score": 1}]}', "not as otter writes it"),
        ('{"tests": [{"name": "a1", "score": "1", "max_score": 1}]}', "not as otter writes it"),
        ('{"tests": [{"name": "a1", "score": 1, "score": 0, "max_score": 1}]}', "stands twice"),
        (_tests(_test("a1", 9.0, 1.0), _test("a2", 2.0, 2.0)), "a1 has 9 points of at most 1"),
        (_tests(_test("a1", -9.0, 1.0), _test("a2", 2.0, 2.0)), "less than none"),
        (_tests(_test("a1", 50.0, 50.0), _test("a2", 2.0, 2.0)), "gives 50 points for a1, and most others 1"),
        (_tests(_test("a1", 1.0, 1.0)), "gives 0 points for a2, and most others 2"),
        (_tests(_test("a1", 1.0, 1.0), _test("a1", 1.0, 1.0)), "a1 stands twice"),
        (
            _tests(_test("q7", 1.0, 1.0)),
            "q7 is no question of small; if it is one under another name: --map q7=QUESTION",
        ),
        (_tests({"name": "Public Tests", "output": "", "status": "passed"}), "no question with points"),
        (_tests(*[_test("a1", 1.0, 1.0)] * 2000), "not as otter writes it"),
        ("[" * 5000, "nested deeper"),
    ],
)
def test_a_results_file_that_otter_did_not_write_keeps_its_student_out_and_nobody_else(
    place, lab, text, words
):
    results_json(place / "bea", FULL)
    (place / "mallory").mkdir()
    (place / "mallory" / "results.json").write_text(text)
    found = read_otter(place, lab)
    assert [result.student for result in found.results] == ["ada", "bea"]
    (problem,) = found.problems
    assert problem.startswith("mallory: mallory/results.json: ") and words in problem


def test_links_and_pipes_are_not_followed(place, lab, tmp_path):
    import os

    for student in ("eve", "fay"):
        (place / student).mkdir()
    (place / "eve" / "results.json").symlink_to(place / "ada" / "results.json")
    os.mkfifo(place / "fay" / "results.json")
    found = read_otter(place, lab)
    assert [result.student for result in found.results] == ["ada"] and len(found.problems) == 2


def test_a_pickle_is_never_opened(tmp_path, lab):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "results.pkl").write_bytes(b"cos\nsystem\n(S'touch /tmp/opened'\ntR.")
    with pytest.raises(ResultsError, match=r"never opened.*otter run -o FOLDER"):
        read_otter(tmp_path / "results", lab)


def test_a_folder_without_results_says_what_was_expected(tmp_path, lab):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ResultsError, match=r"holds no results of otter's\. Expected: results\.json"):
        read_otter(tmp_path / "empty", lab)


def test_if_nothing_can_be_taken_every_file_is_named(tmp_path, lab):
    for student in ("ada", "bob"):
        results_json(tmp_path / "results" / student, {"q1": (1.0, 1.0)})
    with pytest.raises(ResultsError) as caught:
        read_otter(tmp_path / "results", lab)
    assert "ada/results.json" in str(caught.value) and "bob/results.json" in str(caught.value)
    found = read_otter(tmp_path / "results", lab, renames={"q1": "a1"})
    assert {cell.question for result in found.results for cell in result.cells} == {"a1"}


def test_two_files_of_one_student_are_not_chosen_between(place, lab):
    results_json(place / "ada" / "again", FULL)
    found = read_otter(place, lab)
    assert len(found.results) == 1 and "Keep the one that counts" in found.problems[0]


def test_a_submission_on_which_otter_failed_waits_for_a_person(place, lab):
    failed = {"name": "Autograder Exception", "visibility": "hidden", "output": "…", "status": "failed"}
    (place / "bob").mkdir()
    text = _tests(
        {"name": "Autograder Failed", "output": "The autograder failed.", "status": "failed"}, failed
    )
    (place / "bob" / "results.json").write_text(text)
    result = read_otter(place, lab).results[1]
    score = score_of(result, lab, "otter", version=None, now=datetime.now(UTC))
    assert [q.points for q in score.questions] == [0.0, 0.0, None]
    assert [c.status.value for q in score.questions for c in q.checks] == ["needs_review"] * 2
    assert score.flags[0].sentence == "otter has no result: The autograder failed."


def test_another_total_of_otters_is_said(place, lab):
    results_json(place / "bob", FULL, score=10)
    notes = {result.student: result.notes for result in read_otter(place, lab).results}
    assert notes["ada"] == () and notes["bob"][0].startswith("otter counts 10 in total")


def _csv(place, rows, header=HEADER, possible=POSSIBLE):
    place.mkdir(exist_ok=True)
    (place / "final_grades.csv").write_text(header + possible + rows, encoding="utf-8")
    return place


def test_formulas_in_the_table_are_neither_numbers_nor_names(tmp_path, lab):
    rows = (
        '"=HYPERLINK(""http://x"",""ada"").ipynb",1.0,2.0,3.0,1.0,Completed\n'
        "bob.ipynb,=1+1,2.0,3.0,1.0,Completed\n"
        "cem.ipynb,1.0,@SUM(A1),3.0,1.0,Completed\n"
        "dan.ipynb,1.0,1_0,3.0,1.0,Completed\n"
        "eva.ipynb,1.0,nan,3.0,1.0,Completed\n"
        "fay.ipynb,1.0,2.0,3.0,1.0,Completed\n"
    )
    found = read_otter(_csv(tmp_path / "results", rows), lab)
    names = [result.student for result in found.results]
    assert len(names) == 2 and "fay" in names and not any(name.startswith("=") for name in names)
    assert [problem.split(":")[0] for problem in found.problems] == ["bob", "cem", "dan", "eva"]
    assert "'=1+1' is not a number" in found.problems[0]


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        ("", "", "no column file, total_points_earned, grading_status"),
        (HEADER.replace("a2", "a1"), "", "a column stands twice"),
        (HEADER.replace("a2", "b7"), "", "belong to no question"),
        (HEADER, "ada.ipynb,1.0\n", "row 3 has 2 cells"),
        (HEADER, 'ada.ipynb,"1.0\n', "is not a CSV file"),
    ],
)
def test_a_table_of_another_kind_is_refused(tmp_path, lab, header, rows, words):
    place = _csv(tmp_path / "results", rows, header=header, possible=POSSIBLE if header else "")
    with pytest.raises(ResultsError, match=words):
        read_otter(place, lab)


def test_a_row_that_names_no_student_is_nobodys(tmp_path, lab):
    row = "1.0,2.0,3.0,1.0,Completed\n"
    found = read_otter(_csv(tmp_path / "results", f"small.ipynb,{row},{row}ada.ipynb,{row}"), lab)
    assert [result.student for result in found.results] == ["ada"]
    assert all("names no student" in problem for problem in found.problems) and len(found.problems) == 2


def test_endless_output_is_cut(place, lab):
    tests = [{**_test("a1", 1.0, 1.0), "output": "x" * 7_000_000}, _test("a2", 2.0, 2.0)]
    (place / "ada" / "results.json").write_text(_tests(*tests))
    (result,) = read_otter(place, lab).results
    assert len(result.cells[0].printed) < 21_000


def test_a_row_that_otter_did_not_complete_waits_for_a_person(tmp_path, lab):
    rows = (
        "ada.ipynb,1.0,2.0,3.0,1.0,Completed\nbob.ipynb,0,0,0,0,Executing bob.ipynb timed out in 60 seconds\n"
    )
    ada, bob = read_otter(_csv(tmp_path / "results", rows), lab).results
    assert ada.failure is None and bob.failure == "Executing bob.ipynb timed out in 60 seconds"


def test_where_file_and_table_agree_the_file_is_kept_and_where_they_differ_neither(place, lab):
    results_json(place / "bob", {"a1": (0.33333, 1.0), "a2": (2.0, 2.0)})
    rows = (
        "ada.ipynb,1.0,1.0,2.0,0.66,Completed\nbob.ipynb,0.3333333333,2.0,2.33,0.77,Completed\n"
        "cem.ipynb,1.0,0.0,1.0,0.33,Completed\n"
    )
    found = read_otter(_csv(place, rows), lab)
    assert [(r.student, r.file) for r in found.results] == [
        ("bob", "bob/results.json"),
        ("cem", "final_grades.csv"),
    ]
    assert found.problems == (
        "ada: ada/results.json and final_grades.csv differ. Remove the one that does not count",
    )


def test_rounding_of_otters_costs_nobody_a_full_score(tmp_path, lab):
    results_json(tmp_path / "results" / "ada", {"a1": (0.99999, 0.99999), "a2": (1.33333, 2.0)})
    (result,) = read_otter(tmp_path / "results", lab).results
    score = score_of(result, lab, "otter", version=None, now=datetime.now(UTC))
    assert [(q.points, q.assessed) for q in score.questions] == [(1.0, 1.0), (1.33333, 2.0), (None, 1.0)]
