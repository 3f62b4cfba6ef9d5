"""What a task does on a node before any student's code runs: every fault is written down as the grader's own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from deepgrade.engine.slurm import task
from deepgrade.engine.slurm.batch import Batch
from deepgrade.engine.slurm.files import Done, SetupFile, setup_file
from deepgrade.evidence import Verdict
from deepgrade.records import Course
from deepgrade.run import Gpu
from deepgrade.sandbox import find_sandbox
from support.fake_slurm import put_on_path
from support.made_batches import make_setup, make_submission


@pytest.fixture
def batch(tmp_path, monkeypatch):
    """A batch of one submission for a lab without a GPU, on a node called n7."""
    monkeypatch.setenv("SLURMD_NODENAME", "n7")
    monkeypatch.delenv("SLURM_RESTART_COUNT", raising=False)
    setup = make_setup(tmp_path)
    setup = replace(setup, environment=find_sandbox("none").environment, gpu_elsewhere=False)
    batch = Batch.create(Course(tmp_path / "course"), "tiny", setup_file(setup, "none", ()))
    submission = make_submission()
    batch.add(submission, setup.key(submission))
    batch.plan_array([0], [], requeues=2)
    return batch


def _change_setup(batch, **changes):
    path = batch.folder / "setup.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _assert_own_fault(batch, words, verdict=None):
    done = task.run_task(batch.folder, 1, 0)
    assert done == Done.model_validate_json((batch.folder / "done" / "0-1.json").read_bytes())
    assert (done.verdict, done.attempt, done.node) == (verdict, None, "n7")
    assert words in done.error
    assert list((batch.folder / "attempts").iterdir()) == []


def test_other_version_of_deepgrade_runs_nothing(batch):
    _change_setup(batch, deepgrade_version="0.0.1")
    _assert_own_fault(batch, "0.0.1 where the jobs were submitted")


def test_other_packages_run_nothing_and_are_named(batch):
    environment = SetupFile.model_validate_json((batch.folder / "setup.json").read_bytes()).environment
    _change_setup(batch, environment=environment | {"numpy": "1.0", "abacus": "3"})
    _assert_own_fault(batch, "abacus missing instead of 3, numpy")


def test_missing_gpu_is_the_nodes_fault_and_says_why(batch, tmp_path, monkeypatch):
    put_on_path(tmp_path, monkeypatch, **{"nvidia-smi": "echo 'NVIDIA-SMI has failed' >&2; exit 9"})
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    _change_setup(batch, gpu=True)
    _assert_own_fault(batch, "the node shows none: nvidia-smi fails: NVIDIA-SMI has failed", Verdict.NO_GPU)


def test_one_gpu_is_lent_where_the_node_shows_several(batch, monkeypatch):
    gpus = tuple(Gpu(f"card {number}", (Path(f"/dev/nvidia{number}"),), str(number)) for number in range(2))
    monkeypatch.setattr(task, "find_gpus", lambda: (gpus, ""))
    file = SetupFile.model_validate_json((batch.folder / "setup.json").read_bytes())
    assert task._cards(file).gpus == ()
    assert task._cards(file.model_copy(update={"gpu": True})).gpus == gpus[:1]


def test_other_key_runs_nothing(batch):
    path = batch.folder / "tasks" / "0.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"key": "f" * 64}))
    _assert_own_fault(batch, "another key")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_damaged_submission_is_no_students_fault(batch, text):
    (batch.folder / "tasks" / "0.json").write_text(text)
    _assert_own_fault(batch, "Error: ")


def test_task_that_slurm_starts_again_and_again_comes_to_an_end(batch, monkeypatch):
    monkeypatch.setenv("SLURM_RESTART_COUNT", "3")
    _assert_own_fault(batch, "started the task 4 times")


def test_what_another_attempt_has_done_is_not_done_again(batch):
    done = {
        "schema_version": 1,
        "index": 0,
        "array": 9,
        "verdict": "timeout",
        "attempt": "0-9-0-1",
        "node": "n1",
        "job": "1_0",
    }
    done |= {"seconds": 1, "finished_at": "2026-01-01T00:00:00Z"}
    (batch.folder / "done" / "0-9.json").write_text(json.dumps(done))
    assert task.run_task(batch.folder, 1, 0) is None
    (batch.folder / "done" / "0-9.json").write_text(json.dumps(done | {"verdict": "internal_error"}))
    _change_setup(batch, deepgrade_version="0.0.1")
    assert task.run_task(batch.folder, 1, 0) is not None
