"""A wall clock that jumps, for every Python process that finds this file first on its path.

FAULTS_CLOCK holds `monotonic:shift` pairs: from that moment of the monotonic clock on, the wall clock is wrong by so
many seconds. The monotonic clock is as it was.
"""

from __future__ import annotations

import datetime
import os
import time

_STEPS = [tuple(map(float, pair.split(":"))) for pair in os.environ.get("FAULTS_CLOCK", "").split()]
_time, _time_ns, _datetime = time.time, time.time_ns, datetime.datetime


def _shift() -> float:
    now = time.monotonic()
    return next((shift for moment, shift in reversed(_STEPS) if moment <= now), 0.0)


class _Meta(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, _datetime)

    def __subclasscheck__(cls, other):
        return issubclass(other, _datetime)


class _Jumping(_datetime, metaclass=_Meta):
    @classmethod
    def now(cls, tz=None):
        return _datetime.now(tz) + datetime.timedelta(seconds=_shift())

    @classmethod
    def utcnow(cls):
        return _datetime.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)


if _STEPS:
    time.time = lambda: _time() + _shift()
    time.time_ns = lambda: _time_ns() + int(_shift() * 1e9)
    _Jumping.__name__ = _Jumping.__qualname__ = "datetime"
    _Jumping.__module__ = "datetime"
    datetime.datetime = _Jumping
