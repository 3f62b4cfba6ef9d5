"""`deepgrade build`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deepgrade.cli.options import errors_for_people, root_option
from deepgrade.flavours import build_lab, check_lab
from deepgrade.lab import LabFiles, find_root


@click.command()
@click.argument("lab")
@root_option
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a template is stale.")
@click.option(
    "--flavour",
    "flavours",
    multiple=True,
    type=click.Choice(["otter", "nbgrader"]),
    default=("otter", "nbgrader"),
    show_default=True,
)
@errors_for_people
def command(lab: str, root: Path, check: bool, flavours: tuple[str, ...]) -> None:
    """Make the students' notebooks of LAB and its capture plan, with otter's and nbgrader's own tools."""
    files = LabFiles(find_root(root), lab)
    if check:
        stale = check_lab(files)
        for difference in stale:
            click.echo(difference)
        if stale:
            click.echo(f"Run `deepgrade build {lab}` and commit what it writes.")
            sys.exit(1)
        click.echo(f"{lab}: templates and capture plan are up to date")
        return
    report = build_lab(files, flavours=flavours)
    for path in report.written:
        click.echo(f"wrote {path.relative_to(files.root)}")
