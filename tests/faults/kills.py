"""Grade a class while processes are killed and disks, clocks and rights are taken away.

    cd tests && python -m faults.kills --kills 50 --students 20 --seed 1

Real `deepgrade` commands in processes of their own, real bubblewrap. After each phase `grade` is given once more, undisturbed,
and the laws of `laws.py` are checked: every submission graded exactly once with the points of an undisturbed grading, gradebook
and run folders agree, and nothing is left: no process, no mount, no control group, no unfinished file. The same seed makes the
same choices (the moments themselves depend on the machine's speed). Exit codes: 0 all laws hold, 1 one does not.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from faults.bench import Bench, Outcome
from faults.classroom import Classroom
from faults.isolation import isolate
from faults.kill_phases import kill_grading, kill_regrading
from faults.place_phases import clock_jumps, disk_full, read_only, state_full, two_at_once
from faults.processes import adopt_orphans

PHASES = ("kills", "regrade", "twice", "disk", "state", "readonly", "clock")


def main(arguments: list[str] | None = None) -> int:
    """Run the phases, print a table, return the exit code."""
    options = _options(arguments)
    adopt_orphans()
    isolate()
    folder = Path(tempfile.mkdtemp(prefix="deepgrade-faults-"))
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {text}", flush=True)

    room = Classroom(folder, options.students, options.pause)
    bench = Bench(room, random.Random(options.seed), say)  # noqa: S311 - repeatable, not secret
    say(f"seed {options.seed}; {options.students} students; work in {folder}")
    broken = bench.measure()
    say(f"undisturbed grading: {bench.seconds:.1f} s")
    outcomes = [Outcome("undisturbed", calls=1, broken=broken, seconds=bench.seconds)]
    names = ["undisturbed", *options.phases]
    for name in options.phases if not broken else ():
        say(f"phase {name}")
        outcomes.append(_timed(_phase(name, bench, options)))
    print(_table(outcomes))
    if options.json:
        rows = [{"name": name, **vars(outcome)} for name, outcome in zip(names, outcomes, strict=False)]
        options.json.write_text(json.dumps(rows))
    failed = [f"{outcome.phase}: {law}" for outcome in outcomes for law in outcome.broken]
    for line in failed:
        print(f"BROKEN {line}")
    if failed:
        print(f"what the commands printed: {room.outputs}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(failed))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m faults.kills", description="Kill, fill, close, jump; then look."
    )
    parser.add_argument("--kills", type=int, default=50, help="kills of the first phase")
    parser.add_argument("--students", type=int, default=20, help="size of the class, at least 4")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.6, help="how long each notebook waits, seconds")
    parser.add_argument("--phases", nargs="+", choices=PHASES, default=PHASES)
    parser.add_argument("--times", type=int, default=6, help="how often the other phases repeat their fault")
    parser.add_argument("--json", type=Path, help="write what was done and found into this file too")
    return parser.parse_args(arguments)


def _phase(name: str, bench: Bench, options: argparse.Namespace) -> Callable[[], Outcome]:
    phases: dict[str, Callable[[], Outcome]] = {
        "kills": partial(kill_grading, bench, options.kills),
        "regrade": partial(kill_regrading, bench, options.times),
        "twice": partial(two_at_once, bench, max(1, options.times // 3)),
        "disk": partial(disk_full, bench, options.times),
        "state": partial(state_full, bench, options.times),
        "readonly": partial(read_only, bench),
        "clock": partial(clock_jumps, bench, max(2, options.times // 2)),
    }
    return phases[name]


def _timed(phase: Callable[[], Outcome]) -> Outcome:
    began = time.monotonic()
    outcome = phase()
    outcome.seconds = time.monotonic() - began
    return outcome


def _table(outcomes: list[Outcome]) -> str:
    lines = [f"{'phase':32}{'commands':>9}{'kills':>7}{'run again':>11}{'seconds':>9}  laws  victims"]
    for outcome in outcomes:
        victims = ", ".join(f"{count} {role}" for role, count in outcome.victims.most_common())
        laws = "-" if outcome.skipped else "BROKEN" if outcome.broken else "hold"
        lines.append(
            f"{outcome.phase:32}{outcome.calls:>9}{outcome.victims.total():>7}{outcome.again:>11}{outcome.seconds:>9.1f}"
            f"  {laws:6}{outcome.skipped or victims}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
