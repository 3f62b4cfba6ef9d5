"""Submission in the face of limits, refusals and silence, with programs that answer like Slurm's."""

from __future__ import annotations

import pytest

from deepgrade.engine.slurm import Site, SlurmError
from deepgrade.engine.slurm.batch import Batch
from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.errors import NoAnswerError, RefusedError
from deepgrade.engine.slurm.files import setup_file
from deepgrade.engine.slurm.submit import Submitter, minutes
from deepgrade.lab import Limits
from deepgrade.records import Course
from support.fake_slurm import put_on_path
from support.made_batches import make_setup, make_submission

CONFIG = 'echo "MaxArraySize = 1001"'
COUNTING = 'echo "$@" >> "$0.log"; echo $(( $(wc -l < "$0.log") + 100 ))'


@pytest.fixture
def setup(tmp_path):
    return make_setup(tmp_path)


@pytest.fixture
def batch(setup, tmp_path):
    batch = Batch.create(Course(tmp_path / "course"), "tiny", setup_file(setup, None, ()))
    for number in range(7):
        batch.add(make_submission(f"student{number}"), f"{number:064x}")
    batch.save()
    return batch


def _log(tools):
    return (tools / "sbatch.log").read_text().splitlines()


def test_one_array_takes_all_and_its_script_starts_the_task(setup, batch, tmp_path, monkeypatch):
    tools = put_on_path(tmp_path, monkeypatch, scontrol=CONFIG, sbatch=COUNTING)
    site = Site(
        partition="gpu",
        account="cs",
        throttle=4,
        sbatch=("--constraint=a100",),
        setup=("module load apptainer",),
    )
    Submitter(Slurm(), site, setup).submit(batch, range(7))
    (line,) = _log(tools)
    for word in (
        "--array=0-6%4",
        "--partition=gpu",
        "--account=cs",
        "--gres=gpu:1",
        "--constraint=a100",
        "--requeue",
        "--mem=8192M",
    ):
        assert f" {word} " in f" {line} ", line
    assert batch.state.arrays[0].job == 101
    script = (batch.folder / "arrays" / "1.sh").read_text().splitlines()
    assert script[0] == "#!/bin/bash"
    assert script[2] == "module load apptainer"
    assert script[3].endswith(f'-P -m deepgrade.engine.slurm.task {batch.folder} 1 "$SLURM_ARRAY_TASK_ID"')


def test_throttled_arrays_follow_one_another(setup, batch, tmp_path, monkeypatch):
    tools = put_on_path(tmp_path, monkeypatch, scontrol='echo "MaxArraySize = 3"', sbatch=COUNTING)
    Submitter(Slurm(), Site(throttle=2), setup).submit(batch, range(7))
    assert [line.count("--dependency=afterany:10") for line in _log(tools)] == [0, 1, 1]
    assert [array.indexes for array in batch.state.arrays] == [[0, 1, 2], [3, 4, 5], [6]]


def test_what_a_limit_of_jobs_keeps_out_waits(setup, batch, tmp_path, monkeypatch):
    limit = """
    echo "$@" | grep -q -- '--array=0-[01] ' && [ ! -e "$0.full" ] && { : > "$0.full"; echo 5; exit 0; }
    echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1"""
    put_on_path(tmp_path, monkeypatch, scontrol=CONFIG, sbatch=limit)
    submitter = Submitter(Slurm(), Site(), setup)
    submitter.submit(batch, range(7))
    assert submitter.is_full
    submitted = [index for array in batch.state.arrays for index in array.indexes]
    assert submitted == list(range(len(submitted)))
    assert 0 < len(submitted) <= 2
    assert all(array.job == 5 for array in batch.state.arrays)


def test_last_node_is_better_than_none(setup, batch, tmp_path, monkeypatch):
    refusal = """
    case "$*" in *--exclude=*) echo "sbatch: error: Requested node configuration is not available" >&2; exit 1;; esac
    echo 9"""
    put_on_path(tmp_path, monkeypatch, scontrol=CONFIG, sbatch=refusal)
    Submitter(Slurm(), Site(), setup).submit(batch, [3], ["n0", "n1"])
    assert [(array.indexes, array.exclude, array.job) for array in batch.state.arrays] == [([3], [], 9)]


def test_refused_array_leaves_no_trace(setup, batch, tmp_path, monkeypatch):
    put_on_path(
        tmp_path, monkeypatch, scontrol=CONFIG, sbatch='echo "sbatch: error: invalid account" >&2; exit 1'
    )
    with pytest.raises(RefusedError, match="invalid account"):
        Submitter(Slurm(), Site(), setup).submit(batch, range(7))
    assert batch.state.arrays == []


@pytest.mark.parametrize(
    "body",
    [
        'echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2; exit 1',
        "echo Submitted",
        "sleep 5",
    ],
)
def test_array_of_which_no_answer_came_stays_noted(setup, batch, tmp_path, monkeypatch, body):
    put_on_path(tmp_path, monkeypatch, scontrol=CONFIG, sbatch=body)
    with pytest.raises(NoAnswerError):
        Submitter(Slurm(timeout_s=0.5), Site(), setup).submit(batch, range(7))
    assert [(array.indexes, array.job) for array in batch.state.arrays] == [(list(range(7)), None)]


def test_without_accounting_it_is_asked_once_and_nothing_is_wrong(tmp_path, monkeypatch):
    body = 'echo x >> "$0.log"; echo "Slurm accounting storage is disabled" >&2; exit 1'
    tools = put_on_path(tmp_path, monkeypatch, sacct=body)
    slurm = Slurm()
    assert slurm.accounting([1]) == slurm.accounting([1]) == []
    assert (tools / "sacct.log").read_text() == "x\n"


def test_accounting_is_read_where_there_is_one(tmp_path, monkeypatch):
    put_on_path(tmp_path, monkeypatch, sacct='echo "7_2|NODE_FAIL|n3|name"')
    ((job, place, state, node, _, _),) = Slurm().accounting([7])
    assert (job, place, state, node) == (7, 2, "NODE_FAIL", "n3")


def test_jobs_do_not_inherit_the_size_of_a_job_in_which_the_head_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_MEM_PER_CPU", "1")
    monkeypatch.setenv("SLURM_CONF", "/etc/slurm.conf")
    put_on_path(tmp_path, monkeypatch, sbatch='[ -z "$SLURM_MEM_PER_CPU" ] && [ -n "$SLURM_CONF" ] && echo 3')
    assert Slurm().submit([], tmp_path / "x") == 3


def test_missing_command_is_no_cluster(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SlurmError, match="not part of a Slurm cluster"):
        Slurm().queue(["name"])


def test_slurms_time_is_beyond_any_limit_of_the_students():
    assert minutes(Limits(wall_s=1800), Site(margin_minutes=10)) == 70
    assert minutes(Limits(wall_s=10), Site(margin_minutes=1)) == 2
