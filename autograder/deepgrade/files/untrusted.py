"""Open a file that a stranger made.

Theory of operation: the folder may have been written by a student's process (an upload, or the result
folder of a run). A name in it may be a link to a hidden label file, a pipe that never ends, a device, a
sparse file of a terabyte, or a hard link to something that another process still writes. So a file is
opened relative to a folder's descriptor, without following links, without blocking; it must be a regular
file with one link and at most `max_bytes` long; and it is read to the end before anything looks at it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

_CHUNK_BYTES = 1 << 20


class UntrustedFileError(Exception):
    """A file from a stranger was not accepted.

    Attributes:
        code: One of `missing`, `link`, `not_regular`, `hard_link`, `too_large`, `unreadable`, `bad_name`.
        detail: A sentence for the person who has to act on it.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def open_untrusted(path: Path, *, max_bytes: int) -> BinaryIO:
    """Open a regular, single-linked file of at most `max_bytes` bytes for reading.

    The folder that holds the file may itself be reached through links that the caller trusts; the last
    component is never followed. What is read later may be more than `max_bytes`, where another process writes
    to the file in the meantime.

    Raises:
        UntrustedFileError: With the code that says what was wrong; nothing was read in that case.
    """
    name = path.name
    if name in ("", ".", "..") or "\x00" in str(path):
        raise UntrustedFileError("bad_name", f"{str(path)!r} is not a file name")
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UntrustedFileError(
            "missing", f"the folder of {name} cannot be opened: {error.strerror}"
        ) from None
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
        handle = os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if path.is_symlink():
            raise UntrustedFileError("link", f"{name} is a symbolic link; send the file itself") from None
        code = "missing" if isinstance(error, FileNotFoundError) else "unreadable"
        raise UntrustedFileError(code, f"{name} cannot be opened: {error.strerror}") from None
    finally:
        os.close(folder)
    try:
        _check(os.fstat(handle), name, max_bytes)
    except BaseException:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def _check(facts: os.stat_result, name: str, max_bytes: int) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise UntrustedFileError("not_regular", f"{name} is not an ordinary file")
    if facts.st_nlink != 1:
        raise UntrustedFileError(
            "hard_link", f"{name} has {facts.st_nlink} names on disk; send a copy of its own"
        )
    if facts.st_size > max_bytes:
        raise UntrustedFileError(
            "too_large", f"{name} has {_mib(facts.st_size)}; at most {_mib(max_bytes)} are accepted"
        )


def read_untrusted(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a regular, single-linked file of at most `max_bytes` bytes.

    The folder that holds the file may itself be reached through links that the caller trusts; the last
    component is never followed.

    Raises:
        UntrustedFileError: With the code that says what was wrong; nothing was read in that case.
    """
    with open_untrusted(path, max_bytes=max_bytes) as stream:
        data = bytearray()
        while len(data) <= max_bytes:
            chunk = os.read(stream.fileno(), min(_CHUNK_BYTES, max_bytes + 1 - len(data)))
            if not chunk:
                return bytes(data)
            data += chunk
    raise UntrustedFileError("too_large", f"{path.name} grew beyond {_mib(max_bytes)} while it was read")


def list_untrusted(folder: Path, *, max_entries: int = 10_000) -> list[str]:
    """Return the sorted names of a folder's regular files; links, folders and devices are left out.

    Raises:
        UntrustedFileError: The folder is missing or a link, or holds more than `max_entries` entries.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise UntrustedFileError("missing", f"{folder.name} is not a folder")
    names: list[str] = []
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count >= max_entries:
                raise UntrustedFileError("too_large", f"{folder.name} holds more than {max_entries} entries")
            if entry.is_file(follow_symlinks=False):
                names.append(entry.name)
    return sorted(names)


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.1f} MiB" if size >= 1 << 20 else f"{size} bytes"
