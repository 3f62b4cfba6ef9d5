"""Feed the report from a course's gradebook and run folders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from deepgrade.board.showing.withheld import withheld_evaluations
from deepgrade.evidence import DataFacts
from deepgrade.lab import Lab, LabFiles, load_lab
from deepgrade.records import Course, Entry, Gradebook, GradebookError, RunStore, read_people
from deepgrade.report.model import ClassReport, StudentEntry
from deepgrade.score import SubmissionScore, zero_questions


def class_report(files: LabFiles, course: Course, gradebook: Gradebook) -> ClassReport:
    """Return what the report of a lab is made from; students are loaded one at a time.

    Raises:
        GradebookError: Nobody has handed in anything.
    """
    lab = load_lab(files)
    store = RunStore(course, lab.name)
    if not gradebook.students(lab.name):
        raise GradebookError(
            f"Nothing of {lab.name} is graded in {course.root}. Run `deepgrade grade {lab.name} ...` first,"
            " or take results of other tools over with `deepgrade import`."
        )

    def students() -> Iterator[StudentEntry]:
        for entry in gradebook.entries(lab.name):
            yield student_entry(entry, store, lab)

    data, without_walls = _runs_of(gradebook, store, lab.name)
    return ClassReport(
        lab=lab,
        course=course.root.resolve().name,
        made_at=datetime.now(UTC),
        students=students,
        data=data,
        synthetic=any(facts.origin == "synthetic" for facts in data),
        without_walls=without_walls,
        people=read_people(course.people(lab.name)),
        withheld=withheld_evaluations(files, course, gradebook, now=datetime.now(UTC)),
    )


def student_entry(entry: Entry, store: RunStore, lab: Lab) -> StudentEntry:
    """Return what a report needs of a student: the submission in force with its run."""
    record = store.read(entry.run_key) if entry.run_key else None
    score = entry.score
    if score is None and entry.refusal is not None:
        # Nothing to grade is 0 points, not a gap in the table.
        score = SubmissionScore(
            lab=lab.name,
            student=entry.student,
            run_key="",
            scored_at=datetime.now(UTC),
            checks_sha256="",
            questions=zero_questions(lab),
        )
    return StudentEntry(
        student=entry.student,
        slug=entry.student,
        score=score,
        run=record,
        run_folder=store.folder(entry.run_key) if record is not None and entry.run_key else None,
        refusal=entry.refusal,
        beside=entry.beside,
    )


def _runs_of(gradebook: Gradebook, store: RunStore, lab: str) -> tuple[tuple[DataFacts, ...], bool]:
    """Return the data sets of the runs in force, and whether one of them had no sandbox around it."""
    without_walls = False
    found: dict[tuple[str, str], DataFacts] = {}
    for entry in gradebook.entries(lab):
        record = store.read(entry.run_key) if entry.run_key else None
        if record is not None and record.sandbox.partition(",")[0] == "none":
            without_walls = True
        for facts in record.data if record is not None else ():
            found.setdefault((facts.name, facts.fingerprint), facts)
    return tuple(found.values()), without_walls
