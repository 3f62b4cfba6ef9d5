"""What several commands print and write at their end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console

from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, listed
from deepgrade.records import Course, Gradebook, PeopleRecord, RunStore
from deepgrade.report import ClassReport, class_table, write_grades, write_report, write_results
from deepgrade.report.from_records import class_report
from deepgrade.report.text import one_line
from deepgrade.review.reporting import reviewed_report


def final_report(
    files: LabFiles, course: Course, gradebook: Gradebook, *, only_reviewed: bool = False
) -> ClassReport:
    """Return a lab's report with what people decided.

    Args:
        files: The lab.
        course: The course.
        gradebook: Its.
        only_reviewed: Leave out everybody about whom something still waits for a person.

    Raises:
        GradebookError: Nobody has handed in anything.
    """
    report = class_report(files, course, gradebook)
    runs = RunStore(course, files.name)
    return reviewed_report(report, gradebook, runs, only_reviewed=only_reviewed)


def print_class(console: Console, files: LabFiles, course: Course) -> None:
    """Print the class table of a lab."""
    with open_gradebook(course) as gradebook:
        report = final_report(files, course, gradebook)
        console.print(class_table(report.students(), report.lab))


def print_errors(console: Console, errors: Sequence[str]) -> None:
    """Print on which submissions the grader itself failed; long lists end with how many more there are."""
    if errors:
        console.print(
            "The grader failed on these submissions; it costs nobody points, and the next call tries again:\n"
            + listed(list(errors)),
            highlight=False,
            markup=False,
        )


def print_people(console: Console, people: PeopleRecord) -> None:
    """Print who of the roster handed in nothing, and which submissions are nobody's or could be several people's."""
    lines = [one_line(notice, 400) for notice in people.notices]
    if people.roster_students is not None:
        there = people.roster_students - len(people.absent)
        lines.append(f"Roster: {there} of {people.roster_students} students handed in.")
        absent = [f"{who.student} ({who.name})" if who.name else who.student for who in people.absent]
        for heading, rows in (
            ("Handed in nothing", absent),
            ("In nobody's name of the roster, graded under their own", _whose(people, "unmatched")),
            ("Could be several people's, graded under their own name", _whose(people, "ambiguous")),
        ):
            if rows:
                shown = listed([one_line(row, 400) for row in rows], most=40)
                lines.append(f"{heading} ({len(rows)}):\n{shown}")
    for line in lines:
        console.print(line, highlight=False, markup=False)


def _whose(people: PeopleRecord, state: Literal["unmatched", "ambiguous"]) -> list[str]:
    return [
        f"{', '.join(item.students)}: {item.why}" + (f" [{item.filename}]" if item.filename else "")
        for item in people.of(state)
    ]


def write_class_report(files: LabFiles, course: Course, *, only_reviewed: bool = False) -> Path:
    """Write a lab's pages, grades.csv and results.json; return the first page."""
    with course.reporting(files.name) as folder, open_gradebook(course) as gradebook:
        report = final_report(files, course, gradebook, only_reviewed=only_reviewed)
        first_page = write_report(report, folder)
        write_grades(report, folder / "grades.csv")
        write_results(report, folder / "results.json")
    return first_page
