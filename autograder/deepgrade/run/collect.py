"""Bring evidence back from the box.

Theory of operation: by now every process of the run is dead, so nothing changes under our eyes; but what lies
there was made by a stranger. Folders must be folders and not links to somewhere else. A file comes back only
under a name that the format knows, through `files.read_untrusted`, within its own limit and the run's budget;
a blob must have the SHA-256 that its name says, because equal names are stored once for all submissions.

What the kernel would never have left there (links, pipes, unknown names, two names for one file) was put there by
the notebook's own code. It is not taken, it costs nothing, and a person is told of it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from deepgrade.files import UntrustedFileError, list_untrusted, read_untrusted, sha256_bytes

_BLOB = re.compile(r"([0-9a-f]{64})\.(?:npy|safetensors|json)\Z")
_DEVICES = "devices.json"
_OURS = frozenset({"journal.jsonl", "evidence"})
_HALF_WRITTEN = re.compile(r"\.writing-[0-9]+\Z")
"""What the kernel leaves when it is killed while it writes."""
_DOCUMENT_BYTES = 32 << 20
_BLOB_BYTES = 512 << 20
_FOREIGN = {
    "link": "is a link",
    "hard_link": "has a second name on disk",
    "not_regular": "is no ordinary file",
    "too_large": "is larger than all evidence may be",
}
_MOST_FILES = 10_000
_MOST_REFUSALS = 20


class Collected(NamedTuple):
    """What came back."""

    questions: frozenset[str]
    """Questions whose evidence file is there."""
    total_bytes: int
    refused: tuple[str, ...]
    """One sentence for each file that was not taken, the first few."""
    foreign: tuple[str, ...] = ()
    """Those of them that the kernel cannot have left there."""


def real_folder(folder: Path) -> bool:
    """Return whether this is a folder and not a link to one."""
    try:
        return stat.S_ISDIR(folder.lstat().st_mode)
    except OSError:
        return False


def collect_evidence(
    source: Path, destination: Path, *, questions: Collection[str], budget_bytes: int
) -> Collected:
    """Copy the evidence that may be taken; what may not is named, never an error.

    Args:
        source: The evidence folder in the box; the folder above it must be a real one.
        destination: A new folder.
        questions: Ids that were asked for.
        budget_bytes: All files together.
    """
    destination.mkdir(parents=True, exist_ok=True)
    refused, foreign = _Sentences(), _Sentences()
    taken: set[str] = set()
    total = 0
    if not real_folder(source):
        if os.path.lexists(source):
            foreign.add("the evidence folder is no folder any more")
        return Collected(frozenset(), 0, ("there is no evidence folder",), foreign.first())
    try:
        names = list_untrusted(source, max_entries=_MOST_FILES)
    except (UntrustedFileError, OSError) as error:
        return Collected(frozenset(), 0, (str(error),), (str(error),))
    documents = [
        name
        for name in names
        if name == _DEVICES or (name.removesuffix(".json") in questions and name.endswith(".json"))
    ]
    blobs = [name for name in names if _BLOB.match(name)]
    for name in [*documents, *blobs]:
        most = min(_DOCUMENT_BYTES if name in documents else _BLOB_BYTES, budget_bytes - total)
        try:
            data = read_untrusted(source / name, max_bytes=most)
        except (UntrustedFileError, OSError) as error:
            refused.add(str(error))
            if not _may_be_ours(source / name, error, budget_bytes):
                code = error.code if isinstance(error, UntrustedFileError) else "unreadable"
                foreign.add(f"{_short(name)} {_FOREIGN.get(code, 'cannot be read')}")
            continue
        match = _BLOB.match(name)
        if match and sha256_bytes(data) != match.group(1):
            refused.add(f"{name} does not have the content that its name says")
            foreign.add(f"{_short(name)} has another content than its name says")
            continue
        (destination / name).write_bytes(data)
        total += len(data)
        taken.add(name.removesuffix(".json"))
    half_written = sum(1 for name in names if _HALF_WRITTEN.match(name))
    misnamed = len(names) - len(documents) - len(blobs) - half_written
    no_files = _count_entries(source) - len(names)
    for count, one, many in (
        (
            misnamed,
            "file with a name that evidence does not have",
            "files with names that evidence does not have",
        ),
        (no_files, "link, folder, pipe or device", "links, folders, pipes or devices"),
    ):
        if count > 0:
            sentence = f"{count} {one if count == 1 else many}"
            refused.add(sentence)
            foreign.add(sentence)
    return Collected(frozenset(taken & set(questions)), total, refused.first(), foreign.first())


def _short(name: str) -> str:
    """Return a name that people can read; a blob's is 64 digits long."""
    return f"{name[:8]}….{name.rpartition('.')[2]}" if _BLOB.match(name) else name


def _may_be_ours(file: Path, error: Exception, budget_bytes: int) -> bool:
    """Return whether the kernel may have left a file that does not fit any more: its own books leave small things out."""
    too_large = isinstance(error, UntrustedFileError) and error.code == "too_large"
    return too_large and file.lstat().st_size <= budget_bytes


def foreign_beside(out: Path) -> tuple[str, ...]:
    """Return a sentence for each thing in the folder that comes back which is neither journal nor evidence.

    Args:
        out: The folder, which the notebook's code may have replaced.
    """
    if not real_folder(out):
        return ("the folder that comes back is no folder any more",)
    foreign = _Sentences()
    with os.scandir(out) as entries:
        unknown = 0
        for entry in entries:
            unknown += entry.name not in _OURS
            if entry.name == "journal.jsonl" and not entry.is_file(follow_symlinks=False):
                foreign.add("the journal is no ordinary file any more")
    if unknown:
        files = "file" if unknown == 1 else "files"
        foreign.add(f"{unknown} {files} beside the evidence that the grader did not put there")
    return foreign.first()


class _Sentences(list[str]):
    """Sentences of which the first few are kept: a stranger says how many there are."""

    def add(self, sentence: str) -> None:
        if len(self) < _MOST_REFUSALS:
            self.append(sentence)

    def first(self) -> tuple[str, ...]:
        return tuple(self)


def _count_entries(folder: Path) -> int:
    with os.scandir(folder) as entries:
        return sum(1 for _ in entries)
