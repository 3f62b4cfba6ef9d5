"""How a class did."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.records.briefs import brief_of
from deepgrade.review.final import Rules, Work, final_grade
from deepgrade.review.statistics import class_facts, correlation
from deepgrade.score import CheckStatus
from review.small_desk import LAB, score

NOW = datetime(2026, 5, 1, tzinfo=UTC)
numbers = st.floats(-1e3, 1e3)


def grade(student, **more):
    return final_grade(Work(student, brief_of(score(student, **more))), Rules(LAB))


def test_a_class_of_nobody_has_no_figures():
    facts = class_facts([], LAB)
    assert (facts.students, facts.mean, facts.median, facts.deviation) == (0, None, None, None)
    assert facts.passed_by_everybody == facts.passed_by_nobody == ()


def test_what_was_not_assessed_counts_for_nobody():
    grades = [grade(str(n), a2=(0.0, 1.0), a2_status=CheckStatus.NOT_ASSESSED) for n in range(3)]
    facts = class_facts(grades, LAB)
    counted = next(c for c in facts.checks if c.check == "test_counted")
    assert counted.assessed == 0 and counted not in facts.passed_by_nobody
    assert next(q for q in facts.questions if q.question == "a2").mean == 1.0


def test_checks_that_tell_nobody_apart_are_named():
    grades = [grade(str(n), a1=0.0, a2=(1.0, float(n % 2))) for n in range(4)]
    facts = class_facts(grades, LAB)
    assert [c.check for c in facts.passed_by_nobody] == ["test_scaled"]
    assert [c.check for c in facts.passed_by_everybody] == ["test_counted"]


def test_a_question_that_good_students_fail_discriminates_below_zero():
    grades = [grade(str(n), a1=float(n < 5), a2=(float(n >= 5), float(n >= 5))) for n in range(10)]
    facts = {q.question: q for q in class_facts(grades, LAB).questions}
    assert facts["a1"].discrimination == pytest.approx(-1.0)
    assert facts["a1"].mean == 0.5 and facts["a1"].full == facts["a1"].none == 5
    assert facts["a3"].mean is None and facts["a3"].count == 0


def test_few_students_have_no_discrimination():
    facts = class_facts([grade("ada"), grade("bert", a1=0.0)], LAB)
    assert all(q.discrimination is None for q in facts.questions)


def test_mean_median_and_deviation_are_those_of_the_points():
    facts = class_facts([grade("a", a1=0.0), grade("b"), grade("c"), grade("d")], LAB)
    assert facts.points == (2.0, 3.0, 3.0, 3.0)
    assert (facts.mean, facts.median, facts.deviation) == (2.75, 3.0, 0.5)


@given(st.lists(st.tuples(numbers, numbers), max_size=30))
def test_a_correlation_lies_between_minus_one_and_one_and_is_symmetric(pairs):
    found = correlation(pairs)
    assert found is None or -1 <= found <= 1
    turned = correlation([(y, x) for x, y in pairs])
    assert (found is None) == (turned is None)
    assert found is None or turned == pytest.approx(found)
