"""Re-grading: the same evidence, today's checks, computed aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.evidence import RunRecord
from deepgrade.grading.grade import open_gradebook
from deepgrade.grading.rescore import score_stored
from deepgrade.lab import CapturePlan, LabFiles, load_checks, load_lab, make_plan
from deepgrade.records import Change, Course, Gradebook, GradebookError, RunStore, changes_of


@dataclass(frozen=True)
class RegradeResult:
    """A re-grade set, computed or found.

    Attributes:
        set_id: The set.
        changes: One a student.
        stale: Students whose run was not asked to keep what the checks now want, with what is missing:
            these checks are not assessed until the runs are made again.
    """

    set_id: int
    changes: list[Change]
    stale: dict[str, list[str]]


def compute_set(files: LabFiles, course: Course, store: DataStore) -> RegradeResult:
    """Score every run in force with today's checks, aside; an undecided set of before is shown, not redone.

    Raises:
        LabError: The lab's files are wrong.
        GradebookError: Nothing has been graded yet.
    """
    lab = load_lab(files)
    plan = make_plan(lab, load_checks(files.checks).checks)
    run_store = RunStore(course, lab.name)
    with course.working() as scratch, open_gradebook(course) as gradebook:
        run_store.sweep()
        runs = list(_runs_in_force(gradebook, run_store, lab.name))
        if not runs:
            raise GradebookError(
                f"No run of {lab.name} is stored in {course.root}. Run `deepgrade grade {lab.name}` first."
            )
        gradebook.require_decided(lab.name)
        once = {
            submission_id: (folder, record) for _, submission_id, folder, record in runs
        }  # groups share one
        scored = score_stored(
            files, lab, course, store, [(key, *run) for key, run in once.items()], scratch=scratch
        )
        # All at once: a set that is half there after a crash could be applied by half.
        set_id = gradebook.new_set(lab.name, list(scored))
        stale = {student: missing for student, _, _, record in runs if (missing := lacking(record, plan))}
        return RegradeResult(set_id, list(changes_of(gradebook, lab.name, set_id)), stale)


def undecided_set(files: LabFiles, course: Course) -> RegradeResult | None:
    """Return the lab's undecided set, None when there is none."""
    with open_gradebook(course) as gradebook:
        set_id = gradebook.open_set(files.name)
        return (
            None
            if set_id is None
            else RegradeResult(set_id, list(changes_of(gradebook, files.name, set_id)), {})
        )


def decide(
    files: LabFiles, course: Course, *, apply: bool, reason: str | None, who: str | None = None
) -> tuple[int, int]:
    """Apply or cancel the lab's undecided set; return (set id, number of scores).

    Raises:
        GradebookError: There is none, or it is to be applied without a reason.
    """
    with course.working(), open_gradebook(course) as gradebook:
        set_id = gradebook.open_set(files.name)
        if set_id is None:
            raise GradebookError(
                f"There is no undecided re-grade set of {files.name}. `deepgrade regrade {files.name}` makes one."
            )
        return set_id, gradebook.decide_set(set_id, apply=apply, reason=reason, who=who)


def lacking(record: RunRecord, plan: CapturePlan) -> list[str]:
    """Return what the plan asks for and the run was not asked to keep, as `question/name`."""
    return [
        f"{question}/{name}"
        for question, capture in plan.questions.items()
        for name in capture.names
        if name not in record.plan.get(question, ())
    ]


def _runs_in_force(
    gradebook: Gradebook, store: RunStore, lab: str
) -> Iterator[tuple[str, int, Path, RunRecord]]:
    for entry in gradebook.entries(lab):
        record = store.read(entry.run_key) if entry.run_key else None
        if record is not None and entry.run_key is not None:
            yield entry.student, entry.submission_id, store.folder(entry.run_key), record
