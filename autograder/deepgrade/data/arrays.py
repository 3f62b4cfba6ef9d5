"""Data sets in memory and in a folder: the layout of docs/formats.md, ragged sequences, fingerprints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deepgrade.data.errors import DataError, DataNotFoundError
from deepgrade.files import parse_strict_json, sha256_bytes, sha256_json, write_atomic

Origin = Literal["real", "synthetic"]
Size = Literal["full", "quick"]
Split = Literal["train", "test"]
Array = NDArray[Any]

WORD_INDEX = "word_index.json"
FILES = "files"


class StoredFile(BaseModel):
    """One file of a set whose content is files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    stands_for: str | None = None
    """MD5 of the published file that a made-up one stands for: code that asks for that one gets this one."""


class SetFacts(BaseModel):
    """`facts.json`: what a stored data set is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    origin: Origin
    size: Size
    train_size: int
    test_size: int
    classes: int
    fingerprint: str
    """SHA-256 over the arrays, the word index and the files."""
    files: dict[str, StoredFile] = {}
    """Path below `files/` -> what it is; empty for sets of arrays."""

    def to_json(self) -> str:
        """Return the content of `facts.json`."""
        empty = {"files"} if not self.files else set()
        return self.model_dump_json(indent=1, exclude=empty) + "\n"


class Ragged:
    """Rows of integers of different lengths: all tokens in one array, and where each row begins.

    Args:
        tokens: Shape (total,).
        offsets: Shape (rows + 1,), ascending from 0 to total.
    """

    def __init__(self, tokens: Array, offsets: Array) -> None:
        if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(tokens) or (np.diff(offsets) < 0).any():
            raise DataError("offsets must ascend from 0 to the number of tokens")
        self.tokens = tokens
        self.offsets = offsets

    @classmethod
    def from_rows(
        cls, rows: Iterable[Sequence[int] | Array], dtype: type[np.integer[Any]] = np.int32
    ) -> Ragged:
        """Make one from sequences."""
        parts = [np.asarray(row, dtype=dtype) for row in rows]
        offsets = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=offsets[1:])
        return cls(np.concatenate(parts) if parts else np.zeros(0, dtype), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def shape(self) -> tuple[int]:
        """(rows,), as of an object array of lists."""
        return (len(self),)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens in each row."""
        return np.diff(self.offsets)

    def __iter__(self) -> Iterator[Array]:
        for row in range(len(self)):
            yield self[row]

    @overload
    def __getitem__(self, key: int | np.integer[Any]) -> Array: ...
    @overload
    def __getitem__(self, key: slice | Sequence[int] | Array) -> Ragged: ...
    def __getitem__(self, key: int | np.integer[Any] | slice | Sequence[int] | Array) -> Array | Ragged:
        if isinstance(key, int | np.integer):
            row = range(len(self))[int(key)]
            return self.tokens[self.offsets[row] : self.offsets[row + 1]]
        if isinstance(key, slice) and key.step in (None, 1):
            start, stop, _ = key.indices(len(self))
            offsets = self.offsets[start : max(stop, start) + 1]
            return Ragged(self.tokens[offsets[0] : offsets[-1]], offsets - offsets[0])
        return self.take(np.arange(len(self))[key])

    def take(self, rows: Array) -> Ragged:
        """Return the rows at these indices, in this order."""
        lengths = self.lengths[rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][rows] - offsets[:-1], lengths)
        return Ragged(self.tokens[places], offsets)

    def keep(self, mask: NDArray[np.bool_]) -> Ragged:
        """Return the rows without the tokens where `mask`, of shape (total,), is false."""
        before = np.zeros(len(mask) + 1, np.int64)
        np.cumsum(mask, out=before[1:])
        return Ragged(self.tokens[mask], before[self.offsets])

    def to_lists(self) -> list[list[int]]:
        """Return plain lists."""
        flat = self.tokens.tolist()
        return [flat[a:b] for a, b in zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True)]

    @staticmethod
    def concatenate(parts: Sequence[Ragged]) -> Ragged:
        """Put the rows of several below each other."""
        lengths = np.concatenate([part.lengths for part in parts])
        offsets = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return Ragged(np.concatenate([part.tokens for part in parts]), offsets)


@dataclass(frozen=True)
class DataSet:
    """A data set in memory, under the file names of its folder without `.npy`."""

    arrays: dict[str, Array]
    word_index: dict[str, int] | None = field(default=None)
    files: dict[str, bytes] = field(default_factory=dict)
    """Of a set whose content is files: path below `files/`, with slashes -> content."""
    stands_for: dict[str, str] = field(default_factory=dict)
    """File that is made up -> MD5 of the published one."""

    @property
    def file_rows(self) -> int:
        """How many rows the tables have, or how many pictures there are where no file is a table."""
        tables = [content for name, content in self.files.items() if name.endswith(".csv")]
        pictures = sum(name.endswith(".jpg") for name in self.files)
        return sum(content.count(b"\n") - 1 for content in tables) if tables else pictures

    @property
    def is_ragged(self) -> bool:
        """The rows are token sequences."""
        return "x_train_tokens" in self.arrays

    def inputs(self, split: Split) -> Array | Ragged:
        """Return `x_train` or `x_test`, as stored."""
        if self.is_ragged:
            return Ragged(self.arrays[f"x_{split}_tokens"], self.arrays[f"x_{split}_offsets"])
        return self.arrays[f"x_{split}"]

    def labels(self, split: Split) -> Array:
        """Return `y_train` or `y_test`, as stored."""
        return self.arrays[f"y_{split}"]

    @classmethod
    def of(
        cls,
        train: tuple[Array | Ragged, Array],
        test: tuple[Array | Ragged, Array],
        word_index: Mapping[str, int] | None = None,
    ) -> DataSet:
        """Make one from inputs and labels of both splits."""
        arrays: dict[str, Array] = {}
        for split, (inputs, labels) in (("train", train), ("test", test)):
            if isinstance(inputs, Ragged):
                arrays[f"x_{split}_tokens"] = inputs.tokens
                arrays[f"x_{split}_offsets"] = inputs.offsets
            else:
                arrays[f"x_{split}"] = inputs
            arrays[f"y_{split}"] = labels
        return cls(arrays, None if word_index is None else dict(word_index))

    def facts(self, name: str, origin: Origin, size: Size, classes: int) -> SetFacts:
        """Describe the set."""
        return SetFacts(
            name=name,
            origin=origin,
            size=size,
            train_size=self.file_rows if self.files else len(self.labels("train")),
            test_size=0 if self.files else len(self.labels("test")),
            classes=classes,
            fingerprint=fingerprint(self),
            files={
                path: StoredFile(sha256=sha256_bytes(content), stands_for=self.stands_for.get(path))
                for path, content in sorted(self.files.items())
            },
        )


