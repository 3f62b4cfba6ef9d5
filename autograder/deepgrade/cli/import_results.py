"""`deepgrade import otter` and `deepgrade import nbgrader`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from deepgrade.cli.options import course_option, errors_for_people, root_option
from deepgrade.cli.reporting import print_class, write_class_report
from deepgrade.interchange.incoming.arriving import NativeClass, some
from deepgrade.interchange.incoming.nbgrader import read_nbgrader
from deepgrade.interchange.incoming.otter import read_otter
from deepgrade.interchange.incoming.taking_over import Taken, take_over
from deepgrade.lab import LabFiles, find_root, listed, load_lab
from deepgrade.records import Course

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def command() -> None:
    """Take over results that otter or nbgrader made: the same gradebook, report and grades.csv show them."""


def _import_options(function: F) -> F:
    """Add what both commands take."""
    for option in (
        click.option(
            "--replace",
            is_flag=True,
            help="Also count them where a student has results of another origin; those are kept.",
        ),
        click.option(
            "--map",
            "renames",
            multiple=True,
            metavar="NAME=QUESTION",
            help="The tool's cell or question NAME is the lab's QUESTION; may be given several times.",
        ),
        click.option(
            "--tool-version",
            help="Version of the tool that graded: its files do not say, and reports show it.",
        ),
        course_option,
        root_option,
    ):
        function = option(function)
    return function


@command.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True))
@click.argument("lab")
@_import_options
@errors_for_people
def otter(
    results: Path,
    lab: str,
    root: Path,
    course_folder: Path,
    tool_version: str | None,
    renames: tuple[str, ...],
    replace: bool,
) -> None:
    """Take over RESULTS of LAB: a folder with a results.json for each student, or final_grades.csv, or both."""
    files = LabFiles(find_root(root), lab)
    found = read_otter(results, load_lab(files), renames=_pairs(renames))
    _finish(found, files, Course(course_folder), tool_version, replace)


@command.command()
@click.argument("gradebook", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("lab")
@click.option("--assignment", help="The assignment's name in nbgrader; default: LAB.")
@_import_options
@errors_for_people
def nbgrader(
    gradebook: Path,
    lab: str,
    assignment: str | None,
    root: Path,
    course_folder: Path,
    tool_version: str | None,
    renames: tuple[str, ...],
    replace: bool,
) -> None:
    """Take over results of LAB from GRADEBOOK, nbgrader's gradebook.db. It is copied and never changed."""
    files = LabFiles(find_root(root), lab)
    found = read_nbgrader(gradebook, load_lab(files), assignment=assignment, renames=_pairs(renames))
    _finish(found, files, Course(course_folder), tool_version, replace)


def _pairs(renames: Sequence[str]) -> Mapping[str, str]:
    pairs = dict(pair.rpartition("=")[::2] for pair in renames)
    if "" in pairs or "" in pairs.values():
        raise click.UsageError("--map takes NAME=QUESTION, as in --map cell-1a2b=b3")
    return pairs


def _finish(found: NativeClass, files: LabFiles, course: Course, version: str | None, replace: bool) -> None:
    taken = take_over(found, load_lab(files), course, version=version, replace=replace)
    console = Console()
    print_class(console, files, course)
    console.print(
        "\n".join(_outcome(found, taken, files.name)), highlight=False, markup=False, soft_wrap=True
    )
    console.print(f"report: {write_class_report(files, course)}")
    if found.problems:
        sys.exit(1)


def _outcome(found: NativeClass, taken: Taken, lab: str) -> list[str]:
    """Return what happened, a line each."""
    words = {
        "new": "taken over",
        "changed": "taken over, in the place of earlier ones",
        "replaced": "taken over, in the place of results of another origin, which are kept",
        "beside": "kept beside what counts",
        "unchanged": "unchanged since the last import",
    }
    lines = [
        f"{found.tool}, {lab}: {len(names)} {words[arrival]}" for arrival, names in taken.students.items()
    ]
    for owner in sorted(set(taken.in_force.values())):
        names = [name for name, other in taken.in_force.items() if other == owner]
        whose = f"{len(names)} students'" if len(names) > 1 else "1 student's"
        lines.append(
            f"{whose} results by {owner} still count, and {found.tool}'s do not: {some(names)}."
            " To count these instead, give the same command with --replace."
        )
    lines += found.notes
    if found.problems:
        lines.append(f"Not taken over:\n{listed(list(found.problems))}")
    return lines
