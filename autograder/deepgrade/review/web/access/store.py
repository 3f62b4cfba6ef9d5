"""Where accounts and sessions are kept: a database of its own, so that a copy of the gradebook holds no password.

Theory of operation: passwords are kept as argon2id hashes, session ids as SHA-256 of 256 random bits; neither can be used
by who reads the file. The file is its owner's alone. Every statement is one short transaction; two processes may use it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import OperationalError

from deepgrade.records import Course
from deepgrade.review.web.errors import AccessError

metadata = MetaData()

accounts = Table(
    "account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text),
    Column("created_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
)

sessions = Table(
    "session",
    metadata,
    Column("id_sha256", String(64), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("came_by", String(16), nullable=False),
    Column("began_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("names_hidden", Integer, nullable=False),
    Index("session_of_account", "account"),
)

attempts = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_sha256", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", DateTime, nullable=False),
    Index("attempt_of_account", "account_sha256", "at"),
    Index("attempt_of_address", "address", "at"),
)


class AccessStore:
    """The database of accounts and sessions.

    Args:
        path: The file; made if it is missing.

    Raises:
        AccessError: The file cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            path.touch(mode=0o600, exist_ok=True)
            path.chmod(0o600)
        except OSError as error:
            raise AccessError(
                f"The accounts' file {path} cannot be written ({error}). Make its folder writable."
            ) from error
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        with self.transaction() as connection:
            metadata.create_all(connection)

    @classmethod
    def of(cls, course: Course) -> AccessStore:
        """Open a course's."""
        course.prepare()
        return cls(course.root / "access.db")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Read and write, all or nothing, with nobody in between."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise AccessError(
                f"The accounts' file {self.path} cannot be used ({error.orig}). Try again; if this stays, look whether"
                " another process holds it and whether its disk has room."
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def now() -> datetime:
    """Return the moment as the tables keep it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver thinks
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _begin(connection: Connection) -> None:
    # Counting attempts and noting one more must be one step, or a burst of log-ins slips through.
    connection.execute(text("BEGIN IMMEDIATE"))
