"""How many entries a competitor may make: a day, and in all.

A limit is there because every scored entry tells something about the rows that score it. So entries that were refused
before they were scored are free, and those that failed by us too; one that was scored counts, also when it
was withdrawn. Days begin at midnight of the policy's time zone, also those of 23 and 25 hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from deepgrade.board.rules.dates import local_time
from deepgrade.board.rules.policy import Policy


@dataclass(frozen=True)
class PastEntry:
    """An entry that was made."""

    entered_at: datetime
    """Aware."""
    state: Literal["taken", "refused", "failed"] = "taken"
    """As in the ledger: `refused` by a rule, `failed` by us; both are free."""


class Allowance(NamedTuple):
    """What is left to a competitor."""

    today_left: int | None
    """Entries of this day; None: no limit."""
    total_left: int | None
    """Entries in all; None: no limit."""
    next_at: datetime | None
    """UTC: when the next entry is possible, where this day's are used up. None: now, or never where `total_left` is 0."""

    @property
    def may_enter(self) -> bool:
        """Whether an entry is possible now."""
        return self.today_left != 0 and self.total_left != 0


def allowance(policy: Policy, previous: Sequence[PastEntry], now: datetime) -> Allowance:
    """Return how many entries are left.

    Args:
        policy: The competition's.
        previous: A competitor's entries on one board, in any order.
        now: Aware.
    """
    today, total = len(_of_the_day(policy, previous, now)), sum(one.state == "taken" for one in previous)
    today_left = None if policy.daily_limit is None else max(0, policy.daily_limit - today)
    total_left = None if policy.total_limit is None else max(0, policy.total_limit - total)
    waits = today_left == 0 and total_left != 0
    return Allowance(today_left, total_left, _next_day(now, policy.zone) if waits else None)


def refusal(
    policy: Policy, previous: Sequence[PastEntry], now: datetime, *, closes: datetime | None = None
) -> str | None:
    """Return why a competitor has no entry left, for them to read; None: they have.

    Args:
        policy: The competition's.
        previous: A competitor's entries on one board, in any order.
        now: Aware.
        closes: Until when their entries are taken (`dates.closes_at`).
    """
    left = allowance(policy, previous, now)
    if left.may_enter:
        return None
    if left.total_left == 0:
        made = sum(one.state == "taken" for one in previous)
        return (
            f"Your entry was not taken: this board allows {_entries(policy.total_limit)} in all, and you have made {made}. "
            "No more can be made; those that you made stay."
        )
    made = len(_of_the_day(policy, previous, now))
    refused = f"Your entry was not taken: this board allows {_entries(policy.daily_limit)} a day, and you have made {made} today."
    if left.next_at is None or (closes is not None and left.next_at > closes):
        return f"{refused} No more can be made, since the competition closes today; those that you made stay."
    return (
        f"{refused} The next one is possible from {local_time(left.next_at, policy.zone)} on. "
        "Entries that are refused do not count."
    )


def _of_the_day(policy: Policy, previous: Sequence[PastEntry], now: datetime) -> list[PastEntry]:
    today = now.astimezone(policy.zone).date()
    return [
        one
        for one in previous
        if one.state == "taken" and one.entered_at.astimezone(policy.zone).date() == today
    ]


def _entries(limit: int | None) -> str:
    return "1 entry" if limit == 1 else f"{limit} entries"


def _next_day(now: datetime, zone: ZoneInfo) -> datetime:
    # Where clocks go forward at midnight there is no 00:00; it is then read with the offset before, which is the moment
    # at which the day begins.
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=zone).astimezone(UTC)
