"""`deepgrade build`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deepgrade.cli.options import errors_for_people, root_option
from deepgrade.flavours import build_lab, check_lab
from deepgrade.lab import LabFiles, find_root, lab_names


@click.command()
@click.argument("labs", nargs=-1, metavar="LAB...")
@root_option
@click.option("--all", "all_labs", is_flag=True, help="Every lab in solutions/.")
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
def command(
    labs: tuple[str, ...], root: Path, all_labs: bool, check: bool, flavours: tuple[str, ...]
) -> None:
    """Make the students' notebooks of each LAB and its capture plan, with otter's and nbgrader's own tools."""
    if all_labs == bool(labs):
        raise click.UsageError("name labs, or give --all")
    folder = find_root(root)
    stale = []
    for name in lab_names(folder) if all_labs else labs:
        files = LabFiles(folder, name)
        if not check:
            _build(files, flavours)
        elif differences := check_lab(files):
            stale.append(name)
            click.echo("\n".join(differences))
        else:
            click.echo(f"{name}: templates, README and capture plan are up to date")
    if stale:
        click.echo(f"Run `deepgrade build {' '.join(stale)}` and commit what it writes.")
        sys.exit(1)


def _build(files: LabFiles, flavours: tuple[str, ...]) -> None:
    report = build_lab(files, flavours=flavours)
    for path in report.written:
        click.echo(f"wrote {path.relative_to(files.root)}")
