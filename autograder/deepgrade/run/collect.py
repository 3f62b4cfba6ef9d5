"""Bring evidence back from the box.

Theory of operation: by now every process of the run is dead, so nothing changes under our eyes; but what lies
there was made by a stranger. Folders must be folders and not links to somewhere else. A file comes back only
under a name that the format knows, through `files.read_untrusted`, within its own limit and the run's budget;
a blob must have the SHA-256 that its name says, because equal names are stored once for all submissions.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from deepgrade.files import UntrustedFileError, list_untrusted, read_untrusted, sha256_bytes

_BLOB = re.compile(r"([0-9a-f]{64})\.(?:npy|safetensors|json)\Z")
_DEVICES = "devices.json"
_DOCUMENT_BYTES = 32 << 20
_BLOB_BYTES = 512 << 20
_MOST_FILES = 10_000
_MOST_REFUSALS = 20


class Collected(NamedTuple):
    """What came back."""

    questions: frozenset[str]
    """Questions whose evidence file is there."""
    total_bytes: int
    refused: tuple[str, ...]
    """One sentence for each file that was not taken, the first few."""


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
    refused: list[str] = []
    taken: set[str] = set()
    total = 0
    if not real_folder(source):
        return Collected(frozenset(), 0, ("there is no evidence folder",))
    try:
        names = list_untrusted(source, max_entries=_MOST_FILES)
    except (UntrustedFileError, OSError) as error:
        return Collected(frozenset(), 0, (str(error),))
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
            refused.append(str(error))
            continue
        match = _BLOB.match(name)
        if match and sha256_bytes(data) != match.group(1):
            refused.append(f"{name} does not have the content that its name says")
            continue
        (destination / name).write_bytes(data)
        total += len(data)
        taken.add(name.removesuffix(".json"))
    unknown = len(names) - len(documents) - len(blobs)
    if unknown:
        refused.append(f"{unknown} files with names that evidence does not have")
    return Collected(frozenset(taken & set(questions)), total, tuple(refused[:_MOST_REFUSALS]))
