"""`deepgrade publish`: bring students their pages."""

from __future__ import annotations

import click

from deepgrade.cli.lazy import Entry, LazyGroup

COMMANDS = {
    "pages": Entry(
        f"{__name__}.pages",
        "Write students' pages into a folder for a web server, under names that nobody can guess.",
    ),
    "mail": Entry(f"{__name__}.mail", "Send students their pages, or write the letters as files."),
    "pdf": Entry(f"{__name__}.pdf", "Print a student's page as a PDF."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Bring students their pages."""
