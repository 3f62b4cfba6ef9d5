"""Final grades in the report, in grades.csv, in results.json and in what leaves for other tools."""

import csv
import io
import json
from datetime import timedelta

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.interchange.outgoing import class_grades
from deepgrade.interchange.outgoing.grades import student_grade
from deepgrade.records import Attribution, brief_of
from deepgrade.records.decisions import (
    Comment,
    Extension,
    FlagSettled,
    Points,
    SecondLook,
    SecondLookAnswered,
)
from deepgrade.report import StudentEntry, write_feedback, write_grades, write_report, write_results
from deepgrade.report.grades import RESULTS_SCHEMA
from deepgrade.report.points import summarise
from deepgrade.review.desk import StudentReview
from deepgrade.review.final import Rules, Work, final_grade
from deepgrade.review.reporting import reviewed_entries, reviewed_entry
from deepgrade.score import CheckStatus
from review.made_decisions import COUNTED, TEN, decided, scores, values
from review.small_course import SmallCourse
from review.small_desk import LAB, NOON


@pytest.fixture
def small(tmp_path):
    found = SmallCourse(tmp_path)
    yield found
    found.book.close()


def _csv(report, path):
    return {
        row["student"]: row for row in csv.DictReader(io.StringIO(write_grades(report, path).read_text()))
    }


def _json(report, path):
    document = json.loads(write_results(report, path).read_text())
    jsonschema.validate(document, json.loads(RESULTS_SCHEMA.read_text()))
    return {one["student"]: one for one in document["students"]}


def test_final_points_and_late_penalty_reach_grades_csv(small, tmp_path):
    rows = _csv(small.report(), tmp_path / "grades.csv")
    # 0.75 + 1.5 + 0.6 points, 2 started days late: 20 % off.
    assert [rows["bert"][q] for q in ("a1", "a2", "a3")] == ["0.75", "1.5", "0.6"]
    assert (rows["bert"]["total_points"], rows["bert"]["late_penalty"]) == ("2.28", "0.57")
    assert rows["bert"]["reviewed"] == "yes"
    assert (rows["ada"]["total_points"], rows["ada"]["reviewed"], rows["ada"]["a3"]) == ("", "no", "")
    assert (rows["cleo"]["total_points"], rows["cleo"]["reviewed"]) == ("0", "no")


def test_only_reviewed_students_leave_when_that_was_asked_for(small, tmp_path):
    assert set(_csv(small.report(only_reviewed=True), tmp_path / "g.csv")) == {"bert"}
    assert [grade.student for grade in class_grades(small.report(only_reviewed=True))] == ["bert"]
    small.decide("cleo", "", [FlagSettled(code="no_notebook")])
    small.decide("ada", "a3", [Points(points=1)])
    small.decide("ada", "", [FlagSettled(code="gpu_hidden")])
    assert set(_csv(small.report(only_reviewed=True), tmp_path / "g.csv")) == {"ada", "bert", "cleo"}


def test_results_json_tells_everything_that_people_decided_and_follows_its_schema(small, tmp_path):
    (made,) = small.decide("bert", "a3", [Points(points=0.9)], why="on second thought", who="alan")
    small.desk.undo("bert", made.place, [made.id], who="alan", seen=made.id, why="no")
    small.desk.ledger.append(small.desk.place("bert", "a1"), [SecondLook(text="Why?")], who="bert")
    small.decide("bert", "a1", [SecondLookAnswered(text="It was copied.")])
    bert = _json(small.report(), tmp_path / "r.json")["bert"]
    review = bert["review"]
    assert (review["complete"], review["reviewed"]) == (True, True)
    assert review["late"]["late_s"] == 30 * 3600
    assert review["late"]["penalty"] == pytest.approx(0.57)
    assert bert["points"]["total"] == pytest.approx(2.28)
    assert review["second_looks"] == [{"question": "a1", "text": "Why?", "answer": "It was copied."}]
    assert bert["questions"][0]["why"] == ["-0.25 points: copied a cell"]
    history = review["history"]
    assert [line["at"] for line in history] == sorted(line["at"] for line in history)
    by_hand = next(line for line in history if line["decision"] and line["decision"]["kind"] == "points")
    assert (by_hand["who"], by_hand["why"], by_hand["holds"]) == ("alan", "on second thought", False)
    assert (by_hand["points_before"], by_hand["points_after"]) == (0.6, 0.9)
    assert by_hand["decision"]["value"] == {"points": 0.9}
    assert {line["kind"] for line in history} >= {"submission", "score", "decision", "rule"}


