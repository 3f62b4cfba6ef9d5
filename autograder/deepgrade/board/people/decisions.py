"""What people decided about a board, folded from the ledger's events: the latest of a kind is in force."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from deepgrade.board.people.competitors import Competitors
from deepgrade.records import Event


@dataclass(frozen=True)
class Decisions:
    """The state of a board.

    Attributes:
        revealed: Whether the private scores were revealed or hidden by hand; None: neither, the policy decides.
        frozen_at: Since when the students' board stands still by hand; None: it does not.
        extensions: Competitor -> own deadline, UTC.
        choices: Competitor -> ids of the entries that they chose.
        withdrawn: Ids of entries that left the board, with the reason.
    """

    revealed: bool | None = None
    frozen_at: datetime | None = None
    extensions: dict[str, datetime] = field(default_factory=dict)
    choices: dict[str, tuple[int, ...]] = field(default_factory=dict)
    withdrawn: dict[int, str] = field(default_factory=dict)


def decisions_of(events: Iterable[Event], competitors: Competitors) -> Decisions:
    """Fold events, in their order."""
    revealed: bool | None = None
    frozen_at: datetime | None = None
    extensions: dict[str, datetime] = {}
    choices: dict[str, tuple[int, ...]] = {}
    withdrawn: dict[int, str] = {}
    for event in events:
        whose = competitors.of(event.handed_in_as).key if event.handed_in_as is not None else ""
        if event.kind in ("reveal", "hide"):
            revealed = event.kind == "reveal"
        elif event.kind in ("freeze", "unfreeze"):
            frozen_at = event.decided_at if event.kind == "freeze" else None
        elif event.kind == "extend":
            extensions[whose] = datetime.fromisoformat(event.value).astimezone(UTC)
        elif event.kind == "choose":
            choices[whose] = tuple(int(one) for one in json.loads(event.value))
        elif event.entry_id is not None:
            withdrawn[event.entry_id] = event.why
    return Decisions(revealed, frozen_at, extensions, choices, withdrawn)
