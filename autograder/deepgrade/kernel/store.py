"""The evidence folder: content-named blobs and one JSON file a question.

Blobs are written before the JSON that names them, every file under a temporary name first: whatever moment the
process dies at, a name that stands in a question's file exists and is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class EvidenceFullError(Exception):
    """What should be kept does not fit into what is left for evidence."""


class EvidenceStore:
    """Writes evidence within a number of bytes.

    Args:
        folder: Made when the first file is written.
        limit: Bytes for all blobs and items together; a blob of the same content counts once.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._left = limit
        self._known: set[str] = set()

    def charge(self, size: int) -> None:
        """Count bytes that are about to be written.

        Raises:
            EvidenceFullError: They do not fit any more.
        """
        if size > self._left:
            raise EvidenceFullError(
                f"it needs {size / (1 << 20):.1f} MiB, and of the {self._limit / (1 << 20):g} MiB"
                f" that a run may keep {self._left / (1 << 20):.1f} are left"
            )
        self._left -= size

    def put(self, chunks: Iterable[Any], size: int, suffix: str) -> str:
        """Write a blob and return its name, `<sha256>.<suffix>`.

        Args:
            chunks: Bytes-like pieces, `size` bytes together; what comes as a list is looked up before it is
                written, so that content which is kept already always fits.
            size: Known beforehand, so that nothing is written that does not fit.
            suffix: `npy`, `safetensors` or `json`.

        Raises:
            EvidenceFullError: It does not fit.
        """
        digest = hashlib.sha256()
        if isinstance(chunks, list):
            for chunk in chunks:
                digest.update(chunk)
            name = f"{digest.hexdigest()}.{suffix}"
            if self._has(name):
                return name
            digest = hashlib.sha256()
        self.charge(size)
        temporary = self._temporary()
        try:
            with temporary.open("wb") as stream:
                for chunk in chunks:
                    digest.update(chunk)
                    stream.write(chunk)
            name = f"{digest.hexdigest()}.{suffix}"
            if self._has(name):
                self._left += size
                temporary.unlink()
            else:
                temporary.replace(self._folder / name)
                self._known.add(name)
        except BaseException:
            self._left += size
            temporary.unlink(missing_ok=True)
            raise
        return name

    def _has(self, name: str) -> bool:
        return name in self._known and (self._folder / name).is_file()

    def write_json(self, name: str, value: Any) -> None:
        """Write a file by its own name, replacing an older one."""
        temporary = self._temporary()
        try:
            temporary.write_bytes(json.dumps(value, allow_nan=False).encode("utf-8"))
            temporary.replace(self._folder / name)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _temporary(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f".writing-{os.getpid()}"
