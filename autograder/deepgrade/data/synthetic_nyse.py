"""Synthetic NYSE: 6,051 made-up trading days with the columns, dates and autoregressive structure of the published table.

Each day's trading volume (in logarithms, around its trend) follows from the five days before, from whether the market has just
become restless, and from the day of the week; returns and their volatility follow laws of their own. How much of the volume
can be told from the past is tuned: a linear autoregression explains about 41 % of the test days' variance, about 46 % when
it knows the day of the week, and a network with a hidden layer a little more than that.

A day is computed from the *written* figures of the days before, with single additions and multiplications, so a last bit that one
machine rounds otherwise does not travel: every machine writes the same file.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

from deepgrade.data.arrays import DataSet, Size
from deepgrade.data.download import Progress
from deepgrade.data.stream import Stream
from deepgrade.data.tables import csv_bytes

NAME = "NYSE.csv"
COLUMNS = ("date", "day_of_week", "DJ_return", "log_volume", "log_volatility", "train")

_FIRST, _LAST = date(1962, 12, 3), date(1986, 12, 31)
_TEST_BEGINS = date(1980, 1, 1)
_TRAIN_DAYS, _TEST_DAYS = 4281, 1770
_DAY_NAMES = ("mon", "tues", "wed", "thur", "fri")

_RETURN = (0.00018, 0.0084)  # mean and standard deviation of a day's return
_VOLUME = (-0.008, 0.234)
_VOLATILITY = (-9.84, 0.75)
_LAGS = 5
_OF_VOLUME = (0.440, 0.090, 0.080, 0.055, 0.060)  # what the volume keeps of the volumes before, latest first
_OF_RETURN = (0.115, -0.02, 0.0, 0.0, 0.0)
_OF_VOLATILITY = (0.55, -0.92, 0.25, 0.05, 0.05)
_OF_DAY = (-0.36, 0.23, 0.22, 0.09, -0.18)
_OF_RESTLESSNESS = 0.30  # of the size of yesterday's return, whatever its sign: a linear model cannot see it
_NOISE = 0.70
_SHARED = 0.22  # how much of a day's surprise in volume comes with the surprise in its return


def generate_nyse(size: Size, progress: Progress | None = None) -> DataSet:
    """Generate the table; it is small, so `quick` is the same as `full`."""
    days = trading_days()
    series = _series(days, Stream(b"deepgrade synthetic nyse", "version 1"))
    rows = [
        {
            "date": day.isoformat(),
            "day_of_week": _DAY_NAMES[day.weekday()],
            "DJ_return": f"{earned:.6f}",
            "log_volume": f"{volume:.6f}",
            "log_volatility": f"{volatility:.6f}",
            "train": "TRUE" if day < _TEST_BEGINS else "FALSE",
        }
        for day, (earned, volume, volatility) in zip(days, series, strict=True)
    ]
    if progress is not None:
        progress("nyse", len(rows), len(rows))
    return DataSet({}, files={NAME: csv_bytes(COLUMNS, rows)})


def trading_days() -> list[date]:
    """Return the weekdays that are no holidays; of the Wednesdays of 1968 so many are holidays that the counts come out."""
    span = (_LAST - _FIRST).days + 1
    days = [_FIRST + timedelta(number) for number in range(span)]
    days = [day for day in days if day.weekday() < 5 and not _is_holiday(day)]
    train = [day for day in days if day < _TEST_BEGINS]
    test = [day for day in days if day >= _TEST_BEGINS]
    train = _without(train, len(train) - _TRAIN_DAYS, range(1964, 1980))
    return train + _without(test, len(test) - _TEST_DAYS, range(1980, 1987))


def _without(days: list[date], count: int, years: range) -> list[date]:
    """Leave out so many Wednesdays, spread over the years."""
    wednesdays = [day for day in days if day.weekday() == 2 and day.year in years]
    closed = {wednesdays[place * len(wednesdays) // count] for place in range(count)} if count else set()
    return [day for day in days if day not in closed]


def _is_holiday(day: date) -> bool:
    """Return whether the exchange is closed: six days of the year that every almanac knows."""
    week = (day.day - 1) // 7
    return (day.month, day.day) in ((1, 1), (7, 4), (12, 25)) or (day.month, day.weekday(), week) in (
        (2, 0, 2),
        (9, 0, 0),
        (11, 3, 3),
    )


def _series(days: list[date], stream: Stream) -> list[tuple[float, float, float]]:
    count = len(days)
    # The sum of two bells has a deviation of 1.41 and reaches further out than one.
    surprises = [(stream.bell(10_000, count) + stream.bell(10_000, count)) / 14_142 for _ in range(3)]
    of_return, of_volume, of_volatility = (list(map(float, draws)) for draws in surprises)
    shocks = (stream.below(1000, count) < 40).tolist()
    rows = [(_RETURN[0], _VOLUME[0], _VOLATILITY[0])] * _LAGS
    for number, day in enumerate(days):
        past = [_standardised(row) for row in reversed(rows[-_LAGS:])]
        earned = 0.14 * past[0][0] + math.exp((past[0][2] * _VOLATILITY[1]) / 2.4) * 0.93 * of_return[number]
        volatility = 0.978 * past[0][2] + (0.16 + 0.45 * shocks[number]) * of_volatility[number]
        surprise = _SHARED * of_return[number] + 0.3 * of_volatility[number] + 0.928 * of_volume[number]
        volume = _OF_DAY[day.weekday()] + _NOISE * surprise + _OF_RESTLESSNESS * (abs(past[0][0]) - 0.8)
        for lag in range(_LAGS):
            volume += (
                _OF_RETURN[lag] * past[lag][0]
                + _OF_VOLUME[lag] * past[lag][1]
                + _OF_VOLATILITY[lag] * past[lag][2]
            )
        rows.append(_written(earned, volume, volatility))
    return rows[_LAGS:]


def _standardised(row: tuple[float, float, float]) -> tuple[float, float, float]:
    earned, volume, volatility = (
        (value - mean) / deviation
        for value, (mean, deviation) in zip(row, (_RETURN, _VOLUME, _VOLATILITY), strict=True)
    )
    return earned, volume, volatility


def _written(earned: float, volume: float, volatility: float) -> tuple[float, float, float]:
    """Return the day as the file has it: in its own units, with six decimals."""
    values = zip((earned, volume, volatility), (_RETURN, _VOLUME, _VOLATILITY), strict=True)
    first, second, third = (round(mean + deviation * value, 6) for value, (mean, deviation) in values)
    return first, second, third
