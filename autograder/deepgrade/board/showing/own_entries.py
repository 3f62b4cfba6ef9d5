"""A student's own list of entries: what they made, what it scored publicly, and privately once that is revealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deepgrade.board.opened import OpenBoard
from deepgrade.board.people.contestants import value_of
from deepgrade.board.showing.standing import Viewer


@dataclass(frozen=True)
class OwnEntry:
    """One entry as its student may see it."""

    ref: int
    file: str
    entered_at: datetime
    message: str
    status: str
    """`taken`, `refused`, `failed` or `withdrawn`."""
    problem: str | None
    """Why it was refused, failed, withdrawn or has no score."""
    public: float | None
    private: float | None
    shows_private: bool
    """Whether `private` is shown at all; where not, it is None."""

    @staticmethod
    def fields() -> tuple[str, ...]:
        """Return the names of the exported fields, Kaggle's first."""
        return ("ref", "fileName", "date", "description", "status", "publicScore", "privateScore", "problem")

    def as_fields(self) -> dict[str, Any]:
        """Return the exported fields."""
        values = (
            self.ref,
            self.file,
            self.entered_at.astimezone(UTC).isoformat(),
            self.message,
            self.status,
            self.public,
            self.private,
            self.problem,
        )
        return dict(zip(self.fields(), values, strict=True))


def own_entries(opened: OpenBoard, student: str, viewer: Viewer, *, now: datetime) -> list[OwnEntry]:
    """Return a competitor's entries in the order of time, all of them, also on a board that stands still."""
    seen = opened.shown(viewer, now)
    key = opened.competitors.of(student).key
    metric = opened.board.metric
    found = []
    for entry in opened.entries:
        if opened.competitors.of(entry.handed_in_as).key != key:
            continue
        withdrawn = opened.decisions.withdrawn.get(entry.id)
        public = value_of(entry.scores, metric, "public")
        unscored = entry.scores.reason if entry.scores is not None and public is None else None
        found.append(
            OwnEntry(
                ref=entry.id,
                file=entry.filename,
                entered_at=entry.entered_at,
                message=entry.message,
                status=entry.state if withdrawn is None else "withdrawn",
                problem=withdrawn if withdrawn is not None else entry.problem or unscored,
                public=public,
                private=value_of(entry.scores, metric, "private") if seen.private else None,
                shows_private=seen.private or not opened.has_private,
            )
        )
    return sorted(found, key=lambda one: (one.entered_at, one.ref))
