"""`deepgrade grade`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from deepgrade.cli.board.updating import check_competition, enter_and_show
from deepgrade.cli.options import engine_option, errors_for_people, grading_options, start_option
from deepgrade.cli.progress import GradeProgress
from deepgrade.cli.reporting import print_class, print_errors, print_people, write_class_report
from deepgrade.data import DataStore
from deepgrade.engine.slurm import Site
from deepgrade.grading import GradeRequest, Start, grade
from deepgrade.lab import LabFiles, Origin, Size, find_root
from deepgrade.native.facts import default_store
from deepgrade.records import Course


@click.command()
@click.argument("lab")
@click.argument("submissions", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@grading_options
@engine_option
@start_option
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV file of who is in the class: submissions get its students' names. The course keeps it for later calls.",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Predict and score stored runs again, after changes in lab.toml; no student code runs again.",
)
@errors_for_people
def command(
    lab: str,
    submissions: tuple[Path, ...],
    root: Path,
    course_folder: Path,
    origin: Origin,
    size: Size,
    store_folder: Path | None,
    sandbox_name: str | None,
    slots: int | None,
    roster: Path | None,
    fresh: bool,
    site: Site | None,
    start: Start,
) -> None:
    """Grade SUBMISSIONS of LAB and write the report.

    SUBMISSIONS are notebooks, zips of students (otter's exports), folders of them, nbgrader's submitted/, or what Canvas,
    Moodle or Gradescope give to download, as a zip or unpacked.

    What an earlier call finished is not done again: after an interruption, call it again.
    """
    console = Console()
    files = LabFiles(find_root(root), lab)
    course = Course(course_folder)
    check_competition(files)
    store = DataStore(store_folder or default_store())
    request = GradeRequest(
        files, submissions, course, store, origin, size, sandbox_name, slots, fresh, roster, site, start
    )
    with GradeProgress(console) as progress:
        summary = grade(request, progress)
    print_class(console, files, course)
    if summary.people is not None:
        print_people(console, summary.people)
    print_errors(console, summary.errors)
    if summary.outdated:
        console.print(
            f"{summary.outdated} scores were made with other hidden checks than today's;"
            f" `deepgrade regrade {lab}` shows what would change."
        )
    console.print(f"report: {write_class_report(files, course)}")
    enter_and_show(console, files, course)
    if summary.errors:
        sys.exit(1)
