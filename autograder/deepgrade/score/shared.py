"""Arrays that many runs share are read once: a class's images are the same file in most run folders."""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.score.blobs import array_of, cast

_MOST_BYTES = 64 << 20


class SharedArrays:
    """Read-only arrays of files that have several names, the least lately used forgotten first.

    Only the run store gives a file several names, after it has compared the contents; a student's process cannot.

    Args:
        most_bytes: What is held at most.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most, self._held = most_bytes, 0
        self._arrays: OrderedDict[tuple[object, ...], NDArray[Any]] = OrderedDict()

    def read(self, path: Path, facts: os.stat_result, dtype: np.dtype[Any] | None) -> NDArray[Any]:
        """Return the array in a file, in the dtype asked for.

        Args:
            path: An `.npy` file.
            facts: What `stat` says of it.
            dtype: None for the file's own.

        Raises:
            Unusable: It is no plain array, or too large in this dtype.
        """
        if facts.st_nlink < 2:
            return cast(array_of(path.read_bytes()), dtype)
        key = (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, str(dtype))
        found = self._arrays.get(key)
        if found is None:
            found = cast(array_of(path.read_bytes()), dtype)
            found.flags.writeable = False
            self._arrays[key] = found
            self._held += found.nbytes
        self._arrays.move_to_end(key)
        while self._held > self._most and self._arrays:
            _, oldest = self._arrays.popitem(last=False)
            self._held -= oldest.nbytes
        return found
