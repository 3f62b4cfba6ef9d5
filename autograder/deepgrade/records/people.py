"""Who of the class handed in: what `grade` found out by the roster, for people and programs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from deepgrade.files import write_atomic


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HandedInRecord(_Strict):
    """A submission and whose it is."""

    handed_in_as: str
    """The name that the files gave."""
    students: tuple[str, ...]
    """Keys in the gradebook; several for a group."""
    state: Literal["matched", "unmatched", "ambiguous"]
    why: str
    """How it was found, or why not."""
    filename: str | None = None
    """None: it was handed to an earlier call."""
    handed_in_at: datetime | None = None
    """Where the platform says it."""


class AbsentRecord(_Strict):
    """A student of the roster who handed in nothing."""

    student: str
    name: str | None = None


class PeopleRecord(_Strict):
    """Whose the submissions of a lab are."""

    schema_version: Literal[1] = 1
    lab: str
    made_at: datetime
    roster_students: int | None
    """How many the roster has; None without a roster."""
    handed_in: tuple[HandedInRecord, ...]
    """All that are in the gradebook, in alphabetical order."""
    absent: tuple[AbsentRecord, ...] = ()
    notices: tuple[str, ...] = ()

    def of(self, state: Literal["matched", "unmatched", "ambiguous"]) -> tuple[HandedInRecord, ...]:
        """Return the submissions of one state."""
        return tuple(item for item in self.handed_in if item.state == state)


def write_people(path: Path, record: PeopleRecord) -> None:
    """Write the record in place of an older one; readable by its owner alone."""
    write_atomic(path, record.model_dump_json(indent=1) + "\n", mode=0o600)


def read_people(path: Path) -> PeopleRecord | None:
    """Return the record; None where there is none."""
    return PeopleRecord.model_validate_json(path.read_bytes()) if path.is_file() else None
