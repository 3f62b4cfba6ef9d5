"""Pandas data frames and series: their numbers whole, the levels of their texts, and facts column by column.

Theory of operation: the cells may hold any object. What is computed on a column is computed by pandas on numbers,
texts and dates only; of a column of other objects the nulls are counted, and its first cells are shown as texts
where that works. A column that cannot be looked at costs its own facts and no other's.
"""

from __future__ import annotations

import math
import sys
from typing import Any

from .arrays import MAX_STORED_BYTES, write_array
from .plain import Budget, NotPlainError, plain
from .store import EvidenceStore

MAX_COLUMNS = 2000
HEAD_ROWS = 10
MAX_LEVELS = 200
_MAX_HEAD_BYTES = 2 << 20
_MAX_LEVEL_BYTES = 1 << 20
_MAX_TEXT = 1000
_MAX_LEVEL_TEXT = 200


def is_frame(value: Any) -> bool:
    """Return whether a value is a pandas DataFrame or Series."""
    pandas: Any = sys.modules.get("pandas")
    if not hasattr(pandas, "DataFrame") or not hasattr(pandas, "Series"):
        return False
    return issubclass(type(value), (pandas.DataFrame, pandas.Series))


def frame_item(value: Any, store: EvidenceStore) -> dict[str, Any]:
    """Return the item of a data frame, its file written; a series is a frame of one column whose shape has one number.

    Of columns with the same name, facts by name are the first one's; the file has them all.

    Raises:
        NotPlainError: It has too many columns.
        EvidenceFullError: Nothing is left for its file.
    """
    pandas: Any = sys.modules["pandas"]
    shape = [int(size) for size in value.shape]
    is_series = issubclass(type(value), pandas.Series)
    frame = value.to_frame() if is_series else value
    if frame.shape[1] > MAX_COLUMNS:
        raise NotPlainError(
            f"it is a data frame of {frame.shape[1]:,} columns; at most {MAX_COLUMNS:,} are kept"
        )
    names = [_name(name) for name in frame.columns]
    columns = [frame.iloc[:, index] for index in range(len(names))]
    by_name: dict[str, Any] = {}
    for name, column in zip(names, columns, strict=True):
        by_name.setdefault(name, column)
    places = [index for index, column in enumerate(columns) if _is_number(column.dtype)]
    budget = Budget(_MAX_LEVEL_BYTES)
    levels = {name: _levels(column, budget) for name, column in by_name.items()}
    dates = {name: _dates(column) for name, column in by_name.items()}
    return {
        "kind": "frame",
        "shape": shape,
        "name": _name(value.name) if is_series and value.name is not None else None,
        "columns": names,
        "dtypes": {name: str(column.dtype) for name, column in by_name.items()},
        "nulls": {name: _nulls(column) for name, column in by_name.items()},
        "head": _head(frame, len(names)),
        "numeric": {name: _facts(column) for name, column in by_name.items() if _is_number(column.dtype)},
        "levels": {name: found for name, found in levels.items() if found is not None},
        "dates": {name: found for name, found in dates.items() if found is not None},
        "index": _index(value.index),
        "numbers": places,
        "file": _file([columns[place] for place in places], int(frame.shape[0]), store),
    }


def _name(name: Any) -> str:
    return str(plain(str(name)[:_MAX_TEXT], Budget(2 * _MAX_TEXT)))


def _is_number(dtype: Any) -> bool:
    pandas: Any = sys.modules["pandas"]
    return bool(pandas.api.types.is_numeric_dtype(dtype)) and not str(dtype).lower().startswith("complex")


def _file(columns: list[Any], rows: int, store: EvidenceStore) -> str | None:
    """Write the columns of numbers as one float64 array `(rows, columns)`, NaN for nulls; None when that is too large."""
    numpy: Any = sys.modules["numpy"]
    if not columns or rows * len(columns) * 8 > MAX_STORED_BYTES:
        return None
    numbers = numpy.empty((rows, len(columns)), dtype=numpy.float64)
    for place, column in enumerate(columns):
        numbers[:, place] = column.to_numpy(dtype=numpy.float64, na_value=numpy.nan)
    return write_array(numbers, store)


