"""Points of questions spread over nbgrader's cells: they always add up."""

import math

import pytest
from export_grades import LAB, POINTS, entry
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.interchange.outgoing import InterchangeError
from deepgrade.interchange.outgoing.grades import student_grade
from deepgrade.interchange.outgoing.nbgrader_cells import (
    GradedCell,
    cell_scores,
    cells_of_questions,
    fit,
    natural,
)

CELLS = [
    GradedCell("a1-answer-1", 1.0, True),
    GradedCell("b1-hidden", 0.5, False),
    GradedCell("b1-check-1", 0.25, False),
    GradedCell("b2-check-1", 0.667, False),
    GradedCell("b2-hidden", 1.333, False),
    GradedCell("b10-hidden", 1.5, False),
]
STATUSES = st.sampled_from(["passed", "failed", "not_assessed", "internal_error", "needs_review"])
AMOUNTS = st.floats(0, 10).map(lambda value: round(value, 3))


def scores(name, statuses=None, **decisions):
    grade = student_grade(entry("ann", statuses, **decisions), LAB)
    question = next(q for q in grade.questions if q.question == name)
    return {s.name: s for s in cell_scores(question, cells_of_questions(LAB, CELLS, "gradebook.db")[name])}


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (CELLS[1:], "a1: worth 1 points, but no cell holds 0"),
        ([*CELLS[:1], *CELLS[2:]], "b1: worth 0.75 points, but b1-check-1 holds 0.25"),
        ([*CELLS, GradedCell("zz-hidden", 1.0, False)], "zz-hidden: the lab has no such question"),
        ([], r"b10: worth 1.5(.|\n)*deepgrade build small"),
    ],
)
def test_a_course_of_another_version_is_refused_with_every_difference(cells, says):
    with pytest.raises(InterchangeError, match=says):
        cells_of_questions(LAB, cells, "gradebook.db")


def test_visible_checks_have_their_cells_and_the_rest_is_the_hidden_one():
    found = scores("b1", {"b1": ("passed", "failed")})
    assert list(found) == ["b1-check-1", "b1-hidden"]
    assert (found["b1-check-1"].auto, found["b1-hidden"].auto) == (0.25, 0.0)
    assert [c.check for c in found["b1-hidden"].checks] == ["test_b1_2"]


def test_a_question_with_one_cell_has_all_its_points_there():
    assert scores("b10", {"b10": ("passed", "failed")})["b10-hidden"].auto == 0.5


def test_a_manual_question_waits_and_a_decision_ends_the_waiting():
    waiting, decided = scores("a1")["a1-answer-1"], scores("a1", a1=0.4)["a1-answer-1"]
    assert (waiting.auto, waiting.manual, waiting.needs_manual) == (None, None, True)
    assert (decided.auto, decided.manual, decided.needs_manual) == (None, 0.4, False)


def test_what_a_check_could_not_decide_is_marked_at_its_cell_alone():
    found = scores("b2", {"b2": ("passed", "needs_review")})
    assert [s.needs_manual for s in found.values()] == [False, True]
    assert not any(s.needs_manual for s in scores("b2", {"b2": ("passed", "needs_review")}, b2=1.0).values())


def test_what_was_not_assessed_is_granted_at_its_cell():
    assert scores("b2", {"b2": ("not_assessed", "failed")})["b2-check-1"].auto == 0.667


def test_more_than_the_maximum_is_extra_credit():
    found = scores("b1", b1=1.0)
    assert [s.manual for s in found.values()] == [0.25, 0.5]
    assert [s.extra for s in found.values()] == [None, 0.25]


@given(st.sampled_from(["b1", "b2", "b10"]), STATUSES, STATUSES, st.none() | AMOUNTS)
def test_cells_add_up_to_the_question(name, first, second, decision):
    decisions = {} if decision is None else {name: decision}
    grade = student_grade(entry("ann", {name: (first, second)}, **decisions), LAB)
    question = next(q for q in grade.questions if q.question == name)
    found = cell_scores(question, cells_of_questions(LAB, CELLS, "gradebook.db")[name])
    assert math.fsum(s.auto for s in found) == pytest.approx(question.automatic, abs=1e-6)
    assert all(0 <= s.auto <= cell.most + 1e-9 for s in found for cell in CELLS if cell.name == s.name)
    if decision is not None:
        given_points = math.fsum(s.manual + (s.extra or 0) for s in found)
        assert given_points == pytest.approx(decision, abs=1e-6)
    assert math.fsum(POINTS.values()) == LAB.points


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=5), AMOUNTS)
def test_fitting_reaches_the_total_or_fills_everything(pairs, total):
    values, most = [list(column) for column in zip(*pairs, strict=True)]
    fitted, rest = fit(values, most, total)
    assert math.fsum(fitted) + rest == pytest.approx(total, abs=1e-6)
    assert all(-1e-9 <= value <= limit + 1e-9 for value, limit in zip(fitted, most, strict=True))
    assert rest == 0 or math.fsum(fitted) == pytest.approx(math.fsum(most), abs=1e-6)


def test_cells_sort_by_number():
    assert sorted(["b10-hidden", "b2-hidden", "b2-check-1"], key=natural) == [
        "b2-check-1",
        "b2-hidden",
        "b10-hidden",
    ]
