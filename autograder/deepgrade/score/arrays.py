"""Evidence of arrays and of ragged sequences: quacks like what it was taken from, as far as it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from deepgrade.score.unavailable import ReviewNeeded


def unavailable(what: str) -> NoReturn:
    """Say that only a part was kept.

    Raises:
        ReviewNeeded: Always.
    """
    # Not `EvidenceUnavailable`: an array grown too big to be kept whole must not take its points out of the
    # denominator. On right answers a check never comes here, or `deepgrade verify` would say so.
    raise ReviewNeeded(f"{what} needs all of a value of which only facts and some rows were kept")


class SampledArray:
    """A big array of which the exact facts and a sample of its rows are known.

    Attributes:
        shape: The whole array's shape.
        dtype: The whole array's dtype.
        rows: The stored rows, `(n_stored, *shape[1:])`, in the original dtype.
        row_indices: Their places along axis 0, sorted.
        finite: Whether every element is finite.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        minimum: float | None,
        maximum: float | None,
        mean: float | None,
        finite: bool,
        rows: NDArray[Any],
        row_indices: NDArray[np.int64],
    ) -> None:
        self.shape = shape
        self.dtype = dtype
        self.finite = finite
        self.rows = rows
        self.row_indices = row_indices
        self._minimum, self._maximum, self._mean = minimum, maximum, mean
        self._place = {int(index): place for place, index in enumerate(row_indices)}

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        """Bytes of the whole array."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def min(self) -> Any:
        """Return the smallest element of the whole array."""
        return self._known(self._minimum, "min()")

    def max(self) -> Any:
        """Return the largest element of the whole array."""
        return self._known(self._maximum, "max()")

    def mean(self) -> Any:
        """Return the mean over all elements."""
        return self._known(self._mean, "mean()")

    def _known(self, value: float | None, what: str) -> Any:
        if value is None:
            if not self.finite:
                return float("nan")
            unavailable(what)
        return value

    def __getitem__(self, key: Any) -> Any:
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) and key else (key, ())
        if isinstance(first, int | np.integer):
            index = int(first) + (len(self) if first < 0 else 0)
            if not 0 <= index < len(self):
                raise IndexError(f"index {first} is out of bounds for axis 0 with size {len(self)}")
            if index not in self._place:
                unavailable(f"row {index}")
            row = self.rows[self._place[index]]
            return row[rest] if rest else row
        if isinstance(first, slice):
            wanted = range(len(self))[first]
            if any(index not in self._place for index in wanted):
                unavailable(f"rows {wanted.start} to {wanted.stop}")
            rows = self.rows[[self._place[index] for index in wanted]]
            return rows[(slice(None), *rest)] if rest else rows
        return unavailable("indexing like this")

    def __array__(self, *_: Any, **__: Any) -> NDArray[Any]:
        unavailable("turning it into a NumPy array")

    def __iter__(self) -> Any:
        unavailable("iterating over it")

    def __eq__(self, other: object) -> bool:
        unavailable("comparing it")

    def __ne__(self, other: object) -> bool:
        unavailable("comparing it")

    def __lt__(self, other: object) -> bool:
        unavailable("comparing it")

    __le__ = __gt__ = __ge__ = __lt__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(np.ndarray, name):
            unavailable(f".{name}")
        raise AttributeError(f"arrays have no attribute {name!r}")

    def __repr__(self) -> str:
        return f"<array of shape {self.shape}, dtype {self.dtype}, {len(self.rows)} rows kept>"


class SequencesEvidence:
    """Ragged integer sequences (reviews) of which the facts and a sample of rows are known.

    Attributes:
        rows: The stored rows as lists of int.
        row_indices: Their places, sorted.
        token_min: Smallest token of all rows; None when there are none.
        token_max: Largest token of all rows.
        length_min: Shortest row.
        length_max: Longest row.
        length_mean: Mean length.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, facts: dict[str, Any]) -> None:
        self._count = int(facts["count"])
        self._container = str(facts["container"])
        self.rows: list[list[int]] = [_integers(row) for row in facts["values"]]
        self.row_indices = np.asarray(facts["rows"], dtype=np.int64)
        self.token_min, self.token_max = facts.get("token_min"), facts.get("token_max")
        self.length_min, self.length_max = facts.get("length_min"), facts.get("length_max")
        self.length_mean = facts.get("length_mean")
        self._place = {int(index): place for place, index in enumerate(self.row_indices)}
        if self._container == "ndarray":
            self.shape = (self._count,)
            self.ndim = 1
            self.size = self._count
            self.dtype = np.dtype(object)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return [self[index] for index in range(len(self))[key]]
        if not isinstance(key, int | np.integer):
            unavailable("indexing like this")
        index = int(key) + (len(self) if key < 0 else 0)
        if not 0 <= index < len(self):
            raise IndexError("list index out of range")
        if index not in self._place:
            unavailable(f"row {index}")
        return self.rows[self._place[index]]

    def __iter__(self) -> Any:
        unavailable("iterating over it")

    def __array__(self, *_: Any, **__: Any) -> NDArray[Any]:
        unavailable("turning it into a NumPy array")

    def __eq__(self, other: object) -> bool:
        unavailable("comparing it")

    def __repr__(self) -> str:
        return f"<{self._count} sequences, tokens {self.token_min} to {self.token_max}>"


def _integers(row: list[Any]) -> list[int]:
    return row if set(map(type, row)) == {int} else [int(token) for token in row]


def stored_rows(value: Any) -> Any:
    """Return the rows of an array or of sequences that can be looked at: a sample of evidence, all of a live object."""
    if isinstance(value, SampledArray | SequencesEvidence):
        if len(value) and not len(value.rows):
            unavailable("looking at rows, of which none is small enough to be kept,")
        return value.rows
    return value if isinstance(value, list) else np.asarray(value)


def stored_row_indices(value: Any) -> NDArray[np.int64]:
    """Return the places along axis 0 of `stored_rows(value)`."""
    if isinstance(value, SampledArray | SequencesEvidence):
        return value.row_indices
    length = len(value) if isinstance(value, Sequence) else np.asarray(value).shape[0]
    return np.arange(length, dtype=np.int64)
