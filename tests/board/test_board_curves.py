"""Points: no better score ever earns less, none earns more than possible, and curves that would are refused."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from deepgrade.board.rules.curves import PointsRule

PLACES = st.one_of(
    st.floats(-1e100, 1e100), st.floats(0, 1), st.sampled_from([0.0, 0.1, 0.3, 0.97, 5e-324, -5e-324])
)
POINTS = st.one_of(st.floats(0, 1e6), st.sampled_from([0.0, 0.1, 0.3, 1.0, 10.0]))
DIRECTION = st.booleans()


@st.composite
def rules(draw):
    """Rules with the direction for which they load."""
    higher = draw(DIRECTION)
    kind = draw(st.sampled_from(["step", "linear", "piecewise"]))
    if kind == "linear":
        none_at, full_at = draw(PLACES), draw(PLACES)
        points = draw(st.floats(1e-9, 1e6))
        curve = {"kind": kind, "none_at": none_at, "full_at": full_at, "points": points}
        most = points
    else:
        places = draw(st.lists(PLACES, min_size=2, max_size=6))
        earned = draw(st.lists(POINTS, min_size=len(places), max_size=len(places)))
        if draw(st.booleans()) or draw(st.booleans()):  # mostly in order; whatever loads has to hold the laws
            places, earned = sorted(places, reverse=not higher), sorted(earned)
        curve = {
            "kind": kind,
            "at" if kind == "piecewise" else "steps": list(zip(places, earned, strict=True)),
        }
        most = max(earned)
    possible = draw(st.sampled_from([most, 2 * most, most + 1]))
    assume(possible > 0)
    rule = PointsRule.model_validate({"possible": possible, "curve": curve})
    assume(not rule.problems(higher_is_better=higher))
    return rule, higher


def rule(curve, possible=10.0):
    return PointsRule.model_validate({"possible": possible, "curve": curve})


STEPS = {"kind": "step", "steps": [[0.9, 2], [0.97, 8], [0.98, 10]]}
LINE = {"kind": "linear", "none_at": 0.9, "full_at": 0.98, "points": 10}
CORNERS = {"kind": "piecewise", "at": [[0.9, 2], [0.97, 8], [0.98, 10]]}


@pytest.mark.parametrize(
    ("curve", "says"),
    [
        ({"kind": "spline"}, "'step', 'linear', 'piecewise'"),
        ({"kind": "step", "steps": []}, "at least 1 item"),
        ({"kind": "piecewise", "at": [[0.9, 1]]}, "at least 2 items"),
        ({"kind": "linear", "none_at": 0.9, "points": 1}, "full_at"),
        (LINE | {"slope": 3}, "slope"),
        (LINE | {"points": 0}, "greater than 0"),
        (LINE | {"points": 11}, "gives 11 points, possible is 10"),
        ({"kind": "step", "steps": [[0.9, -1], [0.95, 1]]}, "-1 points; none may be negative"),
        ({"kind": "step", "steps": [[0.9, math.nan]]}, "finite number"),
        ({"kind": "step", "steps": [[math.inf, 1]]}, "finite number"),
        ({"kind": "piecewise", "at": [[-1e308, 1], [1e308, 2]]}, "greater than or equal"),
    ],
)
def test_wrong_curves_are_refused_with_what_is_wrong(curve, says):
    with pytest.raises(ValidationError) as refused:
        rule(curve)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("curve", "higher", "says"),
    [
        (
            {"kind": "step", "steps": [[0.9, 3], [0.95, 2]]},
            True,
            ["curve: the better score 0.95 earns 2, 0.9 earns 3"],
        ),
        (
            {"kind": "piecewise", "at": [[0.9, 1], [0.9, 2]]},
            True,
            ["curve: after 0.9 comes 0.9, which is no better score"],
        ),
        (LINE, False, ["curve: after 0.9 comes 0.98, which is no better score"]),
        (
            {"kind": "piecewise", "at": [[3, 1], [4, 2], [2, 0]]},
            True,
            [
                "curve: after 4 comes 2, which is no better score",
                "curve: the better score 2 earns 0, 4 earns 2",
            ],
        ),
    ],
)
def test_curves_that_fall_or_whose_corners_are_out_of_order_have_every_fault_named(curve, higher, says):
    assert rule(curve).problems(higher_is_better=higher) == says


@pytest.mark.parametrize("curve", [STEPS, LINE, CORNERS])
@pytest.mark.parametrize("score", [None, math.nan])
def test_without_a_score_there_are_no_points(curve, score):
    assert rule(curve).points(score, higher_is_better=True) == 0


@pytest.mark.parametrize(
    ("curve", "higher", "expected"),
    [
        (STEPS, True, {0.0: 0, 0.8999: 0, 0.9: 2, 0.9699: 2, 0.97: 8, 0.98: 10, 1.0: 10}),
        (LINE, True, {0.0: 0, 0.9: 0, 0.94: 5, 0.98: 10, 1.0: 10}),
        (CORNERS, True, {0.0: 2, 0.9: 2, 0.935: 5, 0.97: 8, 0.975: 9, 0.98: 10, 1.0: 10}),
        ({"kind": "linear", "none_at": 3, "full_at": 1, "points": 4}, False, {9: 0, 3: 0, 2: 2, 1: 4, 0: 4}),
        ({"kind": "step", "steps": [[3, 1], [1, 4]]}, False, {9: 0, 3: 1, 1.5: 1, 1: 4, 0: 4}),
    ],
)
def test_points_are_what_one_computes_by_hand(curve, higher, expected):
    found = {score: rule(curve).points(score, higher_is_better=higher) for score in expected}
    assert found == pytest.approx(expected)


@given(rules(), PLACES, PLACES)
def test_no_better_score_earns_less_and_none_more_than_possible(drawn, one, other):
    made, higher = drawn
    worse, better = sorted([one, other], reverse=not higher)
    less, more = (made.points(score, higher_is_better=higher) for score in (worse, better))
    assert 0 <= less <= more <= made.possible


@given(rules(), st.data())
def test_scores_beside_a_corner_never_earn_more_than_the_next_one(drawn, data):
    made, higher = drawn
    place, earned = data.draw(st.sampled_from(made.curve.corners()))
    best = made.points(place, higher_is_better=higher)
    assert best == pytest.approx(min(earned, made.possible))
    below = math.nextafter(place, -math.inf if higher else math.inf)
    assert made.points(below, higher_is_better=higher) <= best


@pytest.mark.parametrize(
    ("corners", "before"),
    [
        (
            [[0.17019969477910712, 1.393422803261577], [0.9528477408301902, 7.260885132301378]],
            0.9528477408301901,
        ),
        ([[-1e10, 1.5 * 2**-52], [1e-9, 1 + 5 * 2**-52]], 0.0),
    ],
)
def test_rounding_just_before_a_corner_does_not_earn_more_than_the_corner(corners, before):
    made = rule({"kind": "piecewise", "at": corners})
    place, earned = corners[-1]
    assert made.points(before, higher_is_better=True) <= made.points(place, higher_is_better=True) == earned


def test_points_that_rounding_lifts_above_what_is_possible_are_not_given():
    made = rule({"kind": "step", "steps": [[1, 0.1 + 0.2]]}, possible=0.3)
    assert made.points(2, higher_is_better=True) == 0.3


@given(rules(), PLACES)
def test_negated_scores_and_the_other_direction_earn_the_same(drawn, score):
    made, higher = drawn
    curve = made.curve.model_dump()
    for name in ("at", "steps"):
        if name in curve:
            curve[name] = [(-place, earned) for place, earned in curve[name]]
    for name in ("none_at", "full_at"):
        if name in curve:
            curve[name] = -curve[name]
    mirrored = rule(curve, made.possible)
    assert not mirrored.problems(higher_is_better=not higher)
    assert mirrored.points(-score, higher_is_better=not higher) == made.points(score, higher_is_better=higher)


@pytest.mark.parametrize(
    ("curve", "low", "high", "straddles"),
    [
        (STEPS, None, None, False),
        (STEPS, 0.96, 0.965, False),
        (STEPS, 0.965, 0.97, True),
        (STEPS, 0.98, 1.0, False),
        (LINE, 0.93, 0.935, False),
        (LINE, 0.93, 0.95, True),
        (LINE, 0.1, 0.85, False),
    ],
)
def test_chance_decides_about_points_where_a_threshold_lies_in_the_interval(curve, low, high, straddles):
    assert rule(curve).straddles(low, high, higher_is_better=True) == straddles
