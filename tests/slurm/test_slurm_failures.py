"""What fails on a cluster is tried again, and never blamed on a student."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from deepgrade.engine.slurm import SlurmError
from support.cluster import wait_for
from support.small_class import LOAD, notebook

pytestmark = pytest.mark.slurm

FULL = ("ok", {"a1": 1.0, "a2": 2.0, "a3": None})
SLOW = notebook(load=f"import time\ntime.sleep(3)\n{LOAD}")


class _Grading(threading.Thread):
    """A grading in a thread, so that the test can do harm meanwhile."""

    def __init__(self, school, **site):
        super().__init__(daemon=True)
        self.school, self.file, self.summary, self.error = school, school.site(**site), None, None
        self.start()

    def run(self):
        try:
            self.summary = self.school.grade(site=self.file)
        except BaseException as error:
            self.error = error

    def finish(self):
        self.join(150)
        assert not self.is_alive(), self.school.heard.notes
        if self.error:
            raise self.error
        return self.summary


def _task_processes(school) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"deepgrade.engine.slurm.task" in words and any(
            str(school.folder).encode() in word for word in words
        ):
            found.append(int(path.name))
    return found


def _wait_for_run(school, count=1):
    wait_for(lambda: len(school.starts()) >= count and _task_processes(school), "a running task")


def test_cancelled_job_is_run_again_and_costs_nothing(school):
    school.hand_in({"ada": SLOW})
    grading = _Grading(school)
    _wait_for_run(school)
    ((job, _),) = school.cluster.running()
    school.cluster.ask("scancel", job)
    summary = grading.finish()
    assert summary.errors == []
    assert school.result("ada") == FULL
    assert any(
        "ada: the job was cancelled" in note and "attempt 2 of 3" in note for note in school.heard.notes
    )
    assert [array["exclude"] for array in school.state()["arrays"]] == [[], []]


def test_killed_task_is_run_again_on_the_other_node(school):
    school.hand_in({"ada": SLOW})
    grading = _Grading(school)
    _wait_for_run(school)
    ((_, node),) = school.cluster.running()
    (process,) = _task_processes(school)
    os.kill(process, signal.SIGKILL)
    assert grading.finish().errors == []
    assert school.result("ada") == FULL
    assert [array["exclude"] for array in school.state()["arrays"]] == [[], [node]]
    assert any("ended without a result" in note for note in school.heard.notes)


def test_failed_node_gives_its_task_back(school):
    school.hand_in({"ada": notebook(load=f"import time\ntime.sleep(4)\n{LOAD}")})
    grading = _Grading(school)
    _wait_for_run(school)
    ((job, node),) = school.cluster.running()
    daemon = int((school.cluster.folder / f"{node}.pid").read_text())
    try:
        for process in [*_steps_of(school, node), *_task_processes(school), daemon]:
            os.kill(process, signal.SIGKILL)
        # Slurm finds out by itself after its SlurmdTimeout; an administrator is faster.
        school.cluster.ask("scontrol", "update", f"nodename={node}", "state=down", "reason=killed")
        # It lets two minutes pass before a task of a failed node begins again.
        school.cluster.ask("scontrol", "update", f"jobid={job}", "starttime=now")
        assert grading.finish().errors == []
    finally:
        (school.cluster.folder / f"{node}.pid").unlink(missing_ok=True)
        school.cluster.control("node", node)
        school.cluster.ask("scontrol", "update", f"nodename={node}", "state=resume", check=False)
        wait_for(lambda: school.cluster.node_state(node) == "idle", "the node's return")
    assert school.result("ada") == FULL
    assert len(school.starts()) == 2
    assert node not in school.starts()[-1]


def _steps_of(school, node) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if words.startswith(b"slurmstepd"):
            environment = (path / "environ").read_bytes()
            if str(school.cluster.folder).encode() in environment:
                found.append(int(path.name))
    return found


def test_drained_node_gets_no_more_tasks_until_it_is_resumed(school):
    school.hand_in(
        {f"student{number}": notebook(count=f"counts = [10] * 10\n# {number}") for number in range(3)}
    )
    school.cluster.ask("scontrol", "update", "nodename=n0", "state=drain", "reason=test")
    try:
        assert school.grade().errors == []
        assert all("node n1" in line for line in school.starts())
    finally:
        school.cluster.ask("scontrol", "update", "nodename=n0", "state=resume")
    wait_for(lambda: school.cluster.node_state("n0") == "idle", "the node's return")
    assert all(school.result(f"student{number}") == FULL for number in range(3))


def test_node_without_the_gpu_that_was_asked_for_is_no_students_fault(school):
    school.files.toml.write_text(school.files.toml.read_text().replace('gpu = "off"', 'gpu = "required"'))
    school.hand_in({"ada": notebook()})
    summary = school.grade()
    assert school.heard.outcomes == {"ada": ("no_gpu", False)}
    assert len(summary.errors) == 1
    assert "the node shows none" in summary.errors[0]
    assert school.state()["arrays"][0]["exclude"] == []
    assert len({line.split("node ")[1][:2] for line in school.starts()}) == 2
    assert "--gres=gpu:1" in (school.batches[0] / "arrays" / "1.sh").read_text()
    assert school.result("ada") is None
    school.files.toml.write_text(school.files.toml.read_text().replace('gpu = "required"', 'gpu = "off"'))
    assert school.grade().errors == []
    assert school.result("ada") == FULL


def test_job_that_cannot_start_is_given_up_with_advice_and_tried_afresh_by_the_next_call(school):
    school.hand_in({"ada": notebook()})
    summary = school.grade(site=school.site(setup=["exit 3"], attempts=2, grace_s=1.0))
    assert len(summary.errors) == 1
    assert "ended without a result" in summary.errors[0]
    assert str(school.batches[0] / "logs") in summary.errors[0]
    assert school.result("ada") is None
    assert school.grade().errors == []
    assert school.result("ada") == FULL
    assert len(school.batches) == 2


def test_node_with_other_packages_makes_no_run(school):
    school.hand_in({"ada": notebook()})
    summary = school.grade(site=school.site(setup=["export KERAS_BACKEND=abacus"], attempts=1))
    assert school.result("ada") is None
    assert len(summary.errors) == 1
    assert "abacus" in summary.errors[0]
    assert "ada" in summary.errors[0]


def test_refused_jobs_lose_nothing(school):
    school.hand_in({"ada": notebook()})
    with pytest.raises(SlurmError, match=r"(?s)Slurm refuses these jobs.*invalid partition.*site file"):
        school.grade(site=school.site(partition="moon"))
    assert school.grade().errors == []
    assert school.result("ada") == FULL
    assert len(school.starts()) == 1
