"""The figure of how scores rose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from deepgrade.board.showing.standing import Standing
from deepgrade.report import svg
from deepgrade.report.board.axis import MONTHS, Axis, Numbers, fit
from deepgrade.report.board.labels import CHARACTER, WIDTH, baselines, beyond_words, name_of, value_of
from deepgrade.report.text import count_text

_STEPS = (1 / 24, 3 / 24, 6 / 24, 0.5, 1, 2, 7, 14, 28, 56, 91, 182, 364, 728, 1456)
"""Days between the marks of the time axis."""


def progress(standing: Standing, numbers: Numbers) -> Markup | None:
    """Return every entry over time, with the best so far, the baselines and the deadline; None without entries."""
    entries = sorted(entry for line in standing.lines if line.kind == "student" for entry in line.history)
    if not entries:
        return None
    others = [value_of(line) for line in baselines(standing)]
    axis = fit([score for _, score in entries], standing, others=others)
    frame = _Frame(standing, axis, entries[0][0], entries[-1][0])
    parts = frame.grid()
    dots = {(round(frame.x(when)), round(frame.y(score))) for when, score in entries}
    parts.append(
        svg.tag("path", d=_points(sorted(dots)), class_="entries many" if len(dots) > 3000 else "entries")
    )
    parts += frame.lines()
    best = _best_so_far(entries, standing.higher_is_better)
    parts.append(_staircase([(frame.x(when), frame.y(score)) for when, score in best], frame.x(frame.now)))
    for line in standing.lines:
        if line.own and line.history:
            own = [(frame.x(when), frame.y(score)) for when, score in line.history]
            parts.append(svg.tag("path", d=_points(own), class_="entries own"))
    parts += frame.words()
    low, high = beyond_words([score for _, score in entries], axis, "↓ {} lower", "↑ {} higher")
    better = "↑ better" if standing.higher_is_better else "↓ better"
    parts.append(svg.text(0, _Frame.height - 3, better, "label", anchor="start"))
    note = " · ".join(filter(None, (low, high)))
    parts.append(svg.text(WIDTH - _Frame.right, _Frame.height - 3, note, "label", anchor="end"))
    words = (
        f"{count_text(len(entries), 'scored entry', 'scored entries')} from {frame.day(entries[0][0])} to"
        f" {frame.day(entries[-1][0])}; the best score goes from {numbers.text(best[0][1])} to"
        f" {numbers.text(best[-1][1])}."
    )
    return svg.figure(WIDTH, _Frame.height, words, *parts, class_="chart progress")


class _Frame:
    """The coordinates of the figure over time."""

    height, left, right, head, bottom = 240.0, 44.0, 10.0, 16.0, 36.0

    def __init__(self, standing: Standing, axis: Axis, first: datetime, last: datetime) -> None:
        self.standing, self.axis, self.first = standing, axis, first
        self.zone = ZoneInfo(standing.time_zone)
        span = max(last - first, timedelta(hours=1))
        ends = [standing.deadline, standing.frozen_at, last]
        # A deadline that is far away would press the entries together.
        self.last = max(end for end in ends if end is not None and end - first <= 3 * span)
        self.last = max(self.last, first + timedelta(hours=1))
        self.now = min(self.last, max(last, standing.frozen_at or standing.made_at))

    def x(self, when: datetime) -> float:
        """Return where a moment lies."""
        share = (when - self.first) / (self.last - self.first)
        return self.left + 6 + (WIDTH - self.left - self.right - 12) * min(max(share, 0.0), 1.0)

    def y(self, score: float) -> float:
        """Return where a score lies; what is beyond the axis is at its end."""
        return self.height - self.bottom - (self.height - self.bottom - self.head) * self.axis.place(score)

    def day(self, when: datetime) -> str:
        """Return a day in words."""
        local = when.astimezone(self.zone)
        return f"{local.day} {MONTHS[local.month - 1]}"

    def grid(self) -> list[Markup]:
        """Return both axes."""
        floor, edge = self.height - self.bottom, WIDTH - self.right
        parts = []
        for value, words in self.axis.ticks(6):
            parts.append(svg.line(self.left, self.y(value), edge, self.y(value), "grid"))
            parts.append(svg.text(self.left - 6, self.y(value) + 4, words, anchor="end"))
        parts.append(svg.line(self.left, floor, edge, floor, "axis"))
        for when, words in self._days():
            x = self.x(when)
            parts.append(svg.line(x, floor, x, floor + 4, "axis"))
            parts.append(svg.text(x, floor + 17, words))
        return parts

    def _days(self) -> list[tuple[datetime, str]]:
        days = (self.last - self.first) / timedelta(days=1)
        step = next((step for step in _STEPS if days / step <= 6), _STEPS[-1] * max(1, days // _STEPS[-1]))
        start = self.first.astimezone(self.zone).replace(
            hour=0, minute=0, second=0, microsecond=0, tzinfo=None
        )
        found = []
        for index in range(int(days / step) + int(1 / step) + 3):
            # Counted on the clock of the time zone, so that a mark stays at midnight when clocks change.
            when = (start + timedelta(days=index * step)).replace(tzinfo=self.zone)
            if self.first <= when <= self.last:
                found.append((when, when.strftime("%H:%M") if when.hour else self.day(when)))
        return found[:8]

    def lines(self) -> list[Markup]:
        """Return the baselines as lines across, and the deadline and the freeze upright."""
        known = [self.y(value_of(line)) for line in baselines(self.standing, self.axis)]
        parts = [svg.line(self.left, y, WIDTH - self.right, y, "base") for y in known]
        for moment, words in self._events():
            x = self.x(moment)
            parts.append(svg.line(x, self.head - 2, x, self.height - self.bottom, f"event {words}"))
        return parts

    def words(self) -> list[Markup]:
        """Return the names of these lines; the baselines' at the left, where entries are few."""
        parts, free = [], self.height
        for line in sorted(baselines(self.standing, self.axis), key=lambda line: -self.y(value_of(line))):
            y = self.y(value_of(line)) - 4
            if free - y >= 12 and y > self.head - 2:
                parts.append(svg.text(self.left + 4, y, name_of(line, 34), "base words", anchor="start"))
                free = y
        end = WIDTH
        for moment, words in self._events():
            end = min(self.x(moment) + len(words) * CHARACTER / 2, end)
            parts.append(svg.text(end, self.head - 6, words, "event", anchor="end"))
            end -= len(words) * CHARACTER + 10
        return parts

    def _events(self) -> list[tuple[datetime, str]]:
        events = ((self.standing.deadline, "deadline"), (self.standing.frozen_at, "frozen"))
        return [
            (when, words) for when, words in events if when is not None and self.first <= when <= self.last
        ]


def _best_so_far(
    entries: Sequence[tuple[datetime, float]], higher_is_better: bool
) -> list[tuple[datetime, float]]:
    """Return the entries that were better than all before them."""
    found: list[tuple[datetime, float]] = []
    for when, score in entries:
        if not found or (score > found[-1][1] if higher_is_better else score < found[-1][1]):
            found.append((when, score))
    return found


def _points(places: Sequence[tuple[float, float]]) -> str:
    """Return a path of points: lines of no length, which are drawn round."""
    return "".join(f"M{x:g} {y:g}h0" for x, y in places)


def _staircase(steps: Sequence[tuple[float, float]], end: float) -> Markup:
    drawn = [f"M{steps[0][0]:.1f} {steps[0][1]:.1f}"]
    drawn += [f"H{x:.1f}V{y:.1f}" for x, y in steps[1:]]
    return svg.tag("path", d="".join([*drawn, f"H{max(end, steps[-1][0]):.1f}"]), class_="best")
