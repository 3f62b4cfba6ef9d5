"""A board as a table for the terminal, as CSV and as JSON.

The first four fields have the names that Kaggle's command line gives them, so that its scripts read ours. Figures are
written in full, never rounded; what is not known is empty in CSV and null in JSON.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text

from deepgrade.board.errors import BoardError
from deepgrade.board.showing.standing import Figure, Line, Standing
from deepgrade.report.board.axis import Numbers, numbers_of
from deepgrade.report.board.page import is_synthetic, points_noun
from deepgrade.report.board.rows import Gap, entered_text, first_lines, move_of
from deepgrade.report.spreadsheet import csv_text
from deepgrade.report.text import escape_unsafe, one_line, points_text

BOARD_SCHEMA = Path(__file__).parent / "board.schema.json"
"""The JSON Schema of `standing_json`."""

FIELDS = (
    "teamId", "teamName", "submissionDate", "score", "rank", "low", "high", "publicScore", "publicLow", "publicHigh",
    "kind", "entries", "movement", "ties", "points", "own", "note",
)  # fmt: skip
"""What is known of a line, in the order of the columns. `history` comes in JSON alone."""

_STYLES = ("table", "csv", "json")
_MOVES = {"up": "green", "down": "red", "same": "dim", "new": "dim"}


class Style(NamedTuple):
    """What `--format` asks for."""

    name: str
    """`table`, `csv` or `json`."""
    fields: str | None
    """Of `json(score,rank)`: `score,rank`."""


def style_of(text: str) -> Style:
    """Return what `--format` asks for: `table`, `csv`, `json`, or `json(...)` with the fields of each line.

    Raises:
        BoardError: It is none of these.
    """
    match = re.fullmatch(r"\s*([a-z]+)\s*(?:\((.*)\))?\s*", text)
    if match is None or match[1] not in _STYLES or (match[2] is not None and match[1] != "json"):
        raise BoardError(
            f"There is no format {one_line(text, 40)!r}. Use table, csv, json, or json(teamName,score)."
        )
    if match[2] is not None:
        _chosen(match[2])
    return Style(match[1], match[2])


def standing_table(
    standing: Standing, *, top: int | None = None, lines: Sequence[Line] | None = None
) -> Table:
    """Return a board for the terminal.

    Args:
        standing: The board.
        top: Show so many students, and the viewer; all for None.
        lines: Show these instead, such as `excerpt` gives.
    """
    numbers = numbers_of(standing)
    title = Text(one_line(standing.title, 80), style="bold")
    title.append(f"\n{one_line(standing.metric, 60)}, {standing.split} scores", style="not bold")
    table = Table(title=title, title_justify="left", caption=_caption(standing), caption_justify="left",
                  header_style="bold underline", box=None, pad_edge=False)  # fmt: skip
    table.add_column("Rank", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    # Names give way first: figures have to stay readable at 80 columns.
    table.add_column("Who", overflow="ellipsis", min_width=12, max_width=36)
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("Entries", justify="right", no_wrap=True)
    table.add_column("Entered", justify="right", no_wrap=True)
    pieces = lines if lines is not None else first_lines(standing, top)
    points = any(isinstance(piece, Line) and piece.points is not None and not piece.own for piece in pieces)
    if points:
        table.add_column("Points", justify="right", no_wrap=True)
    for piece in pieces:
        if isinstance(piece, Gap):
            table.add_row(
                "", "", Text(f"… {piece.count:,} more", style="dim", no_wrap=True, overflow="ellipsis")
            )
        else:
            style = "bold" if piece.own else "dim" if piece.kind != "student" else ""
            table.add_row(*_cells(piece, standing, numbers, points), style=style)
    return table


def standing_csv(standing: Standing) -> str:
    """Return a board as CSV, one line of it a row; text that a spreadsheet would calculate has an apostrophe before it."""
    ties = max((len(line.ties) for line in standing.lines), default=0)
    names = [name for field in FIELDS for name in (_numbered(ties) if field == "ties" else [field])]
    rows = []
    for line in standing.lines:
        values = _values(line)
        tied = [*values.pop("ties"), *[None] * ties]
        values |= dict(zip(_numbered(ties), tied, strict=False))
        cells = (values[name] for name in names)
        rows.append([one_line(cell, 300) if isinstance(cell, str) else cell for cell in cells])
    return csv_text(names, rows)


def standing_json(standing: Standing, fields: str | None = None) -> str:
    """Return a board as JSON, by `board.schema.json`.

    Args:
        standing: The board.
        fields: Names of `FIELDS` and `history` with commas between them: each line has these alone, in this order.

    Raises:
        BoardError: A field is not known.
    """
    chosen = _chosen(fields) if fields is not None else None
    # A line of the board a line of text, for eyes and for line-wise tools.
    lines = ",\n".join(_dumps(_projected(line, chosen)) for line in standing.lines)
    head = {
        "schema_version": 1,
        "lab": standing.lab,
        "labTitle": standing.lab_title,
        "board": standing.board,
        "title": standing.title,
        "metric": standing.metric,
        "higherIsBetter": standing.higher_is_better,
        "split": standing.split,
        "rows": standing.rows,
        "data": standing.data,
        "synthetic": is_synthetic(standing),
        "madeAt": _moment(standing.made_at),
        "deadline": _moment(standing.deadline),
        "timeZone": standing.time_zone,
        "frozenAt": _moment(standing.frozen_at),
        "hiddenSplit": standing.hidden_split,
        "thresholds": [{"score": _finite(score), "points": points} for score, points in standing.thresholds],
        "fields": chosen,
    }
    # Nothing in it can act on a terminal, and a reader gets every character back.
    return escape_unsafe(_dumps(head)[:-1] + ', "lines": [\n' + lines + "\n]}") + "\n"


def _chosen(fields: str) -> list[str]:
    known = (*FIELDS, "history")
    chosen = [field.strip() for field in fields.split(",")]
    strange = [field for field in chosen if field not in known]
    if strange:
        raise BoardError(f"There is no field {one_line(strange[0], 40)!r}; there are: {', '.join(known)}.")
    return list(dict.fromkeys(chosen))


def _values(line: Line) -> dict[str, Any]:
    """Return what is known of a line, by field."""
    figure, public = line.figure or _NOTHING, line.public or _NOTHING
    return {
        "teamId": line.student if line.student is not None else line.who,
        "teamName": line.who,
        "submissionDate": _moment(line.entered_at),
        "score": _finite(figure.value),
        "rank": line.rank,
        "low": _finite(figure.low),
        "high": _finite(figure.high),
        "publicScore": _finite(public.value),
        "publicLow": _finite(public.low),
        "publicHigh": _finite(public.high),
        "kind": line.kind,
        "entries": line.entries,
        "movement": line.movement,
        "ties": [_finite(tie) for tie in line.ties],
        "points": _finite(line.points),
        "own": line.own,
        "note": line.note,
    }


_NOTHING = Figure(math.nan, None, None)


def _projected(line: Line, chosen: Sequence[str] | None) -> dict[str, Any]:
    values = _values(line)
    if chosen is None or "history" in chosen:
        values["history"] = [[_moment(when), _finite(score)] for when, score in line.history]
    return values if chosen is None else {field: values[field] for field in chosen}


def _numbered(ties: int) -> list[str]:
    return [f"tie{place}" for place in range(1, ties + 1)]


def _finite(value: float | None) -> float | None:
    """Return a number that JSON can hold, as a plain float: a number of numpy's would write its type's name."""
    return None if value is None or not math.isfinite(value) else float(value)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _cells(line: Line, standing: Standing, numbers: Numbers, points: bool) -> list[Text]:
    """Return a row's cells as `Text`: a name in square brackets is a name, not a style."""
    move = move_of(line, standing)
    who = Text(one_line(line.who, 60) or "(no name)", no_wrap=True, overflow="ellipsis")
    if line.own:
        who = Text("you: ", no_wrap=True, overflow="ellipsis").append(who)
    cells = [
        Text("" if line.rank is None else f"{line.rank:,}"),
        Text(f"{move.sign}{move.count}", style=_MOVES[move.tone]) if move else Text(),
        who,
        Text(numbers.text(line.figure.value) if line.figure else "no score"),
        Text(numbers.ends(line.figure) if line.figure else ""),
        Text(f"{line.entries:,}" if line.kind == "student" else ""),
        Text(
            entered_text(line.entered_at, standing) if line.entered_at else line.kind.replace("student", "")
        ),
    ]
    return [*cells, Text(points_text(line.points) if line.points is not None else "")] if points else cells


def _caption(standing: Standing) -> Text:
    caption = Text(style="not italic")
    if is_synthetic(standing):
        caption.append(
            "Synthetic data: these scores say nothing about the published data sets.\n", style="bold yellow"
        )
    own = next((line for line in standing.lines if line.own and line.points is not None), None)
    if own is not None:
        caption.append(f"Your score earns {points_noun(own.points)}.\n")
    words = ["Neighbours whose intervals overlap are not told apart."]
    if standing.hidden_split:
        words.append("Private scores are hidden.")
    if standing.frozen_at is not None:
        words.append(f"Frozen since {entered_text(standing.frozen_at, standing)}.")
    caption.append(" ".join([*words, f"Times: {standing.time_zone}."]), style="dim")
    return caption
