"""One command of the head process, with the moments and the memory that a benchmark wants to know.

    python -m benchmarks.head grade|regrade|report --began MONOTONIC --lab NAME --root DIR --course DIR --store DIR ...

Does what `deepgrade grade`, `regrade` and `report` do, through the same functions, and prints one line of JSON. A process of
its own for each measurement: peak memory is a process's.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.memory import Watch
from deepgrade.cli.reporting import print_class, write_class_report
from deepgrade.data import DataStore
from deepgrade.engine.slurm import load_site
from deepgrade.grading import GradeRequest, compute_set, decide, grade
from deepgrade.lab import LabFiles
from deepgrade.records import Course

HAS_STARTS = "start" in {field.name for field in dataclasses.fields(GradeRequest)}
"""Whether runs can be started in more than one way."""


class Moments:
    """Hears the progress of a grading and notes when things happened."""

    def __init__(self) -> None:
        self.first_started: float | None = None
        self.finished_at: list[float] = []
        self.scoring_at: float | None = None
        self.verdicts: dict[str, int] = {}

    def begin(self, total: int, slots: int) -> None:
        """Say nothing."""

    def started(self, student: str) -> None:
        """Note when the first run began."""
        self.first_started = self.first_started or time.monotonic()

    def finished(self, student: str, outcome: str, *, stored: bool) -> None:
        """Note when a run ended, and how."""
        self.finished_at.append(time.monotonic())
        self.verdicts[outcome] = self.verdicts.get(outcome, 0) + 1

    def scoring(self, count: int) -> None:
        """Note when the last run was over."""
        self.scoring_at = time.monotonic()

    def note(self, text: str) -> None:
        """Print it."""
        print(text, file=sys.stderr)


def _grade(options: argparse.Namespace, files: LabFiles, course: Course) -> dict[str, Any]:
    chosen = {"start": options.start} if HAS_STARTS and options.start else {}
    request = GradeRequest(
        files, options.paths, course, DataStore(options.store), "synthetic", options.size,
        slots=options.slots, site=load_site(options.site) if options.site else None, **chosen,
    )  # fmt: skip
    heard = Moments()
    summary = grade(request, heard)
    graded = time.monotonic()
    if summary.errors:
        raise SystemExit(f"the grader failed: {summary.errors}")
    _show(files, course)
    reported = time.monotonic()
    began, ends = options.began, heard.finished_at
    scoring = heard.scoring_at or graded
    return {
        "runs_made": summary.runs_made,
        "runs_found": summary.runs_found,
        "verdicts": heard.verdicts,
        "first_started_s": None if heard.first_started is None else heard.first_started - began,
        "finished_s": [end - began for end in ends],
        "runs_s": scoring - began,
        "scoring_s": graded - scoring,
        "report_s": reported - graded,
    }


def _show(files: LabFiles, course: Course) -> Path:
    """Print the class table to nobody and write the report, as the commands do at their end."""
    with Path(os.devnull).open("w") as nobody:
        print_class(Console(file=nobody, width=200), files, course)
    return write_class_report(files, course)


def _regrade(options: argparse.Namespace, files: LabFiles, course: Course) -> dict[str, Any]:
    began = time.monotonic()
    result = compute_set(files, course, DataStore(options.store))
    seconds = time.monotonic() - began
    changed = sum(1 for change in result.changes if change.why)
    decide(files, course, apply=False, reason=None)
    return {"submissions": len(result.changes), "changed": changed, "set_s": seconds}


def _report(options: argparse.Namespace, files: LabFiles, course: Course) -> dict[str, Any]:
    began = time.monotonic()
    page = _show(files, course)
    pages = sum(1 for _ in (page.parent / "students").glob("*.html"))
    return {"report_s": time.monotonic() - began, "pages": pages}


def main() -> None:
    """Do one command and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=["grade", "regrade", "report"])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--began", type=float, default=None)
    parser.add_argument("--lab", required=True)
    for name in ("root", "course", "store"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--size", choices=["quick", "full"], default="quick")
    parser.add_argument("--slots", type=int)
    parser.add_argument("--start")
    parser.add_argument("--site", type=Path, help="a site file: run on Slurm")
    options = parser.parse_args()
    options.began = options.began if options.began is not None else time.monotonic()
    watch = Watch()
    files, course = LabFiles(options.root, options.lab), Course(options.course)
    found = {"grade": _grade, "regrade": _regrade, "report": _report}[options.command](options, files, course)
    print(json.dumps({**found, **watch.peaks(), "total_s": time.monotonic() - options.began}))


if __name__ == "__main__":
    main()
