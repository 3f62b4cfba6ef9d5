"""Who competes: names under which work came, as students or groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from deepgrade.records import Attribution


class Competitor(NamedTuple):
    """One student, or a group that handed in together."""

    key: str
    """The same for all names that mean these students."""
    students: tuple[str, ...]

    @property
    def name(self) -> str:
        """As people read it."""
        return " & ".join(self.students)


class Competitors:
    """Finds out whose an entry is.

    Args:
        attributions: The name under which work came -> whose it is; a name that is missing is its own student.
    """

    def __init__(self, attributions: Mapping[str, Attribution]) -> None:
        self._attributions = attributions

    def of(self, handed_in_as: str) -> Competitor:
        """Return whose an entry is that came under a name, or who a person means by it: a student's key does as well."""
        attribution = self._attributions.get(handed_in_as)
        students = attribution.students if attribution and attribution.students else (handed_in_as,)
        members = tuple(sorted(set(students), key=str.casefold))
        return Competitor("\n".join(members), members)
