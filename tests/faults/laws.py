"""What must hold after any fault, once `grade` has been given again and has ended."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from deepgrade.evidence import RunRecord
from deepgrade.records import Course, Gradebook, RunStore
from faults.classroom import LAB, Head
from faults.isolation import JobWatch, mounts
from faults.processes import survivors

Marks = dict[str, tuple[str, dict[str, float | None]]]
"""Student -> verdict and points of each question."""


@dataclass(frozen=True)
class Quiet:
    """The machine before a fault, to compare with."""

    mounts: list[str]
    temporary: Path

    @classmethod
    def now(cls, temporary: Path) -> Quiet:
        """Look at it."""
        return cls(mounts(), temporary)


def marks(course: Path) -> Marks:
    """Return what a course's gradebook and runs say about every student."""
    store = RunStore(Course(course), LAB)
    gradebook = Gradebook(course / "gradebook.db")
    try:
        found: Marks = {}
        for entry in gradebook.entries(LAB):
            record = store.read(entry.run_key) if entry.run_key else None
            verdict = record.verdict.value if record else "invalid_submission" if entry.refusal else "none"
            questions = entry.score.questions if entry.score else ()
            found[entry.student] = (verdict, {q.question: q.points for q in questions})
        return found
    finally:
        gradebook.close()


def broken_laws(
    course: Path, expected: Marks, *, quiet: Quiet, watch: JobWatch, heads: list[Head], scores: int = 1
) -> list[str]:
    """Return the laws that do not hold, each as a sentence.

    Args:
        course: A finished course.
        expected: What an undisturbed grading gave.
        quiet: The machine before.
        watch: What saw the sandbox's jobs.
        heads: Every command that was given.
        scores: How many scores in force each submission has got (more after a re-grade).
    """
    broken = _tracebacks(heads)
    broken += [f"still alive: {line}" for line in survivors(5.0)]
    broken += [f"left behind: {line}" for line in watch.left()]
    broken += [f"left mounted: {place}" for place in set(mounts()) - set(quiet.mounts)]
    kept = {f"deepgrade-{os.geteuid()}"}  # an ordinary user's sandbox state
    broken += [
        f"left in the temporary folder: {p.name}" for p in quiet.temporary.iterdir() if p.name not in kept
    ]
    broken += _gradebook(course, scores)
    broken += _runs(course)
    broken += _report(course)
    got = marks(course)
    for student in sorted(got.keys() | expected.keys()):
        if got.get(student) != expected.get(student):
            broken.append(f"{student} got {got.get(student)}, undisturbed {expected.get(student)}")
    return broken


def _tracebacks(heads: list[Head]) -> list[str]:
    return [
        f"a traceback reached the user: {' '.join(head.said.split())[-300:]}"
        for head in heads
        if "Traceback" in head.said
    ]


def _gradebook(course: Path, scores: int) -> list[str]:
    broken: list[str] = []
    database = sqlite3.connect(course / "gradebook.db")
    try:
        said = database.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            broken.append(f"the gradebook is damaged: {said}")
        rows = database.execute("SELECT id, student, run_key FROM submission").fetchall()
        broken += [f"{name} has {n} submissions" for name, n in Counter(r[1] for r in rows).items() if n > 1]
        applied = Counter(
            row[0] for row in database.execute("SELECT submission_id FROM score WHERE state = 'applied'")
        )
        broken += [
            f"{student} has {applied[number]} scores instead of {scores if key else 0}"
            for number, student, key in rows
            if applied[number] != (scores if key else 0)
        ]
    finally:
        database.close()
    return broken


def _runs(course: Path) -> list[str]:
    broken: list[str] = []
    store = RunStore(Course(course), LAB)
    gradebook = Gradebook(course / "gradebook.db")
    try:
        entries = {entry.run_key: entry for entry in gradebook.entries(LAB) if entry.run_key}
    finally:
        gradebook.close()
    if set(store.keys()) != set(entries):
        broken.append(f"{len(store.keys())} run folders, {len(entries)} runs in the gradebook")
    for key, entry in entries.items():
        folder = store.folder(key)
        record = RunRecord.model_validate_json((folder / "run.json").read_bytes())
        if (record.key, record.submission.student, record.submission.sha256) != (
            key,
            entry.student,
            entry.sha256,
        ):
            broken.append(f"the run {key[:8]} is another one than the gradebook's")
        wanted = ("plan.json", "notebook.ipynb", "log.txt", "evidence", "predictions/infer.json")
        broken += [f"the run {key[:8]} has no {name}" for name in wanted if not (folder / name).exists()]
        if entry.score is None or entry.score.run_key != key:
            broken.append(f"the run {key[:8]} of {entry.student} has no score")
    unfinished = [
        path for path in course.rglob("*") if path.name.startswith(".") or path.name.endswith(".fresh")
    ]
    broken += [f"unfinished: {path.relative_to(course)}" for path in unfinished]
    broken += [f"left over: {path.name}" for path in course.iterdir() if path.name == "scratch"]
    return broken


def _report(course: Path) -> list[str]:
    broken: list[str] = []
    folder = course / "report" / LAB
    totals = {
        name: sum(points for question, points in given.items() if points is not None and question != "a3")
        for name, (_, given) in marks(course).items()
    }
    results = json.loads((folder / "results.json").read_text())
    listed = [(row["student"], row["points"]["automatic"]) for row in results["students"]]
    with (folder / "grades.csv").open(newline="", encoding="utf-8-sig") as stream:
        in_table = [(row["student"], float(row["automatic_points"])) for row in csv.DictReader(stream)]
    for what, found in (("results.json", listed), ("grades.csv", in_table)):
        if sorted(found) != sorted(totals.items()):
            broken.append(f"{what} says {sorted(found)[:5]}, the gradebook {sorted(totals.items())[:5]}")
    pages = [folder / "index.html", *(folder / "students").glob("*.html")]
    broken += [f"{page.name} is cut off" for page in pages if "</html>" not in page.read_text()[-200:]]
    if len(pages) != len(totals) + 1:
        broken.append(f"{len(pages) - 1} pages for {len(totals)} students")
    return broken
