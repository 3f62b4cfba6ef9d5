"""What leaves is the report's own total, with what could not be assessed granted."""

import csv

import pytest
from export_grades import LAB, POINTS, entry, report
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.interchange.outgoing import class_grades
from deepgrade.interchange.outgoing.grades import (
    number_text,
    possible_points,
    remarks,
    scale_factor,
    student_grade,
)
from deepgrade.report import StudentEntry, write_grades

STATUSES = st.sampled_from(["passed", "failed", "not_assessed", "internal_error", "needs_review"])


def one(statuses=None, **decisions):
    return student_grade(entry("ann", statuses, **decisions), LAB)


def question(grade, name):
    return next(q for q in grade.questions if q.question == name)


def test_nothing_is_known_of_a_student_without_a_score_and_nothing_is_zero():
    grade = student_grade(StudentEntry("ann", "ann"), LAB)
    assert (grade.automatic, grade.total) == (None, None)
    assert grade.waiting == tuple(POINTS)
    assert grade.note.startswith("Not graded yet, which costs nobody points")


def test_total_waits_for_a_person_and_automatic_points_do_not():
    grade = one()
    assert (grade.total, grade.automatic, grade.waiting) == (None, 4.25, ("a1",))
    assert one(a1=0.5).total == 4.75


def test_what_could_not_be_assessed_costs_nothing():
    grade = one({"b2": ("passed", "not_assessed"), "b1": ("internal_error", "internal_error")}, a1=1.0)
    assert grade.total == possible_points(LAB, "total")
    assert grade.granted == pytest.approx(1.333 + 0.75)
    assert question(grade, "b1").points == 0.75


def test_a_persons_decision_leaves_nothing_to_grant():
    grade = one({"b2": ("passed", "not_assessed")}, b2=0.5)
    assert question(grade, "b2").points == 0.5 and grade.granted == 0
    assert remarks(question(grade, "b2")) == []


def test_what_needs_a_person_counts_as_the_report_counts_it_and_is_named():
    grade = one({"b2": ("passed", "needs_review")}, a1=1)
    assert grade.reviews == ("b2",) and grade.total == pytest.approx(5.25 - 1.333)


def test_remarks_have_sentence_hint_and_reason_and_never_what_a_hidden_check_compared():
    grade = one({"b1": ("failed", "not_assessed"), "b2": ("needs_review", "passed")})
    assert remarks(question(grade, "b1")) == [
        "Failed: Step 1 of b1 is right. Hint: Divide by 255.",
        "Could not be assessed, so its 0.5 points are granted: Step 2 of b1 is right. (The machine had no GPU.)",
    ]
    assert remarks(question(grade, "b2")) == [
        "Needs a person: Step 1 of b2 is right. (The machine had no GPU.)"
    ]
    assert "MARIGOLD" not in str([remarks(q) for q in grade.questions])


@given(
    st.dictionaries(st.sampled_from(["b1", "b2", "b10"]), st.tuples(STATUSES, STATUSES)),
    st.dictionaries(st.sampled_from(sorted(POINTS)), st.floats(0, 1)),
)
def test_total_is_the_grades_files_total_and_what_its_denominator_lacks(tmp_path_factory, statuses, shares):
    decisions = {name: round(share * POINTS[name], 3) for name, share in shares.items()}
    made = report(entry("ann", statuses, **decisions))
    path = write_grades(made, tmp_path_factory.mktemp("g") / "grades.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        row = next(csv.DictReader(stream))
    grade = next(iter(class_grades(made)))
    lacking = LAB.points - float(row["total_possible"])
    if row["total_points"] == "":
        assert grade.total is None and grade.waiting
    else:
        assert grade.total == pytest.approx(float(row["total_points"]) + lacking, abs=1e-5)
        assert grade.total == pytest.approx(sum(q.points for q in grade.questions), abs=1e-6)
    assert grade.automatic == pytest.approx(float(row["automatic_points"]) + lacking, abs=1e-5)
    assert grade.total is None or grade.total <= LAB.points + 1e-6


@given(st.floats(0, 1000))
def test_numbers_are_plain_and_near(value):
    text = number_text(value)
    assert set(text) <= set("0123456789.") and abs(float(text) - value) <= 5e-7


def test_scaling_a_lab_without_points_changes_nothing():
    assert scale_factor(0, 100) == 1 and scale_factor(5, None) == 1 and scale_factor(5, 100) == 20
