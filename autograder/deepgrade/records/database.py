"""Which database holds a gradebook: an SQLite file beside the course, or a PostgreSQL database that several machines reach.

What differs between the two stands here and in `sqlite_words` and `postgres_words`; everything else in `records` is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from deepgrade.records import postgres_words, sqlite_words
from deepgrade.records.errors import GradebookError

_POSTGRES = "postgresql+psycopg"
_LOCK = 0x64656570  # of PostgreSQL's advisory locks: "deep"


@dataclass(frozen=True)
class Database:
    """Where a gradebook is kept.

    Attributes:
        url: For SQLAlchemy.
        shown: For messages: the file, or the URL without its password.
    """

    url: URL
    shown: str

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.url.get_backend_name() == "sqlite"

    def engine(self) -> Engine:
        """Return an engine whose errors say what to do."""
        try:
            # A server may be started again while a program that serves pages stays up.
            engine = create_engine(self.url, pool_pre_ping=not self.is_sqlite)
        except ImportError:
            raise GradebookError(
                "PostgreSQL needs psycopg, which is not installed. Install it with: pip install 'deepgrade[review]'"
            ) from None
        if self.is_sqlite:
            event.listen(engine, "connect", sqlite_words.set_pragmas)
        event.listen(engine, "handle_error", self._explain)
        return engine

    def in_words(self, error: BaseException | None) -> Exception | None:
        """Return what the database's driver means, for people; None where it is a bug of ours."""
        if self.is_sqlite:
            return sqlite_words.in_words(self.shown, error)
        return postgres_words.in_words(self.shown, error)

    def lock_tables(self, connection: Connection) -> None:
        """Begin a transaction in which no other process makes or changes the tables."""
        if self.is_sqlite:
            # The driver begins no transaction of its own for changes of tables.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})

    def _explain(self, context: ExceptionContext) -> None:
        problem = self.in_words(context.original_exception)
        if problem is not None:
            raise problem from context.original_exception


def database_at(where: Path | str) -> Database:
    """Return the database at a file's path, or at a URL: `postgresql://user@host/name` or `sqlite:////path`.

    Raises:
        GradebookError: It is no URL, or one of another kind of database.
    """
    if isinstance(where, Path):
        return Database(URL.create("sqlite", database=str(where)), str(where))
    try:
        url = make_url(where)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise GradebookError(
            "The gradebook's database is not given as a URL. Write postgresql://user@host/name; the password belongs in"
            " ~/.pgpass or PGPASSWORD."
        ) from None
    if backend == "sqlite" and url.database:
        return database_at(Path(url.database))
    if backend == "postgresql":
        url = url.set(drivername=_POSTGRES)
        return Database(url, url.set(drivername="postgresql").render_as_string(hide_password=True))
    raise GradebookError(f"A gradebook is kept in SQLite or PostgreSQL, not in {backend}.")
