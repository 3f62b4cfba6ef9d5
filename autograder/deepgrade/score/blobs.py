"""Array files from strangers: the header first, its claims compared with the bytes that are there.

Theory of operation: `np.load` takes a zip archive for an `.npz`, and makes room for whatever a header claims before it looks
for the values. Neither may happen here, where one process scores a whole class.
"""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KINDS = "biufcSUmM"
_CAST_BYTES = 64 << 20


class Unusable(Exception):
    """An item of evidence contradicts itself or is missing its file."""


def array_of(data: bytes) -> NDArray[Any]:
    """Return the array in the bytes of an `.npy` file; nothing is unpickled.

    Raises:
        Unusable: Not an `.npy` file, not numbers or text, or its header disagrees with its length.
    """
    stream = io.BytesIO(data)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    try:
        shape, fortran, dtype = readers[np.lib.format.read_magic(stream)](stream)
    except (ValueError, KeyError, TypeError, RecursionError, MemoryError, SyntaxError):
        raise Unusable("its file is no array file") from None
    if dtype.kind not in _KINDS or dtype.hasobject or len(shape) > 32 or min(shape, default=0) < 0:
        raise Unusable("its file holds an array of a type that is not kept")
    start = stream.tell()
    if math.prod(shape) * dtype.itemsize != len(data) - start or math.prod(shape) > len(data):
        raise Unusable("its file's header does not agree with its length")
    flat = np.frombuffer(data, dtype=dtype, offset=start)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def cast(values: NDArray[Any], dtype: np.dtype[Any] | None) -> NDArray[Any]:
    """Return values in another dtype; as they are where none is named or it holds objects.

    Raises:
        Unusable: They are too many for it.
    """
    if dtype is None or dtype.hasobject:
        return values
    if values.size * dtype.itemsize > _CAST_BYTES:
        raise Unusable(f"{values.size:,} values of type {str(dtype)[:40]} are too many")
    return values.astype(dtype, copy=False)