def test_pages_show_why_and_comments_and_only_the_staffs_tells_the_history(small, tmp_path):
    write_report(small.report(), tmp_path)
    staff = (tmp_path / "students" / "bert.html").read_text()
    for words in (
        "half of it is right",
        "Compare them.",
        "copied a cell",
        "SECRET-NOTE",
        "How this grade came about",
    ):
        assert words in staff, words
    report = small.report()
    entry = next(one for one in report.students() if one.student == "bert")
    write_feedback(report, entry, tmp_path / "bert.html")
    own = (tmp_path / "bert.html").read_text()
    for words in ("half of it is right", "Compare them.", "copied a cell", "takes off 0.57 points"):
        assert words in own, words
    for words in ("SECRET-NOTE", "grace", "How this grade came about", "Reviewed:"):
        assert words not in own, words


def test_texts_of_strangers_stay_text_on_pages_and_in_files(small, tmp_path):
    bad = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u202eevil"
    small.desk.ledger.append(small.desk.place("bert", "a1"), [SecondLook(text=bad)], who="bert")
    small.decide("bert", "a1", [Comment(text=bad)], why=bad, who=bad)
    small.decide("bert", "a3", [Points(points=0.5)], why=bad)
    write_report(small.report(), tmp_path)
    page = (tmp_path / "students" / "bert.html").read_text()
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert bad in _json(small.report(), tmp_path / "r.json")["bert"]["review"]["second_looks"][0]["text"]
    assert not any(
        cell.startswith("=")
        for row in _csv(small.report(), tmp_path / "g.csv").values()
        for cell in row.values()
    )


def test_an_extension_of_one_member_of_a_group_is_that_members_alone(small, tmp_path):
    small.book.attribute("small", {"bert": Attribution(("bert", "dora"), "group", "{}")})
    small.decide("dora", "", [Extension(due=NOON + timedelta(days=3))], why="ill", own=True)
    rows = _csv(small.report(), tmp_path / "g.csv")
    assert (rows["bert"]["total_points"], rows["dora"]["total_points"]) == ("2.28", "2.85")


def test_overrides_reach_what_leaves_check_by_check(small):
    entry = next(e for e in reviewed_entries(small.desk, small.book) if e.student == "bert")
    check = entry.score.check("test_counted")
    assert (check.points, check.status) == (0.5, CheckStatus.FAILED)
    assert check.reason == "A person decided: half of it is right. The check itself: failed, 0 of 1 points."
    assert entry.score.automatic_points == pytest.approx(2.25)
    assert small.book.entry("small", "bert").score.check("test_counted").points == 0.0, "what is stored stays"
    assert [e.student for e in reviewed_entries(small.desk, small.book, only_reviewed=True)] == ["bert"]


@given(scores, st.lists(values, max_size=8), st.integers(-50, 400))
def test_reports_and_exports_add_up_to_the_final_grade(of, made, hours):
    work = Work("ada", brief_of(of), decided(*made), 1, NOON + timedelta(hours=hours))
    grade = final_grade(work, Rules(LAB, {}, TEN))
    review = StudentReview("ada", None, grade, (), False)
    entry = reviewed_entry(StudentEntry("ada", "ada", of), review, list)
    row = summarise(entry, LAB, "ada")
    if grade.total is None:
        assert row.tally.total is None
    else:
        assert row.tally.total == pytest.approx(grade.total, abs=1e-9)
    assert row.tally.total_possible == pytest.approx(grade.possible)
    for cell, question in zip(row.cells, grade.questions, strict=True):
        assert cell.points == question.points
    leaving = student_grade(entry, LAB)
    known = [q.points for q in leaving.questions if q.points is not None]
    extra = grade.adjustment - grade.late.penalty
    if leaving.total is not None and sum(known) + extra >= 0:
        assert leaving.total == pytest.approx(sum(known) + extra, abs=1e-6)
    assert COUNTED.check in {c.check for q in entry.score.questions for c in q.checks}
