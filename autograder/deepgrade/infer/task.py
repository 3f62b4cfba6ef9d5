"""What a child does: read a job's files, check the bundle, predict. Runs inside `child.run_limited`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import Ragged, read_facts
from deepgrade.data.encoders import Rows, limit_words
from deepgrade.data.errors import DataError
from deepgrade.data.loading import load_public_rows
from deepgrade.files import UntrustedFileError, read_untrusted, write_atomic
from deepgrade.infer.bounds import ModelBounds, check_work, measure
from deepgrade.infer.build import build, predict
from deepgrade.infer.inspect import Bundle, inspect_bundle, open_bundle
from deepgrade.infer.match import Captured, choose_encoder
from deepgrade.infer.npy import NpyError, npy_bytes, read_npy
from deepgrade.infer.outputs import class_scores, compile_facts, last_activation
from deepgrade.infer.own_rows import predict_own_rows
from deepgrade.infer.protocol import CapturedFile, WorkerHidden, WorkerJob, WorkerOwnRows
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.report import ModelEntry, Prediction

_CAPTURED_BYTES = 64 << 20
_PUBLIC_SHARE = 0.25
"""The test set is predicted too when the hidden set took no more than this share of the time."""


def inspect_job(job: WorkerJob, folder: Path, bounds: ModelBounds) -> ModelEntry:
    """Return the entry of a job's model without predictions."""
    architecture = _read(folder / job.architecture, bounds.architecture_mib << 20)
    weights = None if job.weights is None else _read(folder / job.weights, bounds.weights_mib << 20)
    return inspect_bundle(architecture, weights, bounds, weights_problem=job.weights_problem)


def predict_job(job: WorkerJob, hidden: str, spool: Path, bounds: ModelBounds) -> Prediction:
    """Predict one hidden set or own rows; what comes out is written as `<hidden>.npy` into the job's folder.

    Never raises for what a bundle can be blamed for.
    """
    folder, request = spool / "jobs" / job.folder, job.hidden[hidden]
    bundle = open_bundle(
        _read(folder / job.architecture, bounds.architecture_mib << 20),
        _read(folder / (job.weights or ""), bounds.weights_mib << 20),
        bounds,
    )
    if isinstance(request, WorkerOwnRows):
        return predict_own_rows(bundle, request, folder, hidden, bounds)
    return _predict_hidden(job, bundle, request, spool, hidden, bounds)


def _predict_hidden(
    job: WorkerJob, bundle: Bundle, request: WorkerHidden, spool: Path, hidden: str, bounds: ModelBounds
) -> Prediction:
    started = time.monotonic()
    folder, data = spool / "jobs" / job.folder, spool / "data" / request.folder
    rows = _hidden_rows(data / "inputs", request.num_words)
    try:
        if len(bundle.model.inputs) > 1:
            raise BundleError(Reason.SEVERAL_INPUTS)
        if len(bundle.model.outputs) > 1:
            raise BundleError(Reason.SEVERAL_OUTPUTS)
        encoder = choose_encoder(
            bundle.model,
            request.input_adapters,
            _captured(folder, request),
            lambda places: load_public_rows(data / "public", request.dataset, places, request.num_words),
            rows,
        )
    except BundleError as error:
        return Prediction.without("not_assessed", error)
    try:
        measured = measure(bundle.model, bounds, [encoder.row_shape])
        check_work(measured, len(rows), bounds)
        built = build(bundle.model, measured, bundle.weights)
        batch, shape = measured.batch_rows(bounds), measured.output_shapes[0]
        outputs = predict(built, len(rows), batch, lambda part: encoder.encode(rows[part]), shape)
    except BundleError as error:
        return Prediction.without("failed", error)
    try:
        facts = compile_facts(job.compile)
        classes = read_facts(data / "inputs").classes
        scores, adapter = class_scores(outputs, classes, last_activation(bundle.model), facts)
    except BundleError as error:
        return Prediction.without("not_assessed", error)
    write_atomic(folder / f"{hidden}.npy", npy_bytes(scores.astype(np.float32)))
    seconds = round(time.monotonic() - started, 3)
    public_rows = None
    if seconds < bounds.wall_s * _PUBLIC_SHARE:

        def scores_of(rows: Rows) -> NDArray[np.float32]:
            check_work(measured, 2 * len(rows), bounds)
            outputs = predict(built, len(rows), batch, lambda part: encoder.encode(rows[part]), shape)
            return class_scores(outputs, classes, last_activation(bundle.model), facts)[0].astype(np.float32)

        public_rows = _predict_public(
            data / "public", request, len(scores), scores_of, folder / f"{hidden}.public.npy"
        )
    return Prediction(
        status="ok",
        file=f"{hidden}.npy",
        rows=len(scores),
        public_file=None if public_rows is None else f"{hidden}.public.npy",
        public_rows=public_rows,
        input_adapter=encoder.name,
        output_adapter=adapter,
        seconds=seconds,
    )


def _predict_public(
    folder: Path,
    request: WorkerHidden,
    most: int,
    scores_of: Callable[[Rows], NDArray[np.float32]],
    target: Path,
) -> int | None:
    """Write the scores of rows of the test set that the student saw; return how many, None where it cannot be done.

    A model that knows these rows better than the hidden ones was trained on them, or looks them up.
    """
    try:
        size = read_facts(folder).test_size
        count = min(most, size)
        rows = load_public_rows(folder, request.dataset, np.arange(count) * size // count, request.num_words)
        write_atomic(target, npy_bytes(scores_of(rows)))
    except (BundleError, DataError, ValueError, ZeroDivisionError):
        return None
    return count


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        return read_untrusted(path, max_bytes=max_bytes)
    except UntrustedFileError as error:
        raise BundleError(Reason.BAD_WEIGHTS_FILE, error.detail) from None


def _hidden_rows(folder: Path, num_words: int | None) -> Rows:
    if (folder / "x_offsets.npy").is_file():
        tokens = np.load(folder / "x_tokens.npy", mmap_mode="r", allow_pickle=False)
        return limit_words(Ragged(tokens, np.load(folder / "x_offsets.npy", allow_pickle=False)), num_words)
    images: NDArray[np.uint8] = np.load(folder / "x.npy", mmap_mode="r", allow_pickle=False)
    return images


def _captured(folder: Path, request: WorkerHidden) -> Captured | None:
    """Return the captured rows; None where they cannot be read (then the model's shape decides)."""
    item: CapturedFile | None = request.captured
    if item is None:
        return None
    try:
        values = read_npy(read_untrusted(folder / item.file, max_bytes=_CAPTURED_BYTES))
    except (NpyError, UntrustedFileError):
        return None
    places = np.arange(len(values)) if item.rows is None else np.asarray(item.rows, dtype=np.int64)
    if values.ndim < 2 or len(places) != len(values) or not np.isfinite(values).all():
        return None
    return Captured(places, values.astype(np.float16) if item.dtype == "float16" else values)
