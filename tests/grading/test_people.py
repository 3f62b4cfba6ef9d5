"""Whose grades are whose, when a roster comes first, later, wrong, corrected: nothing is lost and nobody stands twice."""

import pytest

from deepgrade.grading.people import attribute, course_roster, record_people
from deepgrade.records import Attribution, Course, Gradebook, GradebookError, read_people
from deepgrade.submission import Intake, RosterError, parse_roster
from support.archives import DOWNLOADS, NOTEBOOK, save_zip
from support.submission_notebooks import LAB, TEMPLATE

ROSTER = b"""student,name,email,SIS ID,Canvas ID
jdoe,Jane Doe,jane@case.edu,0012,12345
alee,Ann Lee,ann@case.edu,0013,12346
bberg,Bo Berg,bo@case.edu,0014,12347
idle,Ida Le,ida@case.edu,0015,12348
"""
CANVAS = DOWNLOADS["canvas"]


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path / "course")


@pytest.fixture
def book(course):
    book = Gradebook(course.gradebook)
    yield book
    book.close()


def hand_in(book, path, roster=None):
    """Do what `grade` does with submissions, but for running them."""
    with Intake([path], lab=LAB) as intake:
        people = attribute(book, LAB.name, intake, roster and parse_roster(roster))
        for item in people.in_order():
            taken = intake.read(item, template=TEMPLATE)
            book.add_submission(
                LAB.name, taken.student, taken.filename, sha256=taken.sha256, run_key="1" * 64
            )
        return people


def files_of(book):
    return {entry.student: entry.filename for entry in book.entries(LAB.name)}


def test_a_roster_that_comes_later_renames_students_and_moves_nothing(tmp_path, book):
    path = save_zip(tmp_path / "x.zip", CANVAS)
    hand_in(book, path)
    assert set(files_of(book)) == {"doejane_12345", "leeann_12346", "bergbo_12347"}
    ids = {book.entry(LAB.name, name).submission_id for name in book.students(LAB.name)}
    hand_in(book, path, ROSTER)
    assert set(files_of(book)) == {"jdoe", "alee", "bberg"}
    assert {book.entry(LAB.name, name).submission_id for name in book.students(LAB.name)} == ids
    assert book.handed_in_names(LAB.name) == ["bergbo_12347", "doejane_12345", "leeann_12346"]
    with pytest.raises(GradebookError, match="handed in nothing"):
        book.entry(LAB.name, "doejane_12345")


def test_a_roster_also_names_what_earlier_calls_took_in(tmp_path, book):
    hand_in(book, save_zip(tmp_path / "x.zip", dict(list(CANVAS.items())[:2])))
    hand_in(book, save_zip(tmp_path / "y.zip", dict(list(CANVAS.items())[2:])), ROSTER)
    assert set(files_of(book)) == {"jdoe", "alee", "bberg"}


def test_submissions_of_before_attributions_were_kept_are_named_by_their_names(tmp_path, book):
    for name in ("doejane_12345", "alee", "who"):
        book.add_submission(LAB.name, name, f"{name}.ipynb", sha256="a", run_key=None)
    hand_in(book, save_zip(tmp_path / "x.zip", dict(list(CANVAS.items())[2:])), ROSTER)
    assert set(files_of(book)) == {"jdoe", "alee", "who", "bberg"}


def test_one_student_under_two_names_stands_once_with_what_came_last(tmp_path, book):
    hand_in(book, save_zip(tmp_path / "x.zip", CANVAS), ROSTER)
    hand_in(book, save_zip(tmp_path / "t.zip", {"submitted/alee/le5/le5.ipynb": NOTEBOOK}), ROSTER)
    assert files_of(book)["alee"] == "submitted/alee/le5/le5.ipynb"
    assert len(files_of(book)) == 3
    hand_in(book, tmp_path / "x.zip", ROSTER)
    assert files_of(book)["alee"].startswith("leeann_")


