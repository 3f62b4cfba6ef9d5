"""The catalogue of data sets: where each comes from, and how its published content is recognised.

`catalogue.toml` beside this file is the one source of truth; `source_data/catalogue.toml` in the repository
is a link to it, so that a checkout and an installed package read the same file.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deepgrade.data.arrays import DataSet, array_sha256, rows_sha256
from deepgrade.data.errors import DataError
from deepgrade.files import sha256_bytes, sha256_json

PATH = Path(__file__).with_name("catalogue.toml")
_JPEG = b"\xff\xd8\xff"
_SHA256 = r"^[0-9a-f]{64}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedFile(_Strict):
    """A file as its origin publishes it."""

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")
    also: tuple[str, ...] = ()
    """Names of files that hold the same content packed in another way; `import` takes one of them in its place."""
    url: str | None = Field(None, pattern=r"^https?://")
    """None: it has no address of its own; put it beside the downloads."""
    sha256: str | None = Field(None, pattern=_SHA256)
    """Of a table: with line feeds at its line ends."""
    md5: str | None = Field(None, pattern=r"^[0-9a-f]{32}$")
    """Where the origin gives this sum, and code that asks for the file names it."""
    path: str | None = Field(None, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*$")
    """Below `files/` in the store, for sets whose content is files; its name when absent."""
    optional: bool = False
    """The set is whole without it."""

    @property
    def import_names(self) -> tuple[str, ...]:
        """Names under which `import` looks for it, its own first."""
        return (self.name, *self.also)

    @property
    def stored_path(self) -> str:
        """Where the store keeps it below `files/`."""
        return self.path or self.name

    def is_content(self, content: bytes) -> bool:
        """Say whether this is the published content, as far as its sums are known; a picture is one at least."""
        if self.stored_path.endswith(".jpg") and not content.startswith(_JPEG):
            return False
        if self.sha256 is not None and sha256_bytes(content) != self.sha256:
            return False
        return self.md5 is None or md5_of(content) == self.md5


class PublishedArray(_Strict):
    """An array as the store keeps it."""

    dtype: str
    shape: tuple[int, ...]
    sha256: str = Field(pattern=_SHA256)
    """In published order: of the values. In any order: of the sorted hashes of rows."""


class CatalogueEntry(_Strict):
    """One data set."""

    title: str
    kind: Literal["images", "reviews", "table", "files"]
    """What a row is; it decides how files are read and which encoders fit."""
    classes: int = Field(ge=0)
    """0 for a set without classes."""
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
        if self.holds_files:
            return self._file_differences(data)
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

    @property
    def holds_files(self) -> bool:
        """The content is files, not arrays."""
        return self.kind in ("table", "files")

    def _file_differences(self, data: DataSet) -> tuple[str, ...]:
        published = {file.stored_path: file for file in self.files}
        found = [
            f"{path} is missing"
            for path, file in published.items()
            if not file.optional and path not in data.files
        ]
        found += [f"{path} is not part of the published set" for path in data.files if path not in published]
        found += [
            f"{path} has other content than the published file"
            for path, content in data.files.items()
            if path in published and not published[path].is_content(content)
        ]
        return tuple(found)

    def _hash(self, name: str, data: DataSet) -> str:
        if self.order == "published":
            return array_sha256(data.arrays[name])
        if name.startswith("y_"):
            return rows_sha256(data.arrays[f"x_{name[2:]}"], data.arrays[name])
        return rows_sha256(data.arrays[name])


def md5_of(content: bytes) -> str:
    """Return the MD5 of some bytes: a name for content that others gave, not a safeguard."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


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
