"""Numbers that students keep: scalars of any type, results of `evaluate`, arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def number(value: Any, what: str = "this") -> float:
    """Return a captured value as one float: a Python or numpy number, or an array or list with one element.

    Raises:
        AssertionError: It is something else, or not finite.
    """
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if not isinstance(value, bool | int | float | str | type(None)) and hasattr(value, "shape"):
        value = np.asarray(value)
        assert value.size == 1, f"{what} should be one number, and has {value.size} values"
        value = value.reshape(-1)[0].item()
    assert isinstance(value, int | float) and not isinstance(value, bool), f"{what} should be a number"
    assert math.isfinite(value), f"{what} is not finite"
    return float(value)


def numbers(lab: Any, value: Any, what: str = "this") -> NDArray[np.float64]:
    """Return a captured list, array or series of numbers as a float array of the stored rows.

    Raises:
        AssertionError: It holds something else.
    """
    try:
        return np.asarray(lab.rows(value), dtype=np.float64)
    except (TypeError, ValueError):
        raise AssertionError(f"{what} should hold numbers only") from None


def is_close(found: float, expected: float, *, within: float = 0.0, share: float = 1e-4) -> bool:
    """Return whether a number is right up to `within` (absolute) or `share` (relative to the expected), whichever is more."""
    return abs(found - expected) <= max(within, share * abs(expected))


def are_shares(values: Any, count: int) -> bool:
    """Return whether all values are shares of so many things: 0.8472 is one of 2,500 reviews, and none of 2,000.

    A single value may be so by chance; the accuracies of a whole training tell which set they were measured on.
    """
    counts = np.asarray(values, dtype=np.float64) * count
    return bool(counts.size and np.abs(counts - np.rint(counts)).max() < 0.05)


def accuracy_in(results: Any) -> float:
    """Return the accuracy from what `evaluate` returned: `[loss, accuracy]` or a dict.

    Raises:
        AssertionError: There is no accuracy in it.
    """
    hint = "keep what evaluate returns: the loss and the accuracy"
    if isinstance(results, dict):
        named = [value for name, value in results.items() if "acc" in name]
        assert named, hint
        return number(named[0], "the accuracy")
    assert getattr(results, "__len__", lambda: 0)() >= 2, hint
    return number(results[1], "the accuracy")
