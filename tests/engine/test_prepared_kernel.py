"""A class whose runs are forks of one prepared process, and what happens when that process fails."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from deepgrade.grading import GradeRequest, grade
from deepgrade.records import Course, RunStore
from support.silent import Silent
from support.small_class import LOAD, make_small_lab, notebook, write_class


class _Heard(Silent):
    """Hears, and may act, when a submission is finished."""

    def __init__(self, act=lambda student: None):
        self.act, self.notes = act, []

    def finished(self, student, outcome, *, stored):
        """Act."""
        self.act(student)

    def note(self, text):
        """Remember."""
        self.notes.append(text)


@pytest.fixture
def lab(tmp_path):
    files = make_small_lab(tmp_path / "root")
    template = files.template("otter")
    template.parent.mkdir()
    cell = {
        "cell_type": "code",
        "metadata": {},
        "source": "%matplotlib inline\nimport json\nimport pandas as pd\nimport otter",
    }
    template.write_text(json.dumps({"cells": [cell]}))
    return files


def _grade(lab, tmp_path, digits_store, heard, *, count=3, load=LOAD, **options):
    students = [f"s{number}" for number in range(count)]
    # Each prints what no other does: nothing is found in the store that was not run.
    folder = write_class(
        tmp_path / "submissions", {name: notebook(load=f"{load}\nprint('{name}')") for name in students}
    )
    course = Course(tmp_path / "course")
    request = GradeRequest(lab, [folder], course, digits_store, "synthetic", "quick", slots=1, **options)
    summary = grade(request, heard)
    assert summary.errors == []
    store = RunStore(course, lab.name)
    records = {record.submission.student: record for key in list(store.keys()) if (record := store.read(key))}
    assert {record.verdict.value for record in records.values()} == {"ok"}
    return ["forked" in records[name].sandbox for name in students]


def _servers():
    """Return the fork servers below this process."""
    found, waiting = [], [os.getpid()]
    while waiting:
        process = waiting.pop()
        for thread in Path(f"/proc/{process}/task").iterdir():
            waiting += map(int, (thread / "children").read_text().split())
        if b"fork_server.py" in Path(f"/proc/{process}/cmdline").read_bytes():
            found.append(process)
    return found


def test_prepared_process_that_is_killed_is_started_again(lab, tmp_path, digits_store):
    def kill_after_the_first(student):
        if student == "s0":
            assert _servers()
            for server in _servers():
                os.kill(server, signal.SIGKILL)

    forked = _grade(lab, tmp_path, digits_store, _Heard(kill_after_the_first))
    assert forked[0]
    assert forked[2]
    assert _servers() == []


def _below(process):
    found = [process]
    for one in found:
        for thread in Path(f"/proc/{one}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def _of_fork():
    """Return server, steward, run and waiting shell, as far as they are there."""
    commands = {process: _command(process) for process in _below(os.getpid())}
    forks = [p for p, words in commands.items() if b"fork_server.py" in words and b"bwrap" not in words]
    found = dict(zip(("server", "steward", "run"), forks, strict=False))
    for process, words in commands.items():
        if words.startswith(b'/bin/sh\0-c\0echo "[sandbox stands]"'):
            found["waiting shell"] = process
    return found


def _command(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("part", ["server", "steward", "run", "waiting shell"])
def test_part_of_a_forked_run_that_is_killed_costs_nobody_anything(part, lab, tmp_path, digits_store):
    killed = []

    def kill():
        deadline = time.monotonic() + 60
        while not killed and time.monotonic() < deadline:
            parts = _of_fork()
            if len(parts) == 4:
                time.sleep(0.3)  # the notebook sleeps by now
                os.kill(parts[part], signal.SIGKILL)
                killed.append(part)
            time.sleep(0.02)

    killer = threading.Thread(target=kill)
    killer.start()
    _grade(lab, tmp_path, digits_store, _Heard(), count=1, load=f"{LOAD}\nimport time\ntime.sleep(1.5)")
    killer.join()
    assert killed == [part]
    assert _servers() == []


def test_prepared_process_that_never_gets_ready_costs_no_run(lab, tmp_path, digits_store, monkeypatch):
    monkeypatch.setattr("deepgrade.sandbox.prepared._READY", b"never")
    heard = _Heard()
    assert _grade(lab, tmp_path, digits_store, heard, count=2) == [False, False]
    assert len(heard.notes) == 1
    assert heard.notes[0].startswith("Every run imports its libraries itself: ")


def test_runs_start_plainly_where_somebody_asks_for_it(lab, tmp_path, digits_store):
    assert _grade(lab, tmp_path, digits_store, _Heard(), count=1, start="plain") == [False]


def test_nothing_is_prepared_for_a_lab_whose_template_imports_nothing(lab, tmp_path, digits_store):
    lab.template("otter").unlink()
    assert _grade(lab, tmp_path, digits_store, _Heard(), count=1) == [False]


def test_nothing_is_prepared_where_every_run_is_stored(lab, tmp_path, digits_store, monkeypatch):
    assert _grade(lab, tmp_path, digits_store, _Heard(), count=1) == [True]

    def refuse(*arguments, **options):
        raise AssertionError("something was prepared")

    monkeypatch.setattr("deepgrade.engine.prepared.prepared_kernel", refuse)
    assert _grade(lab, tmp_path, digits_store, _Heard(), count=1) == [True]


def test_interruption_leaves_no_process_and_the_next_call_goes_on(lab, tmp_path, digits_store):
    def interrupt(student):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _grade(lab, tmp_path, digits_store, _Heard(interrupt))
    assert _servers() == []
    assert all(_grade(lab, tmp_path, digits_store, _Heard()))
