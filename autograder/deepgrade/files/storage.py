"""When the place to write to fails: full, read-only, not ours. Nobody's fault, and a person can mend it."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_AGAIN = "then give the same command again: what was finished is kept."


class StorageError(Exception):
    """A folder cannot be written; the message says which, and what to do."""


def storage_error(error: OSError, *places: Path) -> StorageError | None:
    """Return an error in words for people; None where the disk is not the cause.

    Args:
        error: What the system said.
        places: Folders that were being written to: of those, the fullest is named where the system named no file.
    """
    error = _first_of_many(error)
    named = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else None
    if error.errno in _FULL:
        return StorageError(_full(_place(named, places)))
    if error.errno == errno.EIO:
        return StorageError(
            f"The disk of {_place(named, places) or 'this machine'} reports errors; mend it, {_AGAIN}"
        )
    if error.errno in _CLOSED and named is not None:
        place = _place(named, places)
        why = "is read-only" if error.errno == errno.EROFS else "is closed to this user"
        return StorageError(f"{place} {why}: {named.name} cannot be opened. Open it to this user, {_AGAIN}")
    return None


@contextmanager
def storage_errors(*places: Path) -> Iterator[None]:
    """Raise failures of the disk as `StorageError`.

    Raises:
        StorageError: One of the places is full, read-only or closed to this user.
    """
    try:
        yield
    except OSError as error:
        problem = storage_error(error, *places)
        if problem is None:
            raise
        raise problem from error


def _first_of_many(error: OSError) -> OSError:
    """Return the first failure of a copied tree, of which shutil keeps only the words."""
    for _, target, said in error.args[0] if isinstance(error, shutil.Error) else ():
        number = re.match(r"\[Errno (\d+)\]", str(said))
        if number:
            return OSError(int(number[1]), str(said), str(target))
    return error


def _place(named: Path | None, places: tuple[Path, ...]) -> Path | None:
    if named is not None and named.is_absolute():
        return next((place for place in places if named.is_relative_to(place)), named.parent)
    there = [place for place in places if place.exists()]
    return min(there, key=lambda place: shutil.disk_usage(place).free, default=None)


def _full(place: Path | None) -> str:
    if place is None:
        return f"No room is left on the disk. Make room, {_AGAIN}"
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    usage = shutil.disk_usage(existing)
    mount = next(
        folder for folder in (existing.absolute(), *existing.absolute().parents) if folder.is_mount()
    )
    size = f"{usage.free / (1 << 20):.0f} of {usage.total / (1 << 20):,.0f} MiB are free"
    return f"No room is left for {place} (disk mounted at {mount}: {size}). Make room there, {_AGAIN}"
