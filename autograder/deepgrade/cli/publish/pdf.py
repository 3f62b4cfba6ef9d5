"""`deepgrade publish pdf`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
from rich.console import Console

from deepgrade.cli.options import course_option, errors_for_people, root_option
from deepgrade.cli.reporting import final_report
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, find_root
from deepgrade.publish import PublishError, find_browser, write_pdf
from deepgrade.records import Course
from deepgrade.report import write_feedback


@click.command()
@click.argument("lab")
@click.argument("student")
@root_option
@course_option
@click.option(
    "--into", type=click.Path(path_type=Path, dir_okay=False), help="The PDF; default: LAB-STUDENT.pdf here."
)
@errors_for_people
def command(lab: str, student: str, root: Path, course_folder: Path, into: Path | None) -> None:
    """Print the page of a STUDENT in LAB as a PDF, as the student may read it."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    browser = find_browser()
    with open_gradebook(course) as gradebook, tempfile.TemporaryDirectory(prefix="deepgrade-page-") as folder:
        report = final_report(files, course, gradebook)
        entry = next((one for one in report.students() if one.student == student), None)
        if entry is None:
            known = gradebook.students(lab)
            raise PublishError(
                f"{student} has handed in nothing for {lab}. Among the {len(known)} who have: {', '.join(known[:8])}"
            )
        page = write_feedback(report, entry, Path(folder, "page.html"))
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in student)[:60]
        target = write_pdf(page, into or Path(f"{lab}-{plain}.pdf"), browser=browser)
    Console().print(f"{target}", highlight=False, markup=False)
