"""Ends of tasks are taken over from their files, whatever Slurm says, and a file that lacks its run is not trusted."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from deepgrade.engine.slurm import Site, TaskFailedError
from deepgrade.engine.slurm.batch import Batch
from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.files import Done, setup_file
from deepgrade.engine.slurm.watch import Watch
from deepgrade.evidence import Verdict
from deepgrade.lab import LabFiles
from deepgrade.records import Course, RunStore
from support.fake_slurm import put_on_path
from support.made_batches import make_setup, make_submission
from support.made_runs import good_items, make_record, write_run

SITE = Site(poll_s=0.1, grace_s=0.4, attempts=2)


class _Watching:
    def __init__(self, folder):
        self.setup = make_setup(folder)
        self.files = LabFiles(folder / "labs", "tiny")
        self.batch = Batch.create(Course(folder / "course"), "tiny", setup_file(self.setup, None, ()))
        for number in range(2):
            submission = make_submission(f"student{number}")
            self.batch.add(submission, self.setup.key(submission))
        self.batch.save()
        self.told = []
        self.submit()

    def submit(self):
        """Note an array as submitted."""
        array = self.batch.plan_array([0, 1], [], requeues=1)
        array.job = 40 + array.number
        self.batch.save()
        return array

    def leave(self, index, *, array=1, verdict=Verdict.OK, run=True, attempt=None):
        """Write what an attempt leaves."""
        attempt = attempt or f"{index}-{array}-0-1"
        key = self.batch.state.tasks[index].key
        if run:
            store = RunStore(Course(self.batch.folder / "attempts" / attempt), "tiny")
            with store.new(key) as folder:
                record = make_record(self.files, student=f"student{index}", key=key, verdict=verdict)
                write_run(folder, record, good_items(folder), None)
                store.finish(folder, record, self.setup.plan)
        done = Done(
            index=index,
            array=array,
            verdict=verdict,
            attempt=attempt,
            node="n0",
            job=f"41_{index}",
            seconds=1,
            finished_at=datetime.now(UTC),
        )
        (self.batch.folder / "done" / f"{index}-{array}.json").write_text(done.model_dump_json())

    def results(self, wanted=frozenset({0, 1}), site=SITE):
        watch = Watch(self.setup, site, Slurm(), started=lambda _: None, tell=self.told.append)
        watch.add(self.batch, set(wanted))
        watch.submit()
        return {done.submission.student: done for done in watch.results()}


@pytest.fixture
def watching(tmp_path, monkeypatch):
    put_on_path(
        tmp_path,
        monkeypatch,
        squeue="true",
        sacct="exit 1",
        scontrol="echo MaxArraySize = 9",
        sbatch="echo 77",
    )
    return _Watching(tmp_path)


def test_ends_are_taken_over_and_the_batch_is_closed(watching):
    watching.leave(0)
    watching.leave(1, verdict=Verdict.TIMEOUT)
    results = watching.results()
    assert [results[f"student{index}"].record.verdict for index in range(2)] == ["ok", "timeout"]
    assert all(watching.setup.store.is_final(task.key) for task in watching.batch.state.tasks)
    assert watching.batch.state.closed
    assert not (watching.batch.folder / "attempts").exists()


def test_end_without_its_run_is_waited_for_and_then_not_believed(watching):
    watching.leave(0)
    watching.leave(1, run=False)
    results = watching.results(site=SITE.model_copy(update={"attempts": 1}))
    assert results["student0"].record.verdict is Verdict.OK
    assert isinstance(results["student1"].error, TaskFailedError)
    assert results["student1"].error.verdict is Verdict.INTERNAL_ERROR


def test_run_that_shows_later_than_its_end_is_taken(watching):
    watching.leave(0)
    watching.leave(1, run=False)

    def show():
        time.sleep(0.3)
        watching.leave(1)

    thread = threading.Thread(target=show)
    thread.start()
    results = watching.results(site=SITE.model_copy(update={"grace_s": 30}))
    thread.join()
    assert results["student1"].record.verdict is Verdict.OK


def test_attempt_that_was_given_up_and_ends_after_all_is_taken(watching):
    watching.submit()
    watching.leave(0)
    watching.leave(1, array=2)
    results = watching.results()
    assert {done.record.verdict for done in results.values()} == {"ok"}


def test_failure_of_the_grader_is_stored_when_every_attempt_is_used_up(watching):
    watching.submit()
    for array in (1, 2):
        for index in range(2):
            watching.leave(index, array=array, verdict=Verdict.INTERNAL_ERROR)
    results = watching.results()
    assert {done.record.verdict for done in results.values()} == {"internal_error"}
    assert not any(watching.setup.store.is_final(task.key) for task in watching.batch.state.tasks)


def test_tasks_of_another_call_are_taken_over_and_not_waited_for(watching):
    watching.leave(0)
    assert watching.results(wanted={0}).keys() == {"student0"}
    assert not watching.batch.state.closed
    watching.leave(1)
    assert watching.results(wanted=frozenset()) == {}
    assert watching.batch.state.closed
    assert all(watching.setup.store.is_final(task.key) for task in watching.batch.state.tasks)


def test_task_that_left_nothing_is_submitted_again_and_the_instructor_is_told(watching):
    watching.leave(0)
    thread = threading.Timer(2.0, lambda: watching.leave(1, array=2))
    thread.start()
    results = watching.results(site=SITE.model_copy(update={"attempts": 5, "grace_s": 1.0}))
    thread.join()
    assert results["student1"].record.verdict is Verdict.OK
    assert "attempt 2 of 5 follows" in watching.told[0]
    assert watching.batch.state.arrays[1].indexes == [1]
