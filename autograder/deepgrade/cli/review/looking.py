"""`deepgrade review status`, `history`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deepgrade.cli.options import lab_options
from deepgrade.cli.review.common import format_option, open_desk
from deepgrade.records import RunStore
from deepgrade.report.text import one_line
from deepgrade.review.final import FinalGrade
from deepgrade.review.history import HistoryEvent, history
from deepgrade.review.queue import progress_of
from deepgrade.review.reporting import history_line
from deepgrade.review.words import WORDS_ALONE, dates_text

_WHO = 22
"""Columns of a name."""


@click.command()
@lab_options
@format_option
def status(lab: str, root: Path, course_folder: Path, kind: str) -> None:
    """Say how much of LAB waits for a person, kind by kind and question by question."""
    with open_desk(root, lab, course_folder) as opened:
        students, queue = opened.desk.students(), opened.desk.queue()
        dates = opened.desk.rules().dates
    rows = [
        {"kind": what, "question": question or None, "done": progress.done, "left": progress.left}
        for (what, question), progress in progress_of(queue).items()
    ]
    reviewed = sum(one.reviewed for one in students)
    if kind == "json":
        facts = {"lab": lab, "students": len(students), "reviewed": reviewed, "items": rows}
        click.echo(json.dumps(facts, indent=1))
        return
    console = Console()
    if rows:
        table = Table(title=f"{lab}: what waits for a person")
        for heading in ("what", "question", "done", "left"):
            table.add_column(heading, justify="right" if heading in ("done", "left") else "left")
        for row in rows:
            what = str(row["kind"]).replace("_", " ")
            table.add_row(what, str(row["question"] or ""), str(row["done"]), str(row["left"]))
        console.print(table)
    console.print(
        f"{reviewed} of {len(students)} students are reviewed; {sum(i.waits for i in queue)} items wait"
    )
    if dates is not None:
        console.print(dates_text(dates), markup=False, highlight=False)


@click.command("history")
@lab_options
@click.option("--student", required=True, help="Whose: the key in the gradebook.")
@format_option
def past(lab: str, root: Path, course_folder: Path, student: str, kind: str) -> None:
    """Show how a student's grade in LAB came about: files, runs, scores, re-grades, decisions, final points."""
    with open_desk(root, lab, course_folder) as opened:
        runs = RunStore(opened.course, lab)
        events = history(opened.gradebook, opened.desk, student, run_of=runs.read)
        one = opened.desk.student(student)
    grade = one.grade
    if kind == "json":
        final = {
            "total": grade.total,
            "so_far": grade.so_far,
            "possible": grade.possible,
            "late_penalty": grade.late.penalty,
            "complete": grade.complete,
            "reviewed": one.reviewed,
            "why": list(grade.why),
            "waiting": list(grade.waiting),
        }
        document = {
            "lab": lab,
            "student": student,
            "events": [history_line(event).as_json() for event in events],
            "final": final,
        }
        click.echo(json.dumps(document, indent=1))
        return
    _tell(Console(), f"{one_line(student, 60)} in {lab}", events)
    _tell_final(Console(), grade)


def _tell(console: Console, title: str, events: Sequence[HistoryEvent]) -> None:
    """Print what happened, the oldest first: when and who on the left, what, why and points on the right."""
    console.print(f"{title}; times are UTC", markup=False, highlight=False)
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(max_width=_WHO)
    lines.add_column()
    told = [event for event in events if not event.is_copied_rubric]
    for event in told:
        what = one_line(event.sentence, 300)
        texts = [what if event.holds else f"({what})"]
        texts += [f"because: {one_line(event.why, 300)}"] if event.why else []
        texts += [points] if (points := _points(event)) else []
        who = one_line(event.who, 40) or "the grader"
        lines.add_row(f"{event.at:%Y-%m-%d %H:%M}", Text(who), Text("\n".join(texts)))
    console.print(lines)
    if len(told) < len(events):
        console.print(
            f"Rubrics of {len(events) - len(told)} questions were taken from lab.toml at their first use"
            " (--format json has their words).",
            highlight=False,
        )
    if not all(event.holds for event in events):
        console.print("What stands in brackets does not hold: taken back, cancelled or not decided.")


def _tell_final(console: Console, grade: FinalGrade) -> None:
    known = "so far" if grade.total is None else "final"
    console.print(f"\n{known}: {grade.so_far:g} of {grade.possible:g} points", highlight=False)
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column()
    lines.add_column(no_wrap=True)
    lines.add_column()
    for question in grade.questions:
        if question.why:
            points = "-" if question.points is None else f"{question.points:g}"
            why = "\n".join(one_line(sentence, 300) for sentence in question.why)
            lines.add_row(question.question, f"{points} of {question.possible:g}", Text(why))
    console.print(lines)
    for sentence in (*grade.why, *grade.waiting):
        console.print(one_line(sentence, 300), markup=False, highlight=False)


def _points(event: HistoryEvent) -> str:
    before, after = event.points_before, event.points_after
    if event.decision is not None and event.decision.kind in WORDS_ALONE:
        return ""
    if after is None or before == after:
        return ""
    of = f" of {event.question}" if event.question else ""
    return f"points{of}: {after:g}" if before is None else f"points{of}: {before:g} -> {after:g}"
