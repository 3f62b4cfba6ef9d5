"""Per submission: deepgrade, otter and nbgrader against the bare script."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from benchmarks import subjects
from benchmarks.bare import bare_class
from benchmarks.bench import STARTS, Bench, Table, seconds, times
from benchmarks.driving import head
from benchmarks.kept import Figures
from benchmarks.peers import nbgrader, otter
from benchmarks.subjects import Subject

NAME = "overhead"
# Of each tool: submissions that are measured.
_COUNTS = {
    "trivial": {"bare": 12, "deepgrade": 12, "otter": 3, "nbgrader": 4},
    "tiny_model": {"bare": 6, "deepgrade": 6, "otter": 3, "nbgrader": 3},
    "le5": {"bare": 2, "deepgrade": 3, "otter": 2, "nbgrader": 2},
}
_QUICK = {"bare": 2, "deepgrade": 3, "otter": 1, "nbgrader": 2}


def measure(bench: Bench) -> None:
    """Measure the two small labs."""
    for subject in (subjects.trivial(bench.work), subjects.tiny_model(bench.work)):
        measure_subject(bench, subject)


def measure_long(bench: Bench) -> None:
    """Measure LE5."""
    measure_subject(bench, subjects.le5(bench.work))


def measure_subject(bench: Bench, subject: Subject) -> None:
    """Measure one lab with everything."""
    counts = _QUICK if bench.quick else _COUNTS[subject.name]
    place = f"{NAME}/{subject.name}"

    def run_bare() -> Figures:
        took = bare_class(subject, counts["bare"], bench.fresh(place, "bare"), together=1)
        return _figures([one.wall_s for one in took], [one.cpu_s for one in took])

    def run_otter() -> Figures:
        took = otter(subject, counts["otter"], bench.fresh(place, "otter"))
        return _figures([one.wall_s for one in took], [one.cpu_s for one in took])

    def run_nbgrader() -> Figures:
        # Its own start is once a class, as ours is: a class of one tells it from what each submission takes.
        count, folder = counts["nbgrader"], bench.fresh(place, "nbgrader")
        one, all_of_them = nbgrader(subject, 1, folder), nbgrader(subject, count, folder)
        each = (all_of_them.wall_s - one.wall_s) / (count - 1)
        return {
            "count": count,
            "each_s": each,
            "start_up_s": one.wall_s - each,
            "total_s": all_of_them.wall_s,
            "cpu_s": all_of_them.cpu_s / count,
        }

    def run_ours(start: str) -> Callable[[], Figures]:
        return lambda: _deepgrade(bench, subject, counts["deepgrade"], start)

    bench.get(f"{place}/bare", run_bare)
    for start in STARTS:
        bench.get(f"{place}/deepgrade {start}", run_ours(start))
    bench.get(f"{place}/otter", run_otter)
    bench.get(f"{place}/nbgrader", run_nbgrader)


def _figures(walls: list[float], cpus: list[float]) -> Figures:
    return {
        "count": len(walls),
        "each_s": statistics.mean(walls),
        "median_s": statistics.median(walls),
        "cpu_s": statistics.mean(cpus),
    }


def _deepgrade(bench: Bench, subject: Subject, count: int, start: str) -> Figures:
    place = f"{NAME}/{subject.name}/{start}"
    folder = subject.write_class(bench.fresh(place, "submissions"), count, "otter")
    found = head(
        "grade", subject.files, bench.course(place, "course"), subject.store, [folder], slots=1, start=start
    )
    return {"count": count, **steady(found), "cpu_s": found["cpu_s"] / count, "verdicts": found["verdicts"]}


def steady(found: dict[str, Any]) -> dict[str, float]:
    """Return what a submission takes once the first one is done, and what starting takes.

    A class of n is n times `each_s` and once `start_up_s`, then `afterwards_s`: scores, and the report.
    """
    ends = found["finished_s"]
    each = (ends[-1] - ends[0]) / (len(ends) - 1)
    between = [after - before for before, after in pairwise(ends)]
    return {
        "each_s": each,
        "median_s": statistics.median(between),
        "start_up_s": ends[0] - each,
        "afterwards_s": found["scoring_s"] + found["report_s"],
        "total_s": found["wall_s"],
        "head_mib": found["head_mib"],
    }


def tables(figures: dict[str, Figures]) -> list[Table]:
    """Return what was measured as tables."""
    rows: list[tuple[str, ...]] = []
    for name, title in (
        ("trivial", "computes nothing"),
        ("tiny_model", "TensorFlow, a tiny model"),
        ("le5", "LE5, quick data"),
    ):
        bare = figures.get(f"{NAME}/{name}/bare")
        if bare is None:
            continue
        rows.append((title, "bare script", str(bare["count"]), seconds(bare["each_s"]), "", "", ""))
        for tool in (*(f"deepgrade {start}" for start in ("prepared", "plain")), "otter", "nbgrader"):
            found = figures.get(f"{NAME}/{name}/{tool}")
            if found is not None:
                rows.append(
                    (
                        "",
                        {"otter": "`otter run`", "nbgrader": "`nbgrader autograde`"}.get(
                            tool, tool.replace("deepgrade ", "deepgrade, ")
                        ),
                        str(found["count"]),
                        seconds(found["each_s"]),
                        f"{found['each_s'] - bare['each_s']:+.2f} s",
                        times(found["each_s"] / bare["each_s"]),
                        seconds(found["start_up_s"]) if "start_up_s" in found else "",
                    )
                )
    heads = ("notebook", "run by", "measured", "each", "beyond the bare run", "ratio", "once a class")
    return [Table(NAME, "One submission", heads, rows)] if rows else []
