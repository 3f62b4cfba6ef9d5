"""`deepgrade export`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from deepgrade.cli.options import (
    hidden_visibility_option,
    lab_options,
    only_reviewed_option,
)
from deepgrade.cli.reporting import final_report
from deepgrade.files import write_atomic
from deepgrade.gradescope.class_results import write_class_results
from deepgrade.gradescope.results import ResultOptions, Visibility
from deepgrade.grading import open_gradebook
from deepgrade.interchange.outgoing import (
    DELIMITERS,
    HEADINGS,
    ExportSummary,
    IdentifiedBy,
    Identity,
    InterchangeError,
    NbgraderExport,
    Part,
    canvas_rows,
    class_grades,
    export_nbgrader,
    fill_canvas,
    fill_moodle,
    moodle_rows,
    otter_table,
    read_identities,
    read_sheet,
)
from deepgrade.lab import LabFiles, find_root, load_lab
from deepgrade.records import Course
from deepgrade.report import ClassReport, write_grades, write_results
from deepgrade.review.desk import Desk
from deepgrade.review.reporting import reviewed_entries

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def command() -> None:
    """Write a lab's grades: as CSV or JSON, or for nbgrader, otter, Gradescope, Canvas or Moodle.

    They are the report's grades: final points, with what people decided and late penalties. For other tools, points that
    could not be assessed are granted, since these give every student the same maximum; whoever waits for a person is left
    out, and named.
    """


def _common(function: F) -> F:
    """Add LAB, `--root`, `--course` and `--only-reviewed`, and show errors as people should see them."""
    return lab_options(only_reviewed_option(function))


def _points_option(function: F) -> F:
    return click.option(
        "--points",
        "part",
        type=click.Choice(["total", "automatic"]),
        default="total",
        show_default=True,
        help="All points, or those of the questions that checks grade.",
    )(function)


def _file_option(name: str, help_text: str, parameter: str) -> Callable[[F], F]:
    return click.option(
        name, parameter, type=click.Path(path_type=Path, exists=True, dir_okay=False), help=help_text
    )


def _identities(roster: Path | None, course_folder: Path) -> dict[str, Identity] | None:
    """Return who students are in other tools; None where there is no roster."""
    kept = Course(course_folder).roster
    path = roster or (kept if kept.is_file() else None)
    return read_identities(path) if path else None


_roster_option = _file_option(
    "--roster",
    "The class's CSV, as `deepgrade grade --roster` takes it; default: the one that grade kept.",
    "roster",
)


def _out_option(function: F) -> F:
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The file to write; default: in the course's folder, report/LAB/.",
    )(function)


@contextmanager
def _report(lab: str, root: Path, course: Course, only_reviewed: bool) -> Iterator[ClassReport]:
    with open_gradebook(course) as gradebook:
        files = LabFiles(find_root(root), lab)
        report = final_report(files, course, gradebook, only_reviewed=only_reviewed)
        if report.synthetic:
            click.echo("WARNING: runs saw generated data; these are no grades.", err=True)
        if report.without_walls:
            click.echo("WARNING: runs had no sandbox around them; these are no grades.", err=True)
        yield report


def _finish(summary: ExportSummary, out: Path | None = None, data: bytes | str = b"") -> None:
    console = Console()
    if out is not None:
        write_atomic(out, data, mode=0o600)
    for line in summary.lines():
        console.print(line, highlight=False, markup=False)
    if out is not None:
        console.print(f"written: {out}", highlight=False, markup=False, soft_wrap=True)


@command.command("nbgrader")
@_common
@click.option(
    "--gradebook",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="gradebook.db of the nbgrader course.",
)
@click.option("--assignment", help="The lab's name in nbgrader; default: the same.")
@click.option("--notebook", help="Its notebook's name in nbgrader; default: the same.")
@_roster_option
@click.option("--notebooks/--no-notebooks", default=True, help="Write autograded/, which formgrader opens.")
@click.option("--replace-manual", is_flag=True, help="deepgrade's decisions replace differing manual scores.")
def nbgrader(
    lab: str,
    root: Path,
    course_folder: Path,
    only_reviewed: bool,
    gradebook: Path,
    assignment: str | None,
    notebook: str | None,
    roster: Path | None,
    notebooks: bool,
    replace_manual: bool,
) -> None:
    """Write scores and comments into an nbgrader course's gradebook, for formgrader and `nbgrader export`.

    Manual scores and comments that people gave in formgrader stay.
    """
    identities = _identities(roster, course_folder) or {}
    with _report(lab, root, Course(course_folder), only_reviewed) as report:
        request = NbgraderExport(
            gradebook,
            report.lab,
            assignment=assignment,
            notebook=notebook,
            identities=identities,
            notebooks=notebooks,
            replace_manual=replace_manual,
        )
        summary = export_nbgrader(request, class_grades(report))
    _finish(summary)


@command.command("otter")
@_common
@_points_option
@_out_option
def otter(
    lab: str, root: Path, course_folder: Path, only_reviewed: bool, part: Part, out: Path | None
) -> None:
    """Write the table that `otter grade` writes, final_grades.csv."""
    course = Course(course_folder)
    with _report(lab, root, course, only_reviewed) as report:
        text, summary = otter_table(report.lab, class_grades(report), part)
    _finish(summary, out or course.report(lab) / "final_grades.csv", text)


@command.command("gradescope")
@_common
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for STUDENT/results.json; default: gradescope/ in the lab's report.",
)
@hidden_visibility_option
def gradescope(
    lab: str,
    root: Path,
    course_folder: Path,
    only_reviewed: bool,
    out: Path | None,
    hidden_visibility: Visibility,
) -> None:
    """Write a results.json for each student, as Gradescope's autograders do."""
    course = Course(course_folder)
    folder = out or course.report(lab) / "gradescope"
    options = ResultOptions(hidden_visibility)
    with open_gradebook(course) as gradebook:
        facts = load_lab(LabFiles(find_root(root), lab))
        entries = reviewed_entries(Desk(gradebook, facts), gradebook, only_reviewed=only_reviewed)
        written = list(write_class_results(facts, course, entries, folder, options))
    for one in written:
        if one.path is None:
            click.echo(f"{one.student}: no results.json. {one.why}")
    click.echo(f"wrote {sum(one.path is not None for one in written)} results.json below {folder}")


