"""`deepgrade report`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from deepgrade.cli.options import course_option, errors_for_people, only_reviewed_option, root_option
from deepgrade.cli.reporting import print_class, write_class_report
from deepgrade.lab import LabFiles, find_root
from deepgrade.records import Course


@click.command()
@click.argument("lab")
@root_option
@course_option
@only_reviewed_option
@errors_for_people
def command(lab: str, root: Path, course_folder: Path, only_reviewed: bool) -> None:
    """Write the report of LAB: HTML pages, grades.csv, results.json.

    Points are final ones: with what people decided, late penalties and extensions.
    """
    console = Console()
    files = LabFiles(find_root(root), lab)
    course = Course(course_folder)
    print_class(console, files, course)
    console.print(f"report: {write_class_report(files, course, only_reviewed=only_reviewed)}")
