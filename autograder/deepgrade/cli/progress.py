"""Progress bars for people; plain lines where the output is no terminal."""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

_MOST_NAMED = 4


class GradeProgress:
    """A bar with what runs, what is done and how it ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Bar(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}", style="dim", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("grading", total=None, now="")
        self._running: list[str] = []
        self._outcomes: Counter[str] = Counter()
        self._total = 0
        self._finished = 0
        self._made = 0
        self._began: float | None = None

    def __enter__(self) -> GradeProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, total: int, slots: int) -> None:
        """Show how many submissions there are."""
        self._total, self._finished, self._made, self._began = total, 0, 0, None
        self._bar.update(self._task, total=total)
        self._console.print(f"{total} submissions, {slots} at a time")

    def started(self, student: str) -> None:
        """Show that a submission runs."""
        self._running.append(student)
        self._began = self._began or time.monotonic()
        self._show()

    def finished(self, student: str, outcome: str, *, stored: bool) -> None:
        """Count a submission and show how it ended."""
        if student in self._running:
            self._running.remove(student)
        self._outcomes[outcome] += 1
        self._finished += 1
        self._made += not stored
        self._bar.advance(self._task)
        if not self._console.is_terminal:
            self._console.print(f"  {student}: {outcome}{' (stored run)' if stored else ''}")
        self._show()

    def scoring(self, count: int) -> None:
        """Show that the hidden checks run."""
        self._console.print(f"scoring {count} submissions" if count else "nothing new to score")

    def note(self, text: str) -> None:
        """Show something that a person may want to know meanwhile."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _show(self) -> None:
        ended = ", ".join(f"{count} {outcome}" for outcome, count in self._outcomes.most_common())
        more = len(self._running) - _MOST_NAMED
        names = ", ".join(self._running[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        running = f"running {names}" if names else ""
        parts = (ended, running, self._time_left())
        self._bar.update(self._task, now=" | ".join(part for part in parts if part))

    def _time_left(self) -> str:
        """Return how long the rest takes if it goes on like the runs of this call; stored ones took none."""
        left = self._total - self._finished
        if self._began is None or not self._made or left <= 0:
            return ""
        seconds = (time.monotonic() - self._began) / self._made * left
        return f"about {in_words(seconds)} left"


def in_words(seconds: float) -> str:
    """Return a duration as people say it: `40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
