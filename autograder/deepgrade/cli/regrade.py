"""`deepgrade regrade`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from deepgrade.cli.options import course_option, errors_for_people, root_option, store_option, user_name
from deepgrade.cli.reporting import write_class_report
from deepgrade.data import DataStore
from deepgrade.grading import RegradeResult, compute_set, decide, undecided_set
from deepgrade.lab import LabFiles, find_root
from deepgrade.native.facts import default_store
from deepgrade.records import Course, counts


@click.command()
@click.argument("lab")
@root_option
@course_option
@store_option
@click.option("--apply", "apply_set", is_flag=True, help="Put the undecided set in force.")
@click.option("--reason", help="Why, with --apply; students and TAs read it.")
@click.option("--cancel", is_flag=True, help="Throw the undecided set away.")
@errors_for_people
def command(
    lab: str,
    root: Path,
    course_folder: Path,
    store_folder: Path | None,
    apply_set: bool,
    reason: str | None,
    cancel: bool,
) -> None:
    """Score the stored runs of LAB with today's hidden checks, aside, and show what would change.

    No student code runs. Look at the table, then apply the set with a reason or cancel it.
    """
    if apply_set and cancel:
        raise click.UsageError("--apply and --cancel exclude each other")
    console = Console()
    files = LabFiles(find_root(root), lab)
    course = Course(course_folder)
    if apply_set or cancel:
        set_id, count = decide(files, course, apply=apply_set, reason=reason, who=user_name())
        console.print(f"set {set_id}: {count} scores {'applied' if apply_set else 'cancelled'}")
        if apply_set:
            console.print(f"report: {write_class_report(files, course)}")
        return
    result = undecided_set(files, course)
    if result is None:
        result = compute_set(files, course, DataStore(store_folder or default_store()))
    else:
        console.print(f"set {result.set_id} was computed before and is not decided")
    _show(console, lab, result)


def _show(console: Console, lab: str, result: RegradeResult) -> None:
    table = Table(title=f"re-grade set {result.set_id} of {lab}")
    for heading in ("student", "old", "new", "why"):
        table.add_column(heading)
    for change in result.changes:
        if change.why:
            old = "-" if change.old is None else f"{change.old:g}"
            table.add_row(change.student, old, f"{change.new:g}", "\n".join(change.why))
    up, down, same = counts(result.changes)
    if up or down or table.row_count:
        console.print(table)
    console.print(f"{up} up, {down} down, {same} the same; nothing was run again")
    for student, missing in list(result.stale.items())[:12]:
        console.print(
            f"{student}: run was not asked to keep {', '.join(missing)}; grade again to run it again"
        )
    if len(result.stale) > 12:
        console.print(f"and {len(result.stale) - 12} more")
    console.print(f"`deepgrade regrade {lab} --apply --reason '...'` or `deepgrade regrade {lab} --cancel`")
