"""`deepgrade data`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TaskID
from rich.table import Table

from deepgrade.cli.options import errors_for_people, store_option
from deepgrade.data import DataStore, Progress, StoredSet
from deepgrade.native.facts import default_store


@click.group()
def command() -> None:
    """List, fetch, import, make or verify data sets. They are kept once for all courses."""


_JSON_FIELDS = ("name", "origin", "size", "train_size", "test_size", "classes", "fingerprint")


def _store(folder: Path | None) -> DataStore:
    return DataStore(folder or default_store())


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield report


def _print(console: Console, sets: tuple[StoredSet, ...], seconds: float | None = None) -> None:
    time_text = "" if seconds is None else f", {seconds:.1f} s"
    for stored in sets:
        console.print(f"{stored.facts.name}: {stored.facts.origin}, {stored.facts.size}, verified{time_text}")


@command.command("list")
@store_option
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
@errors_for_people
def list_sets(store_folder: Path | None, style: str) -> None:
    """List the data sets that are here."""
    console = Console()
    sets = _store(store_folder).list()
    if style == "json":
        console.print_json(
            data=[{field: getattr(stored.facts, field) for field in _JSON_FIELDS} for stored in sets]
        )
        return
    if not sets:
        console.print("No data sets yet: `deepgrade data fetch`, `import DIR` or `synthetic` gets some.")
        return
    table = Table()
    for heading in ("data set", "origin", "size", "train", "test"):
        table.add_column(heading)
    for stored in sets:
        facts = stored.facts
        table.add_row(facts.name, facts.origin, facts.size, f"{facts.train_size:,}", f"{facts.test_size:,}")
    console.print(table)


@command.command()
@click.argument("names", nargs=-1)
@store_option
@errors_for_people
def fetch(names: tuple[str, ...], store_folder: Path | None) -> None:
    """Download the published sets NAMES (all when none is named) and check their sums."""
    console, store = Console(), _store(store_folder)
    for name in names or sorted(store.catalogue.sets):
        with _progress(console) as report:
            sets = store.fetch(name, report)
        _print(console, sets)


@command.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@store_option
@errors_for_people
def import_sets(folder: Path, store_folder: Path | None) -> None:
    """Import the published sets from files below FOLDER; their arrays are checked."""
    console = Console()
    with _progress(console) as report:
        sets = _store(store_folder).import_folder(folder, report)
    _print(console, sets)


@command.command()
@click.argument("names", nargs=-1)
@click.option("--size", type=click.Choice(["full", "quick"]), default=None, help="One size; default: both.")
@click.option("--quick", "size", flag_value="quick", help="The same as --size quick.")
@store_option
@errors_for_people
def synthetic(names: tuple[str, ...], size: str | None, store_folder: Path | None) -> None:
    """Generate the sets NAMES (all when none is named): same shapes and types, no network."""
    console, store = Console(), _store(store_folder)
    for name in names or sorted(store.catalogue.sets):
        for each in ("quick", "full"):
            if size in (None, each):
                started = time.monotonic()
                with _progress(console) as report:
                    stored = store.synthetic(name, "quick" if each == "quick" else "full", report)
                _print(console, (stored,), time.monotonic() - started)


@command.command()
@store_option
@errors_for_people
def verify(store_folder: Path | None) -> None:
    """Check that every stored set is whole; exit 1 when one is not."""
    console = Console()
    store = _store(store_folder)
    with _progress(console) as report:
        problems = store.verify(report)
    for problem in problems:
        console.print(problem)
    if problems:
        sys.exit(1)
    console.print(f"{len(store.list())} data sets are whole")
