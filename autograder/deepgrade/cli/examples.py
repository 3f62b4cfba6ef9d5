"""`deepgrade examples`."""

from __future__ import annotations

from pathlib import Path

import click

from deepgrade.cli.options import errors_for_people, root_option
from deepgrade.flavours import FLAVOURS
from deepgrade.grading.examples import FOLDERS, write_examples
from deepgrade.lab import LabFiles, Size, find_root


@click.command()
@click.argument("lab")
@root_option
@click.option("--flavour", type=click.Choice(FLAVOURS), required=True)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to; default: submissions/ for otter, submitted/ for nbgrader.",
)
@click.option("--size", type=click.Choice(["full", "quick"]), default="full", show_default=True)
@click.option("--mistakes", type=click.IntRange(0), default=2, show_default=True, help="How many of them.")
@errors_for_people
def command(lab: str, root: Path, flavour: str, into: Path | None, size: Size, mistakes: int) -> None:
    """Write submissions of LAB to try a pipeline with: the solution, the blank template and known mistakes."""
    files = LabFiles(find_root(root), lab)
    for path in write_examples(files, flavour, into or Path(FOLDERS[flavour]), size=size, mistakes=mistakes):
        click.echo(f"wrote {path}")
