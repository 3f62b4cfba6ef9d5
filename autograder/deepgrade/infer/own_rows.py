"""The notebook's own rows: from the evidence into a job's folder, and from there through the rebuilt model.

Theory of operation: the rows are a stranger's, as the model is. The head copies their file, bounded and under the hash
that names it, and reads no number of it; the child that predicts compares the file with the shape that the evidence
states, and refuses what is not finite. No adapter is used: the model gets the rows as they are, as float32, and its
outputs are handed on as they are. What they mean, the targets decide, and those never come here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.files import UntrustedFileError, read_untrusted, write_atomic
from deepgrade.infer.bounds import ModelBounds, check_work, measure
from deepgrade.infer.build import build, predict
from deepgrade.infer.evidence import items_of, read_blob
from deepgrade.infer.inspect import Bundle
from deepgrade.infer.match import fitted_shape
from deepgrade.infer.npy import NpyError, npy_bytes, read_npy
from deepgrade.infer.protocol import WorkerOwnRows
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.report import OwnRows, Prediction
from deepgrade.infer.specs import show

_FILE_BYTES = (8 << 20) + 4096
"""What the kernel keeps whole, and the header of its file."""
_AXES = 8
_TOO_LARGE = "is larger than what is kept whole"


def own_item(evidence: Path, request: OwnRows) -> dict[str, Any]:
    """Return the captured item, `{}` where there is none."""
    return items_of(evidence, request.inputs.question).get(request.inputs.name, {})


def pack_own_rows(evidence: Path, request: OwnRows, folder: Path, name: str) -> WorkerOwnRows:
    """Copy the captured rows into a job's folder as `own-<name>.npy`, or say why they cannot be copied."""
    variable = f"`{request.inputs.name}`"
    stored = _stored(own_item(evidence, request))
    if isinstance(stored, str):
        return _without(f"{variable} {stored}.")
    shape = stored.shape
    if not isinstance(shape, list) or not 1 <= len(shape) <= _AXES or not all(type(n) is int for n in shape):
        return _without(f"The shape of {variable} is not understood.")
    if min(shape) < 1:
        return _without(f"{variable} has the shape {tuple(shape)}: there is nothing in it.")
    try:
        data = read_blob(evidence, stored.file, "npy", _FILE_BYTES)
    except UntrustedFileError as error:
        return _without(f"{variable}: {error.detail}")
    file = f"own-{name}.npy"
    (folder / file).write_bytes(data)
    return WorkerOwnRows(file=file, shape=shape, problem=None)


class _Stored(NamedTuple):
    """What the evidence says of a table: a stranger's word, looked at later."""

    file: Any
    shape: Any


def _stored(item: Mapping[str, Any]) -> _Stored | str:
    """Return where all numbers of an array or of a data frame are, or why they are not."""
    kind, file = item.get("kind"), item.get("file")
    if kind == "array" and item.get("stored") == "whole":
        return _Stored(file, item.get("shape")) if file is not None else "has no file"
    if kind == "array":
        return _TOO_LARGE
    if kind == "frame":
        shape, columns = item.get("shape"), item.get("columns")
        if not isinstance(columns, list) or not isinstance(shape, list) or not shape:
            return "is a data frame that is not understood"
        if item.get("numbers") != list(range(len(columns))):
            return "is a data frame of which not every column holds numbers"
        return _Stored(file, [shape[0], len(columns)]) if file is not None else _TOO_LARGE
    return "is not there" if kind in (None, "missing") else "is neither an array nor a data frame"


def _without(problem: str) -> WorkerOwnRows:
    return WorkerOwnRows(file=None, shape=[], problem=problem)


def predict_own_rows(
    bundle: Bundle, request: WorkerOwnRows, folder: Path, name: str, bounds: ModelBounds
) -> Prediction:
    """Predict the notebook's own rows; the outputs are written as `<name>.npy`, float32 `(rows, outputs)`.

    Never raises for what a submission can be blamed for.
    """
    started = time.monotonic()
    try:
        if len(bundle.model.inputs) > 1:
            raise BundleError(Reason.SEVERAL_INPUTS)
        if len(bundle.model.outputs) > 1:
            raise BundleError(Reason.SEVERAL_OUTPUTS)
        rows = _read_rows(folder, request)
        declared = bundle.model.inputs[0].shape or ()
        row_shape = fitted_shape(declared, rows.shape[1:])
        if row_shape is None:
            found = f"The model takes {show(declared)}, they are {show(rows.shape[1:])}."
            raise BundleError(Reason.INPUTS_DO_NOT_FIT, found)
        measured = measure(bundle.model, bounds, [row_shape])
        shape = measured.output_shapes[0]
        _check_output(len(rows), [n or 1 for n in shape], bounds)
    except BundleError as error:
        return Prediction.without("not_assessed", error)
    try:
        check_work(measured, len(rows), bounds)
        built = build(bundle.model, measured, bundle.weights)
        rows = rows.reshape(len(rows), *row_shape)
        outputs = predict(built, len(rows), measured.batch_rows(bounds), lambda part: rows[part], shape)
    except BundleError as error:
        return Prediction.without("failed", error)
    write_atomic(folder / f"{name}.npy", npy_bytes(outputs.reshape(len(rows), -1)))
    seconds = round(time.monotonic() - started, 3)
    return Prediction(
        status="ok",
        file=f"{name}.npy",
        rows=len(rows),
        input_adapter="own rows",
        output_adapter="raw",
        seconds=seconds,
    )


def _read_rows(folder: Path, request: WorkerOwnRows) -> NDArray[np.float32]:
    """Return the rows as float32.

    Raises:
        BundleError: `inputs_not_usable`.
    """
    if request.file is None:
        raise BundleError(Reason.INPUTS_NOT_USABLE, request.problem or "")
    try:
        values = read_npy(read_untrusted(folder / request.file, max_bytes=_FILE_BYTES))
    except (NpyError, UntrustedFileError) as error:
        raise BundleError(Reason.INPUTS_NOT_USABLE, f"Their file: {error}.") from None
    if list(values.shape) != request.shape:
        found = f"Their file has shape {values.shape}, the evidence says {tuple(request.shape)}."
        raise BundleError(Reason.INPUTS_NOT_USABLE, found)
    with np.errstate(over="ignore"):
        rows = values.astype(np.float32)
    bad = int(np.count_nonzero(~np.isfinite(rows)))
    if bad:
        raise BundleError(Reason.INPUTS_NOT_USABLE, f"{bad:,} of their {rows.size:,} numbers are not finite.")
    return rows


def _check_output(rows: int, shape: list[int], bounds: ModelBounds) -> None:
    outputs = math.prod(shape)
    if outputs > bounds.outputs:
        raise BundleError(Reason.OUTPUT_TOO_LARGE, f"{outputs:,} for one row; at most {bounds.outputs:,}.")
    if 4 * rows * outputs > bounds.output_mib << 20:
        found = f"{outputs:,} for each of {rows:,} rows; at most {bounds.output_mib} MiB in all."
        raise BundleError(Reason.OUTPUT_TOO_LARGE, found)
