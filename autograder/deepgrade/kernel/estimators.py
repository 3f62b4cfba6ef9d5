"""Scikit-learn estimators: what they were told and what they learnt.

Theory of operation: an estimator is read through its instance dictionary alone, taken with Python's own descriptor:
no method, property or `__getattr__` of its class runs, and none of them could tell more than the dictionary does.
Scikit-learn keeps what was given to the constructor under the same names and what `fit` found under names that end
in an underscore. Nested estimators (a pipeline's steps, a search's best one) are items of their own, three deep.
"""

from __future__ import annotations

import math
import sys
import types
from collections.abc import Callable
from typing import Any

from .arrays import array_item, is_array
from .limits import class_name
from .plain import Budget, NotPlainError, plain
from .store import EvidenceStore

MAX_DEPTH = 3
MAX_NAMES = 64
MAX_STEPS = 16
MAX_ARRAY_BYTES = 1 << 20
_MAX_PARAM_BYTES = 4096
_MAX_VALUE_BYTES = 256 * 1024
_STEPS = ("steps", "transformers_")
"""Attributes that list `(name, estimator, ...)`."""

Item = dict[str, Any]


def is_estimator(value: Any) -> bool:
    """Return whether a value is an estimator of the scikit-learn that the notebook imported."""
    base = getattr(sys.modules.get("sklearn.base"), "BaseEstimator", None)
    return isinstance(base, type) and issubclass(type(value), base)


def estimator_item(value: Any, store: EvidenceStore, seed: int, depth: int = 1) -> Item:
    """Return the item of an estimator, the files of its arrays written; what cannot be kept is named with the reason.

    Raises:
        EvidenceFullError: Nothing is left for its files.
    """
    kind = type(value)
    item: Item = {
        "kind": "estimator",
        "class": class_name(kind),
        "module": str(kind.__module__),
        "params": {},
        "fitted": {},
        "left_out": {},
    }

    def nested(part: Any) -> Item:
        if depth >= MAX_DEPTH:
            raise NotPlainError(f"it lies deeper than {MAX_DEPTH} estimators")
        return estimator_item(part, store, seed, depth + 1)

    for name, part in list(instance_variables(value).items())[:MAX_NAMES]:
        try:
            if name in _STEPS:
                item["steps"] = _steps(part, nested)
            elif not name.endswith("_"):
                item["params"][name] = plain(part, Budget(_MAX_PARAM_BYTES))
            elif is_estimator(part):
                item["fitted"][name] = nested(part)
            else:
                item["fitted"][name] = _found(part, store, seed)
        except NotPlainError as error:
            item["left_out"][name] = str(error)
    return item


def instance_variables(value: Any) -> dict[str, Any]:
    """Return an object's own variables whose names are plain and public, without running code of its class."""
    for base in type.__dict__["__mro__"].__get__(type(value)):
        descriptor = type.__dict__["__dict__"].__get__(base).get("__dict__")
        if type(descriptor) is types.GetSetDescriptorType:
            pairs = dict.items(descriptor.__get__(value))
            return {
                name: part
                for name, part in pairs
                if type(name) is str and name.isidentifier() and name.isascii() and name[0] != "_"
            }
    return {}


def _steps(part: Any, nested: Callable[[Any], Item]) -> list[list[Any]]:
    """Return `[name, item]` of the steps that are estimators, `[name, text]` of others (`"passthrough"`)."""
    if type(part) is not list or len(part) > MAX_STEPS:
        raise NotPlainError("it is no list of a few steps")
    steps: list[list[Any]] = []
    for step in part:
        if type(step) is not tuple or len(step) < 2 or type(step[0]) is not str:
            raise NotPlainError("it is no list of named steps")
        kept = nested(step[1]) if is_estimator(step[1]) else plain(step[1], Budget(_MAX_PARAM_BYTES))
        steps.append([plain(step[0], Budget(_MAX_PARAM_BYTES)), kept])
    return steps


def _found(part: Any, store: EvidenceStore, seed: int) -> Item:
    if is_array(part):
        size = 8 * math.prod(int(side) for side in part.shape)
        if size > MAX_ARRAY_BYTES:
            raise NotPlainError(f"it is an array of more than {MAX_ARRAY_BYTES >> 20} MiB")
        return array_item(part, store, seed)
    return {"kind": "value", "type": "object", "value": plain(part, Budget(_MAX_VALUE_BYTES))}
