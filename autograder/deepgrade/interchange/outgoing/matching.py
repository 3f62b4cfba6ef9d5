"""Find students of the gradebook in the rows of another tool's file. A doubt is a student left out, never a guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Key = tuple[str, str]
"""A column's heading and what stands in it."""


class Matches(NamedTuple):
    """Who is where."""

    rows: dict[str, int]
    """Student -> row."""
    left_out: dict[str, str]
    """Student -> why there is no row."""


def match_rows(rows: Mapping[int, Iterable[Key]], wanted: Mapping[str, Sequence[Key]]) -> Matches:
    """Match students to rows by any of their keys; case does not count.

    Args:
        rows: Row -> its keys; empty values do not count.
        wanted: Student -> the keys that name this student.
    """
    places: dict[Key, set[int]] = defaultdict(set)
    for row, keys in rows.items():
        for column, value in keys:
            if value:
                places[(column, value.casefold())].add(row)
    left_out: dict[str, str] = {}
    takers: dict[int, list[str]] = defaultdict(list)
    for student, keys in wanted.items():
        found = set().union(*(places.get((column, value.casefold()), set()) for column, value in keys))
        if len(found) == 1:
            takers[found.pop()].append(student)
        else:
            left_out[student] = f"fits {len(found)} rows" if found else "is in no row"
    for students in takers.values():
        if len(students) > 1:
            left_out |= dict.fromkeys(students, f"{' and '.join(students)} fit the same row")
    matched = {students[0]: row for row, students in takers.items() if len(students) == 1}
    return Matches(matched, left_out)


def letters(name: str) -> str:
    """Return a name's letters and digits alone, as learning platforms write names into file names."""
    return "".join(character for character in name.casefold() if character.isalnum())
