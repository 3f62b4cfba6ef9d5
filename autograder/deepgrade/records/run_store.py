"""Run folders on disk: immutable, written atomically, big arrays shared by content."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deepgrade.evidence import VERDICTS, RunRecord
from deepgrade.files import atomic_folder, remove_unfinished
from deepgrade.lab import CapturePlan
from deepgrade.records.course import Course

SHARED_BYTES = 1 << 20
"""Evidence files at least this large are stored once for all submissions."""

_KEY = re.compile(r"^[0-9a-f]{64}$")


class RunStore:
    """The runs of one lab in a course.

    Args:
        course: The course's folder.
        lab: The lab's name.
    """

    def __init__(self, course: Course, lab: str) -> None:
        self._folder = course.runs(lab)
        self._blobs = course.blobs

    def folder(self, key: str) -> Path:
        """Return where the run of a key is, or would be.

        Raises:
            ValueError: The key is not 64 hexadecimal digits.
        """
        if not _KEY.match(key):
            raise ValueError(f"{key!r} is not a run's key")
        return self._folder / key

    def read(self, key: str) -> RunRecord | None:
        """Return a finished run's record; None when there is none."""
        path = self.folder(key) / "run.json"
        return RunRecord.model_validate_json(path.read_bytes()) if path.exists() else None

    def is_final(self, key: str) -> bool:
        """Return whether the run is there and need not be tried again."""
        record = self.read(key)
        return record is not None and VERDICTS[record.verdict].students_fault

    def keys(self) -> list[str]:
        """Return the keys of all finished runs."""
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if _KEY.match(path.name))

    def sweep(self) -> None:
        """Remove what killed processes left half-written; only for who has the course to itself."""
        remove_unfinished(self._folder)
        for fresh in self._folder.glob("*.fresh"):
            shutil.rmtree(fresh, ignore_errors=True)
        for key in self.keys():
            folder = self.folder(key)
            remove_unfinished(folder)
            older = list(folder.glob("predictions-*"))
            if older and not (folder / "predictions").exists():
                # Killed between the two steps of a replacement: what was replaced is in force again.
                latest = max(older, key=lambda path: int(path.name.rpartition("-")[2]))
                latest.rename(folder / "predictions")

    @contextmanager
    def new(self, key: str) -> Iterator[Path]:
        """Yield a temporary folder that becomes the run's when the block ends.

        A run that failed by the grader's own fault is set aside first; any other run is immutable.

        Raises:
            FileExistsError: The run is there and final.
        """
        with _replacing_failed(self.folder(key), self.is_final(key), self._folder / "failed") as temporary:
            yield temporary
            self._share(temporary / "evidence")

    def adopt(self, key: str, folder: Path) -> RunRecord:
        """Take over a run that another store of ours made, as a copy; what is there stays.

        Args:
            key: The run's key.
            folder: The other store's folder of it, on the same file system where copies are to cost nothing.

        Raises:
            FileExistsError: The run is there and final.
            ValueError: The folder holds no finished run of this key.
        """
        path = folder / "run.json"
        record = RunRecord.model_validate_json(path.read_bytes()) if path.is_file() else None
        if record is None or record.key != key:
            raise ValueError(f"{folder} holds no run of the key {key}")
        with self.new(key) as temporary:
            shutil.copytree(folder, temporary, dirs_exist_ok=True, copy_function=_copy)
        return record

    def finish(self, temporary: Path, record: RunRecord, plan: CapturePlan) -> None:
        """Write run.json and plan.json into a run's temporary folder."""
        (temporary / "run.json").write_text(record.model_dump_json(indent=1), encoding="utf-8")
        (temporary / "plan.json").write_text(plan.model_dump_json(indent=1), encoding="utf-8")

    def _share(self, evidence: Path) -> None:
        # The name a blob came with is the student process's word: the content is hashed here again.
        if not evidence.is_dir():
            return
        self._blobs.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file in evidence.iterdir():
            if file.stat().st_size < SHARED_BYTES:
                continue
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                # Other runs will trust its content by its name: not before it is on the disk.
                os.fsync(stream.fileno())
            shared = self._blobs / f"{digest}{file.suffix}"
            try:
                os.link(file, shared)
            except FileExistsError:
                replacement = file.with_name(f".{file.name}.shared")
                os.link(shared, replacement)
                replacement.replace(file)


def _copy(source: str, target: str) -> None:
    """Copy a file; a large one gets a second name, as shared ones have anyway."""
    if os.stat(source).st_size >= SHARED_BYTES:  # noqa: PTH116 - shutil's own kind of path
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


@contextmanager
def _replacing_failed(folder: Path, final: bool, aside: Path) -> Iterator[Path]:
    """Yield a temporary folder for a run; a failed run of the same key is moved aside when the new one is ready.

    Raises:
        FileExistsError: The run is there and final.
    """
    if final:
        raise FileExistsError(f"the run {folder.name} is finished; finished runs are never overwritten")
    fresh = folder.with_name(f"{folder.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    with atomic_folder(fresh) as temporary:
        yield temporary
    if folder.exists():
        aside.mkdir(parents=True, exist_ok=True)
        count = sum(1 for path in aside.iterdir() if path.name.startswith(folder.name))
        folder.rename(aside / f"{folder.name}-{count + 1}")
    fresh.rename(folder)
