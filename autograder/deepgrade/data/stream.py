"""Random numbers that are the same on every machine and with every numpy.

numpy may change how `Generator` makes integers or permutations out of random bits between versions; the bits
of a bit generator stay. So everything here is integer arithmetic on PCG64's bits.
"""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
from numpy.typing import NDArray

_UNIFORMS_PER_BELL = 4


class Stream:
    """A stream of random integers that a seed and a purpose determine.

    Args:
        secret: The seed's bytes; keep them from students where the stream decides what is hidden.
        purpose: What the numbers are for; streams of different purposes are independent.
    """

    def __init__(self, secret: bytes, purpose: str) -> None:
        digest = hmac.new(secret, purpose.encode("utf-8"), hashlib.sha256).digest()
        self._bits = np.random.PCG64(int.from_bytes(digest, "big"))

    def words(self, count: int) -> NDArray[np.uint64]:
        """Return `count` integers below 2**32."""
        raw = np.asarray(self._bits.random_raw((count + 1) // 2), dtype=np.uint64)
        both = np.empty((len(raw), 2), np.uint64)
        both[:, 0] = raw >> np.uint64(32)
        both[:, 1] = raw & np.uint64(0xFFFFFFFF)
        return both.reshape(-1)[:count]

    def below(self, limit: int, count: int) -> NDArray[np.int64]:
        """Return `count` integers, evenly spread over 0 to `limit` - 1; `limit` is at most 2**31."""
        return ((self.words(count) * np.uint64(limit)) >> np.uint64(32)).astype(np.int64)

    def between(self, low: int, high: int, count: int) -> NDArray[np.int64]:
        """Return `count` integers, evenly spread over `low` to `high`, both included."""
        return low + self.below(high - low + 1, count)

    def bell(self, deviation: int, count: int) -> NDArray[np.int64]:
        """Return `count` integers, bell-shaped around 0 (a sum of four even ones, so never beyond 3.5 deviations)."""
        # Four uniforms on [0, 2**32) have a standard deviation of 2**32 / sqrt(3); 1.7320508 as a fraction.
        total = self.words(count * _UNIFORMS_PER_BELL).reshape(count, _UNIFORMS_PER_BELL).astype(np.int64)
        centred = (total.sum(axis=1) - (1 << 33)) >> 8
        return np.asarray((centred * deviation * 17320508) // (10000000 << 24))

    def order(self, count: int) -> NDArray[np.int64]:
        """Return 0 to `count` - 1 in random order."""
        keys = np.asarray(self._bits.random_raw(count), dtype=np.uint64)
        return np.argsort(keys, kind="stable").astype(np.int64)
