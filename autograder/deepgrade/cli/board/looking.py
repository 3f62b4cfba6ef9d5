"""`deepgrade board leaderboard`, `page`, `points`, `flags`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from deepgrade.board.errors import BoardError
from deepgrade.board.flags.of_board import flags_of_board
from deepgrade.board.opened import OpenBoard, open_board, prepared_boards
from deepgrade.board.people.contestants import contestants, value_of
from deepgrade.board.showing.assembly import standing_of
from deepgrade.board.showing.earning import earned
from deepgrade.board.showing.standing import Split, Viewer
from deepgrade.cli.board.common import board_option, looking_at, now, student_option
from deepgrade.cli.board.pages import write_pages
from deepgrade.cli.options import lab_options
from deepgrade.files import write_atomic
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, find_root
from deepgrade.records import Course
from deepgrade.report.board import excerpt, standing_csv, standing_json, standing_table, style_of
from deepgrade.report.spreadsheet import csv_text
from deepgrade.report.text import one_line, points_text


@click.command()
@lab_options
@board_option
@click.option(
    "--as",
    "viewer",
    type=click.Choice(["staff", "student", "public"]),
    default="staff",
    show_default=True,
    help="Whose eyes: staff see names, private scores and everything late.",
)
@click.option("--split", type=click.Choice(["public", "private"]), help="Which scores rank it.")
@student_option(required=False)
@click.option("--excerpt", "only_own", is_flag=True, help="With --student: that line and the three above.")
@click.option(
    "--format",
    "how",
    default="table",
    show_default=True,
    metavar="table|csv|json[(FIELDS)]",
    help="How: a table, CSV, or JSON; json(score,rank) leaves the other fields out.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a file.")
def leaderboard(
    lab: str,
    root: Path,
    course_folder: Path,
    board_id: str | None,
    viewer: Viewer,
    split: Split | None,
    student: str | None,
    only_own: bool,
    how: str,
    out: Path | None,
) -> None:
    """Show a board of LAB: rank, who, score with its 95 % interval, baselines in their places."""
    style = style_of(how)
    if only_own and student is None:
        raise click.UsageError("--excerpt needs --student")
    with looking_at(root, lab, course_folder, board_id) as opened:
        standing = standing_of(opened, viewer, now=now(), split=split, student=student)
    if style.name == "table":
        if out is not None:
            raise click.UsageError("--out needs --format csv or json; `deepgrade board page` writes the page")
        Console().print(standing_table(standing, lines=excerpt(standing) if only_own else None))
        return
    if only_own:
        standing = replace(standing, lines=excerpt(standing))
    text = standing_csv(standing) if style.name == "csv" else standing_json(standing, style.fields)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_atomic(out, text)


@click.command()
@lab_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the students' pages into this folder, to be published, and no others.",
)
def page(lab: str, root: Path, course_folder: Path, out: Path | None) -> None:
    """Write a page of every prepared board of LAB: for staff, and for students (without what is hidden from them)."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    with open_gradebook(course) as gradebook:
        for path in write_pages(files, course, gradebook, only_for_students=out, now=now()):
            click.echo(path)


@click.command()
@lab_options
@board_option
@click.option("--format", "how", type=click.Choice(["table", "csv"]), default="table", show_default=True)
def points(lab: str, root: Path, course_folder: Path, board_id: str | None, how: str) -> None:
    """Show what students of LAB earn on its boards: by private scores, with what lateness takes. For staff."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    with open_gradebook(course) as gradebook:
        boards = (
            [open_board(files, course, gradebook, board_id)]
            if board_id
            else prepared_boards(files, course, gradebook)
        )
        rows = [row for opened in boards for row in _points_rows(opened)]
    if not rows:
        raise BoardError(f"No prepared board of {lab} gives points to anybody yet.")
    headings = ["board", "student", "points", "possible", "score", "late", "look"]
    if how == "csv":
        click.echo(csv_text(headings, rows), nl=False)
        return
    table = Table(title=f"points from boards of {lab}")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(
            *(points_text(cell) if isinstance(cell, float) else one_line(str(cell), 80) for cell in row)
        )
    Console().print(table)


def _points_rows(opened: OpenBoard) -> list[list[object]]:
    rows: list[list[object]] = []
    for one in contestants(opened):
        earns = earned(opened, one)
        if earns is None:
            continue
        scores = earns.entry.scores if earns.entry else None
        score = value_of(scores, opened.board.metric, opened.deciding_split)
        late = "" if earns.share_kept == 1 else f"keeps {earns.share_kept:.0%}"
        look = "the interval crosses a threshold" if earns.borderline else ""
        rows += [
            [
                opened.board.id,
                student,
                earns.points,
                earns.possible,
                "" if score is None else repr(score),
                late,
                look,
            ]
            for student in one.competitor.students
        ]
    return sorted(rows, key=lambda row: str(row[1]).casefold())


@click.command()
@lab_options
@board_option
@click.option("--most", default=40, show_default=True, help="How many flags are listed.")
def flags(lab: str, root: Path, course_folder: Path, board_id: str | None, most: int) -> None:
    """List what a TA should look at across the class: equal work, shared errors, wrong labels known. Costs no points."""
    console = Console()
    with looking_at(root, lab, course_folder, board_id) as opened:
        found = flags_of_board(opened)
    for flag in found[:most]:
        console.print(f"{flag.code}: {flag.sentence}", highlight=False, markup=False)
    if len(found) > most:
        console.print(f"and {len(found) - most} more")
    if not found:
        console.print("nothing to look at")
