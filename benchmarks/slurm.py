"""What the Slurm engine costs: a class of trivial submissions from `grade` to scores, and what of it is overhead.

    PYTHONPATH=tests python -m benchmarks.slurm --submissions 200

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
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, Table, seconds
from benchmarks.driving import head
from benchmarks.kept import Figures
from deepgrade.data import DataStore
from deepgrade.records import Course, RunStore
from support.cluster import Cluster, running_cluster
from support.small_class import COUNT, make_small_lab, notebook, write_class

NAME = "slurm"
_JOB_SLOTS = 4
"""Of the two nodes of `.ci/slurm`, two each."""


def measure_long(bench: Bench) -> None:
    """Measure a class of 500."""
    count = 20 if bench.quick else 500
    bench.get(f"{NAME}/{count}", lambda: measure_class(bench.fresh(NAME), count))


def measure_class(folder: Path, submissions: int, poll_s: float = 1.0) -> Figures:
    """Grade a class on a cluster and return what it took.

    Args:
        folder: A new folder.
        submissions: How many.
        poll_s: Seconds between two looks of the head.
    """
    files = make_small_lab(folder / "labs")
    store = DataStore(folder / "store")
    store.synthetic("mnist", "quick")
    names = [f"student{number:03}" for number in range(submissions)]
    handed_in = write_class(folder / "in", {who: notebook(count=f"{COUNT}\n# {who}") for who in names})
    site = folder / "site.toml"
    site.write_text(f'memory_margin_mib = 400\npoll_s = {poll_s}\ngrace_s = 5\nsandbox = "bubblewrap"\n')
    course = Course(folder / "course")
    with running_cluster(folder / "cluster") as cluster:
        before = dict(os.environ)
        os.environ |= cluster.environment
        try:
            graded = head("grade", files, course, store.root, [handed_in], site=site)
            again = head("grade", files, course, store.root, [handed_in], site=site)
            asked = _requests(cluster)
        finally:
            os.environ.clear()
            os.environ |= before
    if graded["runs_made"] != submissions:
        raise SystemExit(f"{graded['runs_made']} of {submissions} runs were made")
    ends = [json.loads(path.read_text()) for path in course.root.glob("slurm/small/*/done/*.json")]
    runs = RunStore(course, "small")
    walls = [record.wall_s for key in runs.keys() if (record := runs.read(key))]  # noqa: SIM118 - no dict
    task_s = statistics.median(end["seconds"] for end in ends)
    return {
        "count": submissions,
        "job_slots": _JOB_SLOTS,
        "total_s": graded["runs_s"] + graded["scoring_s"],
        "first_result_s": graded["finished_s"][0],
        "scoring_s": graded["scoring_s"],
        "run_s": statistics.median(walls),
        "task_s": task_s,
        "between_tasks_s": graded["runs_s"] * _JOB_SLOTS / len(ends) - task_s,
        "again_s": again["runs_s"] + again["scoring_s"],
        "poll_s": poll_s,
        **asked,
        "head_mib": graded["head_mib"],
        "largest_child_mib": graded["largest_child_mib"],
    }


def _requests(cluster: Cluster) -> dict[str, int]:
    """Return how many requests the controller has answered, as `sdiag` counts them."""
    said = cluster.ask("sdiag", check=False)
    counted: dict[str, Any] = {}
    for line in said.splitlines():
        words = line.split()
        if len(words) >= 3 and words[0].startswith("REQUEST_") and "count:" in words[2]:
            counted[words[0].lower()] = int(words[2].removeprefix("count:"))
    wanted = (
        "request_submit_batch_job",
        "request_job_info",
        "request_job_user_info",
        "request_job_info_single",
    )
    return {name: counted[name] for name in wanted if name in counted}


def tables(figures: dict[str, Figures]) -> list[Table]:
    """Return what was measured as a table."""
    found = [value for name, value in figures.items() if name.startswith(f"{NAME}/")]
    if not found:
        return []
    one = max(found, key=lambda value: int(value["count"]))
    rows: list[tuple[str, ...]] = [
        ("`grade`, from files to scores", seconds(one["total_s"])),
        ("a submission of it", seconds(one["total_s"] / one["count"])),
        ("to the first result", seconds(one["first_result_s"])),
        ("the sandboxed run, median", seconds(one["run_s"])),
        ("a task on its node, from its start to its done-file, median", seconds(one["task_s"])),
        (
            "the task beyond its run: Python, the data, the infer process",
            seconds(one["task_s"] - one["run_s"]),
        ),
        ("between two tasks of a slot, by Slurm, mean", seconds(one["between_tasks_s"])),
        ("scoring at the end", seconds(one["scoring_s"])),
        ("the same call again", seconds(one["again_s"])),
        ("memory of the head", f"{one['head_mib']:.0f} MiB"),
    ]
    slots = f"{one['job_slots']} job slots of 2 processors"
    return [
        Table(NAME, f"{one['count']} submissions that compute nothing on Slurm, {slots}", ("", "took"), rows)
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--poll", type=float, default=1.0, help="seconds between two looks of the head")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deepgrade-bench-") as name:
        print(json.dumps(measure_class(Path(name) / "slurm", options.submissions, options.poll), indent=1))


if __name__ == "__main__":
    main()
