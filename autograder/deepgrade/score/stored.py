"""Items of evidence as arrays, sequences and plain values, checked against what the kernel keeps.

Theory of operation: an item was made by a student's process. What it says of itself has to agree with its file and
with the rules of docs/formats.md: evidence of fewer rows than those was made by hand.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from deepgrade.score.arrays import SampledArray, SequencesEvidence
from deepgrade.score.blobs import Unusable

# What the kernel keeps (docs/formats.md, "Evidence").
_WHOLE_BYTES = 8 << 20
_SAMPLE_ROWS = 256
_SEQUENCE_ROWS = 200
_SEQUENCE_TOKENS = 100_000
"""Fewer tokens than this never fill the 2 MiB that sequences may take."""


class Blob(Protocol):
    """Reads an array file of the evidence by its name, in the dtype asked for."""

    def __call__(self, file: str, dtype: np.dtype[Any] | None = None) -> NDArray[Any]:
        """Return the array; it may be read-only.

        Raises:
            Unusable: There is none that can be used.
        """


def array_from(item: dict[str, Any], blob: Blob) -> NDArray[Any] | SampledArray:
    """Return the array of an item: itself where it was stored whole, else its facts and the stored rows.

    Raises:
        Unusable: It contradicts itself or its file, or fewer rows were kept than are due.
    """
    shape = tuple(int(side) for side in item["shape"])
    dtype = np.dtype(str(item["dtype"]))
    stored = item.get("stored")
    least = rows_due(shape, dtype.itemsize)
    if stored == "whole":
        # The kernel stores values in a smaller dtype where it can; checks see the variable's own.
        whole = blob(str(item["file"]), dtype)
        if whole.shape != shape:
            raise Unusable(f"its file has shape {whole.shape}, its facts say {shape}")
        whole.flags.writeable = False
        return whole
    if stored == "rows":
        rows = blob(str(item["file"]), dtype)
        indices = np.asarray(item["rows"], dtype=np.int64)
        if rows.shape != (len(indices), *shape[1:]):
            raise Unusable(f"its stored rows have shape {rows.shape}, its facts say {shape}")
        if len(indices) and (indices.min() < 0 or indices.max() >= shape[0] or (np.diff(indices) <= 0).any()):
            raise Unusable("its row indices are out of order or out of range")
        if len(indices) < least:
            raise Unusable(f"{len(indices)} of its rows were kept, and {least} would have been")
    elif least:
        raise Unusable("none of its rows were kept")
    else:
        rows, indices = np.empty((0, *shape[1:]), dtype=dtype), np.empty(0, dtype=np.int64)
    return SampledArray(
        shape=shape,
        dtype=dtype,
        minimum=_number(item.get("min")),
        maximum=_number(item.get("max")),
        mean=_number(item.get("mean")),
        finite=item.get("finite") is True,
        rows=rows,
        row_indices=indices,
    )


def sequences_from(item: dict[str, Any]) -> SequencesEvidence:
    """Return the sequences of an item.

    Raises:
        Unusable: It contradicts itself, or fewer rows were kept than are due.
    """
    count, kept, values = int(item["count"]), item["rows"], item["values"]
    if len(kept) != len(values) or any(not 0 <= a < count for a in kept) or sorted(set(kept)) != kept:
        raise Unusable("its rows are out of order or out of range")
    size = sum(len(row) for row in values)
    if len(kept) < min(_SEQUENCE_ROWS, count) and size < _SEQUENCE_TOKENS:
        raise Unusable(f"{len(kept)} of its {count} rows were kept")
    return SequencesEvidence(item)


def rows_due(shape: tuple[int, ...], item_bytes: int) -> int:
    """Return how many rows of an array the kernel keeps at least; all of a small one.

    Evidence of fewer was made by hand: "all rows are right" holds for no rows at all.
    """
    row_bytes = item_bytes * math.prod(shape[1:])
    if not shape or not row_bytes:
        return 0
    if row_bytes * shape[0] <= _WHOLE_BYTES:
        return shape[0]
    return min(_SAMPLE_ROWS, _WHOLE_BYTES // row_bytes, shape[0])


def decode_value(value: Any) -> Any:
    """Turn a stored JSON value back into Python: `{"$float": "nan"}` becomes a float."""
    if isinstance(value, dict):
        if set(value) == {"$float"}:
            return float(value["$float"])
        return {key: decode_value(child) for key, child in value.items()}
    if isinstance(value, list):
        return [decode_value(child) for child in value]
    return value


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
