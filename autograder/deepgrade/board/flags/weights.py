"""A digest of a captured model's weights, equal where all numbers are equal to the last bit.

Theory of operation: the file was written by a student's process. The name of a safetensors file's content hash would not do:
its header may hold anything beside the tensors. So the header is parsed under limits, each tensor's place is compared with
the bytes that are there, and the tensors' bytes alone are hashed, in the order of `model.weights`. No number is looked at.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

from deepgrade.evidence import RunRecord
from deepgrade.files import StrictJSONError, parse_strict_json
from deepgrade.score.reader import EvidenceReader

_FILE_BYTES = 512 << 20
_HEADER_BYTES = 4 << 20
_NAME = re.compile(r"^[0-9a-f]{64}\.safetensors$")


def weights_digest(run_folder: Path, record: RunRecord, question: str, name: str) -> str | None:
    """Return the SHA-256 of a captured model's weights; None where there are none, or their file is not as it should be.

    Milliseconds for a model of a few MB: the file is read once and no model is built.

    Args:
        run_folder: A stored run.
        record: Its run.json.
        question: Where the model was captured.
        name: Its variable.
    """
    item = EvidenceReader(run_folder, record).items(question).get(name)
    file = item.get("weights") if isinstance(item, dict) and item.get("kind") == "model" else None
    if not isinstance(file, str) or not _NAME.match(file):
        return None
    data = _read(run_folder / "evidence" / file)
    return None if data is None else digest_of(data)


def _read(path: Path) -> bytes | None:
    """Return a regular file's bytes; large evidence of several runs is one file with several names, so these are allowed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > _FILE_BYTES:
            return None
        return stream.read(_FILE_BYTES)


def digest_of(data: bytes) -> str | None:
    """Return the SHA-256 over all tensors of a safetensors file in the order of their names; None for any other file.

    Each tensor goes in with its number of bytes, so that it matters where one ends. Its shape does not.
    """
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(_HEADER_BYTES, len(data) - 8):
        return None
    try:
        header = parse_strict_json(data[8 : 8 + length])
    except StrictJSONError:
        return None
    if not isinstance(header, dict):
        return None
    header.pop("__metadata__", None)
    body = memoryview(data)[8 + length :]
    places = {name: _place(entry, len(body)) for name, entry in header.items()}
    known = [place for place in places.values() if place is not None]
    if not known or len(known) != len(places) or not _apart(known):
        return None
    digest = hashlib.sha256()
    for name in sorted(places):
        start, end = places[name] or (0, 0)
        digest.update((end - start).to_bytes(8, "little"))
        digest.update(body[start:end])
    return digest.hexdigest()


def _place(entry: Any, most: int) -> tuple[int, int] | None:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(n) is int for n in offsets):
        return None
    start, end = offsets
    return (start, end) if 0 <= start <= end <= most else None


def _apart(places: list[tuple[int, int]]) -> bool:
    """Return whether no tensor overlaps another: together they are no longer than the file."""
    return all(first[1] <= second[0] for first, second in pairwise(sorted(places)))
