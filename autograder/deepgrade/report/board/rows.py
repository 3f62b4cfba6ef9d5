"""The lines of a board as rows of a table, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from deepgrade.board.showing.standing import Line, Standing
from deepgrade.report.board.axis import MONTHS, Axis, Numbers
from deepgrade.report.board.lanes import Lanes
from deepgrade.report.text import points_text

_KINDS = {"published": "baseline, published", "measured": "baseline, measured"}


@dataclass(frozen=True)
class Move:
    """How a student's place changed."""

    tone: str
    sign: str
    """An arrow, or a short word."""
    count: str
    words: str
    """What follows the count where it is read aloud."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    line: Line
    rank: str
    move: Move | None
    badge: str
    score: str
    ends: str
    lane: Markup
    entered: str
    points: str


@dataclass(frozen=True)
class Gap:
    """Students who are not shown."""

    count: int


@dataclass(frozen=True)
class Table:
    """A board's table, or a piece of it."""

    caption: str
    head: Markup
    rows: tuple[Row | Gap, ...]
    points: bool
    """Whether there is a column of points."""
    zone: str


def table_of(
    standing: Standing,
    pieces: Sequence[Line | Gap],
    axis: Axis,
    numbers: Numbers,
    caption: str,
    place: str = "",
) -> Table:
    """Return lines as a table.

    Args:
        standing: The board.
        pieces: Which of its lines, and what is said between them.
        axis: Where its scores are drawn.
        numbers: How they are written.
        caption: What a screen reader says first.
        place: Keeps several tables of a page apart.
    """
    lanes = Lanes(standing, axis, numbers, place)
    rows = [piece if isinstance(piece, Gap) else _row(piece, standing, lanes, numbers) for piece in pieces]
    points = any(isinstance(piece, Line) and piece.points is not None and not piece.own for piece in pieces)
    return Table(caption, lanes.head(), tuple(rows), points, standing.time_zone)


def excerpt(standing: Standing, above: int = 3) -> tuple[Line, ...]:
    """Return the viewer's own line and so many students' above it, with the baselines between them.

    Nothing where the viewer is not on the board; the own line alone where it has no rank.
    """
    own = next((index for index, line in enumerate(standing.lines) if line.own), None)
    if own is None:
        return ()
    if standing.lines[own].rank is None:
        return (standing.lines[own],)
    start, wanted = own, above
    while start > 0 and wanted > 0:
        start -= 1
        wanted -= standing.lines[start].kind == "student"
    # Baselines above the highest of these students would stand there without a reason.
    while standing.lines[start].kind != "student":
        start += 1
    return standing.lines[start : own + 1]


def first_lines(standing: Standing, top: int | None) -> tuple[Line | Gap, ...]:
    """Return the first `top` students with the baselines among them, and the viewer's own line; all for None."""
    if top is None:
        return standing.lines
    ranked = [index for index, line in enumerate(standing.lines) if line.rank is not None]
    if top >= len(ranked):
        return standing.lines
    end = ranked[top - 1] + 1 if top > 0 else 0
    shown: list[Line | Gap] = list(standing.lines[:end])
    rest = standing.lines[end:]
    for place, line in enumerate(rest):
        if line.own:
            shown += [*_gap(rest[:place]), line, *_gap(rest[place + 1 :])]
            return tuple(shown)
    return (*shown, *_gap(rest))


def _gap(lines: Iterable[Line]) -> list[Gap]:
    count = sum(line.kind == "student" for line in lines)
    return [Gap(count)] if count else []


def move_of(line: Line, standing: Standing) -> Move | None:
    """Return how a ranked student's place changed; None for other lines."""
    if line.rank is None:
        return None
    if line.movement is None:
        unknown = "not on the public board" if standing.split == "private" else "not on the board a week ago"
        return Move("new", "new", "", unknown)
    if line.movement == 0:
        return Move("same", "=", "", "same place")
    direction, sign, tone = ("up", "▲", "up") if line.movement > 0 else ("down", "▼", "down")
    count = abs(line.movement)
    return Move(tone, sign, f"{count:,}", f"{'place' if count == 1 else 'places'} {direction}")


def move_words(standing: Standing) -> str:
    """Return what the arrows compare."""
    if standing.split == "private":
        return "Arrows count places from the public to the private board."
    return "Arrows count places within the last week."


def minute(moment: datetime, zone: str) -> str:
    """Return a moment to the minute, as clocks of the time zone show it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def entered_text(moment: datetime, standing: Standing) -> str:
    """Return when an entry was made, briefly; with the year where it is not the board's."""
    local = moment.astimezone(ZoneInfo(standing.time_zone))
    words = f"{local.day} {MONTHS[local.month - 1]}, {local:%H:%M}"
    year = standing.made_at.astimezone(ZoneInfo(standing.time_zone)).year
    return words if local.year == year else f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def moment_text(moment: datetime, zone: str) -> str:
    """Return a moment with its time zone, and in UTC where that differs."""
    words = f"{minute(moment, zone)} ({zone})"
    there, here = moment.astimezone(ZoneInfo(zone)), moment.astimezone(UTC)
    if there.utcoffset() == here.utcoffset():
        return words
    style = "%H:%M UTC" if there.date() == here.date() else "%Y-%m-%d %H:%M UTC"
    return f"{words}, {here.strftime(style)}"


def _row(line: Line, standing: Standing, lanes: Lanes, numbers: Numbers) -> Row:
    return Row(
        line=line,
        rank="" if line.rank is None else f"{line.rank:,}",
        move=move_of(line, standing),
        badge=_KINDS.get(line.kind, ""),
        score=numbers.text(line.figure.value) if line.figure else "no score",
        ends=numbers.ends(line.figure) if line.figure else "",
        lane=lanes.lane(line),
        entered=entered_text(line.entered_at, standing) if line.entered_at else "",
        points="" if line.points is None else points_text(line.points),
    )