def test_two_names_of_one_student_in_one_call_count_by_time_and_are_said(tmp_path, book):
    members = {"a/alee/le5/le5.ipynb": NOTEBOOK, "a/0013/le5/le5.ipynb": NOTEBOOK}
    for first, second in (("alee", "0013"), ("0013", "alee")):
        stamps = {
            f"a/{first}/le5/timestamp.txt": "2026-01-01 00:00:00 UTC",
            f"a/{second}/le5/timestamp.txt": "2026-01-02 00:00:00 UTC",
        }
        people = hand_in(book, save_zip(tmp_path / "t.zip", members | stamps), ROSTER)
        assert files_of(book) == {"alee": f"a/{second}/le5/le5.ipynb"}
        assert any("alee handed in 2 times" in notice for notice in people.notices)


def test_a_corrected_roster_gives_work_to_whom_it_belongs(tmp_path, book):
    wrong = ROSTER.replace(b"12345", b"x").replace(b"12346", b"12345").replace(b",x", b",12346")
    wrong = wrong.replace(b"Jane Doe", b"").replace(b"Ann Lee", b"")
    path = save_zip(tmp_path / "x.zip", CANVAS)
    hand_in(book, path, wrong)
    assert files_of(book)["alee"].startswith("doejane_")
    hand_in(book, save_zip(tmp_path / "y.zip", dict(list(CANVAS.items())[2:])), ROSTER)
    assert files_of(book)["alee"].startswith("leeann_")
    assert files_of(book)["jdoe"].startswith("doejane_")


def test_a_stranger_with_the_key_of_a_student_does_not_get_their_place(tmp_path, book):
    roster = ROSTER + b"doejane_999,Zoe,z@case.edu,0099,1\n"
    hand_in(book, save_zip(tmp_path / "x.zip", {"doejane_999_5555_le5.ipynb": NOTEBOOK}), roster)
    (student,) = files_of(book)
    assert student.startswith("doejane_999~")


def test_an_earlier_name_does_not_take_a_student_who_handed_in_by_id(tmp_path, book):
    hand_in(book, save_zip(tmp_path / "x.zip", {"Ann Lee.ipynb": NOTEBOOK, "other.ipynb": NOTEBOOK}))
    people = hand_in(book, save_zip(tmp_path / "y.zip", CANVAS), ROSTER)
    assert files_of(book)["alee"].startswith("leeann_")
    assert people.matches["Ann_Lee"].state == "ambiguous"
    assert "Ann_Lee" in files_of(book)


@pytest.mark.parametrize("roster", [None, ROSTER])
def test_a_group_has_one_submission_and_every_member_its_grade(tmp_path, book, roster):
    hand_in(book, save_zip(tmp_path / "x.zip", DOWNLOADS["gradescope"]), roster)
    members = ["alee", "bberg"] if roster else ["Ann_Lee_0013", "Bo_Berg_0014"]
    assert set(files_of(book)) == {*members, "jdoe" if roster else "Jane_Doe_0012"}
    first, second = (book.entry(LAB.name, student) for student in members)
    assert first.submission_id == second.submission_id
    assert (first.student, second.student) == tuple(members)


def test_files_of_one_name_from_two_students_in_two_calls_lose_neither(tmp_path, book):
    hand_in(
        book, save_zip(tmp_path / "x.zip", {"alee/homework.ipynb": NOTEBOOK, "zed.ipynb": NOTEBOOK}), ROSTER
    )
    second = save_zip(tmp_path / "y.zip", {"bberg/homework.ipynb": NOTEBOOK, "zed.ipynb": NOTEBOOK})
    for _ in range(2):
        hand_in(book, second, ROSTER)
        assert files_of(book) == {
            "alee": "alee/homework.ipynb",
            "bberg": "bberg/homework.ipynb",
            "zed": "zed.ipynb",
        }
    stranger = save_zip(tmp_path / "z.zip", {"section/homework.ipynb": NOTEBOOK, "zed.ipynb": NOTEBOOK})
    hand_in(book, stranger, ROSTER)
    assert len(files_of(book)) == 4
    assert files_of(book)["alee"] == "alee/homework.ipynb"


