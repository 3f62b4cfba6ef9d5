"""Ragged integer sequences: reviews as lists of word numbers."""

from __future__ import annotations

import json
import sys
from typing import Any, NamedTuple

from .plain import Budget, NotPlainError, plain
from .sampling import sampled_rows

MAX_ROWS = 200
MAX_BYTES = 2 << 20
_SMALL_LIST = 256 * 1024


class _Row(NamedTuple):
    length: int
    low: int
    high: int


def sequences_item(value: Any, seed: int) -> dict[str, Any] | None:
    """Return the item of ragged integer sequences; None for anything else.

    A list whose rows are all of one length is a plain value as long as it is small enough for one.
    """
    found = _rows_of(value)
    if found is None:
        return None
    container, rows = found
    facts: list[_Row] = []
    for row in rows:
        fact = _row(row)
        if fact is None:
            return None
        facts.append(fact)
    lengths = [fact.length for fact in facts]
    if container == "list" and len(set(lengths)) == 1 and 3 * sum(lengths) < _SMALL_LIST and _fits(value):
        return None
    filled = [fact for fact in facts if fact.length]
    kept, values = _sample(rows, seed)
    return {
        "kind": "sequences",
        "container": container,
        "count": len(rows),
        "length_min": min(lengths),
        "length_max": max(lengths),
        "length_mean": sum(lengths) / len(lengths),
        "token_min": min((fact.low for fact in filled), default=None),
        "token_max": max((fact.high for fact in filled), default=None),
        "rows": kept,
        "values": values,
    }


def _rows_of(value: Any) -> tuple[str, list[Any]] | None:
    """Return the container's name and its rows, if the first row looks like one."""
    kind = type(value)
    numpy: Any = sys.modules.get("numpy")
    if issubclass(kind, (list, tuple)):
        container = "list"
        rows = list(list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value))
    elif hasattr(numpy, "ndarray") and issubclass(kind, numpy.ndarray):
        array = numpy.ndarray.view(value, numpy.ndarray)
        if array.dtype.kind != "O" or array.ndim != 1:
            return None
        container, rows = "ndarray", array.tolist()
    else:
        return None
    return (container, rows) if rows and _row(rows[0]) is not None else None


def _row(row: Any) -> _Row | None:
    """Return a row's facts; None if it is no sequence of integers."""
    numpy: Any = sys.modules.get("numpy")
    kind = type(row)
    if kind in (list, tuple):
        if not row:
            return _Row(0, 0, 0)
        if not all(token is int or _is_numpy_integer(token, numpy) for token in set(map(type, row))):
            return None
        return _Row(len(row), int(min(row)), int(max(row)))
    if hasattr(numpy, "ndarray") and kind is numpy.ndarray and row.ndim == 1:
        if row.size == 0:
            return _Row(0, 0, 0)
        if row.dtype.kind in "iu":
            return _Row(row.size, int(row.min()), int(row.max()))
    return None


def _is_numpy_integer(kind: type[Any], numpy: Any) -> bool:
    return hasattr(numpy, "integer") and issubclass(kind, numpy.integer)


def _fits(value: Any) -> bool:
    try:
        return len(json.dumps(plain(value, Budget(_SMALL_LIST)))) <= _SMALL_LIST
    except NotPlainError:
        return False


def _sample(rows: list[Any], seed: int) -> tuple[list[int], list[list[int]]]:
    kept: list[int] = []
    values: list[list[int]] = []
    left = MAX_BYTES
    for index in sampled_rows(len(rows), MAX_ROWS, seed):
        tokens = [int(token) for token in rows[index]]
        left -= len(json.dumps(tokens)) + 2
        if left < 0:
            break
        kept.append(index)
        values.append(tokens)
    return kept, values
