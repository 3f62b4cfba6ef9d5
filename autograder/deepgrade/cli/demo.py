"""`deepgrade demo`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
from rich.console import Console

from deepgrade.cli.options import course_option, errors_for_people, root_option, sandbox_option
from deepgrade.cli.progress import GradeProgress
from deepgrade.cli.reporting import print_class, print_errors, write_class_report
from deepgrade.data import DataStore
from deepgrade.flavours import build_lab, check_lab
from deepgrade.grading import GradeRequest, grade
from deepgrade.grading.demo import DEMO_STUDENTS, write_demo
from deepgrade.lab import LabFiles, find_root, load_lab
from deepgrade.records import Course


@click.command()
@root_option
@course_option
@sandbox_option
@click.option(
    "--students",
    type=click.IntRange(min=DEMO_STUDENTS),
    default=DEMO_STUDENTS,
    show_default=True,
    help="More than eight make a class to practise reviewing on; each costs 10 seconds to a minute.",
)
@errors_for_people
def command(root: Path, course_folder: Path, sandbox_name: str | None, students: int) -> None:
    """Grade demo submissions of LE5 on quick synthetic data."""
    console = Console()
    began = time.monotonic()
    files = LabFiles(find_root(root), "le5")
    course = Course(course_folder)
    store = DataStore(course.root / "store")
    for name in load_lab(files).data:
        console.print(f"quick synthetic data: {name}")
        store.synthetic(name, "quick")
    if check_lab(files):
        console.print("building le5")
        build_lab(files)
    else:
        console.print("le5 is built: assignments/le5/otter, assignments/le5/nbgrader")
    submissions = course.root / "submissions"
    write_demo(files, submissions, students)
    with GradeProgress(console) as progress:
        summary = grade(
            GradeRequest(files, [submissions], course, store, "synthetic", "quick", sandbox_name), progress
        )
    print_class(console, files, course)
    console.print(f"{time.monotonic() - began:.0f} s")
    print_errors(console, summary.errors)
    console.print(f"report: {write_class_report(files, course)}")
    if summary.errors:
        sys.exit(1)
