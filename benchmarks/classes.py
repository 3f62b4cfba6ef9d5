"""How the head's work grows with a class: stored runs found, scored, put into the gradebook, shown; and scored again.

    PYTHONPATH=tests python -m benchmarks --only classes

No student's code runs here but once, for the few runs of LE5 that the class is copied from.
"""

from __future__ import annotations

import shutil
from typing import Any

from benchmarks import subjects
from benchmarks.bench import Bench, Table, seconds, times
from benchmarks.clones import clone_class, edited_lab
from benchmarks.driving import head
from benchmarks.kept import Figures
from benchmarks.subjects import Subject
from deepgrade.files import write_atomic
from deepgrade.flavours import blank_notebook, master_text, solved_notebook
from deepgrade.flavours.notebook import to_text
from deepgrade.lab import load_mistakes
from deepgrade.records import Course

NAME = "classes"
_COUNTS = (10, 30, 100, 300, 1000)
_QUICK_COUNTS = (10, 60)
_REPORTED = (60, 100, 1000)
"""Sizes of which the report is also made by a process of its own, to see its memory."""
_ORIGINALS = 2
"""Real runs that are copied, besides the blank notebook."""


def measure(bench: Bench) -> None:
    """Measure every size."""
    subject = subjects.trivial(bench.work) if bench.quick else subjects.le5(bench.work)
    sizes = _QUICK_COUNTS if bench.quick else _COUNTS
    missing = [count for count in sizes if f"{NAME}/{count}" not in bench.kept.figures]
    if not missing:
        return
    source = _source(bench, subject)
    for count in missing:
        bench.get(f"{NAME}/{count}", lambda count=count: _one_size(bench, subject, source, count))


def _source(bench: Bench, subject: Subject) -> Course:
    """Return a course with a few runs: solution, known mistakes, a blank notebook."""
    course, folder = Course(bench.work / NAME / "source"), bench.work / NAME / "originals"
    if not course.report(subject.lab).is_dir():
        files, master = subject.files, master_text(subject.files)
        texts = [master, *(m.apply(master) for m in load_mistakes(files.mistakes) if m.size != "full")]
        notebooks = [solved_notebook(files, "otter", text) for text in texts[:_ORIGINALS]]
        for place, notebook in enumerate([*notebooks, blank_notebook(files, "otter")]):
            write_atomic(folder / f"original{place}.ipynb", to_text(notebook))
        head("grade", files, course, subject.store, [folder])
    return course


def _one_size(bench: Bench, subject: Subject, source: Course, count: int) -> Figures:
    place = bench.fresh(NAME, str(count))
    course, folder = Course(place / "course"), place / "submissions"
    ran = clone_class(
        source, bench.work / NAME / "originals", course, subject.files, subject.store, count, folder
    )
    graded = head("grade", subject.files, course, subject.store, [folder])
    if graded["runs_found"] != count:
        raise SystemExit(f"{graded['runs_made']} of {count} copies were run again")
    edited = edited_lab(subject.files, place / "edited")
    before = _run_times(course)
    again = head("regrade", edited, course, subject.store)
    if _run_times(course) != before:
        raise SystemExit("a run was made again for a changed check")
    shown = head("report", subject.files, course, subject.store) if count in _REPORTED else None
    shutil.rmtree(place)
    ingested = graded["runs_s"] + graded["scoring_s"] + graded["report_s"]
    return {
        "count": count,
        "lab": subject.lab,
        "the_runs_took_s": ran,
        "grade": _memory(graded) | {
            "found_s": graded["runs_s"], "scoring_s": graded["scoring_s"], "report_s": graded["report_s"],
            "per_second": count / ingested,
        },
        "regrade": _memory(again) | {"set_s": again["set_s"]},
        **({"report": _memory(shown) | {"report_s": shown["report_s"]}} if shown else {}),
    }  # fmt: skip


def _memory(found: dict[str, Any]) -> dict[str, float]:
    return {
        "total_s": found["wall_s"],
        "cpu_s": found["cpu_s"],
        "head_mib": found["head_mib"],
        "largest_child_mib": found["largest_child_mib"],
    }


def _run_times(course: Course) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in course.root.glob("runs/*/*/run.json")}


def sizes(figures: dict[str, Figures]) -> list[Figures]:
    """Return the figures of every size, the smallest class first."""
    found = [value for name, value in figures.items() if name.startswith(f"{NAME}/")]
    return sorted(found, key=lambda one: int(one["count"]))


def tables(figures: dict[str, Figures]) -> list[Table]:
    """Return what was measured as tables."""
    every = sizes(figures)
    if not every:
        return []
    lab = every[0]["lab"]
    again: list[tuple[str, ...]] = [
        (
            f"{one['count']:,}",
            seconds(one["regrade"]["total_s"]),
            times(one["the_runs_took_s"] / one["regrade"]["total_s"]),
            _mib(one["regrade"], "head_mib"),
            _mib(one["regrade"], "largest_child_mib"),
        )
        for one in every
    ]
    taken: list[tuple[str, ...]] = [
        (
            f"{one['count']:,}",
            seconds(one["grade"]["found_s"]),
            seconds(one["grade"]["scoring_s"]),
            seconds(one["grade"]["report_s"]),
            f"{one['grade']['per_second']:.1f}",
            _mib(one["grade"], "head_mib"),
            _mib(one["grade"], "largest_child_mib"),
            _mib(one["report"], "head_mib") if "report" in one else "",
        )
        for one in every
    ]
    return [
        Table(
            "rescoring",
            f"Stored submissions of {lab} scored again after a changed hidden check",
            ("submissions", "in all", "their runs took", "memory of the head", "of a scoring process"),
            again,
        ),
        Table(
            "records",
            f"The head's own work: `grade` finds stored runs of {lab}, scores them and writes the report",
            ("submissions", "start, found", "scored", "report", "records a second", "memory of the head",
             "of a scoring process", "of `report` alone"),
            taken,
        ),
    ]  # fmt: skip


def _mib(found: dict[str, float], name: str) -> str:
    return f"{found[name]:.0f} MiB"
