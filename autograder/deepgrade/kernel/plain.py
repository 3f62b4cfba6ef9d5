"""Turn values into plain JSON, within a size.

Only exact types and subclasses of Python's own containers are looked into, and those through the base class's
methods: a student's object never decides how it is read.
"""

from __future__ import annotations

import math
import sys
from typing import Any

MAX_DEPTH = 32
_MAX_NESTED_ARRAY = 32_768
_MAX_INTEGER_BITS = 1024


class NotPlainError(Exception):
    """The value has no JSON form here; the message says which part and why."""


class Budget:
    """How many bytes of JSON a value may still take; an estimate from below, to stop early."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.left = size

    def take(self, size: int) -> None:
        """Count bytes.

        Raises:
            NotPlainError: More than allowed.
        """
        self.left -= size
        if self.left < 0:
            raise NotPlainError(f"it takes more than {self.size // 1024} KiB as JSON")


def plain(value: Any, budget: Budget, depth: int = 0) -> Any:
    """Return a value as JSON data: tuples as lists, numpy scalars as numbers, NaN as `{"$float": "nan"}`.

    Args:
        value: Anything.
        budget: What it may take.
        depth: How deep the value lies in another one.

    Raises:
        NotPlainError: It is no plain value, is nested too deep, or is larger than the budget.
    """
    kind = type(value)
    if value is None or kind is bool:
        budget.take(4)
        return value
    if kind is str:
        budget.take(len(value) + 2)
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if kind is int:
        if value.bit_length() > _MAX_INTEGER_BITS:
            raise NotPlainError("it holds an integer of hundreds of digits")
        budget.take(1 + value.bit_length() // 4)
        return value
    if kind is float:
        budget.take(3)
        return value if math.isfinite(value) else {"$float": "nan" if math.isnan(value) else str(value)}
    if depth > MAX_DEPTH:
        raise NotPlainError(f"it is nested deeper than {MAX_DEPTH} levels")
    if issubclass(kind, (list, tuple)):
        budget.take(2)
        items = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
        return [plain(item, budget, depth + 1) for item in items]
    if issubclass(kind, dict):
        budget.take(2)
        pairs = list(dict.items(value))
        return {_key(key, budget): plain(item, budget, depth + 1) for key, item in pairs}
    return plain(_unwrapped(value, kind), budget, depth + 1)


def _key(key: Any, budget: Budget) -> str:
    kind = type(key)
    if kind is not str:
        key = plain(key, budget)
        if isinstance(key, list):
            raise NotPlainError("a dictionary in it has keys that are not plain")
        if isinstance(key, dict):  # NaN
            key = key["$float"]
    result = plain(str(key), budget)
    return str(result)


def _unwrapped(value: Any, kind: type[Any]) -> Any:
    """Return what a scalar of another kind stands for, as one of Python's own types."""
    if issubclass(kind, int):
        return int.__index__(value)
    if issubclass(kind, float):
        return float.__float__(value)
    if issubclass(kind, str):
        return "".join(str.__iter__(value))
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "ndarray"):
        if issubclass(kind, numpy.generic):
            item = numpy.generic.item(value)
            if type(item) in (bool, int, float, str):
                return item
        elif issubclass(kind, numpy.ndarray):
            array = numpy.ndarray.view(value, numpy.ndarray)
            if array.size > _MAX_NESTED_ARRAY:
                raise NotPlainError(f"it holds an array of {array.size:,} elements")
            if array.dtype.kind in "biufU":
                return array.tolist()
    if kind.__module__.startswith("pandas") and kind.__name__ in ("NAType", "NaTType"):
        return None
    raise NotPlainError(f"a {kind.__module__}.{kind.__qualname__} is none of the kinds that are kept")
