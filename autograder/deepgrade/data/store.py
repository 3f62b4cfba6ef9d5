"""The store of data sets: `<root>/<origin>/<size>/<name>/`, filled once, verified, then only read.

A run mounts such a folder (or the public part of a hidden set made from it), so a folder is written under another name and
renamed when complete, and never changed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np

from deepgrade.data.arrays import (
    DataSet,
    Origin,
    Ragged,
    SetFacts,
    Size,
    fingerprint,
    read_data_folder,
    read_facts,
    write_data_folder,
)
from deepgrade.data.catalogue import Catalogue, load_catalogue
from deepgrade.data.download import Progress, download
from deepgrade.data.errors import ChecksumError, DataError, DataNotFoundError
from deepgrade.data.generators import GENERATORS, QUICK_SIZES
from deepgrade.data.published import from_published
from deepgrade.files import atomic_folder

_MAX_FILES = 200_000


class StoredSet(NamedTuple):
    """One data set of the store."""

    name: str
    origin: Origin
    size: Size
    path: Path
    facts: SetFacts
    disk_bytes: int


class DataStore:
    """Data sets below one folder.

    Args:
        root: Made when something is first stored.
        catalogue: The package's own unless said otherwise.
    """

    def __init__(self, root: Path, catalogue: Catalogue | None = None) -> None:
        self.root = root
        self.catalogue = catalogue or load_catalogue()

    def size_folder(self, origin: Origin, size: Size) -> Path:
        """Return the folder that holds all sets of an origin and size: what a run may mount as it is."""
        return self.root / origin / size

    def find(self, name: str, origin: Origin, size: Size) -> StoredSet:
        """Return a stored set.

        Raises:
            DataNotFoundError: It is not stored; the message says how to get it.
            DataError: There is no such set at all, or its folder is damaged.
        """
        self.catalogue[name]
        path = self.size_folder(origin, size) / name
        if not path.is_dir():
            how = (
                f"run `deepgrade data fetch {name}` or `deepgrade data import DIR`"
                if origin == "real"
                else f"run `deepgrade data synthetic {name} --size {size}`"
            )
            raise DataNotFoundError(f"The {origin} data set {name} is not stored at {size} size; {how}.")
        return self._stored(path)

    def list(self) -> tuple[StoredSet, ...]:
        """Return everything stored, sorted by origin, size and name; damaged folders are left to `verify`."""
        rows = []
        for path in self._folders():
            try:
                rows.append(self._stored(path))
            except DataError:
                continue
        return tuple(rows)

    def fetch(self, name: str, progress: Progress | None = None) -> tuple[StoredSet, ...]:
        """Download a data set from its origin and store it at full and quick size.

        Files without an address are taken from `<root>/downloads`, where the instructor has put them.

        Raises:
            DownloadError: No network, or the server refused.
            ChecksumError: What came is not what was published.
            DataError: There is no such set.
        """
        entry = self.catalogue[name]
        folder = self.root / "downloads"
        files = {file.name: download(file, folder, progress) for file in entry.files if file.url is not None}
        by_hand = {file.name: folder / file.name for file in entry.files if file.url is None}
        files |= {name: path for name, path in by_hand.items() if path.is_file()}
        return self._store_real(name, from_published(name, entry, files), str(folder))

    def ensure(self, name: str, origin: Origin, size: Size, progress: Progress | None = None) -> bool:
        """Download or generate a data set unless it is stored; return whether that was needed.

        Raises:
            DataError: It cannot be had; the message says how else.
        """
        try:
            self.find(name, origin, size)
        except DataNotFoundError:
            if origin == "real":
                self.fetch(name, progress)
            else:
                self.synthetic(name, size, progress)
            return True
        return False

    def import_folder(self, folder: Path, progress: Progress | None = None) -> tuple[StoredSet, ...]:
        """Store every data set whose published files lie somewhere below a folder, at full and quick size.

        The files may be packed differently from the published ones; their arrays have to be the same.

        Raises:
            ChecksumError: A set's files hold other data; the message names the differences. Sets before it are stored.
            DataError: The folder holds no set, or only a part of one.
        """
        names = {
            name
            for entry in self.catalogue.sets.values()
            for file in entry.files
            for name in file.import_names
        }
        found = _find_files(folder, names)
        stored: list[StoredSet] = []
        for name, entry in self.catalogue.sets.items():
            there = {
                file.name: found[copy]
                for file in entry.files
                if (copy := next((each for each in file.import_names if each in found), None)) is not None
            }
            missing = [file.name for file in entry.files if not file.optional and file.name not in there]
            if not there:
                continue
            if missing:
                raise DataError(f"{folder} holds a part of {name} only: {', '.join(missing)} is missing.")
            if progress is not None:
                progress(f"import {name}", 0, None)
            stored += self._store_real(
                name, from_published(name, entry, there), ", ".join(map(str, there.values()))
            )
        if not stored:
            raise DataError(f"{folder} holds none of the files of a data set: {', '.join(sorted(names))}.")
        return tuple(stored)

    def synthetic(self, name: str, size: Size, progress: Progress | None = None) -> StoredSet:
        """Generate a data set of the same names, types and shapes as the real one, and store it.

        Raises:
            DataError: There is no such set, or no generator for it.
        """
        entry = self.catalogue[name]
        if name not in GENERATORS:
            raise DataError(f"There is no generator for {name!r}; there are {', '.join(sorted(GENERATORS))}.")
        path = self.size_folder("synthetic", size) / name
        if path.is_dir():
            return self._stored(path)
        data = GENERATORS[name](size, progress)
        return self._write(path, data, data.facts(name, "synthetic", size, entry.classes))

    def verify(self, progress: Progress | None = None) -> tuple[str, ...]:
        """Read everything stored and return one sentence for each problem; empty when all is well."""
        problems = [
            f"{path} is left over from a command that was stopped; delete it"
            for path in sorted(self.root.glob("*/*/.*"))
        ]
        folders = self._folders()
        for done, path in enumerate(folders):
            if progress is not None:
                progress(f"verify {path.relative_to(self.root)}", done, len(folders))
            problems += self._problems_of(path)
        return tuple(problems)

    def _folders(self) -> tuple[Path, ...]:
        return tuple(
            path
            for origin in get_args(Origin)
            for size in get_args(Size)
            for path in sorted(self.size_folder(origin, size).glob("[!.]*"))
            if path.is_dir()
        )

    def _stored(self, path: Path) -> StoredSet:
        facts = read_facts(path)
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        return StoredSet(facts.name, facts.origin, facts.size, path, facts, size)

    def _store_real(self, name: str, data: DataSet, where: str) -> tuple[StoredSet, ...]:
        entry = self.catalogue[name]
        differences = entry.differences(data)
        if differences:
            raise ChecksumError(f"{where} does not hold the published {name}: {'; '.join(differences)}.")
        stored = []
        quick = data if entry.holds_files else quick_subset(data, *QUICK_SIZES[name])
        sizes: tuple[tuple[Size, DataSet], ...] = (("full", data), ("quick", quick))
        for size, subset in sizes:
            facts = subset.facts(name, "real", size, entry.classes)
            stored.append(self._write(self.size_folder("real", size) / name, subset, facts))
        return tuple(stored)

    def _write(self, path: Path, data: DataSet, facts: SetFacts) -> StoredSet:
        if path.is_dir():
            there = read_facts(path)
            if there.fingerprint == facts.fingerprint:
                return self._stored(path)
            raise DataError(
                f"{path} holds other data; delete it if no grade rests on it, and run this again."
            )
        try:
            with atomic_folder(path) as folder:
                write_data_folder(folder, data, facts)
        except FileExistsError:
            return self._stored(path)  # another process finished first
        return self._stored(path)

    def _problems_of(self, path: Path) -> tuple[str, ...]:
        try:
            facts = read_facts(path)
            data = read_data_folder(path)
            problems = _content_problems(facts, data)
            if (facts.origin, facts.size, facts.name) != (
                path.parent.parent.name,
                path.parent.name,
                path.name,
            ):
                problems.append("facts.json describes another data set")
            if fingerprint(data) != facts.fingerprint:
                problems.append("the arrays are not those that were stored")
            elif facts.origin == "real" and facts.size == "full" and facts.name in self.catalogue.sets:
                problems += self.catalogue[facts.name].differences(data)
        except (DataError, ValueError) as error:
            problems = [str(error)]
        return tuple(f"{path}: {problem}; delete the folder and store it again" for problem in problems)


def quick_subset(data: DataSet, train_rows: int, test_rows: int) -> DataSet:
    """Return the first rows of every class, equally many, in their stored order: so the first rows stay the first."""
    splits = []
    for split, rows in (("train", train_rows), ("test", test_rows)):
        labels = data.labels("train" if split == "train" else "test")
        inputs = data.inputs("train" if split == "train" else "test")
        classes = np.unique(labels)
        chosen = np.sort(
            np.concatenate([np.flatnonzero(labels == c)[: rows // len(classes)] for c in classes])
        )
        splits.append((inputs.take(chosen) if isinstance(inputs, Ragged) else inputs[chosen], labels[chosen]))
    return DataSet.of(splits[0], splits[1], data.word_index)


def _content_problems(facts: SetFacts, data: DataSet) -> list[str]:
    if data.files:
        wanted = data.file_rows
        return (
            []
            if wanted == facts.train_size
            else [f"it has {wanted} rows, facts.json says {facts.train_size}"]
        )
    problems = []
    for split, size in (("train", facts.train_size), ("test", facts.test_size)):
        inputs, labels = (
            (data.inputs("train"), data.labels("train"))
            if split == "train"
            else (data.inputs("test"), data.labels("test"))
        )
        if not len(inputs) == len(labels) == size:
            problems.append(
                f"{split} has {len(inputs)} rows and {len(labels)} labels, facts.json says {size}"
            )
        if facts.classes and len(labels) and not 0 <= labels.min() <= labels.max() < facts.classes:
            problems.append(f"y_{split} has labels outside 0 to {facts.classes - 1}")
        if isinstance(inputs, Ragged) and len(inputs.tokens) and inputs.tokens.min() < 1:
            problems.append(f"x_{split}_tokens has word numbers below 1")
    return problems


def _find_files(folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """Find files by name below a folder; of several with one name the one with the shortest path counts."""
    wanted = set(names)
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder.")
    found: dict[str, Path] = {}
    for count, path in enumerate(folder.rglob("*")):
        if count > _MAX_FILES:
            raise DataError(f"{folder} holds more than {_MAX_FILES} files; name the folder with the data.")
        if path.name in wanted and path.is_file():
            rival = found.get(path.name)
            if rival is None or (len(path.parts), str(path)) < (len(rival.parts), str(rival)):
                found[path.name] = path
    return found
