"""Write a board as one page, or the viewer's piece of it for another page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from deepgrade.board.showing.standing import Line, Standing
from deepgrade.files import write_atomic
from deepgrade.report.board.axis import Axis, Numbers, axis_of, numbers_of
from deepgrade.report.board.lanes import legend
from deepgrade.report.board.over_time import progress
from deepgrade.report.board.pictures import Distribution, distribution
from deepgrade.report.board.rows import Table, excerpt, first_lines, moment_text, move_words, table_of
from deepgrade.report.prose import prose
from deepgrade.report.rendering import render
from deepgrade.report.text import count_text, one_line, points_text


@dataclass(frozen=True)
class BoardPage:
    """Everything of a board's page."""

    standing: Standing
    synthetic: bool
    pills: tuple[tuple[str, str], ...]
    """(tone, words)."""
    facts: tuple[tuple[str, str], ...]
    """(title, words)."""
    tiles: tuple[tuple[str, str], ...]
    """(what, figure)."""
    own: Table | None
    own_words: str
    distribution: Distribution | None
    progress: Markup | None
    legend: tuple[tuple[str, Markup], ...]
    explanation: tuple[str, str]
    """What intervals mean; the rest."""
    table: Table
    description: Markup | None


def write_board(standing: Standing, path: Path, *, top: int | None = None) -> Path:
    """Write a board as one static page.

    Args:
        standing: What its viewer may see.
        path: Where to; a file that is there is replaced.
        top: Show so many students, and the viewer; all for None. The figures show every score, without names.

    Returns:
        The path.
    """
    write_atomic(path, render("board.html.j2", page=_page(standing, top)))
    return path


def own_excerpt(standing: Standing, above: int = 3) -> Markup | None:
    """Return the viewer's own line and those above it as a piece of a page; None where the viewer is not on the board.

    The piece holds a table and its words; the page that takes it writes the heading.
    """
    own = _own(standing, above, axis_of(standing), numbers_of(standing))
    if own is None:
        return None
    html = render(
        "board_excerpt.html.j2", table=own, words=_own_words(standing), synthetic=is_synthetic(standing)
    )
    return Markup(html)  # noqa: S704 - the template escapes


def is_synthetic(standing: Standing) -> bool:
    """Return whether the scores say nothing about the published data."""
    return "synthetic" in standing.data.lower()


def _page(standing: Standing, top: int | None) -> BoardPage:
    axis, numbers = axis_of(standing), numbers_of(standing)
    scored = [line for line in standing.lines if line.kind == "student" and line.figure is not None]
    return BoardPage(
        standing=standing,
        synthetic=is_synthetic(standing),
        pills=_pills(standing),
        facts=_facts(standing),
        tiles=_tiles(standing, scored, numbers),
        own=_own(standing, 3, axis, numbers),
        own_words=_own_words(standing),
        distribution=distribution(standing, axis, numbers) if scored else None,
        progress=progress(standing, numbers),
        legend=tuple(legend(standing)),
        explanation=_explanation(standing, scored),
        table=table_of(standing, first_lines(standing, top), axis, numbers, "All places", "all"),
        description=prose(standing.description) if standing.description.strip() else None,
    )


def _pills(standing: Standing) -> tuple[tuple[str, str], ...]:
    pills = [("pending", f"{standing.split} scores")]
    if standing.hidden_split:
        pills.append(("quiet", "private scores hidden"))
    if standing.frozen_at is not None:
        pills.append(("warn", "frozen"))
    return tuple(pills)


def _facts(standing: Standing) -> tuple[tuple[str, str], ...]:
    direction = "higher" if standing.higher_is_better else "lower"
    rows = f"on {count_text(standing.rows, 'row')}" if standing.rows else "each entry on rows of its own"
    hidden = "; the private scores stay hidden until they are revealed" if standing.hidden_split else ""
    facts = [
        ("Metric", f"{one_line(standing.metric, 120)}; {direction} is better"),
        ("Shown", f"{standing.split} scores, {rows}{hidden}"),
    ]
    if standing.deadline is not None:
        facts.append(("Deadline", moment_text(standing.deadline, standing.time_zone)))
    if standing.frozen_at is not None:
        since = moment_text(standing.frozen_at, standing.time_zone)
        facts.append(("Frozen", f"since {since}: later entries do not show yet"))
    facts.append(("Data", one_line(standing.data, 200)))
    return tuple(facts)


def _tiles(standing: Standing, scored: list[Line], numbers: Numbers) -> tuple[tuple[str, str], ...]:
    best = scored[0].figure if scored else None
    tiles = [
        (f"best {standing.split} score", numbers.text(best.value if best else None)),
        ("student with a score" if len(scored) == 1 else "students with a score", f"{len(scored):,}"),
        ("scored entries", f"{sum(line.entries for line in scored):,}"),
    ]
    baselines = [line for line in standing.lines if line.kind != "student" and line.figure is not None]
    if baselines:
        goal = baselines[0].figure.value if baselines[0].figure else 0.0
        sign = 1 if standing.higher_is_better else -1
        above = sum(line.figure is not None and sign * line.figure.value > sign * goal for line in scored)
        tiles.append(("better than every baseline", f"{above:,}"))
    return tuple(tiles)


def _own(standing: Standing, above: int, axis: Axis, numbers: Numbers) -> Table | None:
    lines = excerpt(standing, above)
    if not lines:
        return None
    return table_of(standing, lines, axis, numbers, "Your place and those above it", "own")


def _own_words(standing: Standing) -> str:
    own = next((line for line in standing.lines if line.own), None)
    if own is None:
        return ""
    if own.rank is None:
        return "No entry of yours has a score yet."
    among = sum(line.rank is not None for line in standing.lines)
    words = f"Place {own.rank:,} of {among:,}."
    if own.points is not None:
        words += f" This score earns {points_noun(own.points)}."
    return words


def points_noun(points: float | None) -> str:
    """Return points with their noun."""
    return f"{points_text(points)} {'point' if points == 1 else 'points'}"


def _explanation(standing: Standing, scored: list[Line]) -> tuple[str, str]:
    rows = f"only {count_text(standing.rows, 'row')}" if standing.rows else "a limited number of rows"
    intervals = [interval for line in scored if (interval := _interval(line)) is not None]
    words = f"Every score rests on {rows}, so chance moves it"
    if intervals:
        words += ": its bar is the 95\N{NO-BREAK SPACE}% interval, and neighbours whose bars overlap are not told apart"
    words += "."
    if intervals and _interval(scored[0]) is not None:
        low, high = intervals[0]
        close = sum(least <= high and most >= low for least, most in intervals[1:])
        overlap = "student's bar overlaps" if close == 1 else "students' bars overlap"
        words += f" Here {close:,} {overlap} that of the first place."
    equal = "Equal scores stand in the order of their time."
    if any(line.ties for line in scored):
        equal = "Equal scores stand in the order of their tie-breaks, then of their time."
    return words, f"{move_words(standing)} {equal}"


def _interval(line: Line) -> tuple[float, float] | None:
    if line.figure is None or line.figure.low is None or line.figure.high is None:
        return None
    return line.figure.low, line.figure.high
