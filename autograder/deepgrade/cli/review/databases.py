"""`deepgrade review database`."""

from __future__ import annotations

from pathlib import Path

import click

from deepgrade.cli.options import course_option, errors_for_people
from deepgrade.files import write_atomic
from deepgrade.records import Course, Gradebook
from deepgrade.records.database import database_at
from deepgrade.records.moving import copy_gradebook


@click.command()
@click.argument("url", required=False)
@course_option
@click.option("--copy", is_flag=True, help="Copy the gradebook that is in force into the new database first.")
@click.option("--own-file", is_flag=True, help="Keep the gradebook in the course's folder again.")
@errors_for_people
def database(url: str | None, course_folder: Path, copy: bool, own_file: bool) -> None:
    """Keep a course's gradebook in PostgreSQL at URL, postgresql://user@host/name; without URL, say where it is.

    Every command of this course uses it from then on. The password belongs in ~/.pgpass or PGPASSWORD. Each course needs a
    database of its own.
    """
    course = Course(course_folder)
    if url is not None and own_file:
        raise click.UsageError("a URL and --own-file exclude each other")
    if url is None and not own_file:
        click.echo(database_at(course.database).shown)
        return
    with course.working():
        before, after = course.database, course.gradebook if url is None else url
        if copy:
            click.echo(f"{copy_gradebook(before, after):,} rows copied")
        else:
            Gradebook(after).close()
        if url is None:
            course.database_setting.unlink(missing_ok=True)
        else:
            write_atomic(course.database_setting, url + "\n", mode=0o600)
    click.echo(f"the gradebook is in {database_at(after).shown}")
