"""docs/performance.md: the tables between its marks, from the figures of docs/performance.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks import classes, overhead, picture, regrade, slurm, together
from benchmarks.bench import Table
from benchmarks.commands import ROOT
from benchmarks.kept import QUIET, Figures
from benchmarks.text import as_markdown
from deepgrade.files import write_atomic

PAGE = ROOT / "docs" / "performance.md"
FIGURES = ROOT / "docs" / "performance.json"
PICTURE = ROOT / "docs" / "pictures" / "performance-growth.svg"


_PLACES = ("overhead", "class", "regrade", "rescoring", "records", "slurm")
_MISSING = (
    "*Not measured on this machine yet: `make bench WRITE=1` and `make bench-long WRITE=1` fill this in.*"
)


class NoMarksError(Exception):
    """The page has no place for a table."""


def all_tables(figures: dict[str, Figures]) -> list[Table]:
    """Return all tables that the figures fill."""
    topics = (overhead, together, regrade, classes, slurm)
    return [table for topic in topics for table in topic.tables(figures)]


def machine_line(document: dict[str, Any]) -> str:
    """Return the sentence that says where and when figures were measured."""
    here = document["machine"]
    dates = sorted({one["date"] for one in document["figures"].values()})
    when = dates[0] if len(set(dates)) == 1 else f"{dates[0]} to {dates[-1]}"
    versions = ", ".join(f"{name} {version}" for name, version in here["versions"].items())
    busy = [one["busy_before"] for one in document["figures"].values()]
    others = f" Others used {min(busy, default=0):.0%} to {max(busy, default=0):.0%} of the processors when a measurement began."
    return (
        f"Measured {when} on {here['cores']} cores ({here['processor']}), {here['memory_gib']:g} GiB of memory,"
        f" {here['system']}: {versions}.{others if max(busy, default=0) > QUIET else ''}"
    )


def rendered(page: str, document: dict[str, Any]) -> str:
    """Return a page with its tables made anew from figures.

    Raises:
        NoMarksError: A table has no place in it.
    """
    parts = dict.fromkeys(_PLACES, _MISSING)
    parts |= {table.name: as_markdown(table) for table in all_tables(document["figures"])}
    for name, text in {"machine": machine_line(document), **parts}.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        if begin not in page or end not in page:
            raise NoMarksError(
                f"the page has no lines {begin} and {end}: put them where the table is to stand"
            )
        page = page[: page.index(begin)] + f"{begin}\n{text}\n{end}" + page[page.index(end) + len(end) :]
    return page


def write(text: str, page: Path = PAGE, figures: Path = FIGURES, drawn: Path = PICTURE) -> None:
    """Write the figures, the page's tables and the picture.

    Args:
        text: The figures, as `Kept.text` gives them.
        page: The page, which exists.
        figures: Gets the figures.
        drawn: Gets the picture.

    Raises:
        NoMarksError: The page lacks a place.
    """
    document = json.loads(text)
    made = rendered(page.read_text(encoding="utf-8"), document)
    picture.draw(classes.sizes(document["figures"]), drawn)
    write_atomic(figures, text)
    write_atomic(page, made)
