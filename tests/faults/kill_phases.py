"""Phases in which processes are killed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial

from faults.bench import MOST_CALLS, Bench, Marksman, Outcome, Visit
from faults.classroom import LAB, Head
from faults.laws import marks
from faults.processes import Role, kill

_WEIGHTS: dict[Role, int] = {"head": 8, "launcher": 3, "process 1": 3, "kernel": 4, "infer": 3, "score": 1}


def kill_grading(bench: Bench, kills: int) -> Outcome:
    """Kill processes of `grade` at random moments, over as many fresh courses as the kills last for."""
    outcome = Outcome("grade, killed")
    while outcome.victims.total() < kills and not outcome.broken:
        course = bench.new_course("killed")
        with bench.visit() as visit:
            marksman = Marksman(bench, visit, gap_s=min(3.0, bench.seconds / 5))
            _kill_until_graded(
                bench, visit, marksman, outcome, kills, partial(bench.room.grade, course=course)
            )
            visit.end(course, outcome)
        bench.say(f"{outcome.victims.total()} of {kills} kills, {outcome.calls} calls of grade")
    return outcome


def _kill_until_graded(
    bench: Bench,
    visit: Visit,
    marksman: Marksman,
    outcome: Outcome,
    kills: int,
    command: Callable[[], Head],
) -> None:
    for _ in range(MOST_CALLS):
        head = visit.give(command())
        marksman.new_call()
        while head.running and outcome.victims.total() < kills:
            role = bench.random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
            shot = marksman.shoot(head, role)
            if shot is not None:
                outcome.victims[shot.role] += 1
                bench.say(f"kill {outcome.victims.total()}: {shot.role}")
        head.finish()
        visit.check_ending(head, outcome)
        if head.code == 0 or outcome.victims.total() >= kills or outcome.broken:
            return


def kill_regrading(bench: Bench, kills: int) -> Outcome:
    """Kill `regrade`, `regrade --apply` and `report` at random moments."""
    outcome = Outcome("regrade, apply, report, killed")
    course = bench.new_course("regraded")
    room = bench.room
    checks = room.files.checks.read_text()
    with bench.visit() as visit:
        visit.give(room.grade(course=course)).finish()
        try:
            room.files.checks.write_text(checks.replace("pixels.max() <= 1", "pixels.max() <= 255"))
            words = ["regrade", LAB, "--store", str(room.root / "store")]
            _kill_some(bench, visit, outcome, kills, lambda: room.start(*words, course=course))
            shown = visit.give(room.start(*words, course=course)).finish()
            _check_set(bench, shown, outcome)
            apply = [*words, "--apply", "--reason", "raw pixels are fine"]
            _kill_some(bench, visit, outcome, kills, lambda: room.start(*apply, course=course))
            last = visit.give(room.start(*apply, course=course)).finish()
            # Killed after the set was in force: then there is none left to apply.
            if last.code != 0 and "no undecided re-grade set" not in last.said:
                outcome.broken.append(f"the last apply ended with {last.code}: {last.said[-1000:]}")
            report = ["report", LAB]
            _kill_some(bench, visit, outcome, kills, lambda: room.start(*report, course=course))
            last = visit.give(room.start(*report, course=course)).finish()
            if last.code != 0:
                outcome.broken.append(f"the last report ended with {last.code}: {last.said[-1000:]}")
            outcome.broken += visit.laws(course, expected=_raised(bench), scores=2)
        finally:
            room.files.checks.write_text(checks)
        visit.add_up(outcome)
    return outcome


def _kill_some(bench: Bench, visit: Visit, outcome: Outcome, kills: int, command: Callable[[], Head]) -> None:
    """Kill a short command at moments spread over the time that it takes."""
    length_s = 2.0
    for _ in range(kills):
        head = visit.give(command())
        bench.wait(length_s, partial(_ended, head))
        if head.running and kill(head.pid):
            outcome.victims["head"] += 1
        else:
            length_s = max(0.5, time.monotonic() - head.began)
        head.finish()
        visit.check_ending(head, outcome)
    bench.say(f"{outcome.victims.total()} kills")


def _ended(head: Head) -> bool:
    return not head.running


def _check_set(bench: Bench, shown: Head, outcome: Outcome) -> None:
    """Every student is in the set, though its making was killed several times."""
    runs = sum(verdict != "invalid_submission" for verdict, _ in bench.expected.values())
    counts = re.search(r"(\d+) up, (\d+) down, (\d+) the same", shown.said)
    if counts is None or sum(map(int, counts.groups())) != runs:
        outcome.broken.append(f"the re-grade set is not of all {runs} runs: {shown.said[-600:]}")


def _raised(bench: Bench) -> dict[str, tuple[str, dict[str, float | None]]]:
    """Return the undisturbed marks after the re-grade: who left pixels raw gets the point of a1."""
    course = bench.new_course("reference")
    with bench.visit() as visit:
        visit.give(bench.room.grade(course=course)).finish()
        return marks(course)
