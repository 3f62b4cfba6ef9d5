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
from typing import Literal

from deepgrade.files import write_atomic
from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.connection import Connection, WorkerDiedError
from deepgrade.infer.evidence import EvidenceModel, models_in
from deepgrade.infer.fetch import Kept, fetch
from deepgrade.infer.pack import HiddenSet, pack_job
from deepgrade.infer.protocol import WorkerJob
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.report import TRANSIENT, InferJob, InferReport, ModelEntry, OwnRows, Prediction
from deepgrade.infer.spool import Spool
from deepgrade.sandbox import Helper, Mount
from deepgrade.sandbox.none import PlainHelper

_PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "TF_NUM_INTRAOP_THREADS",
    "OMP_NUM_THREADS",
)
_PACKAGE = Path(__file__).resolve().parents[1]
_START_S = 120.0
_MARGIN_S = 180.0


_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from deepgrade.infer.worker import main; main()"


class InferWorker:
    """A long-lived worker; use it as a context manager.

    Args:
        bounds: What models may be and use.
        device: `gpu` leaves the GPUs visible to the worker.
        spool: A folder for the exchange; a temporary one where absent.
        helper: Where the worker runs; an ordinary process where absent.
        warm: Import Keras at the start, while nobody waits for it, and not with the first prediction.

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
        warm: bool = False,
    ) -> None:
        self._bounds = bounds or ModelBounds()
        self._device = device
        self._warm = warm
        self._temporary = tempfile.TemporaryDirectory(prefix="deepgrade-infer-") if spool is None else None
        self._spool = Spool(Path(self._temporary.name) if self._temporary else spool or Path())
        self._helper = helper or PlainHelper()
        self._connection: Connection | None = None
        self._kept: dict[str, Kept] = {}
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
        command += ["--bounds", json.dumps(asdict(self._bounds)), *(["--warm"] if self._warm else [])]
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
            name: request
            if isinstance(request, OwnRows)
            else HiddenSet(request, *self._spool.add_data(request))
            for name, request in job.hidden.items()
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
        environment |= self._helper.variables
        home = str(self._spool.jobs / "home")
        environment |= {"HOME": home, "KERAS_HOME": home, "MPLCONFIGDIR": home, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if self._device == "cpu":
            environment |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
        else:
            environment |= {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
            if "CUDA_VISIBLE_DEVICES" in os.environ:
                environment["CUDA_VISIBLE_DEVICES"] = os.environ["CUDA_VISIBLE_DEVICES"]
        return environment

    def _model(self, evidence: Path, model: EvidenceModel, hidden: dict[str, HiddenSet | OwnRows]) -> Kept:
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
            return Kept(ModelEntry.without("refused", error, predictions=dict.fromkeys(hidden, refusal)), {})
        finally:
            self._spool.drop(folder)

    def _ask(self, job: WorkerJob, folder: Path, hidden: dict[str, HiddenSet | OwnRows]) -> Kept:
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
            return Kept(ModelEntry.without("failed", failure, predictions=dict.fromkeys(hidden, failed)), {})
        return fetch(entry, job, folder, hidden, self._bounds)


def _is_transient(entry: ModelEntry) -> bool:
    return entry.reason in TRANSIENT or any(p.reason in TRANSIENT for p in entry.predictions.values())
