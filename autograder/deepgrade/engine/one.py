"""One submission through the run and infer stages, into its run folder."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from deepgrade.engine.data import CourseData
from deepgrade.engine.gpus import Cards, shared_limits
from deepgrade.engine.keys import run_key
from deepgrade.engine.requests import infer_job, model_requests
from deepgrade.evidence import RunRecord, Verdict
from deepgrade.files import sha256_json, write_atomic
from deepgrade.infer import InferJob, InferWorker, WorkerDiedError
from deepgrade.infer.report import TRANSIENT
from deepgrade.lab import CapturePlan, Check, Lab, Limits, Size
from deepgrade.records import RunStore
from deepgrade.run import run_submission
from deepgrade.sandbox import Prepared, Sandbox, StudentEnvironment
from deepgrade.submission import Submission

_MADE_WITH = "made_with.txt"
INFER_VERSION = 3
"""Raised when predictions hold more than before, so that `grade --fresh` makes them again."""
ATTEMPTS = 2
"""How often a run is tried that fails by the grader's own fault."""


@dataclass(frozen=True)
class Setup:
    """All that is the same for every submission of one grading."""

    lab: Lab
    plan: CapturePlan
    checks: tuple[Check, ...]
    size: Size
    data: CourseData
    sandbox: Sandbox
    environment: StudentEnvironment
    store: RunStore
    seed: int
    slots: int = 1
    """Runs beside each other."""
    cards: Cards = field(default_factory=Cards)
    """The GPUs that runs share, if any."""
    gpu_elsewhere: bool = False
    """Whether each run gets a GPU on another machine."""
    libraries: tuple[str, ...] = ()
    """What a process imports of which the runs on this machine are forks; none: every run is started plainly."""
    prepared: Prepared | None = None
    """That process, while there is one."""

    @property
    def uses_gpu(self) -> bool:
        """Whether runs get a GPU."""
        return self.gpu_elsewhere or bool(self.cards.gpus)

    @property
    def limits(self) -> Limits:
        """The lab's limits."""
        return self.lab.limits_for(self.size)

    @property
    def run_limits(self) -> Limits:
        """The limits in force for each of the runs that share this machine's GPUs."""
        return shared_limits(self.limits, self.cards.gpus, self.slots)

    def key(self, submission: Submission) -> str:
        """Return the key of a submission's run."""
        return run_key(
            lab=self.lab.name,
            student=submission.student,
            sha256=submission.sha256,
            plan=self.plan,
            limits=self.limits,
            data=self.data.facts,
            environment=self.environment.versions,
            seed=self.seed,
            gpu=self.uses_gpu,
        )

    @property
    def infer_key(self) -> str:
        """What predictions depend on besides the run: equal key, equal predictions."""
        return sha256_json(
            {
                "infer": INFER_VERSION,
                "hidden": {name: value.model_dump(mode="json") for name, value in self.lab.hidden.items()},
                "models": sorted([*place, *hidden] for place, hidden in model_requests(self.checks).items()),
            }
        )


def run_one(submission: Submission, setup: Setup, worker: InferWorker) -> RunRecord:
    """Run a submission, predict with its models, and store both; a stored final run is returned as it is."""
    key = setup.key(submission)
    stored = setup.store.read(key)
    if stored is not None and setup.store.is_final(key):
        return stored
    record = _attempt(submission, setup, worker, key)
    for _ in range(ATTEMPTS - 1):
        if record.verdict is not Verdict.INTERNAL_ERROR:
            break
        record = _attempt(submission, setup, worker, key)
    return record


def _attempt(submission: Submission, setup: Setup, worker: InferWorker, key: str) -> RunRecord:
    with setup.store.new(key) as folder:
        with setup.cards.lend() as gpu:
            record = run_submission(
                submission,
                plan=setup.plan,
                limits=setup.run_limits,
                data=setup.data.public,
                data_facts=setup.data.facts,
                lab_name=setup.lab.name,
                seed=setup.seed,
                key=key,
                sandbox=setup.sandbox,
                environment=setup.environment,
                gpu=gpu,
                destination=folder,
                image=setup.environment.versions.get("image"),
                prepared=setup.prepared,
            )
        _predict(folder, record, setup, worker)
        setup.store.finish(folder, record, setup.plan)
    return record


def refresh_predictions(key: str, setup: Setup, worker: InferWorker) -> bool:
    """Predict again with a stored run's models where lab.toml now describes the hidden evaluations otherwise.

    No student code runs. What was predicted before is kept beside the new.

    Returns:
        Whether anything was predicted.
    """
    folder, record = setup.store.folder(key), setup.store.read(key)
    made_with = folder / "predictions" / _MADE_WITH
    if record is None or (made_with.exists() and made_with.read_text(encoding="ascii") == setup.infer_key):
        return False
    with tempfile.TemporaryDirectory(prefix=".predictions.", dir=folder) as name:
        fresh = Path(name)
        # Stored arrays have several names (they are shared); infer takes files of one name alone.
        shutil.copytree(folder / "evidence", fresh / "evidence")
        _predict(fresh, record, setup, worker)
        old = folder / "predictions"
        if old.exists():
            count = sum(1 for path in folder.iterdir() if path.name.startswith("predictions-"))
            old.rename(folder / f"predictions-{count + 1}")
        (fresh / "predictions").rename(folder / "predictions")
    return True


def _predict(folder: Path, record: RunRecord, setup: Setup, worker: InferWorker) -> None:
    job = infer_job(
        folder / "evidence", record.plan, setup.lab, setup.checks, setup.data.inputs, setup.data.public
    )
    if _predicted(job, folder / "predictions", worker):
        write_atomic(folder / "predictions" / _MADE_WITH, setup.infer_key)


def _predicted(job: InferJob, destination: Path, worker: InferWorker) -> bool:
    """Predict, and once more where the worker failed; return whether what is there is the last word.

    A worker that was killed from outside says nothing about a model: without a second try it would cost its points.
    Where it fails again, `--fresh` predicts anew.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            report = worker.predict(job, destination)
        except WorkerDiedError:
            if attempt == ATTEMPTS:
                raise
            continue
        models = report.models.values()
        reasons = {model.reason for model in models} | {
            prediction.reason for model in models for prediction in model.predictions.values()
        }
        if not reasons & TRANSIENT:
            return True
    return False
