"""Which entry of a competitor counts: scored and in force, by the public split alone."""

import dataclasses
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.board.rules.ranking import Candidate, rank
from deepgrade.board.rules.selection import Contender, counting

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
RULES = ("best", "last", "chosen")

ENTRIES = st.lists(
    st.builds(
        Contender,
        key=st.integers(1, 1000),
        score=st.one_of(st.sampled_from([None, math.nan, 0.1, 0.5, 0.9]), st.floats(-5, 5)),
        ties=st.lists(st.sampled_from([None, 0.0, 1.0]), max_size=1).map(tuple),
        entered_at=st.integers(0, 3).map(lambda hours: START + timedelta(hours=hours)),
        chosen=st.booleans(),
        withdrawn=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.key,
)


def entry(key, score, *, hours=0, chosen=False, withdrawn=False, ties=()):
    return Contender(key, score, ties, START + timedelta(hours=hours), chosen, withdrawn)


def select(entries, rule, higher=True, ties=(True,)):
    found = counting(entries, rule, higher_is_better=higher, tie_directions=ties)
    return None if found is None else found.key


@pytest.mark.parametrize("rule", RULES)
def test_without_a_scored_entry_in_force_nothing_counts(rule):
    assert select([], rule) is None
    assert select([entry(1, None), entry(2, math.nan, chosen=True)], rule) is None
    assert select([entry(1, 0.9, chosen=True, withdrawn=True)], rule) is None


def test_a_last_entry_that_failed_does_not_take_a_competitor_off_the_board():
    tries = [entry(1, 0.9), entry(2, 0.5, hours=1), entry(3, None, hours=2)]
    assert select(tries, "last") == 2


def test_of_two_entries_at_one_moment_the_one_recorded_later_is_the_last():
    assert select([entry(10, 0.1), entry(9, 0.9)], "last") == 10


def test_with_nothing_chosen_the_best_counts():
    assert select([entry(1, 0.9), entry(2, 0.5, hours=1)], "chosen") == 1


def test_a_choice_that_was_withdrawn_or_has_no_score_counts_as_none():
    tries = [entry(1, 0.5), entry(2, 0.9, chosen=True, withdrawn=True), entry(3, None, chosen=True)]
    assert select(tries, "chosen") == 1


def test_of_several_chosen_the_best_counts_though_a_better_one_was_not_chosen():
    tries = [entry(1, 0.99), entry(2, 0.5, chosen=True), entry(3, 0.6, chosen=True)]
    assert select(tries, "chosen") == 3
    assert select(tries, "chosen", higher=False) == 2
    assert select(tries, "best") == 1


def test_a_choice_changes_nothing_where_the_policy_has_no_choices():
    tries = [entry(1, 0.99), entry(2, 0.5, chosen=True)]
    assert select(tries, "best") == 1
    assert select(tries, "last") == 2


def test_equal_scores_are_told_apart_as_on_the_board():
    assert select([entry(1, 0.5, ties=(0.1,)), entry(2, 0.5, hours=3, ties=(0.2,))], "best") == 2
    assert select([entry(1, 0.5, hours=3), entry(2, 0.5)], "best") == 2
    assert select([entry(2, 0.5), entry(1, 0.5)], "best") == 1


def test_an_entry_has_no_private_score_that_selection_could_look_at():
    assert not [field.name for field in dataclasses.fields(Contender) if "private" in field.name]


@given(ENTRIES, st.sampled_from(RULES), st.booleans(), st.randoms())
def test_what_counts_is_scored_and_in_force_and_the_same_in_any_order(entries, rule, higher, shuffler):
    found = counting(entries, rule, higher_is_better=higher, tie_directions=[True])
    valid = [
        one for one in entries if not one.withdrawn and one.score is not None and math.isfinite(one.score)
    ]
    assert (found is None) == (not valid)
    assert found is None or found in valid
    shuffler.shuffle(entries)
    assert counting(entries, rule, higher_is_better=higher, tie_directions=[True]) == found


@given(ENTRIES, st.booleans())
def test_the_best_is_the_one_that_would_stand_first_on_a_board_of_them(entries, higher):
    found = select(entries, "best", higher)
    rows = [
        Candidate(f"{one.key:04}", one.score, one.ties, one.entered_at)
        for one in entries
        if not one.withdrawn
    ]
    first = next(iter(rank(rows, higher_is_better=higher, tie_directions=[True])), None)
    assert found == (int(first.candidate.key) if first and first.rank else None)


@given(ENTRIES, st.booleans())
def test_chosen_is_best_of_the_chosen_and_else_best_of_all(entries, higher):
    of_chosen = select([one for one in entries if one.chosen], "best", higher)
    found = select(entries, "chosen", higher)
    assert found == (of_chosen if of_chosen is not None else select(entries, "best", higher))


@given(ENTRIES)
def test_nothing_scored_and_in_force_came_after_the_last(entries):
    found = counting(entries, "last", higher_is_better=True, tie_directions=[True])
    for one in entries:
        if found and not one.withdrawn and one.score is not None and math.isfinite(one.score):
            assert (one.entered_at, one.key) <= (found.entered_at, found.key)
