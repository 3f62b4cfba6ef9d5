"""Evidence of series: a frame of one column that also answers like a 1-d array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from deepgrade.score.frames import FrameEvidence
from deepgrade.score.stored import Blob


class SeriesEvidence(NDArrayOperatorsMixin):
    """A captured series: a frame of one column that also answers like a 1-d array.

    Its own `mean`, `min`, `max`, `sum`, `std` and `median` leave nulls out, as pandas does.

    Attributes:
        shape: (rows,).
        name: Its name as text; None when it has none.
        frame: The frame of one column.
        index: Facts of its index.
    """

    ndim = 1
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, item: dict[str, Any], blob: Blob) -> None:
        self.frame = FrameEvidence(item, blob)
        self.shape = self.frame.shape
        self.index = self.frame.index
        self.name: str | None = None if item.get("name") is None else str(item["name"])
        self._column = self.frame.columns[0]

    @property
    def dtype(self) -> Any:
        """Its type: numpy's, or pandas's name of one that numpy does not have."""
        text = self.frame.dtypes[self._column]
        try:
            return np.dtype(text)
        except TypeError:
            return text

    @property
    def size(self) -> int:
        """Number of values."""
        return self.shape[0]

    @property
    def nulls(self) -> int:
        """How many values are missing."""
        return self.frame.nulls[self._column]

    @property
    def values(self) -> NDArray[Any]:
        """The values, `(rows,)`."""
        return self.to_numpy()

    def levels(self) -> list[str]:
        """Return its distinct texts, sorted; of more than 200 the first 200."""
        return self.frame.levels(self._column)

    def head(self, rows: int = 5) -> list[Any]:
        """Return the first values, at most 10."""
        return [row[0] for row in self.frame.head(rows)]

    def to_numpy(self) -> NDArray[Any]:
        """Return the values `(rows,)`: in the series' own type where that is numpy's and nothing is missing, else float64.

        Raises:
            AssertionError: It holds no numbers.
            ReviewNeeded: It is too large to be kept.
        """
        numbers = self.frame.numeric(self._column)
        dtype = self.dtype
        if isinstance(dtype, np.dtype) and dtype.kind in "biuf" and np.isfinite(numbers).all():
            return numbers.astype(dtype)
        return numbers

    def mean(self, *_: Any, **__: Any) -> float:
        """Return the mean."""
        return float(np.nanmean(self.to_numpy()))

    def median(self, *_: Any, **__: Any) -> float:
        """Return the median."""
        return float(np.nanmedian(self.to_numpy()))

    def min(self, *_: Any, **__: Any) -> Any:
        """Return the smallest value."""
        return np.nanmin(self.to_numpy())

    def max(self, *_: Any, **__: Any) -> Any:
        """Return the largest value."""
        return np.nanmax(self.to_numpy())

    def sum(self, *_: Any, **__: Any) -> Any:
        """Return the sum."""
        return np.nansum(self.to_numpy())

    def std(self, *_: Any, ddof: int = 1, **__: Any) -> float:
        """Return the standard deviation, with n - 1 unless asked otherwise."""
        return float(np.nanstd(self.to_numpy(), ddof=ddof))

    def isna(self) -> NDArray[np.bool_]:
        """Return which values are missing, `(rows,)`."""
        return np.isnan(self.frame.numeric(self._column))

    isnull = isna

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.to_numpy())

    def __getitem__(self, key: Any) -> Any:
        """Return values by place."""
        return self.to_numpy()[key]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.to_numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute with the values as an array."""
        arrays = [one.to_numpy() if isinstance(one, SeriesEvidence) else one for one in inputs]
        return getattr(ufunc, method)(*arrays, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"a series has no {name!r} here")
        return getattr(self.to_numpy(), name)

    def __repr__(self) -> str:
        return f"<series {self.name!r} of {self.shape[0]} values, dtype {self.dtype}>"


def frame_or_series(item: dict[str, Any], blob: Blob) -> FrameEvidence | SeriesEvidence:
    """Return the object for an item of kind `frame`.

    Raises:
        Unusable: It contradicts itself or its file.
    """
    return SeriesEvidence(item, blob) if len(item["shape"]) == 1 else FrameEvidence(item, blob)


def plain(value: Any) -> Any:
    """Return the array that a captured series or data frame holds; anything else as it is."""
    return value.to_numpy() if hasattr(value, "to_numpy") else value
