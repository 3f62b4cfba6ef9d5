"""Evidence of data frames: answers like pandas as far as it is stored.

Numbers are kept whole up to 8 MiB a frame; of texts the distinct levels, of dates the first and the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.score.arrays import unavailable
from deepgrade.score.blobs import Unusable
from deepgrade.score.stored import Blob

WHOLE_BYTES = 8 << 20
_COLUMNS = 2000
_LEVELS = 200


@dataclass(frozen=True)
class IndexFacts:
    """A frame's index.

    Attributes:
        dtype: Its type as text.
        is_unique: Whether no entry stands twice; None where that was not looked at.
    """

    dtype: str
    is_unique: bool | None


class NullCounts(dict[str, int]):
    """Nulls by column, what `frame.isna().sum()` gives."""

    def sum(self) -> int:
        """Return the number of nulls in the whole frame."""
        return sum(self.values())

    def any(self) -> bool:
        """Return whether there is a null."""
        return self.sum() > 0


class NullFacts:
    """Which columns have nulls, what `frame.isna()` gives."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts

    def sum(self) -> NullCounts:
        """Return how many nulls each column has."""
        return NullCounts(self._counts)

    def any(self) -> NullCounts:
        """Return 1 for each column that has nulls, and 0 for the others."""
        return NullCounts({name: int(count > 0) for name, count in self._counts.items()})


class _Stored:
    """The columns of a frame's item, checked against each other and against the file."""

    def __init__(self, item: dict[str, Any], blob: Blob) -> None:
        shape = tuple(int(side) for side in item["shape"])
        self.columns: list[str] = [str(name) for name in item["columns"]]
        self.rows = shape[0] if shape else -1
        width = shape[1] if len(shape) == 2 else 1
        if len(shape) not in (1, 2) or self.rows < 0 or width != len(self.columns) or width > _COLUMNS:
            raise Unusable(f"its shape {shape} does not fit its {len(self.columns)} columns")
        self.shape = shape
        self.dtypes = {str(name): str(dtype) for name, dtype in item["dtypes"].items()}
        self.nulls = {str(name): int(count or 0) for name, count in item["nulls"].items()}
        self.numeric = dict(item["numeric"])
        self.levels = {str(name): found for name, found in (item.get("levels") or {}).items()}
        self.dates = {str(name): dict(found) for name, found in (item.get("dates") or {}).items()}
        if not {*self.dtypes, *self.numeric, *self.levels} <= set(self.columns) or set(self.dtypes) != set(
            self.columns
        ):
            raise Unusable("its facts name other columns than it has")
        # Evidence of an older kernel names no places: it knows facts of these columns and kept no file.
        known = [place for place, name in enumerate(self.columns) if name in self.numeric]
        self.places = [int(place) for place in item["numbers"]] if "numbers" in item else known
        self.numbers = self._numbers(item, blob)

    def _numbers(self, item: dict[str, Any], blob: Blob) -> NDArray[np.float64] | None:
        if sorted(set(self.places)) != self.places or any(
            not 0 <= place < len(self.columns) for place in self.places
        ):
            raise Unusable("its columns of numbers are out of order or out of range")
        if item.get("file") is None:
            if "numbers" in item and self.places and self.rows * len(self.places) * 8 <= WHOLE_BYTES:
                raise Unusable("its numbers were left out, and it is small enough to keep them")
            return None
        values = blob(str(item["file"]))
        if values.shape != (self.rows, len(self.places)) or values.dtype.kind not in "biuf":
            raise Unusable(
                f"its file has shape {values.shape}, and it has {self.rows} rows of {len(self.places)} numbers"
            )
        numbers = values.astype(np.float64)
        numbers.flags.writeable = False
        return numbers


