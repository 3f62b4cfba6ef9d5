"""A copy of another program's SQLite file, to look into: the file itself is never opened as a database.

Opening it, even to read, may write beside it (journals, shared memory) or upgrade it, and nbgrader's own class adds what it
misses. Student code that nbgrader runs can write to the file, so the copy is checked before anything reads it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from deepgrade.files import read_untrusted, sha256_bytes
from deepgrade.interchange.incoming.arriving import ResultsError, shown

MAX_BYTES = 1 << 30
"""The largest database that is taken."""
_MAGIC = b"SQLite format 3\x00"
_SIBLINGS = ("-wal", "-journal")


class Copied(NamedTuple):
    """A sound database in a folder of ours."""

    path: Path
    sha256: str
    """Of the original."""
    tables: frozenset[str]


def copy_database(original: Path, folder: Path) -> Copied:
    """Copy a database with what is still beside it, and make sure that it is sound.

    Raises:
        ResultsError: It is no SQLite database, is damaged, or is being written to.
        UntrustedFileError: It is no ordinary file, or too large.
    """
    path = original.resolve()
    before = _changed(path)
    data = read_untrusted(path, max_bytes=MAX_BYTES)
    if not data.startswith(_MAGIC):
        raise ResultsError(
            f"{original} is not an SQLite database{' (it is empty)' if not data else ''}."
            " nbgrader's is called gradebook.db and lies in the course's folder."
        )
    copy = folder / "copy.db"
    copy.write_bytes(data)
    for ending in _SIBLINGS:
        sibling = path.with_name(path.name + ending)
        if sibling.exists():
            copy.with_name(copy.name + ending).write_bytes(read_untrusted(sibling, max_bytes=MAX_BYTES))
    if _changed(path) != before:
        raise ResultsError(
            f"{original} is being written to. Wait until nbgrader has finished, then give the same command again."
        )
    return Copied(copy, sha256_bytes(data), _checked(copy, original))


def _changed(path: Path) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for name in (path.name, *(path.name + ending for ending in _SIBLINGS)):
        try:
            facts = path.with_name(name).lstat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((facts.st_mtime_ns, facts.st_size))
    return found


def _checked(copy: Path, original: Path) -> frozenset[str]:
    try:
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            things = list(connection.execute("SELECT type, name FROM sqlite_master"))
            state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise _damaged(original, str(error)) from None
    if state != "ok":
        raise _damaged(original, str(state))
    acting = sorted(f"{kind} {shown(str(name))}" for kind, name in things if kind not in ("table", "index"))
    if acting:
        raise ResultsError(
            f"{original} holds {', '.join(acting[:5])}: nbgrader makes no such things, so somebody changed the file."
            " Look into it before you use its grades."
        )
    return frozenset(str(name) for kind, name in things if kind == "table")


def _damaged(original: Path, why: str) -> ResultsError:
    return ResultsError(f"{original} is damaged ({shown(why)}). Take the last good copy of it.")
