"""Who stands on a board: competitors with the entries that are in force, and which of these counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deepgrade.board.opened import OpenBoard
from deepgrade.board.people.competitors import Competitor
from deepgrade.board.rules.selection import Contender, counting
from deepgrade.board.showing.standing import Split
from deepgrade.records import BoardEntry, EntryScores, Measured


@dataclass(frozen=True)
class Contestant:
    """A competitor with all entries that were taken and are in force."""

    competitor: Competitor
    entries: tuple[BoardEntry, ...]
    chosen: frozenset[int]

    def counts(self, opened: OpenBoard, until: datetime | None = None) -> BoardEntry | None:
        """Return the entry that counts, of those made until a moment; None where none is scored."""
        board = opened.board
        entries = {one.id: one for one in self.entries if until is None or one.entered_at <= until}
        found = counting(
            [contender(opened, one, self.chosen) for one in entries.values()],
            opened.policy.counts,
            higher_is_better=board.higher_is_better,
            tie_directions=board.tie_directions,
        )
        return None if found is None else entries[found.key]


def contender(opened: OpenBoard, entry: BoardEntry, chosen: frozenset[int]) -> Contender:
    """Return what the choice among a competitor's entries rests on: public scores alone."""
    return Contender(
        key=entry.id,
        score=value_of(entry.scores, opened.board.metric, "public"),
        ties=tuple(value_of(entry.scores, name, "public") for name in opened.board.tie_break),
        entered_at=entry.entered_at,
        chosen=entry.id in chosen,
    )


def contestants(opened: OpenBoard) -> list[Contestant]:
    """Return everybody who entered, with their entries in the order of time."""
    grouped: dict[str, list[BoardEntry]] = {}
    whose: dict[str, Competitor] = {}
    for entry in opened.entries:
        if entry.state == "taken" and entry.id not in opened.decisions.withdrawn:
            competitor = opened.competitors.of(entry.handed_in_as)
            whose[competitor.key] = competitor
            grouped.setdefault(competitor.key, []).append(entry)
    return [
        Contestant(
            whose[key],
            tuple(sorted(entries, key=lambda one: (one.entered_at, one.id))),
            frozenset(opened.decisions.choices.get(key, ())),
        )
        for key, entries in grouped.items()
    ]


def value_of(scores: EntryScores | None, metric: str, split: Split) -> float | None:
    """Return a score's value; None where there is none."""
    found = measured_of(scores, metric, split)
    return None if found is None else found.value


def measured_of(scores: EntryScores | None, metric: str, split: Split) -> Measured | None:
    """Return a score with its interval; None where there is none."""
    return None if scores is None else scores.on(split).get(metric)
