"""`deepgrade verify`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deepgrade.cli.options import again_option, errors_for_people, grading_options
from deepgrade.cli.progress import GradeProgress
from deepgrade.data import DataError, DataStore
from deepgrade.grading import Verification, verify
from deepgrade.grading.fairness import HEADINGS, row_of, write_fairness
from deepgrade.grading.record import FairnessRecord, record_of, write_record
from deepgrade.lab import LabError, LabFiles, Origin, Size, find_root, lab_names
from deepgrade.native.facts import default_store
from deepgrade.records import Course
from deepgrade.score import ScoringError

_OF_ONE_LAB = (DataError, LabError, ScoringError)
"""What is wrong with one lab, or with its data; anything else stops them all."""


@click.command()
@click.argument("labs", nargs=-1, metavar="LAB...")
@grading_options
@click.option("--all", "all_labs", is_flag=True, help="Every lab in solutions/.")
@click.option(
    "--only",
    multiple=True,
    help="A case's name (solution-otter, blank-nbgrader, the name of a mistake or alternative, seed-001); repeatable.",
)
@click.option(
    "--together",
    type=click.IntRange(1, 8),
    default=1,
    show_default=True,
    help="Most mistakes in one notebook: faster, and run one by one again where they lose something else.",
)
@click.option(
    "--seeds", type=click.IntRange(0, 1000), default=0, help="Run the solution with seeds 1 to N as well."
)
@click.option(
    "--alternatives/--no-alternatives", default=True, show_default=True, help="The lab's other honest ways."
)
@click.option("--mistakes/--no-mistakes", default=True, show_default=True, help="The lab's known mistakes.")
@click.option(
    "--record", is_flag=True, help="Write the figures into docs/fairness/, and docs/fairness.md anew."
)
@click.option("--page", is_flag=True, help="Run nothing: write docs/fairness.md anew from what is recorded.")
@again_option
@errors_for_people
def command(
    labs: tuple[str, ...],
    all_labs: bool,
    root: Path,
    course_folder: Path,
    origin: Origin,
    size: Size,
    store_folder: Path | None,
    sandbox_name: str | None,
    slots: int | None,
    only: tuple[str, ...],
    together: int,
    seeds: int,
    alternatives: bool,
    mistakes: bool,
    record: bool,
    page: bool,
    again: bool,
) -> None:
    """Prove each LAB fair, by runs in a course folder of their own (verify/ in the course's).

    The solution must get every point that could be assessed, also with other seeds; the blank template none; each alternative
    all; and each known mistake must lose exactly the checks it names. Hidden checks that no mistake fails are defects.

    It goes on where an earlier call stopped. Exit code 1 when something is not as it must be.
    """
    if page:
        click.echo(f"wrote {write_fairness(find_root(root))}")
        return
    if all_labs == bool(labs):
        raise click.UsageError("name labs, or give --all")
    if record and only:
        raise click.UsageError("--record is of all cases of a kind: leave --only away")
    console = Console(width=None if sys.stdout.isatty() else 120)  # a log has no width of its own
    found = find_root(root)
    names = lab_names(found) if all_labs else tuple(dict.fromkeys(labs))
    course, store = Course(course_folder / "verify"), DataStore(store_folder or default_store())

    def prove(name: str) -> FairnessRecord:
        files = LabFiles(found, name)
        with GradeProgress(console) as progress:
            result = verify(
                files,
                course=course,
                store=store,
                origin=origin,
                size=size,
                progress=progress,
                only=only,
                slots=slots,
                sandbox=sandbox_name,
                together=together,
                alternatives=alternatives,
                mistakes=mistakes,
                seeds=seeds,
                again=again,
            )
        _show(console, name, result)
        made = record_of(files, result, course, origin, size)
        if record:
            console.print(f"wrote {write_record(found, made).relative_to(found)}", highlight=False)
        return made

    rows = _each(console, names, prove)
    _show_all(console, rows, f"{origin} data, {size}")
    if record:
        console.print(f"wrote {write_fairness(found).relative_to(found)}", highlight=False)
    if not all(isinstance(row, FairnessRecord) and row.ok for row in rows.values()):
        sys.exit(1)


Row = FairnessRecord | str


def _each(console: Console, names: tuple[str, ...], prove: Callable[[str], FairnessRecord]) -> dict[str, Row]:
    """Prove lab after lab; one that cannot be proven does not keep the others from it."""
    rows: dict[str, Row] = {}
    for name in names:
        if len(names) > 1:
            console.rule(name)
        try:
            rows[name] = prove(name)
        except _OF_ONE_LAB as error:
            if len(names) == 1:
                raise
            console.print(f"[red]{name}:[/red] {escape(str(error))}", highlight=False)
            rows[name] = str(error)
    return rows


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
            "[green]as it must[/green]"
            if not row.problems
            else "[red]" + escape("\n".join(row.problems)) + "[/red]"
        )
        table.add_row("\n".join(row.case.members) or row.case.name, points, loses, outcome)
    console.print(table)
    if result.not_assessed:
        console.print(f"not assessed on this machine, so not proven: {', '.join(result.not_assessed)}")
    if result.left_out:
        console.print(f"mistakes for the other size of data, not run: {', '.join(result.left_out)}")
    if result.unkilled:
        console.print(f"[red]no mistake fails these checks:[/red] {', '.join(result.unkilled)}")
    for complaint in result.complaints:
        console.print(f"[red]{escape(complaint)}[/red]")
    good = sum(1 for row in result.results if not row.problems)
    console.print(f"{good} of {len(result.results)} cases as they must be")


def _show_all(console: Console, rows: dict[str, Row], title: str) -> None:
    """Print a line a lab; narrow enough for a terminal of 100 columns."""
    table = Table(title=title)
    for heading in ("lab", "outcome"):
        table.add_column(heading, no_wrap=True)
    for heading in HEADINGS[1:]:
        table.add_column(heading, justify="right")
    for name, row in rows.items():
        if isinstance(row, str):
            table.add_row(name, "[red]not run[/red]", *["-"] * (len(HEADINGS) - 1))
        else:
            outcome = "[green]fair[/green]" if row.ok else "[red]not yet[/red]"
            table.add_row(name, outcome, *row_of(row)[1:])
    console.print(table)
