"""Boards in order: missing scores last, ties by tie-breaks, then by the earlier entry; baselines take no place."""

import math
import random
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.board.rules.ranking import Candidate, places_moved, rank

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
ELSEWHERE = timezone(timedelta(hours=9))

# Few values, so that ties are common; 0.1 + 0.2 differs from 0.3 by less than any page shows.
SCORES = st.one_of(
    st.sampled_from([None, math.nan, math.inf, -math.inf, 0.0, -0.0, 0.3, 0.1 + 0.2, 0.9, 1e300, 5e-324]),
    st.floats(-1e3, 1e3),
)
TIMES = st.builds(
    lambda minutes, zone: (START + timedelta(minutes=minutes)).astimezone(zone),
    st.integers(0, 3),
    st.sampled_from([UTC, ELSEWHERE]),
)
DIRECTIONS = st.lists(st.booleans(), max_size=2)


def boards(tie_count, scores=SCORES):
    made = st.builds(
        Candidate,
        key=st.text(max_size=3),
        score=scores,
        ties=st.lists(SCORES, max_size=tie_count).map(tuple),
        entered_at=st.none() | TIMES,
        baseline=st.booleans(),
    )
    return st.lists(made, max_size=12, unique_by=lambda one: one.key)


BOARDS = DIRECTIONS.flatmap(lambda ties: st.tuples(boards(len(ties)), st.just(ties), st.booleans()))


def student(key, score, *ties, minute=0):
    return Candidate(key, score, ties, START + timedelta(minutes=minute))


def baseline(key, score):
    return Candidate(key, score, (), None, baseline=True)


def known(value):
    return value is not None and math.isfinite(value)


def beats(one, other, higher, ties):
    """The rule as a page would explain it: the first difference decides."""
    for left, right, up in zip(
        (one.score, *padded(one, ties)), (other.score, *padded(other, ties)), (higher, *ties), strict=True
    ):
        if known(left) != known(right):
            return known(left)
        if known(left) and left != right:
            return (left > right) == up
    if one.entered_at is None or other.entered_at is None:
        return one.entered_at is not None and other.entered_at is None
    return one.entered_at < other.entered_at


def padded(candidate, ties):
    return (*candidate.ties, *[None] * (len(ties) - len(candidate.ties)))


def keys(ranked):
    return [one.candidate.key for one in ranked]


def test_more_tie_breaks_than_directions_are_an_error_and_not_ignored():
    with pytest.raises(ValueError, match="2 tie-breaks, 1 directions"):
        rank([student("a", 1, 2, 3)], higher_is_better=True, tie_directions=[True])


