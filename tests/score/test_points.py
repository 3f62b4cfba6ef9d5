"""Laws of points: bounded, monotone, and nothing unassessed costs anything."""

from hypothesis import given
from hypothesis import strategies as st

from deepgrade.lab import Question
from deepgrade.score.points import question_result
from deepgrade.score.results import CheckResult, CheckStatus

STATUSES = st.lists(st.sampled_from(list(CheckStatus)), min_size=1, max_size=8)


def _result(statuses):
    worth = 1.0
    checks = [
        CheckResult(
            check=f"test_{place}",
            question="a1",
            description="x",
            visible=False,
            status=status,
            points=worth if status is CheckStatus.PASSED else 0.0,
            possible=worth,
        )
        for place, status in enumerate(statuses)
    ]
    return question_result(Question(id="a1", title="t", points=worth * len(checks)), checks)


@given(STATUSES)
def test_points_lie_between_zero_and_what_could_be_assessed(statuses):
    result = _result(statuses)
    assert 0 <= result.assessed <= result.possible
    assert result.points is None or 0 <= result.points <= result.assessed


@given(STATUSES, st.integers(0, 7))
def test_passing_one_more_check_never_loses_points(statuses, place):
    place %= len(statuses)
    better = [*statuses[:place], CheckStatus.PASSED, *statuses[place + 1 :]]
    assert (_result(better).points or 0) >= (_result(statuses).points or 0)


@given(STATUSES)
def test_unassessed_checks_leave_points_and_denominator_of_the_others_alone(statuses):
    alone = _result(statuses)
    more = _result([*statuses, CheckStatus.NOT_ASSESSED, CheckStatus.INTERNAL_ERROR])
    assert (more.points, more.assessed) == (alone.points, alone.assessed)
