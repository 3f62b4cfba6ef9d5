"""Daily and total limits: days of the policy's zone, also those of 23 and 25 hours; what we refused or broke is free."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.board.rules.limits import PastEntry, allowance, refusal
from deepgrade.board.rules.policy import Policy

# Clocks go back and forth at 2 or 3; at midnight (Cairo, Beirut, Santiago); by half an hour (Lord Howe); a day was left
# out (Apia, 2011); never (UTC, Kathmandu).
ZONES = (
    *("Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Beirut", "America/Santiago"),
    *("Australia/Lord_Howe", "Pacific/Apia", "UTC", "Asia/Kathmandu", "America/Havana", "Atlantic/Azores"),
)
MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
BERLIN = Policy(time_zone="Europe/Berlin", daily_limit=2)


def berlin(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))


def at(*moments, state="taken"):
    return [PastEntry(moment, state) for moment in moments]


def test_the_refusal_says_how_many_and_when_the_next_one_is_possible_in_local_time():
    made = at(berlin(2026, 5, 1, 0, 0), berlin(2026, 5, 1, 9, 30))
    assert refusal(BERLIN, made, berlin(2026, 5, 1, 23, 59)) == (
        "Your entry was not taken: this board allows 2 entries a day, and you have made 2 today. The next one is possible "
        "from Saturday 2 May 2026, 00:00 (Europe/Berlin) on. Entries that are refused do not count."
    )


def test_where_the_competition_closes_before_the_next_day_no_next_entry_is_promised():
    now = berlin(2026, 5, 1, 12)
    made = at(now, now)
    said = refusal(BERLIN, made, now, closes=berlin(2026, 5, 1, 23, 59))
    assert "closes today" in said and "2 May" not in said
    assert "2 May" in refusal(BERLIN, made, now, closes=berlin(2026, 5, 2, 0, 0))


def test_a_total_that_is_used_up_promises_no_next_entry():
    policy = Policy(daily_limit=1, total_limit=1)
    now = berlin(2026, 5, 1, 12)
    said = refusal(policy, at(now), now)
    assert "allows 1 entry in all, and you have made 1" in said and "No more" in said
    assert allowance(policy, at(now), now) == (0, 0, None)


def test_more_entries_than_a_limit_that_was_lowered_leave_nothing_and_not_less():
    now = berlin(2026, 5, 1, 12)
    left = allowance(Policy(daily_limit=1, total_limit=2), at(*[now] * 5), now)
    assert (left.today_left, left.total_left, left.may_enter) == (0, 0, False)
    assert "you have made 5" in refusal(Policy(daily_limit=1), at(*[now] * 5), now)


@pytest.mark.parametrize("state", ["refused", "failed"])
def test_refused_entries_and_those_that_failed_by_us_are_free(state):
    now = berlin(2026, 5, 1, 12)
    policy = Policy(daily_limit=1, total_limit=1)
    assert refusal(policy, at(*[now] * 50, state=state), now) is None
    assert allowance(policy, at(*[now] * 50, state=state), now) == (1, 1, None)


def test_without_limits_there_is_no_end():
    now = berlin(2026, 5, 1, 12)
    policy = Policy(daily_limit=None)
    assert allowance(policy, at(*[now] * 50), now) == (None, None, None)
    assert refusal(policy, at(*[now] * 50), now) is None


def test_a_day_begins_at_midnight_of_the_policys_zone():
    # 22:30 UTC is half past midnight in Berlin, and still the day before in UTC.
    before, after = berlin(2026, 5, 1, 23, 59, 59), datetime(2026, 5, 1, 22, 30, tzinfo=UTC)
    assert allowance(BERLIN, at(before), after).today_left == 2
    assert allowance(Policy(daily_limit=2), at(before), after).today_left == 1


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)]
)
def test_days_on_which_clocks_change_have_23_and_25_hours(day, hours):
    zone = ZoneInfo("Europe/Berlin")
    first = datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    made = at(first, first)
    reset = allowance(BERLIN, made, first).next_at
    assert reset == first + timedelta(hours=hours)
    assert allowance(BERLIN, made, reset - timedelta(microseconds=1)).today_left == 0
    assert allowance(BERLIN, made, reset).today_left == 2


def test_where_midnight_does_not_exist_the_day_begins_when_clocks_go_forward():
    # In Cairo, 24 April 2026 begins at 01:00.
    policy = Policy(time_zone="Africa/Cairo", daily_limit=1)
    now = datetime(2026, 4, 23, 12, tzinfo=ZoneInfo("Africa/Cairo"))
    reset = allowance(policy, at(now), now).next_at
    assert reset == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert "Friday 24 April 2026, 01:00 (Africa/Cairo)" in refusal(policy, at(now), now)


@given(MOMENTS, st.sampled_from(ZONES))
def test_the_next_entry_is_possible_at_the_first_moment_of_a_later_day(now, zone):
    policy = Policy(time_zone=zone, daily_limit=1)
    reset = allowance(policy, at(now), now).next_at
    today = now.astimezone(policy.zone).date()
    assert now < reset <= now + timedelta(hours=50)
    assert reset.astimezone(policy.zone).date() > today
    assert (reset - timedelta(microseconds=1)).astimezone(policy.zone).date() <= today
    assert refusal(policy, at(now), reset) is None
    assert refusal(policy, at(now), reset - timedelta(microseconds=1)) is not None


@given(
    MOMENTS,
    st.sampled_from(ZONES),
    st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from(["taken", "taken", "refused", "failed"])), max_size=15
    ),
    st.none() | st.integers(1, 5),
    st.none() | st.integers(1, 8),
)
def test_whoever_only_enters_when_allowed_never_passes_a_limit(now, zone, tries, daily, total):
    policy = Policy(time_zone=zone, daily_limit=daily, total_limit=total)
    made = []
    for hours, state in sorted(tries):
        moment = now + timedelta(hours=hours)
        left = allowance(policy, made, moment)
        assert left.may_enter == (refusal(policy, made, moment) is None)
        assert (left.next_at is not None) == (left.today_left == 0 and left.total_left != 0)
        if left.may_enter:
            made.append(PastEntry(moment, state))
    taken = [one for one in made if one.state == "taken"]
    days = [one.entered_at.astimezone(policy.zone).date() for one in taken]
    assert daily is None or all(days.count(day) <= daily for day in days)
    assert total is None or len(taken) <= total


@given(MOMENTS, st.lists(st.integers(-60, 60), max_size=8), st.integers(1, 5))
def test_every_entry_uses_up_at_most_one(now, hours, limit):
    policy = Policy(time_zone="America/New_York", daily_limit=limit, total_limit=limit)
    made = at(*[now + timedelta(hours=one) for one in hours])
    for count in range(len(made)):
        before, after = allowance(policy, made[:count], now), allowance(policy, made[: count + 1], now)
        assert before.total_left - after.total_left == (1 if before.total_left else 0)
        assert before.today_left - after.today_left in (0, 1)
