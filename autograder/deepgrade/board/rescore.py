"""Score all entries again after a metric or a label was mended: from stored predictions, aside, then applied or cancelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from deepgrade.board.entering.files import kept_outputs
from deepgrade.board.entering.model_outputs import NotYet
from deepgrade.board.entering.models import entry_scores
from deepgrade.board.errors import BoardError
from deepgrade.board.opened import OpenBoard
from deepgrade.board.people.contestants import contestants, value_of
from deepgrade.board.scoring.outputs import score_against
from deepgrade.board.showing.assembly import ranks_of
from deepgrade.records import BoardEntry, EntryScores, RunStore


class EntryChange(NamedTuple):
    """What a set would change for one entry."""

    entry: BoardEntry
    who: str
    public: tuple[float | None, float | None]
    """In the board's metric, before and after."""
    private: tuple[float | None, float | None]

    @property
    def changes(self) -> bool:
        """Whether anything of the board's metric changes."""
        return self.public[0] != self.public[1] or self.private[0] != self.private[1]


@dataclass
class Rescored:
    """A set of new scores, computed or found.

    Attributes:
        set_id: The set.
        changes: One an entry, those that stay the same too.
        ranks: Competitor -> (rank before, rank after), on the private split where there is one.
        left_out: (name, reason) of entries whose predictions cannot be read: they keep their scores.
    """

    set_id: int
    changes: list[EntryChange]
    ranks: dict[str, tuple[int | None, int | None]]
    left_out: list[tuple[str, str]] = field(default_factory=list)


def rescore(opened: OpenBoard) -> Rescored:
    """Score every entry that was taken with today's solution and metrics, aside. Nothing runs.

    Args:
        opened: The board.

    Raises:
        GradebookError: An undecided set is there.
        BoardError: The solution cannot be read, or there is nothing to score.
    """
    store = RunStore(opened.course, opened.lab.name)
    entries = [entry for entry in opened.entries if entry.state == "taken"]
    if not entries:
        raise BoardError(f"Nobody has entered board {opened.board.id} of {opened.lab.name}.")
    scores: dict[int, EntryScores] = {}
    left_out = []
    for entry in entries:
        try:
            scores[entry.id] = _again(opened, store, entry)
        except (NotYet, BoardError) as error:
            left_out.append((opened.competitors.of(entry.handed_in_as).name, str(error)))
    set_id = opened.ledger.new_set(scores.items())
    return _compared(opened, set_id, scores, left_out)


def undecided(opened: OpenBoard) -> Rescored | None:
    """Return the board's undecided set; None where there is none."""
    set_id = opened.ledger.open_set()
    return None if set_id is None else _compared(opened, set_id, opened.ledger.set_scores(set_id), [])


def decide(opened: OpenBoard, *, apply: bool, reason: str | None, who: str | None = None) -> tuple[int, int]:
    """Apply or cancel the undecided set; return (set id, number of entries).

    Raises:
        GradebookError: It is to be applied without a reason.
        BoardError: There is none.
    """
    set_id = opened.ledger.open_set()
    if set_id is None:
        raise BoardError(
            f"There is no undecided set of board {opened.board.id}."
            f" `deepgrade board rescore {opened.lab.name} --board {opened.board.id}` makes one."
        )
    return set_id, opened.gradebook.decide_set(set_id, apply=apply, reason=reason, who=who)


def _again(opened: OpenBoard, store: RunStore, entry: BoardEntry) -> EntryScores:
    if entry.run_key is not None:
        record = store.read(entry.run_key)
        if record is None:
            raise NotYet("its run is not stored any more")
        return entry_scores(opened, store, entry.run_key, record)
    if opened.solution is None or entry.sha256 is None:
        raise BoardError("there is no solution to score it with")
    return score_against(opened.board, opened.solution, kept_outputs(opened, entry.sha256))


def _compared(
    opened: OpenBoard, set_id: int, scores: dict[int, EntryScores], left_out: list[tuple[str, str]]
) -> Rescored:
    metric = opened.board.metric
    changes = [
        EntryChange(
            entry,
            opened.competitors.of(entry.handed_in_as).name,
            (value_of(entry.scores, metric, "public"), value_of(scores[entry.id], metric, "public")),
            (value_of(entry.scores, metric, "private"), value_of(scores[entry.id], metric, "private")),
        )
        for entry in opened.entries
        if entry.id in scores
    ]
    before = _ranks(opened)
    after = _ranks(opened.with_scores(scores))
    return Rescored(set_id, changes, {who: (before.get(who), after.get(who)) for who in after}, left_out)


def _ranks(opened: OpenBoard) -> dict[str, int | None]:
    people = {one.competitor.name: one.counts(opened) for one in contestants(opened)}
    return ranks_of(opened, people, opened.deciding_split)
