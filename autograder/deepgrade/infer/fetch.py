"""Predictions from the worker's folder into the head: a stranger's files, checked before they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.files import UntrustedFileError, read_untrusted, sha256_bytes
from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.npy import NpyError, npy_bytes, read_npy
from deepgrade.infer.pack import HiddenSet
from deepgrade.infer.protocol import WorkerHidden, WorkerJob, WorkerOwnRows
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.report import ModelEntry, OwnRows, Prediction


class Kept(NamedTuple):
    """A finished entry and the content of its prediction files."""

    entry: ModelEntry
    files: dict[str, bytes]


def fetch(
    entry: ModelEntry,
    job: WorkerJob,
    folder: Path,
    hidden: Mapping[str, HiddenSet | OwnRows],
    bounds: ModelBounds,
) -> Kept:
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
            data, rows = _predicted(folder / f"{name}.npy", job.hidden[name], facts, bounds)
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
        predictions[name] = prediction.model_copy(update={"file": file, "rows": rows, **known})
    return Kept(entry.model_copy(update={"predictions": predictions}), files)


def _predicted(
    path: Path, asked: WorkerHidden | WorkerOwnRows, facts: HiddenSet | OwnRows, bounds: ModelBounds
) -> tuple[bytes, int]:
    """Return the `.npy` bytes of a prediction and the number of its rows.

    Raises:
        UntrustedFileError: The file cannot be taken.
        NpyError: It does not hold what was asked for.
    """
    if isinstance(facts, HiddenSet):
        return _scores(path, facts.rows, facts.classes), facts.rows
    rows = asked.shape[0] if isinstance(asked, WorkerOwnRows) and asked.shape else 0
    outputs = read_npy(read_untrusted(path, max_bytes=(bounds.output_mib << 20) + 1024))
    if outputs.ndim != 2 or len(outputs) != rows or not 1 <= outputs.shape[1] <= bounds.outputs:
        raise NpyError(f"shape {outputs.shape} instead of ({rows}, outputs)")
    return _finite(outputs), rows


def _public_scores(path: Path, prediction: Prediction, facts: HiddenSet | OwnRows) -> dict[str, bytes]:
    """Bring in the scores of rows that the student saw; `{}` where there are none that can be used."""
    rows = prediction.public_rows
    if isinstance(facts, OwnRows) or rows is None or not 0 < rows <= facts.rows:
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
    return _finite(scores)


def _finite(values: NDArray[Any]) -> bytes:
    if values.dtype != np.float32:
        raise NpyError(f"{values.dtype} instead of float32")
    if not np.isfinite(values).all():
        raise NpyError("predictions that are not finite")
    return npy_bytes(values)
