"""Pandas data frames and series: their shape, column by column facts, and the first rows."""

from __future__ import annotations

import math
import sys
from typing import Any

from .plain import Budget, NotPlainError, plain

MAX_COLUMNS = 2000
HEAD_ROWS = 10
_MAX_HEAD_BYTES = 2 << 20
_MAX_TEXT = 1000


def is_frame(value: Any) -> bool:
    """Return whether a value is a pandas DataFrame or Series."""
    pandas: Any = sys.modules.get("pandas")
    if not hasattr(pandas, "DataFrame") or not hasattr(pandas, "Series"):
        return False
    return issubclass(type(value), (pandas.DataFrame, pandas.Series))


def frame_item(value: Any) -> dict[str, Any]:
    """Return the item of a data frame; a series is a frame of one column whose shape has one number.

    Raises:
        NotPlainError: It has too many columns.
    """
    pandas: Any = sys.modules["pandas"]
    shape = [int(size) for size in value.shape]
    frame = value.to_frame() if issubclass(type(value), pandas.Series) else value
    if frame.shape[1] > MAX_COLUMNS:
        raise NotPlainError(
            f"it is a data frame of {frame.shape[1]:,} columns; at most {MAX_COLUMNS:,} are kept"
        )
    columns = [str(name) for name in frame.columns]
    series = [frame.iloc[:, index] for index in range(len(columns))]
    budget = Budget(_MAX_HEAD_BYTES)
    head = frame.iloc[:HEAD_ROWS]
    return {
        "kind": "frame",
        "shape": shape,
        "columns": columns,
        "dtypes": {name: str(column.dtype) for name, column in zip(columns, series, strict=True)},
        "nulls": {name: int(column.isna().sum()) for name, column in zip(columns, series, strict=True)},
        "head": [
            [_cell(head.iloc[row, column], budget) for column in range(len(columns))]
            for row in range(len(head))
        ],
        "numeric": {
            name: _facts(column)
            for name, column in zip(columns, series, strict=True)
            if pandas.api.types.is_numeric_dtype(column.dtype) and not str(column.dtype).startswith("complex")
        },
    }


def _cell(value: Any, budget: Budget) -> Any:
    try:
        return plain(value, budget)
    except NotPlainError:
        if budget.left < 0:
            raise
        return plain(str(value)[:_MAX_TEXT], budget)


def _facts(column: Any) -> dict[str, Any]:
    numbers = column.astype("float64")
    facts = {name: float(getattr(numbers, name)()) for name in ("min", "max", "mean", "std")}
    return {name: fact if math.isfinite(fact) else None for name, fact in facts.items()}
