"""What the head makes of Slurm's answers, and of its silence."""

from __future__ import annotations

import pytest

from deepgrade.engine.slurm import Site, SlurmError
from deepgrade.engine.slurm.batch import Batch
from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.files import setup_file
from deepgrade.engine.slurm.lookout import Lookout
from deepgrade.engine.slurm.watched import Watched
from deepgrade.records import Course
from support.fake_slurm import put_on_path
from support.made_batches import make_setup, make_submission

DOWN = 'echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1'


@pytest.fixture
def batch(tmp_path):
    batch = Batch.create(Course(tmp_path / "course"), "tiny", setup_file(make_setup(tmp_path), None, ()))
    for number in range(3):
        batch.add(make_submission(f"student{number}"), f"{number:064x}")
    batch.save()
    return batch


def _watched(batch, job):
    array = batch.plan_array([0, 1, 2], [], requeues=3)
    array.job = job
    batch.save()
    return Watched(batch, {0, 1, 2}), array


def test_silence_is_told_once_and_ends_the_head_only_after_its_patience(batch, tmp_path, monkeypatch):
    watched, array = _watched(batch, 5)
    put_on_path(tmp_path, monkeypatch, squeue=DOWN)
    told = []
    patient = Lookout(Slurm(), Site(patience_minutes=10), told.append)
    assert patient.look([watched]) is None
    assert patient.look([watched]) is None
    assert told == ["Slurm's controller does not answer; the jobs go on without it."]
    with pytest.raises(SlurmError, match=r"has not answered for 0 minutes .*nothing is started twice"):
        Lookout(Slurm(), Site(patience_minutes=0), told.append).look([watched])
    put_on_path(tmp_path, monkeypatch, squeue=f'echo "5|1|RUNNING|n0|None|{array.name}"', sacct="exit 1")
    assert patient.look([watched])[5, 1].state == "RUNNING"


def test_only_our_arrays_are_asked_for(batch, tmp_path, monkeypatch):
    watched, array = _watched(batch, 5)
    tools = put_on_path(tmp_path, monkeypatch, squeue='echo "$@" > "$0.log"', sacct="exit 1")
    Lookout(Slurm(), Site(), print).look([watched])
    assert f" --name={array.name} " in (tools / "squeue.log").read_text()
    batch.settle({0: "ok", 1: "ok", 2: "ok"})
    (tools / "squeue.log").unlink()
    Lookout(Slurm(), Site(), print).look([watched])
    assert not (tools / "squeue.log").exists()


def test_array_in_doubt_is_found_by_its_name(batch, tmp_path, monkeypatch):
    watched, array = _watched(batch, None)
    put_on_path(tmp_path, monkeypatch, squeue=f'echo "77|0|PENDING||None|{array.name}"')
    Lookout(Slurm(), Site(grace_s=0), print).look([watched])
    assert array.job == 77
    assert watched.unsubmitted == {}


def test_array_in_doubt_that_slurm_does_not_know_is_submitted_again_after_a_while(
    batch, tmp_path, monkeypatch
):
    watched, array = _watched(batch, None)
    put_on_path(tmp_path, monkeypatch, squeue="true")
    Lookout(Slurm(), Site(grace_s=100), print).look([watched])
    assert batch.attempts(0) == [array]
    Lookout(Slurm(), Site(grace_s=0), print).look([watched])
    assert batch.attempts(0) == []
    assert watched.unsubmitted == {0: (), 1: (), 2: ()}


def test_array_in_doubt_of_which_a_task_has_begun_was_submitted(batch, tmp_path, monkeypatch):
    watched, array = _watched(batch, None)
    (batch.folder / "attempts" / f"1-{array.number}-0-4711").mkdir()
    put_on_path(tmp_path, monkeypatch, squeue="true")
    Lookout(Slurm(), Site(grace_s=0), print).look([watched])
    assert array.job == 0
    assert batch.attempts(0) == [array]
    assert watched.unsubmitted == {}


def test_accounting_knows_what_the_controller_has_forgotten(batch, tmp_path, monkeypatch):
    watched, array = _watched(batch, 5)
    sacct = f'echo "5_0|TIMEOUT|n1|{array.name}"; echo "5_1|RUNNING|n1|{array.name}"'
    put_on_path(tmp_path, monkeypatch, squeue=f'echo "5|1|COMPLETED|n0|None|{array.name}"', sacct=sacct)
    seen = Lookout(Slurm(), Site(), print).look([watched])
    assert (seen[5, 0].state, seen[5, 1].state) == ("TIMEOUT", "COMPLETED")
    assert (5, 2) not in seen


def test_reasons_for_waiting_are_told(batch, tmp_path, monkeypatch):
    watched, array = _watched(batch, 5)
    rows = f'echo "5|0|RUNNING|n0|None|{array.name}"; echo "5|1|PENDING||PartitionTimeLimit|{array.name}"'
    put_on_path(tmp_path, monkeypatch, squeue=rows, sacct="exit 1")
    told = []
    lookout = Lookout(Slurm(), Site(), told.append)
    for _ in range(2):
        lookout.report(lookout.look([watched]))
    assert told == ["Slurm: 1 run, 1 wait (PartitionTimeLimit)."]
