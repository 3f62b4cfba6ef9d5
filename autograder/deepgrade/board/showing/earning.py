"""Points from a board: by the private score where there is one, with what lateness takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from deepgrade.board.opened import OpenBoard
from deepgrade.board.people.contestants import Contestant, measured_of
from deepgrade.board.rules.dates import is_late, share_kept
from deepgrade.records import BoardEntry


class Earned(NamedTuple):
    """What a competitor's entries earn."""

    points: float
    possible: float
    entry: BoardEntry | None
    """The one that earns them; None where none is scored."""
    share_kept: float
    """1 for an entry in time."""
    borderline: bool
    """The score's interval crosses a threshold of the points: chance in the rows decides, and a person should look."""


def earned(opened: OpenBoard, one: Contestant) -> Earned | None:
    """Return what a competitor earns; None where the board gives no points.

    The entry that counts earns them. Where it is late, the best of those in time earns instead if that is more, so that
    entering late never costs what was earned in time.
    """
    if opened.board.points is None:
        return None
    extension = opened.extension(one.competitor)
    in_time = Contestant(
        one.competitor,
        tuple(
            entry
            for entry in one.entries
            if not entry.time_known or not is_late(opened.policy, entry.entered_at, extension)
        ),
        one.chosen,
    )
    found = [_worth(opened, one, entry) for entry in _distinct(one.counts(opened), in_time.counts(opened))]
    return max(
        found,
        key=lambda earns: earns.points,
        default=Earned(0.0, opened.board.points.possible, None, 1.0, False),
    )


def _distinct(*entries: BoardEntry | None) -> Iterable[BoardEntry]:
    return {entry.id: entry for entry in entries if entry is not None}.values()


def _worth(opened: OpenBoard, one: Contestant, entry: BoardEntry) -> Earned:
    rule = opened.board.points
    assert rule is not None  # noqa: S101 - `earned` has looked
    higher = opened.board.higher_is_better
    found = measured_of(entry.scores, opened.board.metric, opened.deciding_split)
    share = (
        share_kept(opened.policy, entry.entered_at, opened.extension(one.competitor))
        if entry.time_known
        else 1.0
    )
    return Earned(
        points=share * rule.points(None if found is None else found.value, higher_is_better=higher),
        possible=rule.possible,
        entry=entry,
        share_kept=share,
        borderline=found is not None and rule.straddles(found.low, found.high, higher_is_better=higher),
    )
