"""A head may end at any time: its jobs go on, and the next one starts nothing twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from support.cluster import wait_for
from support.small_class import COUNT, LOAD, notebook

pytestmark = pytest.mark.slurm

FULL = ("ok", {"a1": 1.0, "a2": 2.0, "a3": None})
CLASS = {
    f"student{number}": notebook(load=f"import time\ntime.sleep(2)\n{LOAD}", count=f"{COUNT}\n# {number}")
    for number in range(4)
}


def _assert_graded_once(school):
    assert all(school.result(student) == FULL for student in CLASS)
    assert len(school.starts()) == len(CLASS)
    assert sorted(index for array in school.state()["arrays"] for index in array["indexes"]) == list(
        range(len(CLASS))
    )


def _kill(head):
    os.kill(head.pid, signal.SIGKILL)
    head.wait(20)


def test_killed_head_is_followed_by_one_that_starts_nothing_twice(school):
    school.hand_in(CLASS)
    head = school.head()
    wait_for(lambda: len(list(school.course.root.glob("slurm/small/*/done/*.json"))) >= 1, "a first end")
    _kill(head)
    assert len(school.cluster.jobs()) >= 1
    assert school.grade().errors == []
    assert any("with Slurm already" in note for note in school.heard.notes)
    _assert_graded_once(school)


def test_everything_that_ended_while_no_head_was_there_is_taken_over(school):
    school.hand_in(CLASS)
    head = school.head()
    wait_for(school.starts, "a first start")
    _kill(head)
    wait_for(lambda: not school.cluster.jobs(), "the end of all jobs")
    state = school.state()
    state["arrays"][0]["job"] = 999_999  # long forgotten by Slurm
    _write_state(school, state)
    assert school.grade().errors == []
    _assert_graded_once(school)


@pytest.mark.parametrize("submitted", [True, False])
def test_array_of_which_nobody_knows_whether_it_was_submitted(school, submitted):
    """The head was killed just before or just after sbatch."""
    school.hand_in(CLASS)
    head = school.head()
    wait_for(school.starts if submitted else lambda: _jobs_noted(school), "the array")
    _kill(head)
    state = school.state()
    if not submitted:
        school.cluster.ask("scancel", str(state["arrays"][0]["job"]))
        wait_for(lambda: not school.cluster.jobs(), "the end of all jobs")
        for folder in ("logs", "done", "attempts"):
            for path in (school.batches[0] / folder).iterdir():
                path.rename(school.folder / f"{folder}-{path.name}")
        state["arrays"][0]["name"] += "-never"
    state["arrays"][0]["job"] = None
    _write_state(school, state)
    assert school.grade().errors == []
    _assert_graded_once(school)


def _write_state(school, state):
    (school.batches[0] / "state.json").write_text(json.dumps(state))


def _jobs_noted(school):
    return list(school.course.root.glob("slurm/small/*/state.json")) and any(
        array["job"] for array in school.state()["arrays"]
    )


def test_interrupted_head_says_that_jobs_go_on_and_how_to_cancel_them(school):
    school.hand_in(CLASS)
    head = school.head()
    wait_for(school.starts, "a first start")
    os.kill(head.pid, signal.SIGINT)
    said, _ = head.communicate(timeout=30)
    assert head.returncode == 130
    assert "The jobs go on, and the same command picks up their results." in said
    assert school.cluster.jobs()
    command = said.split("To cancel them: ")[1].split()
    assert command == ["scancel", str(school.state()["arrays"][0]["job"])]
    school.cluster.ask(*command)
    wait_for(lambda: not school.cluster.jobs(), "the end of all jobs")
    assert school.grade().errors == []
    assert all(school.result(student) == FULL for student in CLASS)


def test_machine_without_slurm_is_told_so_and_loses_nothing(school):
    school.hand_in({"ada": notebook()})
    with tempfile.TemporaryDirectory(
        dir="/var/tmp"
    ) as tools:  # a sandbox hides /tmp, and with it what PATH names there
        for name in ("bwrap", "chmod", "rm", "true"):
            Path(tools, name).symlink_to(shutil.which(name))
        said, _ = (head := school.head(PATH=tools)).communicate(timeout=60)
    assert head.returncode == 2, said
    assert "not on PATH" in said
    assert "not part of a Slurm cluster" in said
    assert school.grade().errors == []
    assert school.result("ada") == FULL


def test_silent_controller_loses_nothing(school):
    school.hand_in(CLASS)
    school.cluster.kill_controller()
    try:
        said, _ = (head := school.head()).communicate(timeout=120)
        assert head.returncode == 2, said
        assert "controller does not answer" in said
        assert "nothing was lost" in said
    finally:
        school.cluster.control("controller")
    head = school.head("--site", str(school.site(patience_minutes=0.02)))
    wait_for(school.starts, "a first start")
    school.cluster.kill_controller()
    try:
        said, _ = head.communicate(timeout=120)
        assert head.returncode == 2, said
        assert "has not answered for 0.02 minutes" in said
    finally:
        school.cluster.control("controller")
    assert school.grade().errors == []
    _assert_graded_once(school)
