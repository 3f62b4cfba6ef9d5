"""Late policies and grace times as an instructor writes them."""

from __future__ import annotations

import re

from deepgrade.records.decisions import LatePolicy
from deepgrade.records.reviews import ReviewError

_NUMBER = r"\d+(?:\.\d+)?"
_POLICY = re.compile(
    rf"(?P<amount>{_NUMBER})\s*(?P<measure>%|percent|points?)"
    r"(?:\s+of\s+(?P<of>the\s+points\s+earned|the\s+lab's\s+points|the\s+maximum))?"
    r"\s+(?:per|a|for\s+each(?:\s+started)?)\s+(?P<unit>hour|day|week)"
    rf"(?:\s*,?\s*at\s+most\s+(?P<most>{_NUMBER})\s*(?P<most_measure>%|percent|points?))?",
    re.IGNORECASE,
)
_SPAN = re.compile(rf"({_NUMBER})\s*(minutes?|min|hours?|h|days?|d)", re.IGNORECASE)
_SECONDS = {"m": 60.0, "h": 3600.0, "d": 86400.0}


def read_late_policy(text: str) -> LatePolicy | None:
    """Return the policy that a text such as `10% per day, at most 50%` means; None for `none`.

    Percent are of the points earned, or `of the lab's points` where that is said; `2 points per hour` takes points. Every
    started hour, day or week counts whole.

    Raises:
        ReviewError: It is no such text.
    """
    if text.strip().casefold() == "none":
        return None
    match = _POLICY.fullmatch(text.strip())
    if match is None:
        raise _not_understood(text)
    points = match["measure"].casefold().startswith("point")
    most = match["most"]
    if (points and match["of"]) or (most and points != match["most_measure"].casefold().startswith("point")):
        raise _not_understood(text)
    of = " ".join((match["of"] or "").casefold().split())
    possible = of in ("the lab's points", "the maximum")
    return LatePolicy(
        amount=float(match["amount"]),
        by="points" if points else "possible" if possible else "earned",
        unit=match["unit"].casefold(),
        most=float(most) if most else None,
    )


def read_span(text: str) -> float:
    """Return the seconds of `15 minutes`, `2 hours` or `1 day`.

    Raises:
        ReviewError: It is no such text.
    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise ReviewError(f"{text!r} is no span of time. Write: 15 minutes, 2 hours, 1 day.")
    return float(match[1]) * _SECONDS[match[2][0].casefold()]


def _not_understood(text: str) -> ReviewError:
    return ReviewError(
        f"{text!r} is no late policy. Write: 10% per day, at most 50%; or: 10% of the lab's points per day;"
        " or: 2 points per hour, at most 6 points; or: none."
    )
