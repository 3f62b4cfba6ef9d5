"""`deepgrade publish pages`."""

from __future__ import annotations

import csv
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from deepgrade.cli.options import course_option, errors_for_people, only_reviewed_option, root_option
from deepgrade.cli.reporting import final_report
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, find_root
from deepgrade.publish import publish_pages
from deepgrade.records import Course
from deepgrade.report.text import spreadsheet_text


@click.command()
@click.argument("lab")
@root_option
@course_option
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the pages; a page published before and nobody's any more is taken away.",
)
@click.option("--url", help="Where a web server shows the folder: https://...")
@click.option(
    "--list",
    "list_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a CSV file of students and addresses: for a mail merge, and for nobody else.",
)
@only_reviewed_option
@errors_for_people
def command(
    lab: str,
    root: Path,
    course_folder: Path,
    into: Path,
    url: str | None,
    list_file: Path | None,
    only_reviewed: bool,
) -> None:
    """Write the pages of LAB's students into a folder, as students may read them.

    Points are final ones, with what people decided. Each page has a name that nobody can guess, the same one each time; the
    folder's own page is empty. Publish again after a re-grade: addresses stay.
    """
    console = Console()
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    with open_gradebook(course) as gradebook, Progress(console=console, transient=True) as bar:
        report = final_report(files, course, gradebook, only_reviewed=only_reviewed)
        task = bar.add_task("publishing", total=len(gradebook.students(lab)))
        published = publish_pages(report, course, into, url=url, done=lambda _: bar.advance(task))
    console.print(f"{len(published.pages)} pages in {published.folder}", highlight=False, markup=False)
    if list_file is not None:
        list_file.parent.mkdir(parents=True, exist_ok=True)
        with list_file.open("w", encoding="utf-8", newline="") as lines:
            list_file.chmod(0o600)
            table = csv.writer(lines)
            table.writerow(["student", "page"])
            for page in published.pages:
                table.writerow([spreadsheet_text(page.student), published.address(page) or page.file])
        console.print(
            f"who has which: {list_file}; who reads it can read every page", highlight=False, markup=False
        )
