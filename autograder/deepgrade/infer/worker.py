"""The infer worker: `python -m deepgrade.infer.worker --spool DIR`.

Theory of operation: the head starts one worker in a sandbox without network and without labels; it sees the spool
and its own libraries. It reads jobs from standard input and writes answers to standard output (protocol.py), one
at a time. Nothing of a bundle is looked at in this process: a child without Keras parses, checks and counts it, and
for each hidden set another child builds the model and predicts. A refused bundle therefore never meets Keras, and one that
hangs, swells or crashes takes down its child alone. Keras is imported here, once, when the first prediction is
asked for, so that children find it ready; no operation is ever run here (child.py says why).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.child import run_limited
from deepgrade.infer.protocol import LINE_BYTES, PROTOCOL, WorkerAnswer, WorkerJob, WorkerReady
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.report import ModelEntry, Prediction
from deepgrade.infer.task import inspect_job, predict_job

_INSPECT_S = 60.0


def work(job: WorkerJob, spool: Path, bounds: ModelBounds, private: Sequence[int] = ()) -> ModelEntry:
    """Return the finished entry of one job; `private` are descriptors that children must not have."""
    folder = spool / "jobs" / job.folder
    try:
        answer = run_limited(
            lambda: inspect_job(job, folder, bounds).model_dump_json().encode(),
            bounds,
            wall_s=_INSPECT_S,
            private=private,
        )
        entry = ModelEntry.model_validate_json(answer)
    except (BundleError, ValidationError) as error:
        return ModelEntry.without("failed", _as_bundle_error(error))
    if entry.status != "ok":
        refusal = Prediction(status="not_assessed", reason=entry.reason, detail=entry.detail)
        return entry.model_copy(update={"predictions": dict.fromkeys(job.hidden, refusal)})
    return entry.model_copy(
        update={"predictions": {name: _predict(job, name, spool, bounds, private) for name in job.hidden}}
    )


def _predict(
    job: WorkerJob, hidden: str, spool: Path, bounds: ModelBounds, private: Sequence[int]
) -> Prediction:
    importlib.import_module("keras")
    try:
        answer = run_limited(
            lambda: predict_job(job, hidden, spool, bounds).model_dump_json().encode(),
            bounds,
            private=private,
        )
        return Prediction.model_validate_json(answer)
    except (BundleError, ValidationError) as error:
        return Prediction.without("failed", _as_bundle_error(error))


def _as_bundle_error(error: Exception) -> BundleError:
    return (
        error
        if isinstance(error, BundleError)
        else BundleError(Reason.CHILD_CRASHED, "Its answer is not understood.")
    )


def serve(spool: Path, bounds: ModelBounds, jobs: BinaryIO, answers: BinaryIO, *, warm: bool = False) -> None:
    """Answer jobs until there are no more; `warm` imports Keras before the first."""
    private = (jobs.fileno(), answers.fileno())
    _write(answers, WorkerReady(ready=PROTOCOL).model_dump_json())
    if warm:
        with contextlib.suppress(Exception):  # a job that needs it will say what is wrong
            importlib.import_module("keras")
    while line := jobs.readline(LINE_BYTES):
        job = WorkerJob.model_validate_json(line)
        _write(answers, WorkerAnswer(id=job.id, entry=work(job, spool, bounds, private)).model_dump_json())


def _write(answers: BinaryIO, line: str) -> None:
    answers.write(line.encode() + b"\n")
    answers.flush()


def main(arguments: list[str] | None = None) -> None:
    """Take standard output for the protocol alone, then serve."""
    parser = argparse.ArgumentParser(
        prog="python -m deepgrade.infer.worker", description="Predict with rebuilt models."
    )
    parser.add_argument("--spool", type=Path, required=True, help="folder with jobs/ and data/")
    parser.add_argument(
        "--bounds", default="{}", help="JSON object with limits that differ from the defaults"
    )
    parser.add_argument("--warm", action="store_true", help="import Keras before the first job")
    options = parser.parse_args(arguments)
    bounds = replace(ModelBounds(), **json.loads(options.bounds))
    answers = os.fdopen(os.dup(1), "wb")
    jobs = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    serve(options.spool, bounds, jobs, answers, warm=options.warm)


if __name__ == "__main__":
    main()
