"""Grading again after a check was changed: stored evidence is scored again here; otter and nbgrader run everything again."""

from __future__ import annotations

import statistics

from benchmarks import together
from benchmarks.bench import STARTS, Bench, Table, seconds, times
from benchmarks.clones import edited_lab
from benchmarks.driving import head
from benchmarks.kept import Figures
from benchmarks.peers import nbgrader, otter
from deepgrade.records import Course

NAME = "regrade"


def measure(bench: Bench) -> None:
    """Measure; the class is the one that `together` has graded."""
    together.measure(bench)
    subject, count = together.subject_of(bench), together.count_of(bench)
    few = 2

    def ours() -> Figures:
        course = Course(bench.work / together.NAME / STARTS[-1] / "course")
        edited = edited_lab(subject.files, bench.fresh(NAME, "edited"))
        found = head("regrade", edited, course, subject.store)
        return {
            "count": count,
            "total_s": found["wall_s"],
            "set_s": found["set_s"],
            "submissions": found["submissions"],
        }

    def with_otter() -> Figures:
        took = otter(subject, few, bench.fresh(NAME, "otter"))
        return {"count": few, "each_s": statistics.mean(one.wall_s for one in took)}

    def with_nbgrader() -> Figures:
        folder = bench.fresh(NAME, "nbgrader")
        one, two = nbgrader(subject, 1, folder).wall_s, nbgrader(subject, few, folder).wall_s
        each = (two - one) / (few - 1)
        return {"count": few, "each_s": each, "start_up_s": one - each}

    bench.get(f"{NAME}/deepgrade", ours)
    if not bench.quick:
        bench.get(f"{NAME}/otter", with_otter)
        bench.get(f"{NAME}/nbgrader", with_nbgrader)


def tables(figures: dict[str, Figures]) -> list[Table]:
    """Return what was measured as a table."""
    ours = figures.get(f"{NAME}/deepgrade")
    if ours is None:
        return []
    count = ours["count"]
    rows: list[tuple[str, ...]] = [
        ("`deepgrade regrade`", f"{count} submissions", seconds(ours["total_s"]), "1.00 x")
    ]
    for tool, words in (("otter", "`otter run`"), ("nbgrader", "`nbgrader autograde --force`")):
        found = figures.get(f"{NAME}/{tool}")
        if found is not None:
            whole = found["each_s"] * count + found.get("start_up_s", 0.0)
            rows.append(
                (
                    words,
                    f"{found['count']} submissions, reckoned up",
                    seconds(whole),
                    times(whole / ours["total_s"]),
                )
            )
    title = f"A class of {count} again, after a changed check"
    return [Table(NAME, title, ("", "measured", "the class", "of ours"), rows)]