class FrameEvidence:
    """A captured data frame.

    Attributes:
        shape: (rows, columns).
        columns: The columns' names as texts, in order.
        dtypes: Column -> pandas's name of its type.
        nulls: Column -> how many values are missing.
        index: Facts of its index.
    """

    ndim = 2
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, item: dict[str, Any], blob: Blob) -> None:
        self._stored = _Stored(item, blob)
        self.shape = self._stored.shape
        self.columns = list(self._stored.columns)
        self.dtypes = dict(self._stored.dtypes)
        self.nulls = dict(self._stored.nulls)
        index = item.get("index")
        facts = index if isinstance(index, dict) else {}
        unique = facts.get("unique")
        self.index = IndexFacts(str(facts.get("dtype", "")), unique if isinstance(unique, bool) else None)
        self._head = [list(row) for row in item.get("head") or []]

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.shape[0] * len(self.columns)

    @property
    def empty(self) -> bool:
        """Whether it has no cells."""
        return self.size == 0

    def __len__(self) -> int:
        return self.shape[0]

    def __contains__(self, name: object) -> bool:
        return str(name) in self.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __getitem__(self, name: object) -> Any:
        """Return a column of numbers; for a list of names, those columns `(rows, names)`."""
        if isinstance(name, list):
            return np.column_stack([self.numeric(one) for one in name])
        return self.numeric(name)

    def numeric(self, name: object) -> NDArray[np.float64]:
        """Return a column of numbers, `(rows,)`, NaN for nulls and 0 or 1 for booleans.

        Raises:
            AssertionError: There is no such column, there are two, or it holds no numbers.
            ReviewNeeded: The frame is too large to be kept.
        """
        column = self._name(name)
        place = self.columns.index(column)
        if place not in self._stored.places:
            raise AssertionError(f"the column {column!r} holds no numbers: its type is {self.dtypes[column]}")
        if self._stored.numbers is None:
            unavailable(f"the column {column!r}")
        return self._stored.numbers[:, self._stored.places.index(place)]

    def facts(self, name: object) -> dict[str, float | None]:
        """Return `min`, `max`, `mean` and `std` (n - 1) of a column of numbers, also of a frame too large to keep.

        Raises:
            AssertionError: There is no such column, there are two, or it holds no numbers.
        """
        column = self._name(name)
        if column not in self._stored.numeric:
            raise AssertionError(f"the column {column!r} holds no numbers: its type is {self.dtypes[column]}")
        found = self._stored.numeric[column]
        return {key: _float(found.get(key)) for key in ("min", "max", "mean", "std")}

    def levels(self, name: object) -> list[str]:
        """Return the distinct texts of a column, sorted; of more than 200 the first 200.

        Raises:
            AssertionError: There is no such column, there are two, or it holds no texts.
        """
        found = self._level_facts(name)
        return [str(text) for text in list(found["values"])[:_LEVELS]]

    def level_count(self, name: object) -> int:
        """Return how many distinct texts a column holds.

        Raises:
            AssertionError: There is no such column, there are two, or it holds no texts.
        """
        return int(self._level_facts(name)["count"])

    def dates(self, name: object) -> dict[str, str]:
        """Return `min` and `max` of a column of dates as ISO 8601 texts; `{}` when all are missing.

        Raises:
            AssertionError: There is no such column, there are two, or it holds no dates.
        """
        column = self._name(name)
        if column not in self._stored.dates:
            raise AssertionError(f"the column {column!r} holds no dates: its type is {self.dtypes[column]}")
        return {str(key): str(text) for key, text in self._stored.dates[column].items()}

    def head(self, rows: int = 5) -> list[list[Any]]:
        """Return the first rows, at most 10, as lists in the order of the columns."""
        return self._head[:rows]

    def isna(self) -> NullFacts:
        """Return which columns have nulls: `frame.isna().sum()["Salary"]`, `frame.isna().sum().sum()`."""
        return NullFacts(self.nulls)

    isnull = isna

    def to_numpy(self) -> NDArray[np.float64]:
        """Return all columns, `(rows, columns)`.

        Raises:
            AssertionError: Some hold no numbers.
            ReviewNeeded: The frame is too large to be kept.
        """
        others = [name for place, name in enumerate(self.columns) if place not in self._stored.places]
        if others:
            raise AssertionError(f"these columns hold no numbers: {_listed(others)}")
        if self._stored.numbers is None:
            unavailable("the frame's numbers")
        return self._stored.numbers

    def min(self) -> np.float64:
        """Return the smallest number of all columns, nulls left out; raises as `to_numpy`."""
        return np.float64(np.nanmin(self.to_numpy()))

    def max(self) -> np.float64:
        """Return the largest number of all columns, nulls left out; raises as `to_numpy`."""
        return np.float64(np.nanmax(self.to_numpy()))

    @property
    def values(self) -> NDArray[np.float64]:
        """The same as `to_numpy()`."""
        return self.to_numpy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.to_numpy(), dtype=dtype, copy=copy)

    def _name(self, name: object) -> str:
        column = str(name)
        count = self.columns.count(column)
        if not count:
            raise AssertionError(f"there is no column {column!r}; the columns are {_listed(self.columns)}")
        if count > 1:
            raise AssertionError(f"{count} columns have the name {column!r}")
        return column

    def _level_facts(self, name: object) -> dict[str, Any]:
        column = self._name(name)
        found = self._stored.levels.get(column)
        if not isinstance(found, dict):
            raise AssertionError(f"the column {column!r} holds no texts: its type is {self.dtypes[column]}")
        return found

    def __eq__(self, other: object) -> bool:
        unavailable("comparing a whole data frame")

    def __repr__(self) -> str:
        return f"<data frame of shape {self.shape}: {_listed(self.columns)}>"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return ", ".join(name[:60] for name in names[:20]) + more


def _float(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
