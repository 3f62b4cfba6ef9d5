"""`deepgrade board update`, `submit`, `submissions`, `choose`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from deepgrade.board.competition import load_competition
from deepgrade.board.entering import enter_file
from deepgrade.board.errors import BoardError
from deepgrade.board.opened import OpenBoard
from deepgrade.board.reading.submission_file import SubmissionRefused
from deepgrade.board.showing.own_entries import OwnEntry, own_entries
from deepgrade.board.showing.standing import Viewer
from deepgrade.cli.board.common import board_option, looking_at, now, student_option, working_on
from deepgrade.cli.board.updating import print_entered, update_boards
from deepgrade.cli.options import course_option, errors_for_people, lab_options, root_option
from deepgrade.grading import open_gradebook
from deepgrade.lab import LabFiles, find_root, load_lab
from deepgrade.records import Course
from deepgrade.report.spreadsheet import csv_text
from deepgrade.report.text import figure_text, one_line


@click.command()
@lab_options
def update(lab: str, root: Path, course_folder: Path) -> None:
    """Enter the models of all graded notebooks of LAB. `deepgrade grade` does the same at its end."""
    files, course = LabFiles(find_root(root), lab), Course(course_folder)
    load_competition(files, load_lab(files))
    with course.working(), open_gradebook(course) as gradebook:
        done = update_boards(files, course, gradebook)
    print_entered(Console(), lab, done)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lab", required=True, help="The lab.")
@root_option
@course_option
@board_option
@student_option(required=True)
@click.option("-m", "--message", default="", help="What it is; for the student's own list.")
@errors_for_people
def submit(
    file: Path,
    lab: str,
    root: Path,
    course_folder: Path,
    board_id: str | None,
    student: str,
    message: str,
) -> None:
    """Enter FILE, a submission.csv of predictions, on a board that takes files."""
    console = Console()
    with working_on(root, lab, course_folder, board_id) as opened:
        try:
            taken = enter_file(opened, file, student, message=message, now=now())
        except SubmissionRefused as error:
            click.echo(
                f"deepgrade: {file.name} was not taken; it costs you no entry.\n"
                + "\n".join(f"  {defect.sentence} [{defect.code}]" for defect in error.defects),
                err=True,
            )
            sys.exit(2)
        seen = opened.shown("student", now())
        metric = opened.board.metrics[0]
        found = taken.scores.public.get(metric.name)
        score = "no score: " + (taken.scores.reason or "") if found is None else f"{found.value:.6g}"
        interval = (
            "" if found is None or found.low is None or found.high is None
            else f" (95 %: {found.low:.4g} to {found.high:.4g})"
        )  # fmt: skip
        late = ", late" if taken.is_late else ""
        console.print(
            f"entry {taken.entry_id} of {opened.board.id}{late}: public {metric.title} {score}{interval}",
            highlight=False,
            markup=False,
        )
        left = [
            f"{count} more {when}"
            for count, when in ((taken.left.today_left, "today"), (taken.left.total_left, "in all"))
            if count is not None
        ]
        if left:
            console.print(f"You may enter {', '.join(left)}.")
        if opened.has_private and not seen.private:
            console.print(one_line(seen.why, 400), highlight=False, markup=False)


@click.command()
@lab_options
@board_option
@student_option(required=True)
@click.option("--as", "viewer", type=click.Choice(["student", "staff"]), default="student", show_default=True)
@click.option(
    "--format", "how", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
)
def submissions(
    lab: str, root: Path, course_folder: Path, board_id: str | None, student: str, viewer: Viewer, how: str
) -> None:
    """List a student's entries, with their fields as Kaggle names them."""
    with looking_at(root, lab, course_folder, board_id) as opened:
        found = own_entries(opened, student, viewer, now=now())
        if how == "json":
            click.echo(json.dumps([one.as_fields() for one in found], indent=1, ensure_ascii=False))
        elif how == "csv":
            click.echo(_csv(found), nl=False)
        else:
            _print_entries(Console(), opened, found)


def _csv(found: list[OwnEntry]) -> str:
    names = list(OwnEntry.fields())
    return csv_text(names, [[one.as_fields()[name] for name in names] for one in found])


def _print_entries(console: Console, opened: OpenBoard, found: list[OwnEntry]) -> None:
    table = Table(title=f"entries on {opened.board.id}; times: {opened.policy.time_zone}")
    for heading in ("ref", "file", "date", "message", "status", "public", "private"):
        table.add_column(heading)
    for one in found:
        table.add_row(
            str(one.ref),
            one_line(one.file, 40),
            one.entered_at.astimezone(opened.policy.zone).strftime("%Y-%m-%d %H:%M"),
            one_line(one.message, 60),
            one.status + (f": {one_line(one.problem.splitlines()[0], 120)}" if one.problem else ""),
            figure_text(one.public),
            figure_text(one.private) if one.shows_private else "hidden",
        )
    console.print(table)


@click.command()
@lab_options
@board_option
@student_option(required=True)
@click.argument("entries", type=int, nargs=-1)
def choose(
    lab: str, entries: tuple[int, ...], root: Path, course_folder: Path, board_id: str | None, student: str
) -> None:
    """Choose which of a student's ENTRIES count (their refs); none: leave it to the best."""
    with working_on(root, lab, course_folder, board_id) as opened:
        policy = opened.policy
        if policy.counts != "chosen":
            raise BoardError(
                f'On this board the {policy.counts} entry counts; choosing needs counts = "chosen" in competition.toml.'
            )
        if len(set(entries)) > policy.choices:
            raise BoardError(
                f"{len(set(entries))} entries were named; at most {policy.choices} may be chosen."
            )
        mine = {one.ref for one in own_entries(opened, student, "staff", now=now()) if one.status == "taken"}
        strange = sorted(set(entries) - mine)
        if strange:
            raise BoardError(
                f"{student} has no entry {', '.join(map(str, strange))} that was taken on board {opened.board.id}."
                f" `deepgrade board submissions {lab} --board {opened.board.id} --student ...` lists them."
            )
        opened.ledger.decide("choose", handed_in_as=student, value=json.dumps(sorted(set(entries))))
        click.echo(f"chosen: {', '.join(map(str, sorted(set(entries)))) or 'none, the best counts'}")
