"""Phases in which the place to write to, the time, or being alone is taken away."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from faults.bench import Bench, Outcome, Visit
from faults.classroom import CLEAR_ERROR, LAB, Head
from faults.isolation import is_root, memory_folder, remount, state_folder
from faults.laws import marks
from faults.processes import kill

_NO_MOUNTS = "mounting needs root"
_COURSE_KIB = 96 << 10
_CLOCK = Path(__file__).parent / "clock"
_HOUR_S = 3600.0
_FILLS = (False, True, True, False)
"""Whether the disk runs full during a call of `grade`, or is full before; one course for all of these."""
_SPARE_KIB = (0, 16, 200, 1000)


def disk_full(bench: Bench, times: int) -> Outcome:
    """Let the course's disk run full before and during `grade`, then make room again."""
    outcome = Outcome("disk full")
    if not is_root():
        outcome.skipped = _NO_MOUNTS
        return outcome
    for batch in range(-(-times // len(_FILLS))):
        course = bench.new_course("full")
        with memory_folder(course, size_kib=_COURSE_KIB), bench.visit() as visit:
            for number, during in enumerate(_FILLS[: times - batch * len(_FILLS)]):
                head = _grade_on_a_full_disk(bench, visit, course, outcome, during=during)
                bench.say(f"full {batch * len(_FILLS) + number + 1} of {times}: exit code {head.code}")
            visit.end(course, outcome)
    return outcome


def _grade_on_a_full_disk(
    bench: Bench, visit: Visit, course: Path, outcome: Outcome, *, during: bool
) -> Head:
    """Let the disk be full before `grade` begins, or run full at a random moment of it."""
    kept = _finished_runs(course)
    head = visit.give(bench.room.grade(course=course)) if during else None
    if head is not None:
        bench.wait(0.8 * bench.seconds, partial(_ended, head))
    with _filled(course, bench.random.choice(_SPARE_KIB)):
        head = head or visit.give(bench.room.grade(course=course))
        head.finish()
        _check_sentence(head, ("No room is left", str(course)), outcome)
    _check_kept(course, kept, outcome)
    return head


def _ended(head: Head) -> bool:
    return not head.running


def state_full(bench: Bench, times: int) -> Outcome:
    """Let the sandbox's own folder run full."""
    outcome = Outcome("sandbox folder full")
    if not is_root():
        outcome.skipped = _NO_MOUNTS
        return outcome
    course = bench.new_course("state")
    state = state_folder(bench.room.temporary)
    with bench.visit() as visit:
        for spare_kib in (0, 8, 64, 150, 250, 350)[:times]:
            with _filled(state, spare_kib):
                head = visit.give(bench.room.grade(course=course)).finish()
                _check_sentence(head, ("No room is left", str(state)), outcome)
            bench.say(f"{spare_kib} KiB left: exit code {head.code}")
        visit.end(course, outcome)
    return outcome


@contextmanager
def _filled(folder: Path, spare_kib: int) -> Iterator[None]:
    """Fill a file system up to so many KiB."""
    filler = folder / "filler.bin"
    facts = os.statvfs(folder)
    size = facts.f_bavail * facts.f_frsize - (spare_kib << 10)
    try:
        with filler.open("wb") as stream:
            while size > 0:
                size -= stream.write(bytes(min(size, 1 << 20)))
    except OSError:
        pass  # somebody else writes there too; it is full now
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def read_only(bench: Bench) -> Outcome:
    """Take away the right to write to the course, then to its reports alone."""
    outcome = Outcome("read-only course, report")
    course = bench.new_course("closed")
    place = memory_folder(course, size_kib=_COURSE_KIB) if is_root() else nullcontext()
    with place, bench.visit() as visit:
        _closed_and_open(bench, visit, course, outcome)
    return outcome


def _closed_and_open(bench: Bench, visit: Visit, course: Path, outcome: Outcome) -> None:
    first = visit.give(bench.room.grade(course=course))
    bench.wait(bench.seconds, partial(_ended, first))
    if kill(first.pid):
        outcome.victims["head"] += 1
    first.finish()
    for _ in range(200):  # what the sandbox leaves dies a moment later
        if not any(str(course) in line for line in _open_files()):
            break
        time.sleep(0.02)
    kept = _finished_runs(course)
    for words in (None, ["report", LAB], ["regrade", LAB, "--store", str(bench.room.root / "store")]):
        with _closed(course):
            grade = words is None
            head = bench.room.grade(course=course) if grade else bench.room.start(*words, course=course)
            visit.give(head).finish()
        _check_sentence(head, (str(course),), outcome, always=True)
    _check_kept(course, kept, outcome)
    reports = course / "report"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir()
    if is_root():
        with memory_folder(reports, size_kib=4096), _closed(reports):
            head = visit.give(bench.room.grade(course=course)).finish()
    else:
        with _closed(reports):
            head = visit.give(bench.room.grade(course=course)).finish()
    _check_sentence(head, (str(reports),), outcome, always=True)
    visit.end(course, outcome)


def _open_files() -> list[str]:
    found: list[str] = []
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue
    return found


@contextmanager
def _closed(folder: Path) -> Iterator[None]:
    """Take away the right to write below a folder."""
    if is_root():
        remount(folder, read_only=True)
    else:
        folder.chmod(0o500)
    try:
        yield
    finally:
        if is_root():
            remount(folder, read_only=False)
        else:
            folder.chmod(0o700)


def two_at_once(bench: Bench, times: int) -> Outcome:
    """Give `grade` twice at the same time for one course."""
    outcome = Outcome("two grades at once")
    for number in range(times):
        course = bench.new_course("twice")
        with bench.visit() as visit:
            first = visit.give(bench.room.grade(course=course))
            bench.wait(number * bench.seconds / 2, partial(_ended, first))
            second = visit.give(bench.room.grade(course=course))
            codes = sorted(code for head in (first, second) if (code := head.finish().code) is not None)
            if codes not in ([0, 0], [0, CLEAR_ERROR]):
                outcome.broken.append(f"two grades at once ended with {codes}: {second.said[-1500:]}")
            for head in (first, second):
                if head.code == CLEAR_ERROR:
                    _check_sentence(head, ("is at work", str(course)), outcome, always=True)
            before = outcome.again
            visit.end(course, outcome)
            if outcome.again > before:
                outcome.broken.append(f"{outcome.again - before} runs were done by both")
        bench.say(f"twice {number + 1} of {times}: exit codes {codes}")
    return outcome


def clock_jumps(bench: Bench, times: int) -> Outcome:
    """Let the head's clock jump by hours, forward and backward, while it works and between calls."""
    outcome = Outcome("clock jumps")
    course = bench.new_course("clock")
    with bench.visit() as visit:
        offset = 0.0
        for number in range(times):
            steps = [(0.0, offset)]
            for _ in range(6):
                offset = bench.random.choice([-30, -5, 5, 30, 0]) * _HOUR_S
                steps.append((steps[-1][0] + bench.random.uniform(0.5, 3), offset))
            head = visit.give(bench.room.grade(course=course, env=_clock_env(steps)))
            if number < times - 1:
                bench.wait(bench.seconds, partial(_ended, head))
                if head.running and kill(head.pid):
                    outcome.victims["head"] += 1
            head.finish()
            visit.check_ending(head, outcome)
            bench.say(f"clock {number + 1} of {times}: exit code {head.code}")
        visit.end(course, outcome)
        _hand_in_again(bench, visit, course, outcome)
    return outcome


def _hand_in_again(bench: Bench, visit: Visit, course: Path, outcome: Outcome) -> None:
    """A student hands in another file after the clock went back: that one counts."""
    file = bench.room.submissions / "student00.ipynb"
    old = file.read_text()
    try:
        file.write_text(old.replace("* 10", "* 7"))
        visit.give(bench.room.grade(course=course, env=_clock_env([(0.0, -48 * _HOUR_S)]))).finish()
        points = marks(course)["student00"][1]
        if points.get("a2") != 0.0:
            outcome.broken.append(f"the file handed in last is not in force: {points}")
    finally:
        file.write_text(old)


def _clock_env(steps: list[tuple[float, float]]) -> dict[str, str]:
    text = " ".join(f"{time.monotonic() + after:.3f}:{shift:.0f}" for after, shift in steps)
    return {"PYTHONPATH": str(_CLOCK), "FAULTS_CLOCK": text}


def _finished_runs(course: Path) -> dict[str, int]:
    folder = course / "runs" / LAB
    names = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        p.name: (p / "run.json").stat().st_mtime_ns
        for p in names
        if (p / "run.json").is_file() and len(p.name) == 64
    }


def _check_kept(course: Path, kept: dict[str, int], outcome: Outcome) -> None:
    if not kept.items() <= _finished_runs(course).items():
        outcome.broken.append("a finished run was lost or changed")


def _check_sentence(head: Head, parts: tuple[str, ...], outcome: Outcome, *, always: bool = False) -> None:
    """A command that could not go on says so in words that help."""
    said = " ".join(head.said.split())
    told = head.code == CLEAR_ERROR and all(part in said for part in parts)
    if not told and (always or head.code != 0):
        outcome.broken.append(f"exit code {head.code} without a word of {parts}: {said[-1000:]}")
