"""What brings a course back after a fault, part by part."""

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepgrade.engine.one import _predicted
from deepgrade.evidence import Verdict
from deepgrade.files import (
    LockedError,
    StorageError,
    atomic_folder,
    exclusive,
    remove_unfinished,
    storage_error,
    storage_errors,
    write_atomic,
)
from deepgrade.infer import InferJob, InferReport, ModelEntry, Reason, WorkerDiedError
from deepgrade.records import Course, Gradebook, GradebookError, RunStore
from deepgrade.sandbox import SandboxLimits, SandboxRequest
from deepgrade.sandbox.bubblewrap import Bubblewrap
from deepgrade.score import SubmissionScore
from deepgrade.score.job import SessionJob
from support.made_runs import make_lab, make_record
from support.small_class import make_small_lab

KEY = "1" * 64
HOLD = "import sys, time\nfrom pathlib import Path\nfrom deepgrade.files import exclusive\n"
HOLD += "with exclusive(Path(sys.argv[1]), place=Path('/the/course')):\n    print('held', flush=True)\n    time.sleep(60)\n"


def _score(run_started_at, scored_at=None):
    return SubmissionScore(
        lab="tiny",
        student="ada",
        run_key=KEY,
        scored_at=scored_at or datetime.now(UTC),
        checks_sha256="c",
        run_started_at=run_started_at,
        questions=(),
    )


