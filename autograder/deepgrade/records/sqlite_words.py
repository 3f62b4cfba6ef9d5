"""How SQLite is opened, and what its errors mean for people."""

from __future__ import annotations

from typing import Any

from deepgrade.files import StorageError
from deepgrade.records.errors import GradebookError

_NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR")
_CLOSED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def in_words(path: str, error: BaseException | None) -> Exception | None:
    """Return what SQLite means, for people; None where it is a bug of ours."""
    name = getattr(error, "sqlite_errorname", "")
    again = "then give the same command again: what was finished is kept"
    if name.startswith(_NO_ROOM):
        return StorageError(
            f"No room is left for the gradebook {path}, or its disk reports errors ({error}). Make room there, {again}."
        )
    if name.startswith(_CLOSED):
        return StorageError(
            f"The gradebook {path} is read-only or closed to this user ({error}). Make its folder writable, {again}."
        )
    if name.startswith(_BUSY):
        return GradebookError(
            f"Another process holds the gradebook {path}. Wait until it has ended, then try again."
        )
    if name.startswith(_DAMAGED):
        return GradebookError(
            f"The gradebook {path} is damaged ({error}). Put the last good copy in its place; runs are stored beside it"
            " and need not be made again."
        )
    return None


def set_pragmas(connection: Any, _: Any) -> None:
    """Prepare a connection: write-ahead log, enforced references, ten seconds of patience."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()
