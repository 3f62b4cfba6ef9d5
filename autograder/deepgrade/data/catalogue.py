"""The catalogue of data sets: where each comes from, and how its published content is recognised.

`catalogue.toml` beside this file is the one source of truth; `source_data/catalogue.toml` in the repository
is a link to it, so that a checkout and an installed package read the same file.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deepgrade.data.arrays import DataSet, array_sha256, rows_sha256
from deepgrade.data.errors import DataError
from deepgrade.files import sha256_json

PATH = Path(__file__).with_name("catalogue.toml")
_SHA256 = r"^[0-9a-f]{64}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedFile(_Strict):
    """A file as its origin publishes it."""

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")
    url: str = Field(pattern=r"^https?://")
    sha256: str = Field(pattern=_SHA256)


class PublishedArray(_Strict):
    """An array as the store keeps it."""

    dtype: str
    shape: tuple[int, ...]
    sha256: str = Field(pattern=_SHA256)
    """In published order: of the values. In any order: of the sorted hashes of rows."""


class CatalogueEntry(_Strict):
    """One data set."""

    title: str
    kind: Literal["images", "reviews", "table"]
    """What a row is; it decides how files are read and which encoders fit."""
    classes: int = Field(ge=0)
    """0 for a table without classes."""
    order: Literal["published", "any"] = "published"
    """`any`: copies in another row order are accepted; a label array's hash then covers inputs and labels together."""
    files: tuple[PublishedFile, ...]
    arrays: dict[str, PublishedArray] = {}
    word_index_sha256: str | None = None
    """Of the word index in canonical JSON."""
    licence: str
    citation: str
    homepage: str

    def differences(self, data: DataSet) -> tuple[str, ...]:
        """Say how data differ from the published ones; empty when they are the same."""
        found = [f"{name} is missing" for name in self.arrays if name not in data.arrays]
        found += [
            f"{name} is not part of the published set" for name in data.arrays if name not in self.arrays
        ]
        for name, published in self.arrays.items():
            array = data.arrays.get(name)
            if array is None:
                continue
            if array.shape != published.shape:
                found.append(f"{name} has shape {array.shape}, published is {published.shape}")
            elif array.dtype != np.dtype(published.dtype):
                found.append(f"{name} has type {array.dtype}, published is {published.dtype}")
            elif self._hash(name, data) != published.sha256:
                found.append(f"{name} has the published shape, but other values or another order")
        if self.word_index_sha256 and data.word_index is None:
            found.append("the word index is missing")
        elif self.word_index_sha256 and sha256_json(data.word_index) != self.word_index_sha256:
            found.append("the word index is not the published one")
        return tuple(found)

    def _hash(self, name: str, data: DataSet) -> str:
        if self.order == "published":
            return array_sha256(data.arrays[name])
        if name.startswith("y_"):
            return rows_sha256(data.arrays[f"x_{name[2:]}"], data.arrays[name])
        return rows_sha256(data.arrays[name])


class Catalogue(_Strict):
    """All data sets."""

    schema_version: Literal[1]
    sets: dict[str, CatalogueEntry]

    def __getitem__(self, name: str) -> CatalogueEntry:
        """Return a data set's entry.

        Raises:
            DataError: There is no such set; the message lists those that exist.
        """
        if name not in self.sets:
            raise DataError(
                f"There is no data set {name!r} in the catalogue; it has {', '.join(sorted(self.sets))}."
            )
        return self.sets[name]


@cache
def load_catalogue(path: Path = PATH) -> Catalogue:
    """Read the catalogue.

    Raises:
        DataError: The file is missing or not a catalogue of version 1.
    """
    try:
        return Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"The catalogue {path} cannot be read: {error}") from None
