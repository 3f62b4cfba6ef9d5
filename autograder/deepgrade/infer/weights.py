"""A model's weights: safetensors read by hand.

Theory of operation: the file is hostile. It is already in memory (files.read_untrusted bounded it). The header's
length is checked against the file before it is parsed; its JSON must not name a tensor twice; every tensor
has to be the one that the spec asks for, in place, shape and number format; the byte ranges have to follow
each other from the first byte to the last. Only then are numbers looked at. No pickle, no library.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.specs import WeightSpec

Array = NDArray[Any]

_HEADER_BYTES = 4 << 20
_FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_INTEGERS = {"I64": "<i8", "I32": "<i4", "I16": "<i2", "U8": "<u1"}


class _Entry(NamedTuple):
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


def read_weights(data: bytes, expected: Sequence[WeightSpec], bounds: ModelBounds) -> list[Array]:
    """Return the weights in the order of `expected`: float32, or int64 where the spec says integer.

    Half, bfloat16 and double precision are converted to float32.

    Args:
        data: The whole file; tensors are named `w000`, `w001`, ... in the order of `model.weights`.
        expected: What the model's layers ask for.
        bounds: Limits on the file.

    Raises:
        BundleError: `bad_weights_file`, `duplicate_weight_names`, `weights_too_large`, `weight_shape_mismatch`,
            `weight_dtype` or `not_finite`.
    """
    if len(data) > bounds.weights_mib << 20:
        raise _too_large(len(data), bounds)
    entries, offset = _header(data, bounds)
    names = [f"w{number:03d}" for number in range(len(entries))]
    if sorted(entries) != sorted(names):
        raise BundleError(Reason.BAD_WEIGHTS_FILE, "Its tensors are not named w000, w001, ...")
    if len(entries) != len(expected):
        found = f"The file holds {len(entries)} tensors, the layers ask for {len(expected)}."
        raise BundleError(Reason.WEIGHT_SHAPE_MISMATCH, found)
    _check_places([entries[name] for name in names], len(data) - offset)
    for name, spec in zip(names, expected, strict=True):
        _check_kind(name, entries[name], spec)
    payload = memoryview(data)[offset:]
    return [_read(name, entries[name], spec, payload) for name, spec in zip(names, expected, strict=True)]


def _too_large(size: int, bounds: ModelBounds) -> BundleError:
    found = (
        f"{size:,} bytes; at most {bounds.weights_mib} MiB." if size < 1 << 62 else "Its header is no number."
    )
    return BundleError(Reason.WEIGHTS_TOO_LARGE, found)


def _header(data: bytes, bounds: ModelBounds) -> tuple[dict[str, _Entry], int]:
    if len(data) < 10:
        raise BundleError(Reason.BAD_WEIGHTS_FILE, f"It has {len(data)} bytes.")
    length = int.from_bytes(data[:8], "little")
    if length > bounds.weights_mib << 20:
        raise _too_large(length, bounds)
    if length > min(_HEADER_BYTES, len(data) - 8):
        raise BundleError(Reason.BAD_WEIGHTS_FILE, f"Its header claims {length:,} bytes.")
    try:
        header = json.loads(data[8 : 8 + length].decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise BundleError(Reason.BAD_WEIGHTS_FILE, "Its header is not JSON.") from None
    if not isinstance(header, dict):
        raise BundleError(Reason.BAD_WEIGHTS_FILE, "Its header is not an object.")
    header.pop("__metadata__", None)
    entries = {name: _entry(name, value) for name, value in header.items()}
    claimed = sum(entry.end - entry.start for entry in entries.values())
    if claimed > bounds.weights_mib << 20:
        raise _too_large(claimed, bounds)
    return entries, 8 + length


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BundleError(Reason.DUPLICATE_WEIGHT_NAMES)
    return result


def _entry(name: str, value: Any) -> _Entry:
    fine = isinstance(value, dict) and set(value) == {"dtype", "shape", "data_offsets"}
    if not fine or not isinstance(value["dtype"], str):
        raise BundleError(Reason.BAD_WEIGHTS_FILE, f"The entry {name[:40]!r} is not understood.")
    shape, offsets = value["shape"], value["data_offsets"]
    if not _naturals(shape, most=8) or not _naturals(offsets, most=2) or len(offsets) != 2:
        raise BundleError(Reason.BAD_WEIGHTS_FILE, f"The shape or place of {name[:40]!r} is not understood.")
    if offsets[0] > offsets[1]:
        raise BundleError(Reason.BAD_WEIGHTS_FILE, f"The tensor {name[:40]!r} ends before it begins.")
    return _Entry(value["dtype"], tuple(shape), offsets[0], offsets[1])


def _naturals(value: Any, *, most: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= most
        and all(type(n) is int and 0 <= n < 2**62 for n in value)
    )


def _check_places(entries: Sequence[_Entry], length: int) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: (entry.start, entry.end)):
        if entry.start != end:
            raise BundleError(Reason.BAD_WEIGHTS_FILE, "Its tensors overlap or leave gaps.")
        end = entry.end
    if end != length:
        found = f"Its tensors take {end:,} bytes, the file has {length:,} for them."
        raise BundleError(Reason.BAD_WEIGHTS_FILE, found)


def _check_kind(name: str, entry: _Entry, spec: WeightSpec) -> None:
    if entry.shape != spec.shape and (spec.shape or entry.shape != (1,)):
        found = f"{name} ({spec.name}) has shape {list(entry.shape)}, the layer asks for {list(spec.shape)}."
        raise BundleError(Reason.WEIGHT_SHAPE_MISMATCH, found)
    allowed = _INTEGERS if spec.integer else _FLOATS
    if entry.dtype not in allowed:
        raise BundleError(Reason.WEIGHT_DTYPE, f"{name} ({spec.name}) is {entry.dtype[:20]!r}.")
    if entry.end - entry.start != math.prod(entry.shape) * np.dtype(allowed[entry.dtype]).itemsize:
        raise BundleError(Reason.BAD_WEIGHTS_FILE, f"The size of {name} does not agree with its shape.")


def _read(name: str, entry: _Entry, spec: WeightSpec, payload: memoryview) -> Array:
    stored = (_INTEGERS if spec.integer else _FLOATS)[entry.dtype]
    raw = np.frombuffer(payload[entry.start : entry.end], dtype=stored).reshape(spec.shape)
    if spec.integer:
        return raw.astype(np.int64)
    if entry.dtype == "BF16":
        values = (raw.astype(np.uint32) << 16).view(np.float32)
    else:
        with np.errstate(over="ignore"):
            values = raw.astype(np.float32, copy=False)
    if not np.isfinite(values).all():
        raise BundleError(Reason.NOT_FINITE, f"{name} ({spec.name}).")
    return values
