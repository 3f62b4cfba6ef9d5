"""A course's folder: everything a head process writes, and nothing a compute node needs to read."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from deepgrade.files import write_atomic


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

    @property
    def blobs(self) -> Path:
        """Arrays that many runs share."""
        return self.root / "blobs"

    @property
    def gradebook(self) -> Path:
        """The gradebook database."""
        return self.root / "gradebook.db"

    def report(self, lab: str) -> Path:
        """Folder of a lab's report."""
        return self.root / "report" / lab
