"""Decisions about the small lab, made by hand and by Hypothesis."""

from datetime import timedelta

from hypothesis import strategies as st

from deepgrade.records import About, Decision, Place
from deepgrade.records.decisions import (
    Adjustment,
    DatesSet,
    Extension,
    LatePolicy,
    LateWaived,
    Override,
    Points,
    RubricChosen,
    RubricDefined,
    RubricItem,
    SecondLook,
    Undo,
)
from deepgrade.review.rubrics import first_rubric
from deepgrade.score import Adjustment as ScoreAdjustment
from deepgrade.score import CheckStatus
from review.small_desk import LAB, NOON, score

RUBRIC = first_rubric(LAB.question("a3"))
DAY = timedelta(days=1)
TEN = DatesSet(due=NOON, late=LatePolicy(amount=10, most=50))
UNKNOWN = About()
A1, A2, A3, ALL = Place("ada", "a1"), Place("ada", "a2"), Place("ada", "a3"), Place("ada")
COUNTED = Place("ada", "a2", "test_counted")


def decided(*made, who="grace", why="", about=UNKNOWN):
    """Return decisions of (place, value), numbered from 1."""
    return [
        Decision(number, place, value, why or "because", who, NOON, None, about)
        for number, (place, value) in enumerate(made, start=1)
    ]


points = st.floats(-5, 5, allow_nan=False)
positive = st.floats(0, 5, allow_nan=False)
chosen = st.lists(st.sampled_from(["r1", "r2", "x"])).map(tuple)
dues = st.integers(-3000, 3000).map(lambda hours: NOON + timedelta(hours=hours))
undone = st.lists(st.integers(1, 6), min_size=1).map(tuple)
values = st.one_of(
    st.tuples(st.sampled_from([A1, A2, A3]), positive.map(lambda p: Points(points=p))),
    st.tuples(st.sampled_from([A1, A2, A3]), st.builds(Adjustment, points=points, bonus=st.booleans())),
    st.tuples(st.sampled_from([A1, A3]), st.builds(RubricChosen, items=chosen)),
    st.tuples(st.just(COUNTED), st.builds(Override, points=st.none() | positive, given=st.none() | positive)),
    st.tuples(st.just(ALL), st.builds(Extension, due=dues)),
    st.tuples(st.just(ALL), st.builds(LateWaived, waived=st.booleans())),
    st.tuples(st.just(A3), st.builds(Undo, decisions=undone)),
    st.tuples(st.just(A1), st.just(SecondLook(text="?"))),
)
scores = st.builds(
    lambda a1, a2, status, extra: score(
        "ada",
        a1=a1,
        a2=(a2 if status in (CheckStatus.PASSED, CheckStatus.FAILED) else 0.0, 1.0),
        a2_status=status,
        adjustments=tuple(ScoreAdjustment(code="extra_credit", points=p) for p in extra),
    ),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(list(CheckStatus)),
    st.lists(points, max_size=2),
)
policies = st.none() | st.builds(
    LatePolicy,
    amount=st.floats(0, 200),
    by=st.sampled_from(["earned", "possible", "points"]),
    unit=st.sampled_from(["hour", "day", "week"]),
    most=st.none() | st.floats(0, 100),
)
rubrics = st.builds(
    lambda start, worths: {
        "a3": RubricDefined(
            start=start,
            items=tuple(RubricItem(id=f"r{n}", text="x", points=p) for n, p in enumerate(worths, start=1)),
        )
    },
    st.sampled_from(["none", "full"]),
    st.lists(points, max_size=2),
)
