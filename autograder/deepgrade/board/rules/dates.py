"""When entries are taken: opening, deadlines with extensions, late hours, the freeze.

All moments are aware; people read them in the policy's time zone. A deadline belongs to the time in which entries are
in time: what is entered at 23:59:00 meets a deadline of 23:59.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from deepgrade.board.rules.policy import Policy

State = Literal["not open", "open", "late", "closed"]

# strftime would write them in the language of the machine.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def own_deadline(policy: Policy, extension: datetime | None = None) -> datetime | None:
    """Return a competitor's deadline, UTC; None: there is none. An extension never shortens the common one."""
    common = policy.deadline_at
    if common is None or extension is None:
        return common
    return max(common, extension.astimezone(UTC))


def closes_at(policy: Policy, extension: datetime | None = None) -> datetime | None:
    """Return until when a competitor's entries are taken, UTC, late hours included; None: always."""
    deadline = own_deadline(policy, extension)
    return None if deadline is None else deadline + policy.late_for


def last_deadline(policy: Policy, extensions: Iterable[datetime] = ()) -> datetime | None:
    """Return until when anybody's entries are taken, UTC, late hours included; None: always.

    Args:
        policy: The competition's.
        extensions: All that are in force.
    """
    # In UTC: Python compares times of one zone by what the clock shows, also in the hour that it shows twice.
    return closes_at(policy, max((one.astimezone(UTC) for one in extensions), default=None))


def freezes_at(policy: Policy) -> datetime | None:
    """Return when the students' board begins to stand still by the policy; None: it does not.

    It counts from the common deadline, so that extensions, which others may not know of, do not show on the board.
    """
    if policy.deadline_at is None or not policy.freeze_hours:
        return None
    return policy.deadline_at - timedelta(hours=policy.freeze_hours)


def state_of(policy: Policy, now: datetime, extension: datetime | None = None) -> State:
    """Return whether a competitor may enter now, and whether the entry would be late."""
    if policy.opens_at is not None and now < policy.opens_at:
        return "not open"
    closes = closes_at(policy, extension)
    if closes is not None and now > closes:
        return "closed"
    return "late" if is_late(policy, now, extension) else "open"


def is_late(policy: Policy, entered_at: datetime, extension: datetime | None = None) -> bool:
    """Return whether an entry came after its competitor's deadline."""
    deadline = own_deadline(policy, extension)
    return deadline is not None and entered_at > deadline


def share_kept(policy: Policy, entered_at: datetime, extension: datetime | None = None) -> float:
    """Return the share of its points, 0 to 1, that an entry keeps.

    What was taken after the late hours (an extension was taken back, say) counts as late, not as nothing.
    """
    return policy.late.keep if is_late(policy, entered_at, extension) else 1.0


def refusal(policy: Policy, now: datetime, extension: datetime | None = None) -> str | None:
    """Return why a competitor cannot enter now, for them to read; None: they can."""
    state = state_of(policy, now, extension)
    if state == "not open" and policy.opens_at is not None:
        return (
            "Your entry was not taken: the competition is not open yet. "
            f"It opens on {local_time(policy.opens_at, policy.zone)}; enter it again from then on."
        )
    deadline, closed = own_deadline(policy, extension), closes_at(policy, extension)
    if state == "closed" and deadline is not None and closed is not None:
        late = (
            f", and late entries were taken until {local_time(closed, policy.zone)}"
            if closed > deadline
            else ""
        )
        return (
            f"Your entry was not taken: your deadline was {local_time(deadline, policy.zone)}{late}. "
            "If you had a reason to miss it, ask your instructor for an extension."
        )
    return None


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment as people read it: `Friday 1 May 2026, 23:59 (Europe/Berlin)`.

    Seconds stand there where there are any, and the offset in the hour that clocks show twice.
    """
    local = moment.astimezone(zone)
    clock = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    place = zone.key
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        offset = local.strftime("%z")
        place = f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}, {clock} ({place})"
