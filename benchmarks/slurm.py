"""What the Slurm engine costs: a class of trivial submissions from `grade` to report, and what of it is overhead.

    PYTHONPATH=tests python benchmarks/slurm.py --submissions 200

Starts a cluster of two small nodes on this machine (as root, with Slurm's packages: `.ci/slurm install`), grades a class of
notebooks that compute nothing on it, and prints seconds. The nodes share this machine's processors: figures are of the
engine's own work, not of a cluster's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.engine.slurm import Site
from deepgrade.grading import GradeRequest, grade
from deepgrade.records import Course, RunStore
from support.cluster import running_cluster
from support.small_class import COUNT, make_small_lab, notebook, write_class


class _Quiet:
    def __init__(self) -> None:
        self.first: float | None = None

    def begin(self, total: int, slots: int) -> None:
        """Say nothing."""

    def started(self, student: str) -> None:
        """Say nothing."""

    def finished(self, student: str, outcome: str, *, stored: bool) -> None:
        """Note when the first result came."""
        self.first = self.first or time.monotonic()

    def note(self, text: str) -> None:
        """Print it."""
        print(f"  {text}")

    def scoring(self, count: int) -> None:
        """Note when the last result came."""
        self.last = time.monotonic()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--poll", type=float, default=1.0, help="seconds between two looks of the head")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deepgrade-bench-") as name:
        folder = Path(name)
        files = make_small_lab(folder / "labs")
        store = DataStore(folder / "store")
        store.synthetic("mnist", "quick")
        names = [f"student{number:03}" for number in range(options.submissions)]
        submissions = write_class(folder / "in", {who: notebook(count=f"{COUNT}\n# {who}") for who in names})
        site = Site(memory_margin_mib=400, poll_s=options.poll, grace_s=5, sandbox="bubblewrap")
        with running_cluster(folder / "cluster") as cluster:
            os.environ |= cluster.environment
            course = Course(folder / "course")
            request = GradeRequest(files, [submissions], course, store, "synthetic", "quick", site=site)
            heard = _Quiet()
            began = time.monotonic()
            summary = grade(request, heard)
            took = time.monotonic() - began
            again = time.monotonic()
            grade(request, _Quiet())
            again = time.monotonic() - again
        assert not summary.errors, summary.errors  # noqa: S101
        assert summary.runs_made == options.submissions  # noqa: S101
        ends = [json.loads(path.read_text()) for path in course.root.glob("slurm/small/*/done/*.json")]
        runs = RunStore(course, "small")
        run_s = statistics.median(record.wall_s for key in runs.keys() if (record := runs.read(key)))  # noqa: SIM118
        task_s = statistics.median(end["seconds"] for end in ends)
        processors = sum(int(line) for line in ["2", "2"])
        print(f"{options.submissions} submissions on {processors} job slots of {os.cpu_count()} processors")
        print(f"grade, from files to scores: {took:.1f} s, {took / options.submissions:.2f} s a submission")
        print(
            f"  to the first result: {heard.first - began:.1f} s; scoring: {began + took - heard.last:.1f} s"
        )
        print(f"a task on its node (median): {task_s:.2f} s, of which the sandboxed run {run_s:.2f} s")
        print(
            f"between tasks, by Slurm and Python's start (mean): {took * processors / len(ends) - task_s:.2f} s"
        )
        print(f"the same call again: {again:.1f} s")


if __name__ == "__main__":
    main()
