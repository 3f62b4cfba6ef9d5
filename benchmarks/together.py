"""A class of 24 on all processors: deepgrade, from files to the report, against as many bare runs, two at a time."""

from __future__ import annotations

import os
import statistics
import time

from benchmarks import subjects
from benchmarks.bare import bare_class
from benchmarks.bench import STARTS, Bench, Table, seconds, times
from benchmarks.driving import head
from benchmarks.kept import Figures
from benchmarks.subjects import Subject

NAME = "class"


def subject_of(bench: Bench) -> Subject:
    """Return the lab that the class hands in."""
    return subjects.tiny_model(bench.work) if bench.quick else subjects.one_layer(bench.work)


def count_of(bench: Bench) -> int:
    """Return the size of the class."""
    return 4 if bench.quick else 24


def measure(bench: Bench) -> None:
    """Measure."""
    subject, count, together = subject_of(bench), count_of(bench), os.cpu_count() or 1

    def run_bare() -> Figures:
        began = time.monotonic()
        took = bare_class(subject, count, bench.fresh(NAME, "bare"), together=together)
        return {
            "count": count,
            "together": together,
            "total_s": time.monotonic() - began,
            "each_s": statistics.mean(one.wall_s for one in took),
            "cpu_s": sum(one.cpu_s for one in took),
        }

    bench.get(f"{NAME}/bare", run_bare)
    for start in STARTS:
        bench.get(f"{NAME}/deepgrade {start}", lambda start=start: _deepgrade(bench, subject, count, start))


def _deepgrade(bench: Bench, subject: Subject, count: int, start: str) -> Figures:
    folder = subject.write_class(bench.fresh(NAME, start, "submissions"), count, "otter")
    together = os.cpu_count() or 1
    found = head(
        "grade", subject.files, bench.course(NAME, start, "course"), subject.store, [folder],
        slots=together, start=start,
    )  # fmt: skip
    first = found["first_started_s"]
    return {
        "count": count,
        "together": together,
        "total_s": found["wall_s"],
        "start_up_s": first,
        "runs_s": found["runs_s"] - first,
        "afterwards_s": found["scoring_s"] + found["report_s"],
        "cpu_s": found["cpu_s"],
        "head_mib": found["head_mib"],
        "verdicts": found["verdicts"],
    }


def tables(figures: dict[str, Figures]) -> list[Table]:
    """Return what was measured as a table."""
    bare = figures.get(f"{NAME}/bare")
    if bare is None:
        return []
    rows: list[tuple[str, ...]] = [
        ("bare scripts", seconds(bare["total_s"]), "1.00 x", "", seconds(bare["total_s"]), "")
    ]
    for start in ("prepared", "plain"):
        found = figures.get(f"{NAME}/deepgrade {start}")
        if found is not None:
            rows.append(
                (
                    f"deepgrade, {start}",
                    seconds(found["total_s"]),
                    times(found["total_s"] / bare["total_s"]),
                    seconds(found["start_up_s"]),
                    seconds(found["runs_s"]),
                    seconds(found["afterwards_s"]),
                )
            )
    title = f"A class of {bare['count']}, {bare['together']} at a time"
    return [
        Table(NAME, title, ("", "in all", "of the bare runs", "start", "runs", "scores and report"), rows)
    ]
