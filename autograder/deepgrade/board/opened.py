"""A board with everything that stands about it: its rules, its data, its ledger, and what people decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from deepgrade.board.competition import Board, Competition, load_competition
from deepgrade.board.people.competitors import Competitor, Competitors
from deepgrade.board.people.decisions import Decisions, decisions_of
from deepgrade.board.prepare import Prepared, Solution, is_prepared, open_prepared
from deepgrade.board.rules.dates import last_deadline
from deepgrade.board.rules.policy import Policy
from deepgrade.board.rules.visibility import Shown, shown
from deepgrade.board.showing.standing import Split, Viewer
from deepgrade.lab import Lab, LabFiles, load_lab
from deepgrade.records import BoardEntry, Course, EntryLedger, EntryScores, Gradebook


@dataclass(frozen=True)
class OpenBoard:
    """A prepared board of a course."""

    files: LabFiles
    lab: Lab
    course: Course
    gradebook: Gradebook
    competition: Competition
    board: Board
    prepared: Prepared
    ledger: EntryLedger

    @property
    def policy(self) -> Policy:
        """The competition's policy."""
        return self.competition.policy

    @property
    def has_private(self) -> bool:
        """Whether some rows are private: a notebook's own rows are not."""
        return self.prepared.has_solution

    @property
    def deciding_split(self) -> Split:
        """The split that points come from, and that decides in the end."""
        return "private" if self.has_private else "public"

    @cached_property
    def solution(self) -> Solution | None:
        """The labels; None where every entry is scored on its notebook's own rows.

        Raises:
            BoardError: They were corrected by hand and are wrong now.
        """
        return self.prepared.solution() if self.has_private else None

    @property
    def rows(self) -> dict[Split, int]:
        """How many rows each split has; 0 where every entry has its own rows."""
        rows = self.prepared.manifest.rows
        return {"public": rows["Public"], "private": rows["Private"]}

    @cached_property
    def competitors(self) -> Competitors:
        """Whose entries are."""
        return Competitors(self.gradebook.attributions(self.lab.name))

    @cached_property
    def decisions(self) -> Decisions:
        """What people decided so far."""
        return decisions_of(self.ledger.events(), self.competitors)

    @cached_property
    def entries(self) -> list[BoardEntry]:
        """All entries, in the order in which they were recorded."""
        return self.ledger.entries()

    def with_scores(self, scores: Mapping[int, EntryScores]) -> OpenBoard:
        """Return the board as it would be with other scores of some entries, entry id -> scores."""
        changed = replace(self)
        # In the place where `cached_property` keeps what it has read.
        changed.__dict__["entries"] = [
            entry._replace(scores=scores.get(entry.id, entry.scores)) for entry in self.entries
        ]
        return changed

    def extension(self, competitor: Competitor) -> datetime | None:
        """Return a competitor's own deadline, where they have one."""
        return self.decisions.extensions.get(competitor.key)

    def shown(self, viewer: Viewer, now: datetime, split: Split | None = None) -> Shown:
        """Return what a viewer may see; everything that is shown of this board asks here.

        Raises:
            BoardError: They ask for a split that they may not see.
        """
        return shown(
            viewer,
            self.policy,
            has_private=self.has_private,
            revealed_by_hand=self.decisions.revealed is True,
            hidden_again=self.decisions.revealed is False,
            now=now,
            last_deadline=last_deadline(self.policy, self.decisions.extensions.values()),
            frozen_by_hand_at=self.decisions.frozen_at,
            split=split,
        )


def open_board(files: LabFiles, course: Course, gradebook: Gradebook, board_id: str | None) -> OpenBoard:
    """Open a board that was prepared.

    Raises:
        LabError: lab.toml is wrong.
        BoardError: There is no such board, its competition.toml is wrong, or it was not prepared.
    """
    lab = load_lab(files)
    competition = load_competition(files, lab)
    return _opened(files, lab, course, gradebook, competition, competition.board(board_id))


def prepared_boards(files: LabFiles, course: Course, gradebook: Gradebook) -> list[OpenBoard]:
    """Open all boards of a lab that were prepared, in the order of competition.toml.

    Raises:
        LabError: lab.toml is wrong.
        BoardError: The lab has no competition, or its competition.toml is wrong.
    """
    lab = load_lab(files)
    competition = load_competition(files, lab)
    return [
        _opened(files, lab, course, gradebook, competition, board)
        for board in competition.boards
        if is_prepared(course, lab.name, board.id)
    ]


def _opened(
    files: LabFiles, lab: Lab, course: Course, gradebook: Gradebook, competition: Competition, board: Board
) -> OpenBoard:
    return OpenBoard(
        files=files,
        lab=lab,
        course=course,
        gradebook=gradebook,
        competition=competition,
        board=board,
        prepared=open_prepared(course, lab.name, board.id),
        ledger=EntryLedger(gradebook, lab.name, board.id),
    )