def test_the_later_of_a_groups_and_a_members_own_work_counts_for_the_member(tmp_path, book):
    people = "submission_{}:\n  :submitters:\n{}  :created_at: 2026-01-0{} 00:00:00 Z\n"
    ann, bo = "  - :sid: '0013'\n", "  - :sid: '0014'\n"
    for own_day, group_day, counts in ((1, 2, "submission_8/x.ipynb"), (3, 2, "submission_7/x.ipynb")):
        members = {
            "submission_metadata.yml": people.format(7, ann, own_day) + people.format(8, ann + bo, group_day),
            "submission_7/x.ipynb": NOTEBOOK,
            "submission_8/x.ipynb": NOTEBOOK,
        }
        hand_in(book, save_zip(tmp_path / "x.zip", members), ROSTER)
        assert files_of(book) == {"alee": counts, "bberg": "submission_8/x.ipynb"}


def test_the_roster_is_kept_and_a_wrong_one_replaces_nothing(tmp_path, course):
    assert course_roster(course) is None
    (tmp_path / "r.csv").write_bytes(ROSTER)
    assert course_roster(course, tmp_path / "r.csv") == course_roster(course)
    (tmp_path / "bad.csv").write_bytes(ROSTER + b",Nobody,,,\n")
    with pytest.raises(RosterError):
        course_roster(course, tmp_path / "bad.csv")
    assert course.roster.read_bytes() == ROSTER
    assert course.roster.stat().st_mode & 0o077 == 0


def test_who_handed_in_nothing_is_counted_over_all_calls(tmp_path, course, book):
    hand_in(book, save_zip(tmp_path / "x.zip", CANVAS), ROSTER)
    people = hand_in(
        book, save_zip(tmp_path / "y.zip", {"strange.ipynb": NOTEBOOK, "jdoe.ipynb": NOTEBOOK}), ROSTER
    )
    record = record_people(course, book, LAB.name, people)
    assert record == read_people(course.people(LAB.name))
    assert [(who.student, who.name) for who in record.absent] == [("idle", "Ida Le")]
    assert record.roster_students == 4
    assert [item.handed_in_as for item in record.of("unmatched")] == ["strange"]
    assert {item.handed_in_as for item in record.of("matched")} == {
        "doejane_12345",
        "leeann_12346",
        "bergbo_12347",
        "jdoe",
    }


def test_attributions_are_appended_only_where_something_changes(book):
    mine = {"a": Attribution(("x",), "why", "{}")}
    book.attribute("le5", mine)
    book.attribute("le5", mine)
    book.attribute("le5", {"a": Attribution(("y",), "why", "{}")})
    assert book.attributions("le5")["a"].students == ("y",)
    from sqlalchemy import text

    with book._engine.connect() as connection:
        assert connection.execute(text("select count(*) from attribution")).scalar() == 2
    assert book.attributions("other") == {}


def test_a_gradebook_of_before_knows_whose_work_is_whose_too(tmp_path):
    path = tmp_path / "old.db"
    book = Gradebook(path)
    book.add_submission("le5", "ann", "ann.ipynb", sha256="a", run_key=None)
    from sqlalchemy import text

    with book._engine.begin() as connection:
        newer = ("review_decision", "score_brief", "attribution", "board_score", "board_event", "board_entry")
        for table in newer:
            connection.execute(text(f"drop table {table}"))
        connection.execute(text("alter table submission drop column handed_in_at"))
        for column in ("board", "decided_by"):
            connection.execute(text(f"alter table regrade_set drop column {column}"))
        connection.execute(text("update schema set version = 2"))
    book.close()
    again = Gradebook(path)
    assert again.students("le5") == ["ann"]
    again.close()