def test_a_time_without_a_zone_is_an_error():
    late = Candidate("a", 1.0, (), datetime(2026, 5, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        rank([late], higher_is_better=True)


def test_an_empty_board_is_empty():
    assert rank([], higher_is_better=True) == []


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("missing", [None, math.nan, math.inf, -math.inf])
def test_who_has_no_score_stands_last_without_a_rank_whichever_way_the_metric_points(missing, higher):
    board = [
        student("missing", missing, minute=-60),
        student("worst", -1e300 if higher else 1e300, minute=9),
        baseline("b", 0),
    ]
    ranked = rank(board, higher_is_better=higher)
    assert keys(ranked) == ["b", "worst", "missing"]
    assert [one.rank for one in ranked] == [None, 1, None]


def test_scores_are_not_rounded_before_they_are_compared():
    ranked = rank([student("a", 0.3), student("b", 0.1 + 0.2, minute=9)], higher_is_better=True)
    assert [(one.candidate.key, one.rank) for one in ranked] == [("b", 1), ("a", 2)]


def test_equal_scores_go_by_the_tie_breaks_in_order_and_a_missing_one_is_worse_than_any():
    board = [
        student("no tie-break", 0.9, minute=0),
        student("second", 0.9, 0.5, 7, minute=3),
        student("first", 0.9, 0.5, 3, minute=4),
        student("third", 0.9, 0.4, None, minute=1),
    ]
    ranked = rank(board, higher_is_better=True, tie_directions=[True, False])
    assert keys(ranked) == ["first", "second", "third", "no tie-break"]
    assert [one.rank for one in ranked] == [1, 2, 3, 4]


def test_the_earlier_entry_goes_first_and_only_complete_equals_share_a_rank():
    board = [student("late", 1, minute=2), student("b", 1), student("a", 1), student("worse", 0)]
    ranked = rank(board, higher_is_better=True)
    assert [(one.candidate.key, one.rank) for one in ranked] == [
        ("a", 1),
        ("b", 1),
        ("late", 3),
        ("worse", 4),
    ]


def test_the_same_moment_in_two_time_zones_is_the_same_time():
    there = Candidate("b", 1.0, (), START.astimezone(ELSEWHERE))
    assert [one.rank for one in rank([there, student("a", 1.0)], higher_is_better=True)] == [1, 1]


def test_in_the_hour_that_clocks_show_twice_the_earlier_entry_is_the_earlier_one():
    def entry(key, fold, minute):
        zone = ZoneInfo("Europe/Berlin")
        return Candidate(key, 1.0, (), datetime(2026, 10, 25, 2, minute, tzinfo=zone, fold=fold))

    ranked = rank([entry("second", 1, 0), entry("first", 0, 30)], higher_is_better=True)
    assert [(one.candidate.key, one.rank) for one in ranked] == [("first", 1), ("second", 2)]


def test_a_baseline_stands_behind_students_of_its_score_and_takes_no_place():
    board = [baseline("paper", 0.9), student("a", 0.9, minute=99), student("b", 0.8)]
    ranked = rank(board, higher_is_better=True, tie_directions=[True])
    assert [(one.candidate.key, one.rank) for one in ranked] == [("a", 1), ("paper", None), ("b", 2)]


@given(BOARDS, st.randoms())
def test_nobody_gets_lost_and_the_order_in_which_they_come_does_not_matter(board, shuffler):
    candidates, ties, higher = board
    ranked = rank(candidates, higher_is_better=higher, tie_directions=ties)
    assert sorted(keys(ranked)) == sorted(one.key for one in candidates)
    shuffler.shuffle(candidates)
    assert keys(rank(candidates, higher_is_better=higher, tie_directions=ties)) == keys(ranked)


@given(BOARDS)
def test_a_rank_is_one_more_than_the_number_of_students_that_are_better(board):
    candidates, ties, higher = board
    students = [one for one in candidates if not one.baseline and known(one.score)]
    for candidate, place in rank(candidates, higher_is_better=higher, tie_directions=ties):
        if candidate in students:
            assert place == 1 + sum(beats(other, candidate, higher, ties) for other in students)
        else:
            assert place is None


@given(BOARDS)
def test_ranks_grow_down_the_board_and_are_equal_only_for_equals(board):
    candidates, ties, higher = board
    ranked = [one for one in rank(candidates, higher_is_better=higher, tie_directions=ties) if one.rank]
    for upper, lower in pairwise(ranked):
        one, other = upper.candidate, lower.candidate
        same = not beats(one, other, higher, ties) and not beats(other, one, higher, ties)
        assert upper.rank == lower.rank if same else upper.rank < lower.rank


@given(BOARDS)
def test_baselines_change_neither_ranks_nor_order_of_students_and_stand_where_their_score_belongs(board):
    candidates, ties, higher = board
    ranked = rank(candidates, higher_is_better=higher, tie_directions=ties)
    alone = rank(
        [one for one in candidates if not one.baseline], higher_is_better=higher, tie_directions=ties
    )
    assert [one for one in ranked if not one.candidate.baseline] == alone
    for place, (candidate, _) in enumerate(ranked):
        if candidate.baseline and known(candidate.score):
            for at, (other, _) in enumerate(ranked):
                if not other.baseline:
                    not_worse = known(other.score) and (
                        other.score == candidate.score or (other.score > candidate.score) == higher
                    )
                    assert (at < place) == not_worse


@given(
    boards(0, st.floats(allow_nan=False, allow_infinity=False)).filter(
        lambda board: len({one.score for one in board}) == len(board)
    )
)
def test_a_board_of_distinct_scores_is_upside_down_where_lower_is_better(board):
    assert keys(rank(board, higher_is_better=True)) == keys(rank(board, higher_is_better=False))[::-1]


@given(BOARDS)
def test_negated_scores_and_the_other_direction_give_the_same_board(board):
    candidates, ties, higher = board
    mirrored = [
        Candidate(one.key, None if one.score is None else -one.score, one.ties, one.entered_at, one.baseline)
        for one in candidates
    ]
    found = rank(candidates, higher_is_better=higher, tie_directions=ties)
    other = rank(mirrored, higher_is_better=not higher, tie_directions=ties)
    assert [(one.candidate.key, one.rank) for one in found] == [
        (one.candidate.key, one.rank) for one in other
    ]


def test_200_random_boards_have_no_row_without_a_score_above_a_scored_one_ties_by_earliest_and_mirror():
    dice = random.Random(20260501)  # noqa: S311
    for _ in range(200):
        size = dice.randint(1, 60)
        values = [None, math.nan, *[round(dice.uniform(0, 1), 1) for _ in range(6)]]
        board = [
            Candidate(
                f"s{number}", dice.choice(values), (), START + timedelta(seconds=dice.randint(0, 20)), False
            )
            for number in range(size)
        ]
        for higher in (True, False):
            ranked = rank(board, higher_is_better=higher)
            has_score = [known(one.candidate.score) for one in ranked]
            assert has_score == sorted(has_score, reverse=True)
            rows = [one for one in ranked if known(one.candidate.score)]
            for upper, lower in pairwise(rows):
                assert (
                    upper.candidate.score >= lower.candidate.score
                    if higher
                    else upper.candidate.score <= lower.candidate.score
                )
                if upper.candidate.score == lower.candidate.score:
                    assert upper.candidate.entered_at <= lower.candidate.entered_at
        firsts = list({one.score: one for one in reversed(board) if known(one.score)}.values())
        assert keys(rank(firsts, higher_is_better=True)) == keys(rank(firsts, higher_is_better=False))[::-1]


def test_who_was_not_on_the_earlier_board_has_not_moved():
    after = {"up": 1, "down": 3, "same": 2, "new": 4, "lost its score": None}
    before = {"up": 5, "down": 1, "same": 2, "gone": 3, "lost its score": 4}
    assert places_moved(before, after) == {
        "up": 4,
        "down": -2,
        "same": 0,
        "new": None,
        "lost its score": None,
    }


@given(st.permutations(range(1, 9)))
def test_where_nobody_comes_or_goes_the_moves_add_up_to_nothing(places):
    before = {str(at): at for at in range(1, 9)}
    moves = places_moved(before, {str(at): place for at, place in enumerate(places, start=1)})
    assert sum(moves.values()) == 0
    assert places_moved(before, before) == dict.fromkeys(before, 0)
