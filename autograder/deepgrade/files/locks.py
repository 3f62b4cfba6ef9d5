"""One process at a time, by a lock that the kernel drops when its holder ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from deepgrade.files.storage import StorageError

_LOOK_S = 0.05
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


class LockedError(Exception):
    """Another process holds the lock; the message says which, and what to do."""


@contextmanager
def exclusive(path: Path, *, place: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold a lock file while the block runs. The file stays; it is the lock on it that counts.

    Args:
        path: The lock file, made if it is missing.
        place: What the lock is about, for the message.
        wait_s: How long to wait for another holder.

    Raises:
        LockedError: Another process holds it still.
        StorageError: The file system cannot lock files.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while not _taken(handle, place):
            if time.monotonic() >= deadline:
                holder = os.pread(handle, 500, 0).decode("utf-8", "replace").strip() or "process unknown"
                raise LockedError(
                    f"Another deepgrade is at work on {place} ({holder})."
                    " Wait until it has ended, then give this command again."
                )
            time.sleep(_LOOK_S)
        with suppress(OSError):  # a full disk: the lock holds without a name on it
            os.ftruncate(handle, 0)
            since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
            os.pwrite(handle, f"process {os.getpid()} on {platform.node()}, since {since}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def _taken(handle: int, place: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise StorageError(
                f"The file system of {place} cannot lock files, which the gradebook needs. Put it on another one."
            ) from None
        raise
    return True
