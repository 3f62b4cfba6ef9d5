"""Whether a gradebook may hold something else than a moment ago, asked without a look at its rows.

Theory of operation: programs that keep a gradebook's content in memory ask before each answer, so the question has to be
cheap and its answer must never be a wrong `no`. SQLite counts, for each connection, the commits of all others: one
connection that never writes therefore hears of every commit, of this process and of others. PostgreSQL names the snapshot
that a statement sees; two statements with the same snapshot see the same rows.
"""

from __future__ import annotations

import threading

from sqlalchemy import Connection, Engine

Mark = tuple[int, str]
"""Two that are equal: nothing was written in between."""


class Changes:
    """Tells of writes to a database, whoever made them.

    Args:
        engine: The database's.

    May be asked from several threads.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._watching: Connection | None = None
        self._connections = 0

    def mark(self) -> Mark:
        """Return what differs from an earlier mark where anything was committed since; it may differ without that."""
        if self._engine.dialect.name != "sqlite":
            with self._engine.connect() as connection:
                return 0, str(connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())
        with self._lock:
            try:
                if self._watching is None:
                    self._watching = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                    self._connections += 1  # another connection counts from somewhere else
                version = self._watching.exec_driver_sql("PRAGMA data_version").scalar_one()
            except BaseException:
                self._stop()
                raise
            return self._connections, str(version)

    def close(self) -> None:
        """Give the connection back; the next mark differs from all before."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.invalidate()
            watching.close()
