"""What a viewer may see of a board: the one place that decides it.

Theory of operation: page, terminal, exports and a student's own list ask `shown` and get from its answer which split
ranks the board, whether any private score may be handed over, whether names may, and which entries are too new. Nothing
else looks at the viewer. Where facts contradict each other the answer shows less: hidden by hand goes before revealed, and
no deadline before a day on which the private scores would show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from deepgrade.board.errors import BoardError
from deepgrade.board.rules import dates
from deepgrade.board.rules.policy import Policy
from deepgrade.board.showing.standing import Split, Viewer


@dataclass(frozen=True)
class Shown:
    """What one viewer sees of one board at one moment."""

    ranked_by: Split
    """The split that orders the board."""
    private: bool
    """Whether private scores may be handed over at all: on the board, in histories and in a student's own list."""
    names: bool
    """Whether people's names may; else pseudonyms."""
    entries_until: datetime | None
    """UTC: later entries are not on the board, whose ever they are; None: all are. A student's list of their own entries
    holds them all the same."""
    why: str
    """All this in words, for the viewer."""

    def on_board(self, entered_at: datetime) -> bool:
        """Return whether an entry may stand on the board.

        Ask before the counting entry is selected: on a board that stands still, an older entry counts until the reveal.
        """
        return self.entries_until is None or entered_at <= self.entries_until


def shown(
    viewer: Viewer,
    policy: Policy,
    *,
    has_private: bool,
    revealed_by_hand: bool,
    hidden_again: bool,
    now: datetime,
    last_deadline: datetime | None,
    frozen_by_hand_at: datetime | None,
    split: Split | None = None,
) -> Shown:
    """Decide what a viewer sees.

    Args:
        viewer: Who looks. Staff see everything at any time.
        policy: The competition's.
        has_private: Whether the board has private rows.
        revealed_by_hand: Somebody revealed the private scores.
        hidden_again: Somebody hid them; goes before any way in which they were revealed.
        now: Aware.
        last_deadline: Until when anybody's entries are taken (`dates.last_deadline`). None: not known or never; then only a
            person reveals.
        frozen_by_hand_at: Since when somebody lets the students' board stand still; None: nobody does.
        split: The split to rank by, where one is asked for; None: the private one once it is revealed, else the public one.

    Raises:
        BoardError: The split asked for is not there, or this viewer may not see it yet.
    """
    if split == "private" and not has_private:
        raise BoardError(
            "This board has no private scores: every entry is scored once. Ask for the public ones."
        )
    revealed = _revealed(policy, revealed_by_hand, hidden_again, now, last_deadline)
    private = has_private and (revealed or viewer == "staff")
    if split == "private" and not private:
        raise BoardError(
            f"The private scores are not shown yet. {_when(policy, hidden_again, last_deadline)}"
        )
    ranked_by = split or ("private" if revealed and has_private else "public")
    names = policy.names == "names" or viewer == "staff"
    if viewer == "staff":
        return Shown(ranked_by, private, names, None, _for_staff(ranked_by, has_private, revealed))
    until = None if revealed else _frozen_at(policy, now, frozen_by_hand_at)
    sentences = [_ranking(ranked_by, has_private, revealed)]
    if has_private and not revealed:
        sentences.append(_when(policy, hidden_again, last_deadline))
    if until is not None:
        sentences.append(
            f"The board stands still: entries after {dates.local_time(until, policy.zone)} are not on it "
            f"until {'the private scores are' if has_private else 'it is'} revealed."
        )
    return Shown(ranked_by, private, names, until, " ".join(sentences))


def _revealed(
    policy: Policy, by_hand: bool, hidden_again: bool, now: datetime, last_deadline: datetime | None
) -> bool:
    if hidden_again:
        return False
    if by_hand:
        return True
    end = _end(policy, last_deadline)
    # An entry at the very last moment is still taken.
    return policy.reveal == "after deadline" and end is not None and now > end


def _end(policy: Policy, last_deadline: datetime | None) -> datetime | None:
    common = dates.last_deadline(policy)
    return None if last_deadline is None or common is None else max(last_deadline.astimezone(UTC), common)


def _frozen_at(policy: Policy, now: datetime, by_hand_at: datetime | None) -> datetime | None:
    moments = (dates.freezes_at(policy), by_hand_at)
    past = (moment.astimezone(UTC) for moment in moments if moment is not None and moment <= now)
    return min(past, default=None)


def _when(policy: Policy, hidden_again: bool, last_deadline: datetime | None) -> str:
    end = _end(policy, last_deadline)
    if policy.reveal == "by hand" or hidden_again or end is None:
        return "The private scores show when your instructor reveals them."
    return f"The private scores show after {dates.local_time(end, policy.zone)}."


def _ranking(ranked_by: Split, has_private: bool, revealed: bool) -> str:
    if not has_private:
        return "Ranked by the only score that each entry has."
    if ranked_by == "public" and revealed:
        return "Ranked by the public scores, as asked; the private ones are revealed."
    if ranked_by == "public":
        return "Ranked by the public scores."
    return "Ranked by the private scores, which are revealed."


def _for_staff(ranked_by: Split, has_private: bool, revealed: bool) -> str:
    if not has_private:
        return "Ranked by the only score that each entry has. For staff: names and all entries."
    seen = "students see them too" if revealed else "students do not see the private ones"
    return f"Ranked by the {ranked_by} scores; {seen}. For staff: names, both splits and all entries."
