"""Bare runs: a lab's solution as a script in a fresh interpreter, with the data and the threads that graded runs have."""

from __future__ import annotations

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.commands import Took, run
from benchmarks.subjects import Subject
from deepgrade.lab import load_lab
from deepgrade.run.attempt import _KERNEL, _THREAD_VARIABLES


def bare(subject: Subject, number: int, folder: Path) -> Took:
    """Run one student's solution, without any grader."""
    place = folder / f"{number:03}"
    place.mkdir(parents=True, exist_ok=True)
    script = place / f"{subject.lab}.py"
    script.write_text(subject.text(number), encoding="utf-8")
    return run([sys.executable, script], cwd=place, env=_environment(subject))


def bare_class(subject: Subject, count: int, folder: Path, *, together: int) -> list[Took]:
    """Run a class's solutions, so many at a time."""
    with ThreadPoolExecutor(together) as pool:
        return list(pool.map(lambda number: bare(subject, number, folder), range(count)))


def _environment(subject: Subject) -> dict[str, str]:
    lab = load_lab(subject.files)
    threads = str(max(1, math.ceil(lab.limits_for("quick").cpus)))
    return {
        "PYTHONPATH": str(_KERNEL / "with_data"),
        "DEEPGRADE_DATA": str(subject.store / "synthetic" / "quick"),
        "DEEPGRADE_SETS": ",".join(lab.data),
        "MPLBACKEND": "Agg",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **dict.fromkeys(_THREAD_VARIABLES, threads),
    }
