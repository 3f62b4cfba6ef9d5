"""A class graded, reviewed, re-graded and reported with its gradebook in PostgreSQL."""

import csv

from deepgrade.cli.reporting import write_class_report
from deepgrade.grading import GradeRequest, compute_set, decide, grade, open_gradebook
from deepgrade.lab import load_lab
from deepgrade.records import Course
from deepgrade.records.decisions import Override, Points
from deepgrade.review.desk import Desk
from support.silent import Silent
from support.small_class import CHECKS, ORDINARY, make_small_lab, write_class


def _decide(desk, student, values, question, check=""):
    place = desk.place(student, question, check)
    desk.decide(student, place, values, who="grace", seen=desk.ledger.latest(place), why="looked at it")


def test_everything_of_a_course_can_be_in_postgresql_and_a_regrade_leaves_what_people_decided(
    tmp_path, digits_store, postgres
):
    files, course = make_small_lab(tmp_path / "root"), Course(tmp_path / "course")
    course.prepare()
    course.database_setting.write_text(postgres.new_database() + "\n")
    class_of_three = {name: ORDINARY[name] for name in ("ada", "bert", "gus")}
    submissions = write_class(tmp_path / "submissions", class_of_three)
    grade(GradeRequest(files, [submissions], course, digits_store, "synthetic", "quick", slots=2), Silent())
    assert not course.gradebook.exists()
    with open_gradebook(course) as gradebook:
        desk = Desk(gradebook, load_lab(files))
        assert [one.student for one in desk.students()] == ["ada", "bert", "gus"]
        _decide(desk, "bert", [Override(points=0.5)], "a1", "test_pixels_are_scaled")
        for student in ("ada", "bert"):
            _decide(desk, student, [Points(points=1.0)], "a3")
    files.checks.write_text(CHECKS.replace("== 100", "== 99"))
    compute_set(files, course, digits_store)
    decide(files, course, apply=True, reason="99 digits, not 100")
    write_class_report(files, course)
    with (course.report("small") / "grades.csv").open(newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    # The re-grade took a2 from both; what people gave stays.
    assert [rows["bert"][question] for question in ("a1", "a2", "a3")] == ["0.5", "0", "1"]
    assert rows["ada"]["total_points"] == "2"
    assert (rows["gus"]["verdict"], rows["gus"]["total_points"]) == ("invalid_submission", "0")
