"""The head's side: submissions in, infer.json and predictions out.

Theory of operation: the head is trusted and never parses a model's description or weights, nor runs Keras. It
copies the files (files.read_untrusted), asks the worker, and takes the answer as a stranger's: the JSON
through a typed model, predictions through files.read_untrusted with the expected shape and finite numbers.
A worker that ends or hangs costs the model that it was asked about, is started again, and the next one goes
on. Equal bundles with equal hidden sets are predicted once.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple

import numpy as np

from deepgrade.files import UntrustedFileError, read_untrusted, sha256_bytes, write_atomic
from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.connection import Connection, WorkerDiedError
from deepgrade.infer.evidence import EvidenceModel, models_in
from deepgrade.infer.npy import NpyError, npy_bytes, read_npy
from deepgrade.infer.pack import HiddenSet, pack_job
from deepgrade.infer.protocol import WorkerJob
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.report import TRANSIENT, InferJob, InferReport, ModelEntry, Prediction
from deepgrade.infer.spool import Spool
from deepgrade.sandbox import Helper, Mount
from deepgrade.sandbox.none import PlainHelper

_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "KERAS_BACKEND",
    "TF_NUM_INTRAOP_THREADS",
    "OMP_NUM_THREADS",
)
_PACKAGE = Path(__file__).resolve().parents[1]
_START_S = 120.0
_MARGIN_S = 180.0


_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from deepgrade.infer.worker import main; main()"


class _Kept(NamedTuple):
    """A finished entry and the content of its prediction files."""

    entry: ModelEntry
    files: dict[str, bytes]


class InferWorker:
    """A long-lived worker; use it as a context manager.

    Args:
        bounds: What models may be and use.
        device: `gpu` leaves the GPUs visible to the worker.
        spool: A folder for the exchange; a temporary one where absent.
        helper: Where the worker runs; an ordinary process where absent.

    Example:
        with InferWorker() as worker:
            report = worker.predict(job, run_folder / "predictions")
    """

    def __init__(
        self,
        *,
        bounds: ModelBounds | None = None,
        device: Literal["cpu", "gpu"] = "cpu",
        spool: Path | None = None,
        helper: Helper | None = None,
    ) -> None:
        self._bounds = bounds or ModelBounds()
        self._device = device
        self._temporary = tempfile.TemporaryDirectory(prefix="deepgrade-infer-") if spool is None else None
        self._spool = Spool(Path(self._temporary.name) if self._temporary else spool or Path())
        self._helper = helper or PlainHelper()
        self._connection: Connection | None = None
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> InferWorker:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The worker's process, None while there is none."""
        return self._connection.pid if self._connection else None

    def start(self) -> InferWorker:
        """Start the worker.

        Raises:
            WorkerDiedError: It did not start.
        """
        library = self._spool.add_library(_PACKAGE)
        root = str(self._spool.root)
        command = [str(self._helper.python), "-I", "-c", _START, str(library), "--spool", root]
        command += ["--bounds", json.dumps(asdict(self._bounds))]
        mounts = [Mount(library, library), Mount(self._spool.data, self._spool.data)]
        mounts.append(Mount(self._spool.jobs, self._spool.jobs, writable=True))
        launch = self._helper.launch(command, mounts, self._environment())
        self._connection = Connection(launch.command, launch.env, self._spool.root / "worker.log", _START_S)
        return self

    def close(self) -> None:
        """Stop the worker and remove the exchange folder."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._helper.end()
        self._kept.clear()
        if self._temporary is not None:
            self._temporary.cleanup()

    def predict(self, job: InferJob, destination: Path) -> InferReport:
        """Count every model of a submission, predict what is asked for, and write infer.json.

        May be called from several threads; the worker serves one at a time.

        Args:
            job: Evidence and hidden sets.
            destination: Gets `infer.json` and one `<sha256>.npy` for each prediction.

        Returns:
            What was written.

        Raises:
            WorkerDiedError: The worker cannot be started any more.
            DataError: A hidden set's folder is not what it should be.
        """
        with self._lock:
            report = self._predict(job, destination)
        write_atomic(destination / "infer.json", report.model_dump_json(indent=1) + "\n")
        return report

    def _predict(self, job: InferJob, destination: Path) -> InferReport:
        hidden = {
            name: HiddenSet(request, *self._spool.add_data(request)) for name, request in job.hidden.items()
        }
        wanted = {f"{m.question}/{m.name}": m.hidden for m in job.models}
        entries: dict[str, ModelEntry] = {}
        for model in models_in(job.evidence, wanted or None):
            sets = {name: hidden[name] for name in wanted.get(model.key, ())}
            kept = self._model(job.evidence, model, sets)
            for name, data in kept.files.items():
                write_atomic(destination / name, data)
            entries[model.key] = kept.entry
        return InferReport(models=entries)

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.kill()
            self._connection = None
            self._helper.end()

    def _environment(self) -> dict[str, str]:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        home = str(self._spool.jobs / "home")
        environment |= {"HOME": home, "KERAS_HOME": home, "MPLCONFIGDIR": home, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if self._device == "cpu":
            environment |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
        else:
            environment |= {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
            if "CUDA_VISIBLE_DEVICES" in os.environ:
                environment["CUDA_VISIBLE_DEVICES"] = os.environ["CUDA_VISIBLE_DEVICES"]
        return environment

    def _model(self, evidence: Path, model: EvidenceModel, hidden: dict[str, HiddenSet]) -> _Kept:
        number, folder = self._spool.new_job()
        try:
            job, key = pack_job(evidence, model.item, hidden, number, folder, self._bounds)
            self._spool.share(folder)
            if key not in self._kept:
                kept = self._ask(job, folder, hidden)
                if _is_transient(kept.entry):
                    return kept
                self._kept[key] = kept
            return self._kept[key]
        except BundleError as error:
            refusal = Prediction.without("not_assessed", error)
            return _Kept(ModelEntry.without("refused", error, predictions=dict.fromkeys(hidden, refusal)), {})
        finally:
            self._spool.drop(folder)

    def _ask(self, job: WorkerJob, folder: Path, hidden: dict[str, HiddenSet]) -> _Kept:
        """Ask the worker; one that dies is started again, and the model is marked as failed."""
        timeout_s = _MARGIN_S + self._bounds.wall_s * len(hidden)
        if self._connection is None or not self._connection.is_alive:
            # It may have ended with the thread that started it (bubblewrap's --die-with-parent): no job's fault.
            self._stop()
            self.start()
        assert self._connection is not None  # noqa: S101  (start made it or raised)
        try:
            entry = self._connection.ask(job, timeout_s).entry
        except WorkerDiedError as error:
            self._stop()
            failure = BundleError(Reason.CHILD_CRASHED, f"The infer worker: {error}.")
            failed = Prediction.without("failed", failure)
            return _Kept(ModelEntry.without("failed", failure, predictions=dict.fromkeys(hidden, failed)), {})
        return _fetch(entry, folder, hidden)


def _fetch(entry: ModelEntry, folder: Path, hidden: dict[str, HiddenSet]) -> _Kept:
    """Bring predictions in, check them, and name them by their content."""
    files: dict[str, bytes] = {}
    predictions: dict[str, Prediction] = {}
    for name, facts in hidden.items():
        prediction = entry.predictions.get(name)
        if prediction is None or prediction.status != "ok":
            missing = Prediction.without(
                "failed", BundleError(Reason.CHILD_CRASHED, "It says nothing of this set.")
            )
            predictions[name] = prediction or missing
            continue
        try:
            data = _scores(folder / f"{name}.npy", facts.rows, facts.classes)
        except (UntrustedFileError, NpyError) as error:
            failure = BundleError(Reason.CHILD_CRASHED, f"Its predictions are not accepted: {error}.")
            predictions[name] = Prediction.without("failed", failure)
            continue
        file = f"{sha256_bytes(data)}.npy"
        files[file] = data
        public = _public_scores(folder / f"{name}.public.npy", prediction, facts)
        files |= public
        known = {
            "public_file": next(iter(public), None),
            "public_rows": prediction.public_rows if public else None,
        }
        predictions[name] = prediction.model_copy(update={"file": file, "rows": facts.rows, **known})
    return _Kept(entry.model_copy(update={"predictions": predictions}), files)


def _public_scores(path: Path, prediction: Prediction, facts: HiddenSet) -> dict[str, bytes]:
    """Bring in the scores of rows that the student saw; `{}` where there are none that can be used."""
    rows = prediction.public_rows
    if rows is None or not 0 < rows <= facts.rows:
        return {}
    try:
        data = _scores(path, rows, facts.classes)
    except (UntrustedFileError, NpyError):
        return {}
    return {f"{sha256_bytes(data)}.npy": data}


def _scores(path: Path, rows: int, classes: int) -> bytes:
    """Return the `.npy` bytes of class scores from the worker.

    Raises:
        UntrustedFileError: The file cannot be taken.
        NpyError: It does not hold finite float32 scores of this shape.
    """
    scores = read_npy(read_untrusted(path, max_bytes=4 * rows * classes + 1024))
    if scores.dtype != np.float32 or scores.shape != (rows, classes):
        raise NpyError(f"{scores.dtype} {scores.shape} instead of float32 {(rows, classes)}")
    if not np.isfinite(scores).all():
        raise NpyError("predictions that are not finite")
    return npy_bytes(scores)


def _is_transient(entry: ModelEntry) -> bool:
    return entry.reason in TRANSIENT or any(p.reason in TRANSIENT for p in entry.predictions.values())
