"""Read `.npy` bytes from strangers: the header first, its claims compared with the bytes that are there."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


class NpyError(ValueError):
    """The bytes are not an array of plain numbers."""


def read_npy(data: bytes) -> NDArray[Any]:
    """Return the array; never unpickles, never allocates more than the data hold.

    Raises:
        NpyError: Not a `.npy` file, not numbers, or its header disagrees with its length.
    """
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = readers[version](stream)
    except (ValueError, KeyError, TypeError, RecursionError, MemoryError, SyntaxError) as error:
        raise NpyError(f"not a .npy file: {str(error)[:100]}") from None
    if dtype.kind not in "biuf" or dtype.hasobject or len(shape) > 8 or any(axis < 0 for axis in shape):
        raise NpyError(f"arrays of {str(dtype)[:40]} are not accepted")
    start = stream.tell()
    if math.prod(shape) * dtype.itemsize != len(data) - start:
        raise NpyError("its header does not agree with its length")
    flat = np.frombuffer(data, dtype=dtype, offset=start)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def npy_bytes(array: NDArray[Any]) -> bytes:
    """Return an array as `.npy` bytes."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return stream.getvalue()
