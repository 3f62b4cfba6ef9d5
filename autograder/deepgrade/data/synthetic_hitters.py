"""Synthetic Hitters: 322 made-up baseball players with the columns, levels and gaps of the published table.

A player has a talent, a power and an eye, a position and a number of years behind him. A season follows from them, a career
from seasons, and the salary from career and season, with much that no column tells. 59 players have no salary. A linear model
misses test salaries by about 250 on average, and neither the lasso nor a small network does much better or worse, as on the
real table.

All draws are whole numbers on a fixed stream, and all arithmetic is additions, multiplications and divisions of single numbers,
which every machine rounds alike: every machine writes the same file.
"""

from __future__ import annotations

from typing import NamedTuple

from deepgrade.data.arrays import DataSet, Size
from deepgrade.data.download import Progress
from deepgrade.data.stream import Stream
from deepgrade.data.tables import between_points, csv_bytes

NAME = "Hitters.csv"
COLUMNS = (
    "AtBat", "Hits", "HmRun", "Runs", "RBI", "Walks", "Years", "CAtBat", "CHits", "CHmRun", "CRuns", "CRBI", "CWalks",
    "League", "Division", "PutOuts", "Assists", "Errors", "Salary", "NewLeague",
)  # fmt: skip

_ROWS = 322
_WITHOUT_SALARY = 59
_CHANGED_LEAGUE = 19

# Share of players (per mille) with at most so many years, linear in between.
_YEARS = (
    (0, 0.5),
    (68, 1.5),
    (146, 2.5),
    (236, 3.5),
    (348, 4.5),
    (534, 6.5),
    (700, 8.8),
    (850, 12.5),
    (980, 18.4),
    (1000, 23),
)
# The same for the times at bat in a season.
_AT_BAT = ((0, 20), (100, 185), (250, 258), (500, 380), (750, 512), (900, 585), (1000, 680))
# What no column tells of a salary: a factor.
_LUCK = ((0, 0.2), (100, 0.45), (300, 0.7), (500, 0.92), (700, 1.2), (900, 1.65), (980, 2.3), (1000, 3.1))


class _Position(NamedTuple):
    """What a player does in the field in a full season."""

    share: int
    """Per mille of players, added up."""
    put_outs: int
    assists: int
    errors: int


_POSITIONS = (
    _Position(360, 290, 9, 6),  # outfield
    _Position(500, 1150, 90, 10),  # first base
    _Position(730, 260, 420, 17),  # second base, shortstop
    _Position(860, 115, 260, 18),  # third base
    _Position(970, 640, 55, 8),  # catcher
    _Position(1000, 30, 4, 1),  # bats only
)


class _Draws:
    """Random numbers of one player, one after the other."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def bell(self) -> float:
        """Return a number around 0 with a standard deviation of about 1."""
        return int(self._stream.bell(10_000, 1)[0]) / 10_000

    def per_mille(self) -> float:
        return int(self._stream.below(1_000_000, 1)[0]) / 1000


class _Season(NamedTuple):
    at_bat: int
    hits: int
    home_runs: int
    runs: int
    batted_in: int
    walks: int


def generate_hitters(size: Size, progress: Progress | None = None) -> DataSet:
    """Generate the table; it is small, so `quick` is the same as `full`."""
    stream = Stream(b"deepgrade synthetic hitters", "version 1")
    draws = _Draws(stream)
    rows = [_player(draws) for _ in range(_ROWS)]
    for place in stream.order(_ROWS)[:_CHANGED_LEAGUE].tolist():
        rows[place]["NewLeague"] = "N" if rows[place]["League"] == "A" else "A"
    for place in stream.order(_ROWS)[:_WITHOUT_SALARY].tolist():
        rows[place]["Salary"] = ""
    if progress is not None:
        progress("hitters", _ROWS, _ROWS)
    return DataSet({}, files={NAME: csv_bytes(COLUMNS, rows)})


def _player(draws: _Draws) -> dict[str, str]:
    talent, power, eye = draws.bell(), draws.bell(), draws.bell()
    years = max(1, round(between_points(_YEARS, draws.per_mille())))
    season = _season(draws, talent, power, eye)
    career = _career(draws, season, years, (talent, power, eye))
    league = "A" if draws.per_mille() < 543 else "N"
    division = "W" if draws.per_mille() < 512 else "E"
    share, position = draws.per_mille(), 0
    while _POSITIONS[position].share <= share:
        position += 1
    played = season.at_bat / 560
    put_outs, assists, errors = (
        max(0, round(full * played * (1 + 0.28 * draws.bell()))) for full in _POSITIONS[position][1:]
    )
    salary = _salary(draws, season, career, years, division, put_outs)
    values = (
        *season, years, *career, league, division, put_outs, assists, errors, salary, league,
    )  # fmt: skip
    return dict(zip(COLUMNS, map(str, values), strict=True))


def _season(draws: _Draws, talent: float, power: float, eye: float) -> _Season:
    at_bat = max(16, round(between_points(_AT_BAT, draws.per_mille()) + 18 * talent))
    hits = max(1, round(at_bat * (0.262 + 0.017 * talent + 0.017 * draws.bell())))
    home_runs = max(0, round(at_bat * (0.027 + 0.015 * power + 0.006 * draws.bell())))
    walks = max(0, round(at_bat * (0.100 + 0.028 * eye + 0.012 * draws.bell())))
    runs = max(0, round(0.36 * hits + 0.55 * home_runs + 0.20 * walks + 0.012 * at_bat * draws.bell()))
    batted_in = max(0, round(0.27 * hits + 1.75 * home_runs + 0.014 * at_bat * draws.bell()))
    return _Season(at_bat, hits, home_runs, runs, batted_in, walks)


def _career(draws: _Draws, season: _Season, years: int, gifts: tuple[float, float, float]) -> _Season:
    """Return a player's totals: this season and, for each year before it, one a little below what his gifts promise."""
    talent, power, eye = gifts
    before = years - 1
    at_bat = before * max(40.0, 0.45 * season.at_bat + 165 + 50 * talent + 60 * draws.bell())
    hits = at_bat * max(0.17, 0.262 + 0.014 * talent + 0.008 * draws.bell())
    home_runs = at_bat * max(0.001, 0.023 + 0.013 * power + 0.004 * draws.bell())
    walks = at_bat * max(0.02, 0.095 + 0.026 * eye + 0.008 * draws.bell())
    runs = max(0.0, 0.36 * hits + 0.55 * home_runs + 0.20 * walks + 0.006 * at_bat * draws.bell())
    batted_in = max(0.0, 0.27 * hits + 1.75 * home_runs + 0.006 * at_bat * draws.bell())
    past = _Season(*map(round, (at_bat, hits, home_runs, runs, batted_in, walks)))
    return _Season(*(now + then for now, then in zip(season, past, strict=True)))


def _salary(
    draws: _Draws, season: _Season, career: _Season, years: int, division: str, put_outs: int
) -> float:
    """Return a salary in thousands: it grows with the career and levels off, and pays for the last season."""
    fame = 1900 * career.hits / (career.hits + 1100) + 300 * career.batted_in / (career.batted_in + 500)
    form = 2.2 * season.hits + 2.4 * season.walks + 1.5 * season.home_runs + 0.2 * put_outs
    fair = 0.50 * fame + form * (0.25 + 0.75 * min(years, 6) / 6) - (170 if division == "W" else 70)
    pay = max(67.5, max(60.0, fair) * between_points(_LUCK, draws.per_mille()))
    step = 2.5 if pay < 200 else 5.0 if pay < 700 else 25.0
    return min(2460.0, step * round(pay / step))
