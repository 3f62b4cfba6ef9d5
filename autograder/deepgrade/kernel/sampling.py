"""Which rows are kept of something too large to keep."""

from __future__ import annotations

import random

ALWAYS = 10


def sampled_rows(count: int, at_most: int, seed: int) -> list[int]:
    """Return sorted indices below `count`: 0-9 and a seeded sample, the same for all objects of this length.

    A smaller `at_most` gives a subset of what a larger one gives, so that arrays of different row sizes share rows.
    """
    if count <= at_most:
        return list(range(count))
    first = min(ALWAYS, at_most)
    # The sample that 256 rows would have, cut: never drawn for the smaller number itself.
    drawn = random.Random(f"{seed}/{count}").sample(range(ALWAYS, count), min(256, count - ALWAYS))  # noqa: S311
    return [*range(first), *sorted(drawn[: at_most - first])]
