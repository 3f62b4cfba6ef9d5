"""Which of a competitor's entries stands on the board.

The rule looks at the public split alone, whatever split the board is ranked by: who saw it could otherwise pick the entry
that private rows favour by chance, and the private split would be selected on like the public one. So an entry counts
before and after the reveal alike, and the reveal moves places without changing entries. Boards without private rows
have one score, which is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from deepgrade.board.rules.ranking import as_score, place_key

Counts = Literal["best", "last", "chosen"]


@dataclass(frozen=True)
class Contender:
    """An entry that may count. It holds no private score."""

    key: int
    """The entry's id; later entries have larger ones."""
    score: float | None
    """On the public split; None or NaN: unscored."""
    ties: tuple[float | None, ...]
    """The tie-break metrics there."""
    entered_at: datetime
    chosen: bool = False
    """By the competitor."""
    withdrawn: bool = False


def counting(
    entries: Iterable[Contender],
    counts: Counts,
    *,
    higher_is_better: bool,
    tie_directions: Sequence[bool] = (),
) -> Contender | None:
    """Return the entry of one competitor that counts; None where none is scored and in force.

    `best`: as the board would rank them. `last`: the last one that has a score, so a failed attempt never takes a
    competitor off the board. `chosen`: the best of those chosen; where nothing is chosen, or no chosen entry has a score,
    the best of all, as Kaggle selects for those who forgot.

    Late entries stand among the others. Where they lose points, hand over those in time alone to learn what a competitor
    has without them.

    Args:
        entries: Of one competitor on one board, in any order.
        counts: The policy's rule.
        higher_is_better: The metric's direction.
        tie_directions: The same of each tie-break metric.
    """
    valid = [one for one in entries if not one.withdrawn and as_score(one.score) is not None]
    if not valid:
        return None
    if counts == "last":
        return max(valid, key=lambda one: (one.entered_at.astimezone(UTC), one.key))
    chosen = [one for one in valid if one.chosen] if counts == "chosen" else []
    return min(
        chosen or valid,
        key=lambda one: (
            place_key(
                one.score,
                one.ties,
                one.entered_at,
                higher_is_better=higher_is_better,
                tie_directions=tie_directions,
            ),
            one.key,
        ),
    )