@command.command("canvas")
@_common
@_points_option
@_file_option("--template", "A gradebook exported from Canvas, of which one column is filled.", "template")
@click.option(
    "--column", help="The assignment in the template: its heading, name or number; default: the lab's."
)
@click.option("--scale", is_flag=True, help="Scale to the assignment's points in the template.")
@_roster_option
@click.option("--assignment", help="Without a template: heading of the column, `Name (number)`.")
@_out_option
def canvas(
    lab: str,
    root: Path,
    course_folder: Path,
    only_reviewed: bool,
    part: Part,
    template: Path | None,
    column: str | None,
    scale: bool,
    roster: Path | None,
    assignment: str | None,
    out: Path | None,
) -> None:
    """Write a file for Canvas (Grades, Import): fill an exported gradebook, or make one from a roster."""
    course = Course(course_folder)
    identities = _identities(roster, course_folder)
    data: bytes | str
    with _report(lab, root, course, only_reviewed) as report:
        grades = class_grades(report)
        if template is not None:
            data, summary = fill_canvas(
                report.lab,
                grades,
                read_sheet(template),
                column=column,
                identities=identities,
                part=part,
                scale=scale,
            )
        elif identities is not None:
            heading = assignment or report.lab.title
            data, summary = canvas_rows(report.lab, grades, identities, heading, part)
        else:
            raise InterchangeError(
                "Canvas needs to know who is who: add --template with a gradebook exported from Canvas, or --roster."
            )
    _finish(summary, out or course.report(lab) / "canvas.csv", data)


@command.command("moodle")
@_common
@_points_option
@_file_option(
    "--template", "Grades exported from Moodle as plain text, of which one column is filled.", "template"
)
@click.option("--column", help="The grade item in the template; default: the one named like the lab.")
@_roster_option
@click.option("--item", help="Without a template: heading of the grade column; default: the lab's title.")
@click.option(
    "--by",
    type=click.Choice(list(HEADINGS)),
    default="email",
    show_default=True,
    help="Without a template: what names students.",
)
@click.option("--delimiter", type=click.Choice(list(DELIMITERS)), default="comma", show_default=True)
@click.option("--feedback", is_flag=True, help="Without a template: add failed checks and hints.")
@click.option("--max-grade", type=click.FloatRange(min=0, min_open=True), help="Scale to this maximum.")
@_out_option
def moodle(
    lab: str,
    root: Path,
    course_folder: Path,
    only_reviewed: bool,
    part: Part,
    template: Path | None,
    column: str | None,
    roster: Path | None,
    item: str | None,
    by: IdentifiedBy,
    delimiter: str,
    feedback: bool,
    max_grade: float | None,
    out: Path | None,
) -> None:
    """Write a file for Moodle (Grades, Import, CSV file): from a roster, or into exported grades."""
    course = Course(course_folder)
    identities = _identities(roster, course_folder)
    data: bytes | str
    with _report(lab, root, course, only_reviewed) as report:
        grades = class_grades(report)
        if template is not None:
            data, summary = fill_moodle(
                report.lab,
                grades,
                read_sheet(template),
                column=column,
                identities=identities,
                part=part,
                maximum=max_grade,
            )
        elif identities is not None:
            data, summary = moodle_rows(
                report.lab,
                grades,
                identities,
                item=item or report.lab.title,
                by=by,
                part=part,
                delimiter=DELIMITERS[delimiter],
                feedback=feedback,
                maximum=max_grade,
            )
        else:
            raise InterchangeError(
                "Moodle needs to know who is who: add --roster, or --template with grades exported from Moodle."
            )
    _finish(summary, out or course.report(lab) / "moodle.csv", data)


@command.command("grades")
@_common
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@_out_option
def grades(
    lab: str, root: Path, course_folder: Path, only_reviewed: bool, kind: str, out: Path | None
) -> None:
    """Write grades.csv or results.json alone, without the report's pages."""
    course = Course(course_folder)
    write, name = (write_grades, "grades.csv") if kind == "csv" else (write_results, "results.json")
    with _report(lab, root, course, only_reviewed) as report:
        path = write(report, out or course.report(lab) / name)
    click.echo(f"written: {path}")