def array_sha256(array: Array) -> str:
    """Return the SHA-256 of an array's values in C order and little-endian bytes."""
    plain: Any = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(-1)
    # A view as bytes saves a copy; an empty array has none.
    return hashlib.sha256(plain.view(np.uint8) if plain.size else b"").hexdigest()


def rows_sha256(*columns: Array) -> str:
    """Return a SHA-256 that does not depend on the order of rows: of the sorted hashes of single rows.

    Args:
        columns: Arrays of equal length; a row is what they hold at one index, taken together.
    """
    plain = [np.ascontiguousarray(c, dtype=c.dtype.newbyteorder("<")) for c in columns]
    rows = (hashlib.sha256(b"".join(c[i].tobytes() for c in plain)).digest() for i in range(len(plain[0])))
    return sha256_bytes(b"".join(sorted(rows)))


def fingerprint(data: DataSet) -> str:
    """Return the SHA-256 that identifies a data set: names, types, shapes and values of all it holds."""
    content: dict[str, Any] = {
        name: [array.dtype.newbyteorder("<").str, list(array.shape), array_sha256(array)]
        for name, array in data.arrays.items()
    }
    if data.word_index is not None:
        content["word_index"] = sha256_json(data.word_index)
    if data.files:
        content["files"] = {path: sha256_bytes(file) for path, file in data.files.items()}
    return sha256_json(content)


def write_data_folder(folder: Path, data: DataSet, facts: SetFacts) -> None:
    """Write a data set into an existing, empty folder, readable by everyone."""
    for name, array in data.arrays.items():
        path = folder / f"{name}.npy"
        np.save(path, array, allow_pickle=False)
        path.chmod(0o644)
    if data.word_index is not None:
        write_atomic(folder / WORD_INDEX, json.dumps(data.word_index))
    for name, content in data.files.items():
        path = folder / FILES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o644)
        for parent in (path.parent, *path.parent.parents):
            if parent == folder:
                break
            parent.chmod(0o755)
    write_atomic(folder / "facts.json", facts.to_json())


def read_facts(folder: Path) -> SetFacts:
    """Read a data folder's `facts.json`.

    Raises:
        DataNotFoundError: There is none.
        DataError: It is not what docs/formats.md describes.
    """
    path = folder / "facts.json"
    if not path.is_file():
        raise DataNotFoundError(f"{folder} is not a data folder: it has no facts.json")
    try:
        return SetFacts.model_validate(parse_strict_json(path.read_bytes()))
    except (ValidationError, ValueError) as error:
        raise DataError(f"{path} is not a facts file of version 1: {error}") from None


def read_array(folder: Path, name: str, *, in_memory: bool = False) -> Array:
    """Read one array of a data folder, memory-mapped unless asked otherwise.

    Raises:
        DataError: The file is missing or is no `.npy` file.
    """
    path = folder / f"{name}.npy"
    try:
        array: Array = np.load(path, mmap_mode=None if in_memory else "r", allow_pickle=False)
    except FileNotFoundError:
        raise DataError(f"{path} is missing; run `deepgrade data verify`") from None
    except (ValueError, EOFError, OSError) as error:
        raise DataError(f"{path} cannot be read ({error}); run `deepgrade data verify`") from None
    return array


def read_data_folder(folder: Path, *, in_memory: bool = False) -> DataSet:
    """Read a whole data folder.

    Raises:
        DataError: Something is missing or unreadable.
    """
    if (folder / FILES).is_dir():
        return _read_files(folder)
    ragged = (folder / "x_train_tokens.npy").exists() or not (folder / "x_train.npy").exists()
    middle = ("_tokens", "_offsets") if ragged and (folder / "x_train_offsets.npy").exists() else ("",)
    names = [f"x_{split}{part}" for split in ("train", "test") for part in middle] + ["y_train", "y_test"]
    words = folder / WORD_INDEX
    index = parse_strict_json(words.read_bytes()) if words.is_file() else None
    return DataSet({name: read_array(folder, name, in_memory=in_memory) for name in sorted(names)}, index)


def _read_files(folder: Path) -> DataSet:
    paths = sorted(path for path in (folder / FILES).rglob("*") if path.is_file())
    facts = read_facts(folder)
    return DataSet(
        {},
        files={path.relative_to(folder / FILES).as_posix(): path.read_bytes() for path in paths},
        stands_for={name: file.stands_for for name, file in facts.files.items() if file.stands_for},
    )
