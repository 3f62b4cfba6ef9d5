"""Opening, deadlines, extensions, late hours, the freeze; and the sentences that say so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.board.rules import dates
from deepgrade.board.rules.policy import Policy

OPENS, DEADLINE = datetime(2026, 4, 1, 9), datetime(2026, 5, 1, 23, 59)  # noqa: DTZ001
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
MOMENTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 7, 1), timezones=st.just(UTC))  # noqa: DTZ001
POLICIES = st.builds(
    lambda zone, opens, deadline, hours, keep, freeze: Policy(
        time_zone=zone,
        opens=OPENS if opens else None,
        deadline=DEADLINE if deadline else None,
        late={"hours": hours if deadline else 0, "keep": keep},
        freeze_hours=freeze if deadline else 0,
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 1, 36.5]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([0, 1, 48]),
)


def policy(**changes):
    return Policy(**{"time_zone": "Europe/Berlin", "opens": OPENS, "deadline": DEADLINE} | changes)


def berlin(*parts, fold=0):
    # In UTC, since Python calls no two times equal where one is in the hour that clocks show twice.
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold).astimezone(UTC)


def test_before_it_opens_the_refusal_says_when_in_local_time():
    assert dates.refusal(policy(), datetime(2026, 4, 1, 6, 59, 59, tzinfo=UTC)) == (
        "Your entry was not taken: the competition is not open yet. It opens on Wednesday 1 April 2026, 09:00 "
        "(Europe/Berlin); enter it again from then on."
    )


def test_after_it_closed_the_refusal_says_which_deadline_it_was_and_what_to_do():
    said = dates.refusal(policy(), berlin(2026, 5, 2))
    assert said == (
        "Your entry was not taken: your deadline was Friday 1 May 2026, 23:59 (Europe/Berlin). "
        "If you had a reason to miss it, ask your instructor for an extension."
    )


def test_after_the_late_hours_the_refusal_names_them_and_the_students_own_deadline():
    extended = berlin(2026, 5, 4, 12)
    said = dates.refusal(policy(late={"hours": 24}), berlin(2026, 5, 6), extended)
    assert "your deadline was Monday 4 May 2026, 12:00" in said
    assert "late entries were taken until Tuesday 5 May 2026, 12:00" in said


def test_an_extension_does_not_open_a_competition_earlier():
    assert dates.state_of(policy(), berlin(2026, 3, 1), berlin(2026, 6, 1)) == "not open"


def test_the_deadline_itself_is_in_time_and_the_end_of_the_late_hours_is_late():
    late = policy(late={"hours": 2, "keep": 0.5})
    deadline = berlin(2026, 5, 1, 23, 59)
    assert dates.state_of(late, berlin(2026, 4, 1, 9)) == "open"
    assert dates.state_of(late, deadline) == "open"
    assert dates.state_of(late, deadline + SECOND) == "late"
    assert dates.state_of(late, deadline + 2 * HOUR) == "late"
    assert dates.state_of(late, deadline + 2 * HOUR + SECOND) == "closed"
    assert dates.state_of(policy(), deadline + SECOND) == "closed"


def test_a_late_entry_keeps_its_share_and_an_extension_makes_it_whole():
    late = policy(late={"hours": 48, "keep": 0.5})
    entered = berlin(2026, 5, 2, 12)
    assert (dates.is_late(late, entered), dates.share_kept(late, entered)) == (True, 0.5)
    extended = berlin(2026, 5, 3)
    assert (dates.is_late(late, entered, extended), dates.share_kept(late, entered, extended)) == (False, 1.0)


def test_an_entry_of_an_extension_that_was_taken_back_is_late_and_not_lost():
    late = policy(late={"hours": 1, "keep": 0.5})
    entered = berlin(2026, 5, 9)
    assert dates.state_of(late, entered) == "closed"
    assert dates.share_kept(late, entered) == 0.5


def test_an_extension_never_shortens():
    early = berlin(2026, 4, 2)
    assert dates.own_deadline(policy(), early) == berlin(2026, 5, 1, 23, 59)
    assert dates.state_of(policy(), berlin(2026, 4, 20), early) == "open"


def test_without_a_deadline_nothing_closes_and_no_extension_makes_one():
    always = Policy()
    for extension in (None, berlin(2026, 1, 1)):
        assert dates.closes_at(always, extension) is None
        assert dates.state_of(always, berlin(2030, 1, 1), extension) == "open"
    assert dates.last_deadline(always, [berlin(2026, 1, 1)]) is None
    assert dates.freezes_at(always) is None


def test_the_last_deadline_is_that_of_the_longest_extension_with_its_late_hours():
    late = policy(late={"hours": 2})
    assert dates.last_deadline(late) == berlin(2026, 5, 2, 1, 59)
    longest = berlin(2026, 5, 9, 12)
    assert dates.last_deadline(late, [berlin(2026, 1, 1), longest, berlin(2026, 5, 3)]) == longest + 2 * HOUR
    assert dates.last_deadline(late, iter([berlin(2026, 1, 1)])) == berlin(2026, 5, 2, 1, 59)


def test_the_freeze_counts_from_the_common_deadline():
    assert dates.freezes_at(policy(freeze_hours=24)) == berlin(2026, 4, 30, 23, 59)
    assert dates.freezes_at(policy()) is None


def test_the_hour_before_a_deadline_is_an_hour_when_clocks_change_in_between():
    night = policy(deadline=datetime(2026, 10, 25, 3), freeze_hours=1)  # noqa: DTZ001
    assert dates.freezes_at(night) == berlin(2026, 10, 25, 2, fold=1)


def test_a_local_time_that_stands_twice_is_the_later_one_and_a_skipped_one_does_not_come_early():
    assert policy().moment(datetime(2026, 10, 25, 2, 30)) == berlin(2026, 10, 25, 2, 30, fold=1)  # noqa: DTZ001
    assert policy().moment(datetime(2026, 3, 29, 2, 30)) == berlin(2026, 3, 29, 3, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (berlin(2026, 5, 1, 23, 59), "Friday 1 May 2026, 23:59 (Europe/Berlin)"),
        (berlin(2026, 12, 31, 0, 0, 7), "Thursday 31 December 2026, 00:00:07 (Europe/Berlin)"),
        (
            berlin(2026, 10, 25, 2, 30, fold=0),
            "Sunday 25 October 2026, 02:30 (Europe/Berlin, UTC+02:00)",
        ),
        (
            berlin(2026, 10, 25, 2, 30, fold=1),
            "Sunday 25 October 2026, 02:30 (Europe/Berlin, UTC+01:00)",
        ),
    ],
)
def test_local_times_read_the_same_everywhere_and_the_double_hour_is_told_apart(moment, text):
    assert dates.local_time(moment.astimezone(UTC), ZoneInfo("Europe/Berlin")) == text


@given(POLICIES, MOMENTS, st.none() | MOMENTS)
def test_a_refusal_is_given_exactly_when_entries_are_not_taken(rules, now, extension):
    state = dates.state_of(rules, now, extension)
    assert (dates.refusal(rules, now, extension) is None) == (state in ("open", "late"))
    assert (state == "late") <= dates.is_late(rules, now, extension)
    assert (state == "open") <= (not dates.is_late(rules, now, extension))
    assert dates.share_kept(rules, now, extension) in (1.0, rules.late.keep)


@given(POLICIES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=90)), st.none() | MOMENTS)
def test_time_leads_only_forward_from_not_open_to_closed(rules, now, wait, extension):
    order = ["not open", "open", "late", "closed"]
    earlier, later = (dates.state_of(rules, moment, extension) for moment in (now, now + wait))
    assert order.index(earlier) <= order.index(later)


@given(POLICIES, MOMENTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=90)))
def test_no_extension_and_no_longer_one_ever_takes_anything_away(rules, now, extension, more):
    states = ["closed", "late", "open"]
    given_ = [dates.state_of(rules, now, one) for one in (None, extension, extension + more)]
    if "not open" in given_:
        assert set(given_) == {"not open"}
    else:
        assert [states.index(one) for one in given_] == sorted(states.index(one) for one in given_)
    shares = [dates.share_kept(rules, now, one) for one in (None, extension, extension + more)]
    assert shares == sorted(shares)


@given(POLICIES, st.lists(MOMENTS, max_size=4))
def test_after_the_last_deadline_nobody_can_enter(rules, extensions):
    end = dates.last_deadline(rules, extensions)
    if end is not None:
        for extension in (None, *extensions):
            assert dates.state_of(rules, end + SECOND, extension) == "closed"
        assert any(dates.state_of(rules, end, one) in ("open", "late") for one in (None, *extensions))
