"""The class as a table in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from deepgrade.lab import Lab
from deepgrade.report.model import StudentEntry
from deepgrade.report.points import parts, summarise
from deepgrade.report.text import one_line, points_text, seconds_text

_STYLES = {"good": "green", "warn": "yellow", "bad": "red", "quiet": "dim"}


def class_table(entries: Iterable[StudentEntry], lab: Lab) -> Table:
    """Return a table of students: points, subtotals by part, time, verdict, number of flags.

    A part is the letters that question ids begin with (`b` for `b1` to `b9`); a plus sign says that a person may add points.
    """
    letters: list[str] = list(dict.fromkeys(q.id.rstrip("0123456789_") or q.id for q in lab.questions))
    table = Table(title=Text(lab.title), title_justify="left", header_style="bold underline", box=None)
    # Names give way first: figures and verdicts have to stay readable at 80 columns.
    table.add_column("Student", overflow="ellipsis", min_width=14, max_width=32)
    table.add_column("Points", justify="right", no_wrap=True)
    for letter in letters:
        table.add_column(letter, justify="right", no_wrap=True)
    table.add_column("Time", justify="right", no_wrap=True)
    table.add_column("Verdict")
    for entry in entries:
        row = summarise(entry, lab, "")
        subtotals = parts(row.cells)
        points = Text("–")
        if row.tally.automatic is not None:
            points = Text(f"{points_text(row.tally.automatic)} / {points_text(row.tally.automatic_possible)}")
        # Text, not str: a name in square brackets is a name, not a style.
        table.add_row(
            Text(one_line(row.student, 80)),
            points,
            *(
                _part(*subtotals[letter]) if row.tally.automatic is not None else Text("–")
                for letter in letters
            ),
            Text(seconds_text(row.wall_s)),
            _verdict(row.verdict_title, _STYLES[row.tone], len(row.flags)),
        )
    return table


def _verdict(title: str, style: str, flags: int) -> Text:
    words = Text(title, style=style)
    if flags:
        words.append(f", {flags} flag{'s' if flags > 1 else ''}", style="dim")
    return words


def _part(points: float, possible: float, waits: bool) -> Text:
    words = Text(f"{points_text(points)}/{points_text(possible)}")
    if waits:
        words.append("+", style="dim")
    return words
