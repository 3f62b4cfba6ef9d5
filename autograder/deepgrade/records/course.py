"""A course's folder: everything a head process writes, and nothing a compute node needs to read."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deepgrade.files import exclusive, remove_unfinished, storage_errors, write_atomic

_REPORT_WAIT_S = 120.0


@dataclass(frozen=True)
class Course:
    """Where a course keeps its runs, its gradebook and its reports.

    Attributes:
        root: The folder, made on first use; readable by its owner alone (it holds the hidden labels).
    """

    root: Path

    def __post_init__(self) -> None:
        # Sandboxes and workers have other working folders: a relative path would mean another place there.
        object.__setattr__(self, "root", self.root.absolute())

    def prepare(self) -> None:
        """Make the folder if it is missing and keep others out of it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def working(self) -> Iterator[Path]:
        """Have the course to oneself: for commands that run, score or decide. What killed ones left is removed.

        Yields:
            An empty folder, gone afterwards, for copies that are no part of the course.

        Raises:
            LockedError: Another process works on this course.
            StorageError: The folder is full, read-only or closed to this user.
        """
        scratch = self.root / "scratch"
        with storage_errors(self.root, Path(tempfile.gettempdir())):
            self.prepare()
            with exclusive(self.root / "course.lock", place=self.root):
                self._sweep()
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir(mode=0o700)
                try:
                    yield scratch
                finally:
                    shutil.rmtree(scratch, ignore_errors=True)

    @contextmanager
    def reporting(self, lab: str) -> Iterator[Path]:
        """Have a lab's report folder to oneself while it is written; another writer is waited for.

        Yields:
            The folder.

        Raises:
            LockedError: Another process has been writing it for two minutes.
            StorageError: The folder is full, read-only or closed to this user.
        """
        folder = self.report(lab)
        with storage_errors(folder, self.root):
            folder.mkdir(parents=True, exist_ok=True)
            with exclusive(self.root / "report.lock", place=folder, wait_s=_REPORT_WAIT_S):
                for place in (folder, folder / "students"):
                    remove_unfinished(place)
                yield folder

    def _sweep(self) -> None:
        """Remove what killed processes left half-written; whoever calls it has the course to itself."""
        data, boards = self.root / "data", self.root / "board"
        for place in (self.root, *data.glob("*"), *data.glob("*/*"), *boards.glob("*")):
            remove_unfinished(place)

    @property
    def secret(self) -> bytes:
        """The instructor's secret: 32 random bytes, made once; every hidden set follows from it."""
        path = self.root / "secret.key"
        if not path.exists():
            self.prepare()
            write_atomic(path, secrets.token_hex(32), mode=0o600)
        return bytes.fromhex(path.read_text(encoding="ascii").strip())

    def data(self, origin: str, size: str) -> Path:
        """Folder of the hidden sets of one origin and size of data."""
        return self.root / "data" / f"{origin}-{size}"

    def runs(self, lab: str) -> Path:
        """Folder of a lab's runs."""
        return self.root / "runs" / lab

    def board(self, lab: str, board: str) -> Path:
        """Folder of a board's prepared data: what may be released, and the solution."""
        return self.root / "board" / lab / board

    @property
    def references(self) -> Course:
        """The course's honest models: runs of the solution on its hidden rows, in a folder of their own."""
        return Course(self.root / "references")

    @property
    def blobs(self) -> Path:
        """Arrays that many runs share."""
        return self.root / "blobs"

    @property
    def gradebook(self) -> Path:
        """The gradebook's own file, where no other database is named."""
        return self.root / "gradebook.db"

    @property
    def database_setting(self) -> Path:
        """Names another database for the gradebook, as a URL; absent: `gradebook`."""
        return self.root / "database.url"

    @property
    def database(self) -> Path | str:
        """Where the gradebook is: a file, or a URL."""
        try:
            return self.database_setting.read_text(encoding="utf-8").strip() or self.gradebook
        except FileNotFoundError:
            return self.gradebook

    @property
    def roster(self) -> Path:
        """The roster that was given last, as it was given."""
        return self.root / "roster.csv"

    def people(self, lab: str) -> Path:
        """What is known of who handed in a lab and who did not (`PeopleRecord`)."""
        return self.root / "people" / f"{lab}.json"

    def report(self, lab: str) -> Path:
        """Folder of a lab's report."""
        return self.root / "report" / lab