def test_second_process_is_told_who_holds_the_lock_and_a_kill_frees_it(tmp_path):
    path = tmp_path / "course.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    told = rf"at work on /the/course \(process {holder.pid} on"
    with pytest.raises(LockedError, match=told), exclusive(path, place=Path("/the/course")):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with exclusive(path, place=Path("/the/course")):
        pass


def test_course_is_worked_on_by_one_and_reports_wait_for_each_other(tmp_path):
    course = Course(tmp_path / "course")
    with course.working() as scratch:
        (scratch / "copy").write_text("x")
        with pytest.raises(LockedError, match="then give this command again"), course.working():
            pass
        with course.reporting("le5") as folder:
            assert folder.is_dir()
    assert not scratch.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_error_of_the_disk_names_the_folder_and_what_to_do(tmp_path, number):
    error = OSError(number, os.strerror(number), str(tmp_path / "runs" / "x.npy"))
    said = str(storage_error(error, tmp_path))
    assert str(tmp_path) in said
    assert "give the same command again" in said


def test_full_disk_is_understood_without_a_name_and_in_a_copied_tree(tmp_path):
    with pytest.raises(StorageError, match=f"No room is left for {tmp_path}"), storage_errors(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    target = tmp_path / "new" / "b"
    copied = shutil.Error([("a", str(target), f"[Errno 28] No space left on device: {str(target)!r}")])
    assert str(target.parent) in str(storage_error(copied))


def test_other_errors_stay_what_they_are(tmp_path):
    assert storage_error(OSError(errno.ECHILD, "no child"), tmp_path) is None
    assert storage_error(PermissionError(errno.EPERM, "kill"), tmp_path) is None
    assert storage_error(shutil.Error([("a", "b", "c")]), tmp_path) is None


def test_what_a_kill_left_half_written_is_removed_and_nothing_else(tmp_path):
    write_atomic(tmp_path / "kept.json", "{}")
    with atomic_folder(tmp_path / "run"):
        pass
    (tmp_path / ".gitignore").write_text("")
    (tmp_path / ".kept.json.ab12cd_9").write_text("{")
    (tmp_path / ".run.zz34yy_8").mkdir()
    assert remove_unfinished(tmp_path) == [".kept.json.ab12cd_9", ".run.zz34yy_8"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore", "kept.json", "run"]


def test_predictions_that_were_being_replaced_are_put_back(tmp_path):
    course = Course(tmp_path)
    store = RunStore(course, "tiny")
    run = store.folder(KEY)
    for number in (2, 10):
        (run / f"predictions-{number}").mkdir(parents=True)
        (run / f"predictions-{number}" / "infer.json").write_text(str(number))
    (run / ".predictions.ab12cd_9").mkdir()
    (course.runs("tiny") / f"{KEY}.fresh").mkdir()
    store.sweep()
    assert (run / "predictions" / "infer.json").read_text() == "10"
    assert sorted(path.name for path in run.iterdir()) == ["predictions", "predictions-2"]
    assert [path.name for path in course.runs("tiny").iterdir()] == [KEY]


def test_damaged_gradebook_is_told_without_a_traceback(tmp_path):
    path = tmp_path / "gradebook.db"
    path.write_bytes(b"SQLite format 3\x00" + os.urandom(8000))
    with pytest.raises(GradebookError, match="is damaged"):
        Gradebook(path)


def test_gradebook_in_a_place_that_is_no_folder_is_told(tmp_path):
    (tmp_path / "gradebook.db").mkdir()
    with pytest.raises(StorageError, match=r"read-only or closed"):
        Gradebook(tmp_path / "gradebook.db")


@settings(max_examples=20)
@given(hours=st.lists(st.integers(-100, 100), min_size=2, max_size=6))
def test_file_handed_in_last_is_in_force_whatever_the_clock_did(tmp_path_factory, hours):
    path = tmp_path_factory.mktemp("book") / "g.db"
    book = Gradebook(path)
    try:
        for number, shift in enumerate(hours):
            book.add_submission("tiny", "ada", "a.ipynb", sha256=f"{number:064}", run_key=f"{number:064}")
            with sqlite3.connect(path) as database:
                # As if the clock had been wrong by so much just then.
                moment = (datetime.now(UTC) + timedelta(hours=shift)).strftime("%Y-%m-%d %H:%M:%S.%f")
                database.execute(
                    "UPDATE submission SET received_at = max(received_at, ?)"
                    " WHERE id = (SELECT max(id) FROM submission)",
                    [moment],
                )
            assert book.entry("tiny", "ada").run_key == f"{number:064}"
    finally:
        book.close()


def test_score_of_a_failed_run_is_not_taken_for_the_next_one_after_the_clock_went_back(tmp_path):
    record = make_record(make_lab(tmp_path), key=KEY, verdict=Verdict.OK)
    late = record.started_at + timedelta(hours=9)
    assert not _score(late, scored_at=late + timedelta(minutes=1)).is_of(record)
    assert _score(record.started_at, scored_at=record.started_at - timedelta(hours=3)).is_of(record)
    assert _score(None, scored_at=late).is_of(record)


def test_regrade_set_is_there_as_a_whole_or_not_at_all(tmp_path):
    book = Gradebook(tmp_path / "g.db")
    submission = book.add_submission("tiny", "ada", "a.ipynb", sha256="a" * 64, run_key=KEY)

    def scores():
        yield submission, _score(None)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.new_set("tiny", scores())
    assert book.open_set("tiny") is None
    score = _score(None)
    whole = book.new_set("tiny", [(submission, score)])
    assert book.set_score(whole, submission) == score
    assert book.set_score(whole, submission + 1) is None
    book.close()


def test_run_closes_no_descriptor_of_another_thread():
    sandbox = Bubblewrap()
    limits = SandboxLimits(wall_s=60, memory_mib=256, processes=32, disk_mib=16, cpus=1.0)
    ended = threading.Event()
    lost: list[int] = []

    def another() -> None:
        while not ended.wait(0.0005):
            handles = [os.open("/dev/null", os.O_RDONLY) for _ in range(6)]
            time.sleep(0.0005)
            for handle in handles:
                try:
                    os.close(handle)
                except OSError:
                    lost.append(handle)

    thread = threading.Thread(target=another)
    thread.start()
    try:
        for _ in range(25):
            sandbox.run(SandboxRequest(command=["/usr/bin/true"], limits=limits))
    finally:
        ended.set()
        thread.join()
    assert lost == []


class _Worker:
    """An infer worker that does what it is told to, one answer a call."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def predict(self, job, destination):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _report(reason):
    return InferReport(models={"b6/network": ModelEntry(status="failed" if reason else "ok", reason=reason)})


@pytest.mark.parametrize("first", [_report(Reason.CHILD_CRASHED), WorkerDiedError("killed")])
def test_model_is_predicted_again_when_the_worker_was_killed(tmp_path, first):
    worker = _Worker(first, _report(None))
    assert _predicted(InferJob(evidence=tmp_path), tmp_path, worker)
    assert worker.answers == []


def test_model_that_fails_twice_is_kept_as_failed_and_not_as_the_last_word(tmp_path):
    failing = [_report(Reason.CHILD_TIMEOUT)] * 2
    assert not _predicted(InferJob(evidence=tmp_path), tmp_path, _Worker(*failing))
    refused = _Worker(_report(Reason.CUSTOM_CODE))
    assert _predicted(InferJob(evidence=tmp_path), tmp_path, refused)


def test_scoring_process_ends_with_the_one_that_started_it(tmp_path, digits_store):
    files = make_small_lab(tmp_path / "root")
    files.checks.write_text("import time\nprint('here', flush=True)\ntime.sleep(600)\n")
    public = digits_store.find("mnist", "synthetic", "quick").path.parent
    job = SessionJob(root=files.root, lab=files.name, size="quick", public=public, labels={}, runs=())
    (tmp_path / "job.json").write_text(job.model_dump_json())
    words = ["-m", "deepgrade.score.session", str(tmp_path / "job.json"), str(tmp_path / "out")]
    process = subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "out").exists():  # it has begun
            assert process.poll() is None and time.monotonic() < deadline
        process.stdin.close()
        assert process.wait(60) == 1
    finally:
        process.kill()
        process.wait()
