"""When was it handed in? The times that nbgrader and Gradescope write."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_TIME = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?\s*(\S{0,60})\s*\Z",
)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)\Z")


def parse_time(text: str) -> datetime | None:
    """Return a time in UTC; None where the text is no time, or of a time zone that nobody knows.

    Read are ISO 8601, nbgrader's `2026-01-31 09:30:00.123456 UTC` (a zone's name may stand in its place; without one
    it is UTC, as for nbgrader itself) and Gradescope's `2026-01-31 09:30:00.123456789 -08:00`.

    Args:
        text: From a file.
    """
    match = _TIME.match(text)
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '0').ljust(6, '0')}")
        return moment.replace(tzinfo=_zone(zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError, KeyError):  # an unknown zone is a KeyError
        return None


def _zone(name: str) -> timezone | ZoneInfo:
    if name in ("", "Z", "UTC", "GMT"):
        return UTC
    offset = _OFFSET.match(name)
    if offset is None:
        return ZoneInfo(name)
    minutes = 60 * int(offset[2]) + int(offset[3])
    return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))
