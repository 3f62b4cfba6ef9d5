"""nbgrader's gradebook: what is refused, and that what is read is what nbgrader itself counts."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from interchange_courses import CELLS, MANUAL, made_gradebook, small_lab

from deepgrade.files import UntrustedFileError
from deepgrade.interchange.incoming.arriving import ResultsError
from deepgrade.interchange.incoming.nbgrader import read_nbgrader
from deepgrade.interchange.incoming.taking_over import score_of
from deepgrade.records import Gradebook
from deepgrade.report.points import tally

FULL = {**CELLS, **MANUAL}


@pytest.fixture
def lab(tmp_path):
    return small_lab(tmp_path / "root")[1]


def _refused(path, lab, **how):
    with pytest.raises(ResultsError) as caught:
        read_nbgrader(path, lab, **how)
    return str(caught.value)


def _sql(path, *statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def _columns(**values):
    return dict(values)


@pytest.mark.parametrize("content", [b"", b"student,points\nada,3\n", b"PK\x03\x04" + b"\0" * 200])
def test_what_is_no_database_is_refused_by_name(tmp_path, lab, content):
    path = tmp_path / "gradebook.db"
    path.write_bytes(content)
    assert "is not an SQLite database" in _refused(path, lab)


def test_another_programs_database_is_refused_with_what_it_holds_and_is_not_changed(tmp_path, lab):
    path = tmp_path / "photos.db"
    _sql(path, "CREATE TABLE photos (id INTEGER)", "CREATE TABLE albums (id INTEGER)")
    before = path.read_bytes()
    assert "not a gradebook of nbgrader's (its tables: albums, photos)" in _refused(path, lab)
    assert path.read_bytes() == before


def test_our_own_gradebook_is_told_apart(tmp_path, lab):
    Gradebook(tmp_path / "gradebook.db").close()
    assert "deepgrade course's own gradebook" in _refused(tmp_path / "gradebook.db", lab)


def test_a_damaged_gradebook_is_refused(tmp_path, lab):
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL})
    data = bytearray(path.read_bytes())
    data[8192:40960] = b"\xff" * (40960 - 8192)
    path.write_bytes(data)
    assert "is damaged" in _refused(path, lab)


def test_a_gradebook_that_acts_is_refused(tmp_path, lab):
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL})
    _sql(path, "CREATE TRIGGER more AFTER UPDATE ON grade BEGIN DELETE FROM comment; END")
    assert "trigger more" in _refused(path, lab)


def test_a_gradebook_of_another_version_is_refused_with_nbgraders_own_remedy(tmp_path, lab):
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL})
    _sql(path, "UPDATE alembic_version SET version_num = '167914646830'")
    assert "nbgrader db upgrade" in _refused(path, lab)


def test_a_pipe_is_not_waited_for(tmp_path, lab):
    os.mkfifo(tmp_path / "pipe.db")
    with pytest.raises(UntrustedFileError):
        read_nbgrader(tmp_path / "pipe.db", lab)


def test_a_wrong_assignment_is_refused_with_those_that_are_there(tmp_path, lab):
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL}, assignment="homework 1")
    message = _refused(path, lab)
    assert "has no assignment 'small'. It has: homework 1." in message and "--assignment" in message
    assert len(read_nbgrader(path, lab, assignment="homework 1").results) == 1


def test_an_empty_gradebook_says_so(tmp_path, lab):
    path = made_gradebook(tmp_path / "gradebook.db", {})
    assert "No submission of small is graded" in _refused(path, lab)


def test_cells_of_no_question_are_listed_and_nothing_is_taken_until_a_person_says_what_they_are(
    tmp_path, lab
):
    cells = {"a1-check-1": 1.0, "cell-1a2b": 1.0, "Test=2": 1.0}
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": cells}, cells=cells, manual={})
    message = _refused(path, lab)
    assert "  - cell-1a2b\n  - Test=2\n" in message and "--map cell-1a2b=QUESTION" in message
    assert "small has no question z9" in _refused(path, lab, renames={"cell-1a2b": "z9"})
    found = read_nbgrader(path, lab, renames={"cell-1a2b": "a2", "Test=2": "a2"})
    assert [cell.question for cell in found.results[0].cells] == ["a1", "a2", "a2"]


def test_a_cell_without_points_needs_no_question_and_its_extra_credit_counts(tmp_path, lab):
    scores = {**FULL, "feedback": {"auto_score": 0.0, "extra_credit": 0.5}}
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": scores}, manual={**MANUAL, "feedback": 0.0})
    (result,) = read_nbgrader(path, lab).results
    assert {cell.name for cell in result.cells} == set(FULL)
    assert [(a.points, a.question) for a in result.adjustments] == [(0.5, None)]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("auto_score = 7", "7 points of at most 0.25"),
        ("manual_score = -1", "-1 points, less than none"),
        ("auto_score = 9e999", "is not a number"),
        ("auto_score = 'many'", "is not a number"),
        ("extra_credit = 9e999", "is not a number"),
    ],
)
def test_unfit_points_keep_that_student_out_and_nobody_else(tmp_path, lab, statement, words):
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL, "bob": FULL})
    one = (
        "SELECT grade.id FROM grade JOIN base_cell ON base_cell.id = grade.cell_id JOIN submitted_notebook n ON"
        " n.id = grade.notebook_id JOIN submitted_assignment s ON s.id = n.assignment_id"
        " WHERE s.student_id = 'bob' AND base_cell.name = 'a1-check-1'"
    )
    _sql(path, f"UPDATE grade SET {statement} WHERE id = ({one})")  # noqa: S608
    found = read_nbgrader(path, lab)
    assert [result.student for result in found.results] == ["ada"]
    assert len(found.problems) == 1 and found.problems[0].startswith("bob: ") and words in found.problems[0]
    _sql(path, "UPDATE grade SET auto_score = 99")
    assert "Nobody's results" in _refused(path, lab)


def test_a_word_that_is_no_kind_of_cell_is_refused_without_a_traceback(tmp_path, lab):
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL})
    _sql(path, "UPDATE grade_cells SET cell_type = 'spell'")
    assert "what nbgrader never writes" in _refused(path, lab)


def test_two_students_who_would_have_one_name_are_both_left_out(tmp_path, lab):
    path = made_gradebook(
        tmp_path / "gradebook.db", {"ada lovelace": FULL, "ada_lovelace": FULL, "bob": FULL}
    )
    found = read_nbgrader(path, lab)
    assert [result.student for result in found.results] == ["bob"]
    assert "both are called ada_lovelace here" in found.problems[0]


def test_nothing_is_written_to_the_gradebook_or_beside_it(tmp_path, lab):
    folder = tmp_path / "course"
    folder.mkdir()
    path = made_gradebook(folder / "gradebook.db", {"ada": FULL})
    path.chmod(0o400)
    folder.chmod(0o500)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    read_nbgrader(path, lab)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [entry.name for entry in folder.iterdir()] == ["gradebook.db"]
    folder.chmod(0o700)


def test_what_still_stands_in_the_write_ahead_log_is_read(tmp_path, lab):
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": FULL})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE student SET first_name = 'Augusta'")
        connection.commit()
        assert b"Augusta" not in path.read_bytes()
        assert read_nbgrader(path, lab).results[0].name == "Augusta Test"


def _late(book):
    book.find_submission_notebook("small", "small", "bob").late_submission_penalty = 0.5
    book.find_submission_notebook("small", "small", "cem").late_submission_penalty = 50
    book.find_submission("small", "bob").timestamp = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - as nbgrader keeps it
    book.find_submission_notebook("small", "small", "cem").flagged = True
    book.add_student("zoe")
    comment = book.find_comment("a3-answer-1", "small", "small", "ada")
    comment.auto_comment, comment.manual_comment = "No response.", "Well said."


def test_totals_are_nbgraders_own(tmp_path, lab):
    students = {
        "ada": {**FULL, "a3-answer-1": _columns(manual_score=0.75, auto_score=0.0, extra_credit=0.5)},
        "bob": {**FULL, "a1-hidden": _columns(auto_score=0.0, manual_score=0.25), "a3-answer-1": 0.0},
        "cem": {**FULL, "a2-hidden": 0.5, "a3-answer-1": 0.0},
        "dan": {**FULL, "a2-hidden": None, "a3-answer-1": _columns(extra_credit=0.5)},
    }
    path = made_gradebook(tmp_path / "gradebook.db", students, change=_late)
    found = read_nbgrader(path, lab)
    from nbgrader.api import Gradebook as NbGradebook

    now = datetime.now(UTC)
    with NbGradebook(f"sqlite:///{path}", "dl") as book:
        for result in found.results:
            theirs = book.find_submission("small", result.student)
            tallied = tally(score_of(result, lab, "nbgrader", version=None, now=now), lab, {})
            ours = max(0.0, tallied.automatic + tallied.manual + tallied.adjustment)
            assert ours == pytest.approx(max(0.0, theirs.score - theirs.late_submission_penalty)), (
                result.student
            )
    assert not found.problems
    assert found.notes == ("1 of nbgrader's students have no submission of small: zoe.",)


def test_points_of_people_comments_and_open_cells_keep_their_meaning(tmp_path, lab):
    students = {
        "ada": {**FULL, "a3-answer-1": _columns(manual_score=0.75, extra_credit=0.5)},
        "bob": {**FULL, "a1-hidden": _columns(auto_score=0.0, manual_score=0.25), "a3-answer-1": None},
        "cem": {**FULL, "a2-hidden": None, "a3-answer-1": 0.0},
    }
    path = made_gradebook(tmp_path / "gradebook.db", students, change=_late)
    scores = {
        result.student: score_of(result, lab, "nbgrader", version="0.9.6", now=datetime.now(UTC))
        for result in read_nbgrader(path, lab).results
    }
    by = {name: {q.question: q for q in score.questions} for name, score in scores.items()}
    assert (by["ada"]["a3"].points, by["ada"]["a3"].comment) == (0.75, "Well said.")
    assert by["bob"]["a3"].points is None and by["bob"]["a1"].points == 0.5
    assert scores["bob"].check("a1-hidden").reason == "A person gave these points; the test gave 0."
    assert scores["bob"].origin.handed_in_at - datetime(2026, 3, 1, 12, tzinfo=UTC) == timedelta(0)
    assert scores["cem"].check("a2-hidden").status.value == "needs_review" and by["cem"]["a2"].points == 0
    assert [flag.code for flag in scores["cem"].flags] == ["flagged_in_nbgrader"]
    assert (scores["ada"].origin.name, scores["ada"].origin.version) == ("Ada Test", "0.9.6")
    assert [(a.code, a.points) for a in scores["ada"].adjustments] == [("extra_credit", 0.5)]


def test_what_nbgrader_does_not_test_leaves_the_denominator_and_what_it_gives_more_is_said(tmp_path, lab):
    cells = {"a1-check-1": 0.25, "a2-hidden": 5.0}
    path = made_gradebook(tmp_path / "gradebook.db", {"ada": cells}, cells=cells, manual={})
    score = score_of(
        read_nbgrader(path, lab).results[0], lab, "nbgrader", version=None, now=datetime.now(UTC)
    )
    a1, a2, a3 = score.questions
    assert (a1.points, a1.assessed, a1.possible) == (0.25, 0.25, 1.0)
    assert (a2.points, a2.assessed, a2.possible) == (5.0, 5.0, 5.0)
    assert (a3.points, a3.possible) == (None, 1.0)
    assert score.origin.notes == (
        "nbgrader gives up to 5 points for a2, the lab 2: it counts as in nbgrader.",
    )
    assert score.check("nbgrader-left-out").status.value == "not_assessed"
