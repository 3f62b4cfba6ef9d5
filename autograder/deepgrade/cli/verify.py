"""`deepgrade verify`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from deepgrade.cli.options import default_store, errors_for_people, grading_options
from deepgrade.cli.progress import GradeProgress
from deepgrade.data import DataStore
from deepgrade.grading import Verification, verify
from deepgrade.lab import LabFiles, Origin, Size, find_root
from deepgrade.records import Course


@click.command()
@click.argument("lab")
@grading_options
@click.option(
    "--only",
    multiple=True,
    help="A case's name (solution-otter, blank-nbgrader, a mistake's name); repeatable.",
)
@click.option(
    "--together",
    type=click.IntRange(1, 8),
    default=1,
    show_default=True,
    help="Most mistakes in one notebook: faster, and run one by one again where they lose something else.",
)
@errors_for_people
def command(
    lab: str,
    root: Path,
    course_folder: Path,
    origin: Origin,
    size: Size,
    store_folder: Path | None,
    sandbox_name: str | None,
    slots: int | None,
    only: tuple[str, ...],
    together: int,
) -> None:
    """Prove LAB fair: run the solution, the blank template and every known mistake in a course folder of their own.

    The solution must get every point that could be assessed, the blank template none, and each mistake must
    lose exactly the checks it names. Hidden checks that no mistake fails are defects.
    """
    console = Console()
    files = LabFiles(find_root(root), lab)
    with GradeProgress(console) as progress:
        result = verify(
            files,
            course=Course(course_folder / "verify"),
            store=DataStore(store_folder or default_store()),
            origin=origin,
            size=size,
            progress=progress,
            only=only,
            slots=slots,
            sandbox=sandbox_name,
            together=together,
        )
    _show(console, lab, result)
    if not result.ok:
        sys.exit(1)


def _show(console: Console, lab: str, result: Verification) -> None:
    table = Table(title=f"verification of {lab}")
    for heading in ("case", "points", "must lose", "outcome"):
        table.add_column(heading)
    for row in result.results:
        points = (
            "-"
            if row.score is None
            else f"{row.score.automatic_points:g} of {row.score.automatic_possible:g}"
        )
        loses = "everything" if row.case.loses is None else ", ".join(sorted(row.case.loses)) or "nothing"
        outcome = (
            "[green]as it must[/green]" if not row.problems else "[red]" + "\n".join(row.problems) + "[/red]"
        )
        table.add_row("\n".join(row.case.members) or row.case.name, points, loses, outcome)
    console.print(table)
    if result.not_assessed:
        console.print(f"not assessed on this machine, so not proven: {', '.join(result.not_assessed)}")
    if result.unkilled:
        console.print(f"[red]no mistake fails these checks:[/red] {', '.join(result.unkilled)}")
    good = sum(1 for row in result.results if not row.problems)
    console.print(f"{good} of {len(result.results)} cases as they must be")
