"""Re-grading: the same evidence, today's checks, computed aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.evidence import RunRecord
from deepgrade.grading.grade import open_gradebook
from deepgrade.grading.rescore import StoredRun, score_stored
from deepgrade.lab import CapturePlan, LabFiles, load_checks, load_lab, make_plan
from deepgrade.records import Change, Course, Gradebook, GradebookError, RunStore, changes_of, in_force_of
from deepgrade.score import SubmissionScore


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
        once: dict[int, StoredRun] = {}  # groups share one
        stale: dict[str, list[str]] = {}
        for student, run, missing in _runs_in_force(gradebook, run_store, lab.name, plan):
            once.setdefault(run.submission_id, run)
            if missing:
                stale[student] = missing
        if not once:
            raise GradebookError(
                f"No run of {lab.name} is stored in {course.root}. Run `deepgrade grade {lab.name}` first."
            )
        gradebook.require_decided(lab.name)
        scored = score_stored(files, lab, course, store, once.values(), scratch=scratch)
        # All at once: a set that is half there after a crash could be applied by half. Scores wait on the disk meanwhile:
        # in memory they would be the largest part of it, and in an open transaction they would keep others from writing.
        spooled = spool_scores(scored, scratch / "scores.jsonl")
        set_id = gradebook.new_set(lab.name, spooled)
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


def spool_scores(
    scored: Iterable[tuple[int, SubmissionScore]], path: Path
) -> Iterator[tuple[int, SubmissionScore]]:
    """Write scores to a file, all of them, and return them from there, one in memory at a time."""
    with path.open("w", encoding="utf-8") as lines:
        for submission_id, score in scored:
            lines.write(f"{submission_id} {score.model_dump_json()}\n")
    return _spooled(path)


def _spooled(path: Path) -> Iterator[tuple[int, SubmissionScore]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            submission_id, _, text = line.partition(" ")
            yield int(submission_id), SubmissionScore.model_validate_json(text)


def _runs_in_force(
    gradebook: Gradebook, store: RunStore, lab: str, plan: CapturePlan
) -> Iterator[tuple[str, StoredRun, list[str]]]:
    """Yield (student, run, what the plan asks for and the run lacks)."""
    for one in in_force_of(gradebook, lab):
        record = store.read(one.run_key) if one.run_key else None
        if record is not None and one.run_key is not None:
            run = StoredRun.of(one.submission_id, store.folder(one.run_key), record)
            yield one.student, run, lacking(record, plan)
