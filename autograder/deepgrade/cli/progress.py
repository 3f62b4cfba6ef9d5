"""Progress bars for people; plain lines where the output is no terminal."""

from __future__ import annotations

from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar


class GradeProgress:
    """A bar with what runs, what is done and how it ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Bar(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}", style="dim"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("grading", total=None, now="")
        self._running: list[str] = []
        self._outcomes: Counter[str] = Counter()

    def __enter__(self) -> GradeProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, total: int, slots: int) -> None:
        """Show how many submissions there are."""
        self._bar.update(self._task, total=total)
        self._console.print(f"{total} submissions, {slots} at a time")

    def started(self, student: str) -> None:
        """Show that a submission runs."""
        self._running.append(student)
        self._show()

    def finished(self, student: str, outcome: str, *, stored: bool) -> None:
        """Count a submission and show how it ended."""
        if student in self._running:
            self._running.remove(student)
        self._outcomes[outcome] += 1
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
        running = f"running {', '.join(self._running)}" if self._running else ""
        self._bar.update(self._task, now=" | ".join(part for part in (ended, running) if part))
