"""Who stands where: the order of a board, and who moved.

Scores are compared unrounded. Equal scores are told apart by the tie-break metrics, then by the earlier entry, which is
what Codabench and Autolab document. What has no score stands last, whichever way the metric points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """What is ranked: a competitor's counting entry, or a baseline."""

    key: str
    """Whose it is; decides the order on the page, never the rank, where all else is equal."""
    score: float | None
    """Unrounded. None, NaN and infinity: there is no score."""
    ties: tuple[float | None, ...]
    """The tie-break metrics; one that is missing is worse than any."""
    entered_at: datetime | None
    """Aware. None: nobody knows, later than all others."""
    baseline: bool = False
    """It stands in its place without taking one."""


class Ranked(NamedTuple):
    """A candidate in its place."""

    candidate: Candidate
    rank: int | None
    """From 1; None: a baseline, or no score."""


def rank(
    candidates: Iterable[Candidate], *, higher_is_better: bool, tie_directions: Sequence[bool] = ()
) -> list[Ranked]:
    """Put candidates in order, the best first.

    Students of equal score, tie-breaks and time share a rank, and the next rank counts all before it (1, 1, 3). A baseline
    stands behind the students of its score.

    Args:
        candidates: In any order.
        higher_is_better: The metric's direction.
        tie_directions: The same of each tie-break metric.

    Raises:
        ValueError: A candidate has more tie-breaks than there are directions, or a time without a zone.
    """
    keyed = sorted(
        (
            (
                place_key(
                    one.score,
                    one.ties,
                    one.entered_at,
                    higher_is_better=higher_is_better,
                    tie_directions=tie_directions,
                    behind=one.baseline,
                ),
                one.key,
                one,
            )
            for one in candidates
        ),
        key=lambda item: item[:2],
    )
    ranked = []
    students, place, shared = 0, 0, None
    for key, _, candidate in keyed:
        if candidate.baseline or as_score(candidate.score) is None:
            ranked.append(Ranked(candidate, None))
            continue
        students += 1
        if key != shared:
            place, shared = students, key
        ranked.append(Ranked(candidate, place))
    return ranked


def place_key(
    score: float | None,
    ties: Sequence[float | None],
    entered_at: datetime | None,
    *,
    higher_is_better: bool,
    tie_directions: Sequence[bool],
    behind: bool = False,
) -> tuple[Any, ...]:
    """Return what sorts the better before the worse; equal only where nothing but the name could decide.

    Args:
        score: None, NaN or infinity: none.
        ties: Values of the tie-break metrics; those that are missing at the end count as None.
        entered_at: Aware, or None.
        higher_is_better: The metric's direction.
        tie_directions: The same of each tie-break metric.
        behind: Stands behind all others of its score.

    Raises:
        ValueError: More tie-breaks than directions, or a time without a zone.
    """
    if len(ties) > len(tie_directions):
        raise ValueError(f"{len(ties)} tie-breaks, {len(tie_directions)} directions")
    if entered_at is not None and entered_at.tzinfo is None:
        raise ValueError(f"{entered_at} has no time zone")
    padded = (*ties, *[None] * (len(tie_directions) - len(ties)))
    return (
        _better_first(score, higher_is_better),
        behind,
        *(_better_first(tie, up) for tie, up in zip(padded, tie_directions, strict=True)),
        # In UTC: Python compares times of one zone by what the clock shows, also in the hour that it shows twice.
        _NEVER if entered_at is None else entered_at.astimezone(UTC),
    )


def as_score(value: float | None) -> float | None:
    """Return a score that can be ranked: None for None, NaN and infinity."""
    return value if value is not None and math.isfinite(value) else None


def places_moved(before: Mapping[str, int | None], after: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return how many places each went up (positive) or down from one board to another.

    Args:
        before: Key -> rank; None, or no key: was not ranked there.
        after: The same of the later board, whose keys are returned.

    Returns:
        Key -> places; None where one of the boards has no rank.
    """
    return {key: _moved(before.get(key), place) for key, place in after.items()}


def _moved(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else before - after


def _better_first(value: float | None, higher_is_better: bool) -> tuple[bool, float]:
    number = as_score(value)
    if number is None:
        return True, 0.0
    return False, -number if higher_is_better else number
