"""`deepgrade doctor`."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from deepgrade.cli.options import errors_for_people
from deepgrade.sandbox import diagnose


@click.command()
@errors_for_people
def command() -> None:
    """Say what works on this machine, and print the command that repairs what does not."""
    console = Console()
    rows = diagnose()
    for row in rows:
        mark = (
            "[green]PASS[/green]" if row.ok else "[red]FAIL[/red]" if row.needed else "[yellow]NOTE[/yellow]"
        )
        console.print(f"{mark} {row.name}: {row.detail}")
        if not row.ok and row.repair:
            console.print(f"     repair: {row.repair}", highlight=False)
    if not all(row.ok or not row.needed for row in rows):
        sys.exit(1)
