"""What a class's entries are compared by, and what the comparison says to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 100.0
"""The largest strength."""


@dataclass(frozen=True)
class BoardFlag:
    """Something that a person should look at. It takes no points and no place by itself."""

    code: str
    sentence: str
    """For a TA: what was found, how strong it is, what to look at, and what innocent reasons there are. Names nobody."""
    students: tuple[str, ...]
    """Keys in alphabetical order; empty where it concerns the whole board."""
    entries: tuple[int, ...]
    strength: float
    """Sorts flags, 0 to 100, strongest first: standard deviations from honest work where there is chance, high for facts."""


@dataclass(frozen=True, eq=False)
class EntryFacts:
    """One entry, as far as it is compared with others. A reference model is one too; its student is not looked at.

    An entry of a group stands here once for each of its students, under one number.
    """

    entry: int
    student: str
    classes: NDArray[Any] | None
    """`(rows,)`: the predicted class of each row; None where the task has no classes."""
    outputs: NDArray[Any] | None
    """`(rows,)` or `(rows, outputs)`: what was predicted, as far as it is at hand."""
    outputs_sha256: str
    """Of the predictions' bytes."""
    weights_sha256: str | None
    """See `weights.weights_digest`; None for an entry without a model."""

    @property
    def says_one_thing(self) -> bool:
        """Whether every row got the same prediction: a dead network, or a sample file sent as it was."""
        for values in (self.outputs, self.classes):
            if values is not None and len(values):
                return bool((values == values[:1]).all())
        return False


@dataclass(frozen=True)
class Party:
    """Students who hand in together, in at least one entry."""

    students: tuple[str, ...]
    entries: tuple[EntryFacts, ...]
    """In the order of their numbers, each once."""

    @property
    def latest(self) -> EntryFacts:
        """The entry that stands for them where each is compared once."""
        return self.entries[-1]


def parties_of(entries: Iterable[EntryFacts]) -> tuple[Party, ...]:
    """Return who handed in: students that share an entry are one party. Sorted by students.

    Raises:
        ValueError: Two different predictions stand under one entry's number.
    """
    given = sorted(entries, key=lambda facts: (facts.entry, facts.student))
    group: dict[str, set[str]] = {}
    first: dict[int, EntryFacts] = {}
    for facts in given:
        known = first.setdefault(facts.entry, facts)
        if known.outputs_sha256 != facts.outputs_sha256:
            raise ValueError(f"the entry {facts.entry} stands there with two different predictions")
        joined = group.get(known.student, {known.student}) | group.get(facts.student, {facts.student})
        for student in joined:
            group[student] = joined
    of: dict[tuple[str, ...], list[EntryFacts]] = {}
    for facts in first.values():
        of.setdefault(tuple(sorted(group[facts.student])), []).append(facts)
    return tuple(Party(students, tuple(own)) for students, own in sorted(of.items()))


def by_student(sent: Iterable[tuple[Party, EntryFacts]]) -> dict[str, list[int]]:
    """Return which entries of which students a finding concerns."""
    concerned: dict[str, list[int]] = {}
    for party, facts in sent:
        for student in party.students:
            concerned.setdefault(student, []).append(facts.entry)
    return concerned


def sorted_flags(flags: Iterable[BoardFlag]) -> tuple[BoardFlag, ...]:
    """Return flags strongest first; equal ones in a fixed order."""
    return tuple(sorted(flags, key=lambda flag: (-flag.strength, flag.code, flag.students, flag.entries)))


def flag_of(code: str, sentence: str, found: Mapping[str, Sequence[int]], strength: float) -> BoardFlag:
    """Return a flag of students and their entries; its strength is cut to its range and rounded."""
    entries = sorted({entry for own in found.values() for entry in own})
    return BoardFlag(
        code, sentence, tuple(sorted(found)), tuple(entries), round(float(np.clip(strength, 0, MOST)), 2)
    )


def not_looked_for(code: str, why: str) -> BoardFlag:
    """Return what stands in the place of flags that could not be looked for: it concerns nobody, with strength 0."""
    return BoardFlag("not_looked_for", f"{code} was not looked for: {why}", (), (), 0.0)
