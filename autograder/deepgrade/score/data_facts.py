"""`lab.data`: public facts of the data sets that the student's code saw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from deepgrade.data import DataError
from deepgrade.data.arrays import read_array
from deepgrade.data.loading import load_labels, load_table
from deepgrade.files import parse_strict_json
from deepgrade.score.unavailable import CheckProblem


@dataclass(frozen=True)
class DataSetFacts:
    """Public facts of a data set as the student's code saw it."""

    name: str
    folder: Path
    facts: dict[str, Any]

    def __repr__(self) -> str:
        return f"lab.data.{self.name}"

    @property
    def train_size(self) -> int:
        """Rows of the training set; of a table all rows, of a set of photos their number."""
        return int(self.facts["train_size"])

    @property
    def test_size(self) -> int:
        """Rows of the test set; 0 where the set has no such parts."""
        return int(self.facts["test_size"])

    @property
    def classes(self) -> int:
        """Number of classes; 0 where there are none."""
        return int(self.facts["classes"])

    @property
    def synthetic(self) -> bool:
        """Whether the set was generated, in the place of the published one."""
        return bool(self.facts["origin"] == "synthetic")

    @property
    def files(self) -> tuple[str, ...]:
        """Names of a set's files as they lay in the notebook's folder, with slashes, sorted; empty for sets of arrays."""
        return tuple(sorted(self.facts.get("files", {})))

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns of a table in its order, each `(rows,)`: float64 (missing is NaN, true is 1), or str.

        Raises:
            CheckProblem: The set is no table.
        """
        try:
            return dict(_columns(self.folder))
        except DataError as error:
            raise CheckProblem(f"{self!r} has no columns: {error}") from None

    def inputs(self, split: Literal["train", "test"]) -> NDArray[Any]:
        """Return the images of a set of images as `load_data()` gave them, `(rows, ...)`, memory-mapped.

        Raises:
            CheckProblem: The set has none.
        """
        try:
            return read_array(self.folder, f"x_{split}")
        except DataError as error:
            raise CheckProblem(f"{self!r} has no images: {error}") from None

    def labels(self, split: Literal["train", "test"]) -> NDArray[Any]:
        """Return the public labels in the order in which `load_data()` gave them, `(rows,)`."""
        return _labels(self.folder, split)


@cache
def _labels(folder: Path, split: Literal["train", "test"]) -> NDArray[Any]:
    return load_labels(folder, split)


@cache
def _columns(folder: Path) -> dict[str, NDArray[Any]]:
    columns = load_table(folder)
    for values in columns.values():
        values.setflags(write=False)
    return columns


class DataFactsTable:
    """`lab.data.mnist`: the data sets by name."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._sets: dict[str, DataSetFacts] = {}
        for name in names:
            facts = parse_strict_json((folder / name / "facts.json").read_bytes())
            self._sets[name] = DataSetFacts(name, folder / name, facts)

    def __getattr__(self, name: str) -> DataSetFacts:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._sets[name]
        except KeyError:
            raise CheckProblem(
                f"this lab has no data set {name!r}; lab.toml names: {', '.join(self._sets)}"
            ) from None
