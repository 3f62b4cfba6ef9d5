"""What every phase of a fault test has: a class, the marks of an undisturbed grading, a record of what happened."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from faults.classroom import CLEAR_ERROR, Classroom, Head
from faults.isolation import JobWatch, state_folder
from faults.laws import Marks, Quiet, broken_laws, marks
from faults.processes import ROLES, Process, Role, kill, look

MOST_CALLS = 200


@dataclass
class Outcome:
    """What a phase did and found."""

    phase: str
    victims: Counter[Role] = field(default_factory=Counter)
    calls: int = 0
    """Commands that were given."""
    again: int = 0
    """Runs that were begun more than once, because a fault took them."""
    broken: list[str] = field(default_factory=list)
    skipped: str = ""
    """Why the phase was not done here."""
    seconds: float = 0.0


@dataclass
class Bench:
    """A class and what it must get."""

    room: Classroom
    random: random.Random
    say: Callable[[str], None]
    expected: Marks = field(default_factory=dict)
    seconds: float = 0.0
    """How long the undisturbed grading took."""
    runs: int = 0
    """How many runs it took (a notebook that kills itself is run twice)."""
    _courses: int = 0

    def measure(self) -> list[str]:
        """Grade the class without any fault; return what is wrong already."""
        began = time.monotonic()
        course = self.new_course("undisturbed")
        with self.visit() as visit:
            head = visit.give(self.room.grade(course=course)).finish()
            self.seconds = time.monotonic() - began
            self.expected = marks(course) if head.code == 0 else {}
            if head.code != 0 or len(self.expected) != self.room.students:
                return [f"the undisturbed grading failed: {head.said[-2000:]}"]
            self.runs = visit.watch.begun()
            return visit.laws(course)

    def new_course(self, name: str) -> Path:
        """Return a course folder that does not exist yet."""
        self._courses += 1
        return self.room.root / f"course{self._courses:02}-{name}"

    def visit(self) -> Visit:
        """Begin something of which the laws are checked at its end."""
        return Visit(self)

    def wait(self, most_s: float, until: Callable[[], bool]) -> float:
        """Wait for a random time of at most so many seconds, or until something is so; return the time."""
        began = time.monotonic()
        end = began + self.random.uniform(0, most_s)
        while time.monotonic() < end and not until():
            time.sleep(0.005)
        return time.monotonic() - began


class Visit:
    """One course and the commands that are given for it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.heads: list[Head] = []
        self._quiet = Quiet.now(bench.room.temporary)
        self.watch = JobWatch(state_folder(bench.room.temporary))

    def __enter__(self) -> Visit:
        self.watch.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for head in self.heads:
            if head.running:
                head.process.kill()
                head.finish()
        self.watch.__exit__()

    def give(self, head: Head) -> Head:
        """Note a command."""
        self.heads.append(head)
        return head

    def laws(self, course: Path, *, expected: Marks | None = None, scores: int = 1) -> list[str]:
        """Return the laws that are broken."""
        marks_wanted = self.bench.expected if expected is None else expected
        return broken_laws(
            course, marks_wanted, quiet=self._quiet, watch=self.watch, heads=self.heads, scores=scores
        )

    def end(self, course: Path, outcome: Outcome) -> None:
        """Grade undisturbed to the end, check the laws, and add up."""
        head = self.give(self.bench.room.grade(course=course)).finish()
        if head.code != 0:
            outcome.broken.append(
                f"the last, undisturbed `grade` ended with {head.code}: {head.said[-1500:]}"
            )
        outcome.broken += self.laws(course)
        self.add_up(outcome)

    def add_up(self, outcome: Outcome) -> None:
        """Count commands and repeated runs."""
        outcome.calls += len(self.heads)
        outcome.again += max(0, self.watch.begun() - self.bench.runs)

    def check_ending(self, head: Head, outcome: Outcome) -> None:
        """Note a command that ended in another way than done, told, or killed by us."""
        code = head.code
        if code in (0, 1, -9, None):
            return
        if code != CLEAR_ERROR or "deepgrade: " not in head.said:
            outcome.broken.append(f"a command ended with {code}: {head.said[-1500:]}")


class Shot(NamedTuple):
    """One kill."""

    role: Role
    pid: int


class Marksman:
    """Kills one process of a command at a time, at random moments."""

    def __init__(self, bench: Bench, visit: Visit, *, gap_s: float) -> None:
        self._bench = bench
        self._visit = visit
        self._gap_s = gap_s
        self._shot_students: set[str] = set()

    def shoot(self, head: Head, role: Role) -> Shot | None:
        """Wait for a random moment, then for a process of that part, and kill it; None when the command ended before."""
        self._bench.wait(self._gap_s, lambda: not head.running)
        # Checks run at the end of a call only; all other parts come again and again.
        patience = time.monotonic() + (math.inf if role == "score" else 4 * self._gap_s)
        while head.running:
            if time.monotonic() > patience:
                role = self._bench.random.choice(ROLES)
            process = self._find(head, role)
            if process is not None and kill(process.pid):
                return Shot(role, process.pid)
            time.sleep(0.002)
        return None

    def new_call(self) -> None:
        """Say that the next command has begun: every submission may be hit once more."""
        self._shot_students.clear()

    def _find(self, head: Head, role: Role) -> Process | None:
        here = [process for process in look(head.pid) if process.role == role]
        if not here:
            return None
        process = self._bench.random.choice(here)
        if role not in ("launcher", "process 1", "kernel"):
            return process
        # A run that is killed twice in a row counts as a notebook that kills itself: see run/supervisor.py.
        students = {self._visit.watch.students.get(job) for job in self._visit.watch.present()}
        if students & self._shot_students:
            return None
        self._shot_students |= {student for student in students if student is not None}
        return process
