"""A gradebook into another database: every row of every table, with its id."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, func, insert, select, text

from deepgrade.records.database import database_at
from deepgrade.records.errors import GradebookError
from deepgrade.records.gradebook import Gradebook
from deepgrade.records.tables import Base, SchemaRow

_TOGETHER = 500


def copy_gradebook(source: Path | str, target: Path | str) -> int:
    """Copy all rows of a gradebook into an empty one, all or nothing; return how many there were.

    Nobody may write to the source meanwhile: hold the course's lock and stop the review app.

    Raises:
        GradebookError: The target holds rows already, or one of the two cannot be opened.
    """
    for where in (source, target):
        Gradebook(where).close()  # both get the tables of this version
    reading, writing = database_at(source).engine(), database_at(target).engine()
    tables = [table for table in Base.metadata.sorted_tables if table is not SchemaRow.__table__]
    count = 0
    try:
        with reading.connect() as old, writing.begin() as new:
            filled = [t.name for t in tables if new.scalar(select(func.count()).select_from(t))]
            if filled:
                raise GradebookError(
                    f"{database_at(target).shown} holds a gradebook already ({', '.join(filled)}). Name an empty database."
                )
            for table in tables:
                rows = old.execution_options(yield_per=_TOGETHER).execute(select(table))
                for part in rows.mappings().partitions(_TOGETHER):
                    new.execute(insert(table), [dict(row) for row in part])
                    count += len(part)
            if not database_at(target).is_sqlite:
                _count_on(new)
    finally:
        reading.dispose()
        writing.dispose()
    return count


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL give the next row an id that is not taken."""
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key:
            if column.autoincrement and not column.foreign_keys and table is not SchemaRow.__table__:
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"  # noqa: S608 - our names
                        f" (SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}), false)"
                    )
                )