def _head(frame: Any, width: int) -> list[list[Any]]:
    budget = Budget(_MAX_HEAD_BYTES)
    head = frame.iloc[:HEAD_ROWS]
    return [[_cell(head.iloc[row, column], budget) for column in range(width)] for row in range(len(head))]


def _cell(value: Any, budget: Budget) -> Any:
    try:
        return plain(value, budget)
    except NotPlainError:
        if budget.left < 0:
            raise
    try:
        return plain(str(value)[:_MAX_TEXT], budget)
    except NotPlainError:
        raise
    except Exception:
        return None


def _nulls(column: Any) -> int | None:
    try:
        return int(column.isna().sum())
    except Exception:
        return None


def _facts(column: Any) -> dict[str, Any]:
    numpy: Any = sys.modules["numpy"]
    numbers = column.to_numpy(dtype=numpy.float64, na_value=numpy.nan)
    numbers = numbers[~numpy.isnan(numbers)]
    facts = {"min": math.nan, "max": math.nan, "mean": math.nan, "std": math.nan}
    with numpy.errstate(all="ignore"):
        if numbers.size:
            facts |= {name: float(getattr(numbers, name)()) for name in ("min", "max", "mean")}
        if numbers.size > 1:
            facts["std"] = float(numbers.std(ddof=1))
    return {name: fact if math.isfinite(fact) else None for name, fact in facts.items()}


def _levels(column: Any, budget: Budget) -> dict[str, Any] | None:
    """Return how many distinct texts a column holds, and the first 200 in order; None when it holds something else."""
    pandas: Any = sys.modules["pandas"]
    dtype = column.dtype
    objects = _is_objects(dtype)
    categorical = isinstance(dtype, pandas.CategoricalDtype)
    if not (categorical or objects or pandas.api.types.is_string_dtype(dtype)):
        return None
    try:
        found = set(map(_level, _objects(column) if objects else column.dropna().unique()))
        kept = sorted(found)[:MAX_LEVELS]
        return {"count": len(found), "values": [plain(text[:_MAX_LEVEL_TEXT], budget) for text in kept]}
    except Exception:
        return None


def _is_objects(dtype: Any) -> bool:
    numpy: Any = sys.modules["numpy"]
    return isinstance(dtype, numpy.dtype) and dtype.kind == "O"


def _objects(column: Any) -> set[Any]:
    """Return the distinct texts of a column of objects, nulls left out.

    Raises:
        NotPlainError: It holds other objects, whose own methods would say what is distinct.
    """
    values = column.to_numpy().tolist()
    others = set(map(type, values)) - {str}
    if not others:
        return set(values)
    if not others <= {type(None), float, type(sys.modules["pandas"].NA)}:
        raise NotPlainError("it holds objects that are no texts")
    texts = {value for value in values if type(value) is str}
    if not texts or any(type(value) is float and not math.isnan(value) for value in values):
        raise NotPlainError("it holds numbers")
    return texts


def _level(value: Any) -> str:
    """Return a level's text; the levels of a categorical column may also be numbers."""
    if issubclass(type(value), str):
        return str.__str__(value)
    if type(value) in (bool, int, float) or type(value).__module__ in ("numpy", "pandas"):
        return str(value)
    return str(plain(value, Budget(_MAX_TEXT)))


def _dates(column: Any) -> dict[str, str] | None:
    """Return the first and the last moment of a column of dates, as ISO 8601 texts."""
    pandas: Any = sys.modules["pandas"]
    if not pandas.api.types.is_datetime64_any_dtype(column.dtype):
        return None
    known = column.dropna()
    return {name: str(getattr(known, name)().isoformat()) for name in ("min", "max")} if len(known) else {}


def _index(index: Any) -> dict[str, Any]:
    """Return the index's type, and whether its entries are unique where they are numbers, texts or dates."""
    pandas: Any = sys.modules["pandas"]
    types = pandas.api.types
    plain_type = any(
        test(index.dtype)
        for test in (types.is_numeric_dtype, types.is_string_dtype, types.is_datetime64_any_dtype)
    )
    return {
        "dtype": str(index.dtype),
        "unique": bool(index.is_unique) if plain_type and not _is_objects(index.dtype) else None,
    }
