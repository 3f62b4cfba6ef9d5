"""A batch that is watched, and what is known of it beyond its state."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from deepgrade.engine.slurm.batch import ArrayEntry, Batch
from deepgrade.engine.slurm.files import Done
from deepgrade.evidence import VERDICTS


@dataclass
class Watched:
    """One batch under watch."""

    batch: Batch
    wanted: set[int]
    """Indexes that this call waits for; those of other calls are taken over when they are there."""
    done: dict[tuple[int, int], Done] = field(default_factory=dict)
    """Index and array's number -> how that attempt ended."""
    running: set[int] = field(default_factory=set)
    """Indexes that were seen running."""
    unsubmitted: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Index -> nodes to avoid: to be submitted as soon as Slurm takes it."""
    _distrusted: set[tuple[int, int]] = field(default_factory=set)
    _gone_since: dict[tuple[int, int], float] = field(default_factory=dict)
    _avoid: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        batch = self.batch
        self.unsubmitted = {index: () for index in sorted(self.wanted) if not batch.attempts(index)}
        for array in batch.state.arrays:
            for index in array.indexes:
                self._avoid.setdefault(index, set()).update(array.exclude)

    def look(self) -> None:
        """Look for new ends."""
        self.done = self.batch.done(self.done)

    def again(self, index: int, avoid: str) -> None:
        """Note that a task is to be submitted again, and a node to avoid from now on, if any."""
        nodes = self._avoid.setdefault(index, set())
        if avoid:
            nodes.add(avoid)
        self.unsubmitted[index] = tuple(sorted(nodes))

    def forget(self, array: ArrayEntry) -> None:
        """Forget an array that was never submitted, and note its tasks for submission."""
        self.batch.drop_array(array)
        self.unsubmitted |= {index: tuple(array.exclude) for index in array.indexes if index in self.wanted}

    def gone_s(self, index: int, array: ArrayEntry, *, gone: bool) -> float:
        """Return for how long an attempt has been gone: over or unknown to Slurm, and without an end."""
        if not gone:
            self._gone_since.pop((index, array.number), None)
            return 0.0
        now = time.monotonic()
        return now - self._gone_since.setdefault((index, array.number), now)

    def distrust(self, index: int) -> None:
        """Take no notice of a task's end that counted, since its run is not there; nor shall the next attempt."""
        done = self.end_of(index)
        if done is not None:
            self._distrusted.add((index, done.array))
            self.batch.set_aside(done)

    def end_of(self, index: int) -> Done | None:
        """Return a task's end that counts: one with a result if there is any, else that of the latest attempt.

        An attempt that was given up may come to its end after all.
        """
        arrays = self.batch.attempts(index)
        ends = [self._end(index, array) for array in arrays]
        for done in ends:
            if done is not None and done.verdict is not None and VERDICTS[done.verdict].students_fault:
                return done
        return ends[-1] if ends else None

    def last_end(self, index: int) -> Done | None:
        """Return the end that counts, or the latest that any attempt left."""
        ends = [self._end(index, array) for array in self.batch.attempts(index)]
        return self.end_of(index) or next((done for done in reversed(ends) if done is not None), None)

    def _end(self, index: int, array: ArrayEntry) -> Done | None:
        place = (index, array.number)
        return None if place in self._distrusted else self.done.get(place)
