"""The folder that head and worker share.

    SPOOL/jobs/<n>/     one job's files; the worker writes predictions here
    SPOOL/library/      a copy of the code that the worker runs
    SPOOL/data/<key>/   inputs/ and public/ of a hidden set, without any label

Hidden inputs and the mounted test rows are copied, so that a sandbox has to show nothing but the spool. `data/` can be
mounted read-only. The folder itself is the head's alone; what lies in it may be read, and in `jobs/` written, by every
user, because in a sandbox the worker is another one. Labels of the public folder are replaced by zeros: only their
number is needed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from deepgrade.data.arrays import read_facts
from deepgrade.files import sha256_json, write_atomic
from deepgrade.infer.npy import npy_bytes
from deepgrade.infer.report import HiddenInputs
from deepgrade.sandbox import open_for_reading

_INPUT_FILES = ("x.npy", "x_tokens.npy", "x_offsets.npy", "facts.json")
_PUBLIC_FILES = ("x_test.npy", "x_test_tokens.npy", "x_test_offsets.npy", "facts.json")

_WORKER_AREAS = ("infer", "data", "evidence", "files", "sandbox")
"""What the worker imports: neither checks nor scores are among it."""


class Spool:
    """Lays out the shared folder.

    Args:
        root: An empty or new folder of the head.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.jobs = root / "jobs"
        self.data = root / "data"
        self._next = 0
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o700)
        for folder, mode in ((self.jobs, 0o777), (self.data, 0o755)):
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)

    def new_job(self) -> tuple[int, Path]:
        """Return a job's number and its empty folder."""
        self._next += 1
        folder = self.jobs / str(self._next)
        folder.mkdir()
        folder.chmod(0o777)
        return self._next, folder

    def add_library(self, package: Path) -> Path:
        """Copy a package, once; return the folder in which it lies.

        A copy, since a checkout or an installation may not be readable for the worker's user.
        """
        library = self.root / "library"
        if not library.is_dir():
            for area in _WORKER_AREAS:
                shutil.copytree(
                    package / area,
                    library / package.name / area,
                    ignore=shutil.ignore_patterns("__pycache__"),
                )
            shutil.copyfile(package / "__init__.py", library / package.name / "__init__.py")
            open_for_reading(library)
        return library

    def share(self, folder: Path) -> None:
        """Let the worker read what lies in a job's folder."""
        for path in folder.iterdir():
            path.chmod(0o644)

    def drop(self, folder: Path) -> None:
        """Remove a job's folder."""
        shutil.rmtree(folder, ignore_errors=True)

    def add_data(self, hidden: HiddenInputs) -> tuple[str, int, int]:
        """Copy a hidden set's inputs and mounted test rows, once.

        Returns:
            The folder's name in `data/`, the number of hidden rows, the number of classes.

        Raises:
            DataError: The folders are not data folders.
            OSError: They cannot be copied.
        """
        inputs, public = _folder(hidden.inputs, hidden.dataset), _folder(hidden.public, hidden.dataset)
        key = sha256_json([_stamp(inputs, _INPUT_FILES), _stamp(public, _PUBLIC_FILES)])[:24]
        target = self.data / key
        facts = read_facts(inputs)
        if not target.is_dir():
            temporary = self.data / f".{key}"
            shutil.rmtree(temporary, ignore_errors=True)
            _copy(inputs, temporary / "inputs", _INPUT_FILES)
            _copy(public, temporary / "public", _PUBLIC_FILES)
            sizes = read_facts(public)
            for split, size in (("train", sizes.train_size), ("test", sizes.test_size)):
                write_atomic(temporary / "public" / f"y_{split}.npy", npy_bytes(np.zeros(size, np.uint8)))
            open_for_reading(temporary)
            temporary.rename(target)
        return key, _rows(target / "inputs"), facts.classes


def _folder(folder: Path, dataset: str) -> Path:
    inner = folder / dataset
    return inner if not (folder / "facts.json").is_file() and inner.is_dir() else folder


def _stamp(folder: Path, names: tuple[str, ...]) -> list[list[object]]:
    facts = [(name, (folder / name).stat()) for name in names if (folder / name).is_file()]
    return [[str(folder.resolve()), name, stat.st_size, stat.st_mtime_ns] for name, stat in facts]


def _copy(source: Path, target: Path, names: tuple[str, ...]) -> None:
    target.mkdir(parents=True)
    for name in names:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _rows(inputs: Path) -> int:
    if (inputs / "x_offsets.npy").is_file():
        return len(np.load(inputs / "x_offsets.npy", mmap_mode="r", allow_pickle=False)) - 1
    return len(np.load(inputs / "x.npy", mmap_mode="r", allow_pickle=False))
