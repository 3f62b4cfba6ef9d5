"""How late work is, and what that costs."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deepgrade.records.decisions import DatesSet, Decision, Extension, LatePolicy, LateWaived, latest

_UNITS_S = {"hour": 3600, "day": 86400, "week": 7 * 86400}


class Lateness(NamedTuple):
    """When work was due and when it came."""

    due: datetime | None = None
    """The student's own due date, UTC; None: there is none."""
    handed_in_at: datetime | None = None
    """UTC; None: nothing says when."""
    late_s: float = 0.0
    """Seconds after the due date; 0 within the grace time."""
    penalty: float = 0.0
    """Points taken off the total, never more than it."""
    extended: bool = False
    waived: bool = False
    why: tuple[str, ...] = ()
    """For the student and the TA; empty where there is nothing to say."""


def lateness(
    handed_in_at: datetime | None,
    dates: DatesSet | None,
    decisions: list[Decision],
    *,
    earned: float,
    possible: float,
) -> Lateness:
    """Return how late a student's work is and what it costs.

    Args:
        handed_in_at: When it was handed in, UTC.
        dates: The lab's.
        decisions: Of the student, in force, in order: the latest extension and waiver count. An extension never makes
            the due date earlier.
        earned: Points before the penalty.
        possible: Points of the lab that could be had.
    """
    extension = latest(decisions, Extension)
    waiver = latest(decisions, LateWaived)
    common = dates.due if dates else None
    own = extension.value.due if extension and isinstance(extension.value, Extension) else None
    due = max(common, own) if common and own else common or own
    if due is None:
        return Lateness(handed_in_at=handed_in_at)
    zone = dates.zone if dates else "UTC"
    why = []
    extended = own is not None and own == due and own != common
    if extended and extension is not None:
        why.append(f"Due {shown(due, zone)}, extended: {extension.why}")
    found = Lateness(due.astimezone(UTC), handed_in_at, extended=extended)
    if handed_in_at is None:
        why.append("Nothing says when this was handed in, so it counts as in time.")
        return found._replace(why=tuple(why))
    grace_s = dates.grace_s if dates else 0.0
    late_s = (handed_in_at - due).total_seconds()
    if late_s <= 0:
        return found._replace(why=tuple(why))
    by = f"{_span(late_s)} late (handed in {shown(handed_in_at, zone)}, due {shown(due, zone)})"
    if late_s <= grace_s:
        why.append(f"{by[0].upper()}{by[1:]}, within the {_span(grace_s)} that cost nothing.")
        return found._replace(why=tuple(why))
    found = found._replace(late_s=late_s)
    policy = dates.late if dates else None
    if waiver and isinstance(waiver.value, LateWaived) and waiver.value.waived:
        why.append(f"{by}; the penalty is waived: {waiver.why}")
        return found._replace(waived=True, why=tuple(why))
    if policy is None:
        why.append(f"{by}; that costs nothing here.")
        return found._replace(why=tuple(why))
    penalty = min(max(earned, 0.0), _penalty(policy, late_s, earned, possible))
    why.append(f"{by}: {policy_text(policy)} takes off {penalty:.4g} points.")
    return found._replace(penalty=penalty, why=tuple(why))


def _penalty(policy: LatePolicy, late_s: float, earned: float, possible: float) -> float:
    units = math.ceil(late_s / _UNITS_S[policy.unit])
    amount = policy.amount * units
    if policy.most is not None:
        amount = min(amount, policy.most)
    if policy.by == "points":
        return amount
    return min(amount, 100.0) / 100.0 * max(0.0, earned if policy.by == "earned" else possible)


def policy_text(policy: LatePolicy) -> str:
    """Return a policy in words: `10% of the points earned for each started day, at most 50%`."""
    points = policy.by == "points"
    of = {"earned": " of the points earned", "possible": " of the lab's points", "points": ""}[policy.by]
    sign = " points" if points else "%"
    most = "" if policy.most is None else f", at most {policy.most:g}{sign}"
    return f"{policy.amount:g}{sign}{of} for each started {policy.unit}{most}"


def shown(moment: datetime, zone: str) -> str:
    """Return a moment as people of a zone read it."""
    try:
        return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
    except (ZoneInfoNotFoundError, ValueError):
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span(seconds: float) -> str:
    minutes = max(1, math.ceil(timedelta(seconds=seconds) / timedelta(minutes=1)))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts)
