"""Which tables a gradebook has. One of an older version is brought up to date when it is opened, and loses nothing."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, inspect, select, update

from deepgrade.records.database import Database
from deepgrade.records.errors import GradebookError
from deepgrade.records.tables import Base, SchemaRow

SCHEMA_VERSION = 5

_STEPS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE submission ADD COLUMN origin VARCHAR(16)",
        "ALTER TABLE submission ADD COLUMN aside BOOLEAN DEFAULT 0 NOT NULL",
    ),
    2: (),
    3: (
        "ALTER TABLE submission ADD COLUMN handed_in_at DATETIME",
        "ALTER TABLE regrade_set ADD COLUMN board VARCHAR(64)",
    ),
    4: ("ALTER TABLE regrade_set ADD COLUMN decided_by TEXT",),
}
"""Version -> what makes the next one of it, beside new tables. In SQLite's words: in PostgreSQL the first version is 5."""


def prepare_tables(engine: Engine, database: Database) -> None:
    """Make the tables of a new gradebook, or bring older ones up to date, all or nothing.

    Raises:
        GradebookError: A deepgrade that this one does not know wrote it.
    """
    with engine.connect() as connection:
        if _version(connection) == SCHEMA_VERSION:
            return
        connection.rollback()
        # Taken before looking again: another process may be doing the same.
        database.lock_tables(connection)
        version = _version(connection)
        if version is None:
            Base.metadata.create_all(connection)
            connection.execute(insert(SchemaRow).values(version=SCHEMA_VERSION))
        elif version > SCHEMA_VERSION:
            raise GradebookError(
                f"{database.shown} has tables of version {version}, this deepgrade writes version {SCHEMA_VERSION}."
                " Use the deepgrade that wrote it, or start a new course folder."
            )
        else:
            for older in range(version, SCHEMA_VERSION):
                for step in _STEPS[older]:
                    connection.exec_driver_sql(step)
            Base.metadata.create_all(connection)  # tables that came since
            connection.execute(update(SchemaRow).values(version=SCHEMA_VERSION))
        connection.commit()


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(SchemaRow.__tablename__):
        return None
    return connection.scalar(select(SchemaRow.version))
