"""What a viewer may see: private scores, names and new entries stay where they belong until they are revealed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.board.errors import BoardError
from deepgrade.board.rules import dates
from deepgrade.board.rules.policy import Policy
from deepgrade.board.rules.visibility import shown

DEADLINE = datetime(2026, 5, 1, 21, 59, tzinfo=UTC)  # 23:59 in Berlin
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def policy(**changes):
    local = DEADLINE.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    return Policy(**{"time_zone": "Europe/Berlin", "deadline": local} | changes)


def see(viewer, rules=None, **changes):
    rules = rules or policy()
    facts = {
        "has_private": True,
        "revealed_by_hand": False,
        "hidden_again": False,
        "now": DEADLINE - HOUR,
        "last_deadline": dates.last_deadline(rules),
        "frozen_by_hand_at": None,
    }
    return shown(viewer, rules, **facts | changes)


VIEWERS = st.sampled_from(["staff", "student", "public"])
POLICIES = st.builds(
    policy,
    reveal=st.sampled_from(["by hand", "after deadline"]),
    names=st.sampled_from(["names", "pseudonyms"]),
    freeze_hours=st.sampled_from([0, 5]),
    late=st.sampled_from([{}, {"hours": 3}]),
)
MOMENTS = st.integers(-50, 50).map(lambda hours: DEADLINE + hours * HOUR)
FACTS = st.fixed_dictionaries(
    {
        "has_private": st.booleans(),
        "revealed_by_hand": st.booleans(),
        "hidden_again": st.booleans(),
        "now": MOMENTS,
        "last_deadline": st.none() | MOMENTS,
        "frozen_by_hand_at": st.none() | MOMENTS,
    }
)


@pytest.mark.parametrize("viewer", ["student", "public"])
def test_asking_for_private_scores_before_the_reveal_is_refused_with_when_they_show(viewer):
    with pytest.raises(BoardError, match=r"not shown yet.*when your instructor reveals them"):
        see(viewer, split="private")
    with pytest.raises(BoardError, match=r"show after Friday 1 May 2026, 23:59 \(Europe/Berlin\)\."):
        see(viewer, policy(reveal="after deadline"), split="private")


@pytest.mark.parametrize("viewer", ["staff", "student", "public"])
def test_a_board_without_private_rows_has_none_to_ask_for(viewer):
    with pytest.raises(BoardError, match="no private scores"):
        see(viewer, has_private=False, revealed_by_hand=True, split="private")
    board = see(viewer, has_private=False, revealed_by_hand=True)
    assert (board.ranked_by, board.private) == ("public", False)
    assert "only score" in board.why


def test_hidden_again_goes_before_every_reveal():
    after = {"now": DEADLINE + 99 * HOUR, "hidden_again": True, "revealed_by_hand": True}
    board = see("student", policy(reveal="after deadline"), **after)
    assert (board.ranked_by, board.private) == ("public", False)
    assert "when your instructor reveals them" in board.why
    with pytest.raises(BoardError, match="when your instructor reveals them"):
        see("student", policy(reveal="after deadline"), split="private", **after)


def test_the_reveal_after_the_deadline_waits_for_the_last_moment_of_the_last_extension():
    rules = policy(reveal="after deadline", late={"hours": 2})
    end = dates.last_deadline(rules, [DEADLINE + 24 * HOUR])
    assert not see("student", rules, now=end, last_deadline=end).private
    assert see("student", rules, now=end + SECOND, last_deadline=end).private


def test_an_extension_after_the_reveal_hides_the_private_scores_again():
    rules = policy(reveal="after deadline")
    now = DEADLINE + HOUR
    assert see("student", rules, now=now).private
    assert not see("student", rules, now=now, last_deadline=DEADLINE + 2 * HOUR).private


def test_no_last_deadline_or_one_before_the_common_one_reveals_nothing_early():
    rules = policy(reveal="after deadline", late={"hours": 2})
    assert not see("student", rules, now=DEADLINE + 99 * HOUR, last_deadline=None).private
    assert not see("student", rules, now=DEADLINE + HOUR, last_deadline=DEADLINE - HOUR).private


def test_by_hand_means_by_hand_however_long_ago_the_deadline_was():
    assert not see("student", now=DEADLINE + 9999 * HOUR).private
    assert see("student", revealed_by_hand=True).private


def test_entries_after_the_freeze_are_not_on_the_board_and_the_board_says_so():
    board = see("student", policy(freeze_hours=3))
    frozen = DEADLINE - 3 * HOUR
    assert board.entries_until == frozen
    assert board.on_board(frozen) and not board.on_board(frozen + SECOND)
    assert "entries after Friday 1 May 2026, 20:59 (Europe/Berlin) are not on it" in board.why


def test_a_freeze_that_is_still_to_come_cuts_nothing():
    board = see("student", policy(freeze_hours=3), now=DEADLINE - 4 * HOUR, frozen_by_hand_at=DEADLINE)
    assert board.entries_until is None and "stands still" not in board.why


def test_of_two_freezes_the_earlier_one_counts_and_the_reveal_ends_both():
    by_hand = DEADLINE - 9 * HOUR
    assert see("public", policy(freeze_hours=3), frozen_by_hand_at=by_hand).entries_until == by_hand
    revealed = see("public", policy(freeze_hours=3), frozen_by_hand_at=by_hand, revealed_by_hand=True)
    assert revealed.entries_until is None


def test_a_frozen_board_without_private_rows_moves_again_when_it_is_revealed():
    rules = policy(freeze_hours=3)
    assert see("student", rules, has_private=False).entries_until is not None
    assert see("student", rules, has_private=False, revealed_by_hand=True).entries_until is None


def test_after_the_reveal_the_public_board_can_still_be_asked_for():
    assert see("student", revealed_by_hand=True).ranked_by == "private"
    board = see("student", revealed_by_hand=True, split="public")
    assert (board.ranked_by, board.private) == ("public", True)


def test_staff_rank_by_the_private_scores_when_they_ask_or_when_they_are_revealed():
    assert see("staff").ranked_by == "public"
    assert see("staff", split="private").ranked_by == "private"
    assert see("staff", revealed_by_hand=True).ranked_by == "private"
    assert "students do not see the private ones" in see("staff").why
    assert "students see them too" in see("staff", revealed_by_hand=True).why


@given(POLICIES, FACTS)
def test_staff_see_everything_always(rules, facts):
    board = shown("staff", rules, **facts)
    assert board.private == facts["has_private"]
    assert board.names and board.entries_until is None


@given(VIEWERS, POLICIES, FACTS, st.sampled_from([None, "public", "private"]))
def test_no_board_is_ranked_by_scores_that_its_viewer_may_not_see(viewer, rules, facts, split):
    try:
        board = shown(viewer, rules, split=split, **facts)
    except BoardError as error:
        assert split == "private" and str(error).endswith(".")
        return
    assert board.ranked_by == "public" or board.private
    assert split in (None, board.ranked_by)
    assert board.why.endswith(".")
    if not facts["has_private"]:
        assert not board.private


@given(st.sampled_from(["student", "public"]), POLICIES, FACTS)
def test_students_see_private_scores_only_after_a_reveal_that_was_not_taken_back(viewer, rules, facts):
    board = shown(viewer, rules, **facts)
    ends = [one for one in (facts["last_deadline"], dates.last_deadline(rules)) if one is not None]
    over = facts["last_deadline"] is not None and facts["now"] > max(ends)
    revealed = facts["revealed_by_hand"] or (rules.reveal == "after deadline" and over)
    assert board.private == (facts["has_private"] and revealed and not facts["hidden_again"])
    assert board.names == (rules.names == "names")


@given(st.sampled_from(["student", "public"]), POLICIES, FACTS, MOMENTS)
def test_a_board_that_stands_still_shows_every_entry_from_before_and_none_from_after(
    viewer, rules, facts, entered
):
    board = shown(viewer, rules, **facts)
    if board.entries_until is None:
        assert board.on_board(entered)
    else:
        assert board.entries_until <= facts["now"]
        assert board.on_board(entered) == (entered <= board.entries_until)


@given(POLICIES, FACTS)
def test_the_public_sees_no_more_than_a_student(rules, facts):
    assert shown("public", rules, **facts) == shown("student", rules, **facts)
