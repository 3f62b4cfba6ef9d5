"""The worst cases of `benchmarks.review`: pages right after something changed, and many people at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.review_browser import Browser, Table
from deepgrade.lab import LabFiles, load_checks, load_lab
from deepgrade.records import Course, Gradebook, Place
from deepgrade.records.decisions import Adjustment, DatesSet, RubricDefined, RubricItem
from deepgrade.records.reviews import ReviewLedger
from support.made_class import make_score

_PEOPLE = 20
_TOGETHER = 10
"""Pages that each of them asks for."""


class Others:
    """What other processes do to the course meanwhile: another TA's app, `grade`, `regrade`.

    Args:
        root: Of the labs.
        course: The course's folder.
        lab: Which lab.
    """

    def __init__(self, root: Path, course: Path, lab: str) -> None:
        files = LabFiles(root, lab)
        self._lab, self._checks = load_lab(files), load_checks(files.checks).checks
        self.book = Gradebook(Course(course).database)
        self._ledger = ReviewLedger(self.book, lab)
        self._count = 0

    def _score(self, number: int) -> tuple[int, object]:
        entry = self.book.entry(self._lab.name, f"student-{number:04}")
        self._count += 1
        made = make_score(
            self._lab, self._checks, entry.student, number + self._count, run_key=entry.run_key or ""
        )
        return entry.submission_id, made

    def decide(self) -> None:
        """Adjust somebody's points."""
        self._count += 1
        place = Place(f"student-{self._count % 1000:04}", "a1")
        self._ledger.append(place, [Adjustment(points=0.01)], who="tom", why="for the benchmark")

    def grade_one(self) -> None:
        """Add a score."""
        self.book.add_score(*self._score(self._count % 1000))

    def regrade_all(self) -> None:
        """Give everybody a new score."""
        students = len(self.book.handed_in_names(self._lab.name))
        set_id = self.book.new_set(self._lab.name, map(self._score, range(students)))
        self.book.decide_set(set_id, apply=True, reason="for the benchmark")

    def change_rubric(self) -> None:
        """Make a rubric item of a question worth something else."""
        self._count += 1
        items = (RubricItem(id="r1", text="names it", points=0.1 + self._count / 1e6),)
        question = next(q.id for q in self._lab.questions if q.manual)
        self._ledger.append(Place("", question), [RubricDefined(items=items)], who="prof")

    def change_dates(self) -> None:
        """Move the due date."""
        self._count += 1
        due = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(minutes=self._count)
        self._ledger.append(Place(""), [DatesSet(due=due)], who="prof")


def measure_changes(table: Table, browser: Browser, others: Others, lab: str, item: str, repeat: int) -> None:
    """Print how long pages take right after a change."""
    pages = {"an answer": item, "labs": "/", "statistics": f"{lab}/statistics"}

    def after(what: str, change: Callable[[], object], times: int, names: tuple[str, ...]) -> None:
        for name in names:
            table.line(f"{what}: {name}", lambda path=pages[name]: browser.page(path), times, change)

    table.head("right after a change by another process")
    after("a decision", others.decide, repeat, ("an answer", "labs", "statistics"))
    after("a score added", others.grade_one, repeat, ("an answer", "labs", "statistics"))
    after("a rubric changed", others.change_rubric, max(3, repeat // 4), ("an answer",))
    after("the due date moved", others.change_dates, max(3, repeat // 4), ("an answer",))
    after("everybody re-graded", others.regrade_all, 3, ("an answer", "statistics"))


def measure_crowd(table: Table, browser: Browser, others: Others, paths: list[str]) -> None:
    """Print how long each of 20 people waits who ask at once, page after page, for different pages."""
    people = [Browser(browser.app) for _ in range(_PEOPLE)]

    start = threading.Barrier(_PEOPLE)  # which is used again once all have passed it

    def at_once(who: int) -> list[float]:
        start.wait()
        times = []
        for number in range(_TOGETHER):
            began = time.perf_counter()
            people[who].page(paths[(who + number) % len(paths)])
            times.append(1000 * (time.perf_counter() - began))
        return times

    table.head(f"{_PEOPLE} people, {_TOGETHER} pages each without a pause")
    for name, before in (("pages", None), ("pages, begun right after a decision", others.decide)):
        if before is not None:
            before()
        spent = browser.app.cpu_ms()
        with ThreadPoolExecutor(_PEOPLE) as pool:
            found = [t for times in pool.map(at_once, range(_PEOPLE)) for t in times]
        table.print(name, found, (browser.app.cpu_ms() - spent) / len(found))
    for one in people:
        one.__exit__()
