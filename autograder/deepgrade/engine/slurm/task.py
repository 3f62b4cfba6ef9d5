"""`python -m deepgrade.engine.slurm.task BATCH ARRAY PLACE`: one submission on a node.

The task opens the sandbox on its node, runs and predicts like the local engine, leaves the run in a store of its own below
the batch, and says last how it ended. Whatever fails here is the grader's fault or the node's, never the student's: it is
written down as such, and the head tries again elsewhere.
"""

from __future__ import annotations

import os
import platform
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import deepgrade
from deepgrade.engine.gpus import Cards, find_gpus
from deepgrade.engine.one import run_one
from deepgrade.engine.slurm.files import ArrayFile, Done, SetupFile, setup_from, submission_from
from deepgrade.evidence import VERDICTS, Verdict
from deepgrade.files import write_atomic
from deepgrade.infer import InferWorker
from deepgrade.sandbox import find_sandbox, require_private

_ERROR_CHARACTERS = 1000


class NodeError(Exception):
    """This node cannot run the task; the message says why."""

    def __init__(self, message: str, verdict: Verdict | None = None) -> None:
        super().__init__(message)
        self.verdict = verdict


class _Ended(NamedTuple):
    verdict: Verdict | None
    error: str
    attempt: str | None


def run_task(batch: Path, array: int, place: int) -> Done | None:
    """Run one task and write how it ended; None where an earlier attempt has done it already."""
    began = time.monotonic()
    entry = ArrayFile.model_validate_json((batch / "arrays" / f"{array}.json").read_bytes())
    index = entry.indexes[place]
    if _is_done(batch, index):
        return None
    job = f"{os.environ.get('SLURM_ARRAY_JOB_ID', '0')}_{os.environ.get('SLURM_ARRAY_TASK_ID', str(place))}"
    restarts = int(os.environ.get("SLURM_RESTART_COUNT") or 0)
    node = os.environ.get("SLURMD_NODENAME") or platform.node()
    attempt = batch / "attempts" / f"{index}-{array}-{restarts}-{os.getpid()}"
    attempt.mkdir(mode=0o700)
    print(f"deepgrade: task {index}, job {job}, node {node}, start {restarts + 1}", flush=True)
    if restarts > entry.requeues:
        ended = _Ended(None, f"Slurm started the task {restarts + 1} times; it never came to an end", None)
    else:
        ended = _run(batch, index, attempt)
    if ended.attempt is None:
        shutil.rmtree(attempt, ignore_errors=True)
    done = Done(
        index=index,
        array=array,
        verdict=ended.verdict,
        error=ended.error[:_ERROR_CHARACTERS],
        attempt=ended.attempt,
        node=node,
        job=job,
        seconds=round(time.monotonic() - began, 3),
        finished_at=datetime.now(UTC),
    )
    write_atomic(batch / "done" / f"{index}-{array}.json", done.model_dump_json(indent=1), mode=0o600)
    print(f"deepgrade: {done.verdict or done.error}, {done.seconds:.1f} s", flush=True)
    return done


def _is_done(batch: Path, index: int) -> bool:
    for path in (batch / "done").glob(f"{index}-*.json"):
        verdict = Done.model_validate_json(path.read_bytes()).verdict
        if verdict is not None and VERDICTS[verdict].students_fault:
            return True
    return False


def _run(batch: Path, index: int, attempt: Path) -> _Ended:
    try:
        return _Ended(_run_here(batch, index, attempt), "", attempt.name)
    except NodeError as error:
        return _Ended(error.verdict, str(error), None)
    except Exception as error:
        traceback.print_exc()
        return _Ended(None, f"{type(error).__name__}: {error}", None)


def _run_here(batch: Path, index: int, attempt: Path) -> Verdict:
    file = SetupFile.model_validate_json((batch / "setup.json").read_bytes())
    if file.deepgrade_version != deepgrade.__version__:
        raise NodeError(
            f"deepgrade is {deepgrade.__version__} here and {file.deepgrade_version} where the jobs were submitted"
        )
    sandbox = find_sandbox(file.sandbox)
    require_private(sandbox, [*file.private, batch])
    other = _differences(file.environment, sandbox.environment.versions)
    if other:
        raise NodeError(f"the students' Python differs from the head's: {other}")
    setup = setup_from(file, sandbox, _cards(file), attempt)
    submission, key = submission_from((batch / "tasks" / f"{index}.json").read_text(encoding="utf-8"))
    if key != setup.key(submission):
        raise NodeError("the run would have another key here than where it was submitted")
    with (
        tempfile.TemporaryDirectory(prefix="deepgrade-task-") as scratch,
        sandbox.open_helper() as helper,
        # Not started before a model is there to predict with: that takes seconds.
        closing(InferWorker(spool=(helper.exchange or Path(scratch)) / "infer", helper=helper)) as worker,
    ):
        return run_one(submission, setup, worker).verdict


def _cards(file: SetupFile) -> Cards:
    """Return the GPU of this job.

    Raises:
        NodeError: The job should have one and has none.
    """
    if not file.gpu:
        return Cards()
    gpus, why_none = find_gpus()
    if not gpus:
        raise NodeError(f"the job asked for a GPU, and the node shows none: {why_none}", Verdict.NO_GPU)
    return Cards(gpus[:1])


def _differences(there: dict[str, str], here: dict[str, str]) -> str:
    names = sorted(name for name in there.keys() | here.keys() if there.get(name) != here.get(name))
    return ", ".join(
        f"{name} {here.get(name, 'missing')} instead of {there.get(name, 'none')}" for name in names
    )


def _stop(number: int, frame: FrameType | None) -> None:
    # Slurm cancels, preempts or ends the time: leave in order, so that the sandbox removes what it made.
    sys.exit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Run the task that the arguments name; always 0 when its end is written down."""
    batch, array, place = arguments
    signal.signal(signal.SIGTERM, _stop)
    run_task(Path(batch), int(array), int(place))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
