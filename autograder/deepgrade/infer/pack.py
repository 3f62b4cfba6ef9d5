"""One model's files, from the evidence into the worker's job folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from deepgrade.files import UntrustedFileError, sha256_json
from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.evidence import items_of, read_blob
from deepgrade.infer.own_rows import own_item, pack_own_rows
from deepgrade.infer.protocol import CapturedFile, WorkerHidden, WorkerJob, WorkerOwnRows
from deepgrade.infer.reasons import BundleError, Reason, shorten
from deepgrade.infer.report import HiddenInputs, OwnRows

_CAPTURED_BYTES = 64 << 20
_ARCHITECTURE = "architecture.json"
_WEIGHTS = "weights.safetensors"


class HiddenSet(NamedTuple):
    """A hidden set whose data lie in the spool."""

    request: HiddenInputs
    folder: str
    rows: int
    classes: int


def pack_job(
    evidence: Path,
    item: Mapping[str, Any],
    hidden: Mapping[str, HiddenSet | OwnRows],
    number: int,
    folder: Path,
    bounds: ModelBounds,
) -> tuple[WorkerJob, str]:
    """Copy a model's files into its job folder.

    Returns:
        The job, and a key that jobs with equal files and equal hidden sets share.

    Raises:
        BundleError: There is nothing to hand over.
    """
    if item.get("built") is False:
        raise BundleError(Reason.NOT_BUILT)
    if item.get("architecture") is None:
        raise BundleError(Reason.NO_ARCHITECTURE, str(item.get("problem") or ""))
    try:
        architecture = read_blob(evidence, item["architecture"], "json", bounds.architecture_mib << 20)
    except UntrustedFileError as error:
        raise BundleError(Reason.NO_ARCHITECTURE, error.detail) from None
    (folder / _ARCHITECTURE).write_bytes(architecture)
    problem = _copy_weights(evidence, item, folder, bounds)
    facts = item.get("compile")
    kept = {k: facts[k] for k in ("loss", "from_logits") if k in facts} if isinstance(facts, dict) else None
    job = WorkerJob(
        id=number,
        folder=folder.name,
        architecture=_ARCHITECTURE,
        weights=_WEIGHTS if problem is None else None,
        weights_problem=problem,
        compile=kept,
        hidden={name: _rows(evidence, h, folder, name) for name, h in hidden.items()},
    )
    # Blobs are named by their content, which read_blob has verified.
    captured = [_captured_item(evidence, h).get("file") for h in hidden.values()]
    names = [item["architecture"], item.get("weights"), captured]
    return job, sha256_json([names, job.model_dump(mode="json", exclude={"id", "folder"})])


def _copy_weights(evidence: Path, item: Mapping[str, Any], folder: Path, bounds: ModelBounds) -> str | None:
    """Copy the weights; return why they cannot be copied."""
    if item.get("weights") is None:
        return shorten(str(item.get("problem") or "The run kept no weights."))
    try:
        weights = read_blob(evidence, item["weights"], "safetensors", bounds.weights_mib << 20)
    except UntrustedFileError as error:
        if error.code == "too_large":
            raise BundleError(Reason.WEIGHTS_TOO_LARGE, error.detail) from None
        return shorten(error.detail)
    (folder / _WEIGHTS).write_bytes(weights)
    return None


def _rows(
    evidence: Path, hidden: HiddenSet | OwnRows, folder: Path, name: str
) -> WorkerHidden | WorkerOwnRows:
    if isinstance(hidden, OwnRows):
        return pack_own_rows(evidence, hidden, folder, name)
    return WorkerHidden(
        folder=hidden.folder,
        dataset=hidden.request.dataset,
        input_adapters=list(hidden.request.input_adapters),
        num_words=hidden.request.num_words,
        captured=_captured(evidence, _captured_item(evidence, hidden), folder, f"captured-{name}.npy"),
    )


def _captured_item(evidence: Path, hidden: HiddenSet | OwnRows) -> dict[str, Any]:
    if isinstance(hidden, OwnRows):
        return own_item(evidence, hidden)
    wanted = hidden.request.captured
    return {} if wanted is None else items_of(evidence, wanted.question).get(wanted.name, {})


def _captured(evidence: Path, item: Mapping[str, Any], folder: Path, name: str) -> CapturedFile | None:
    """Copy the captured test inputs; None where they are not a stored array."""
    stored, rows = item.get("stored"), item.get("rows")
    if item.get("kind") != "array" or stored not in ("whole", "rows"):
        return None
    if stored == "rows" and not (
        isinstance(rows, list) and all(type(r) is int and 0 <= r < 2**40 for r in rows)
    ):
        return None
    try:
        data = read_blob(evidence, item.get("file"), "npy", _CAPTURED_BYTES)
    except UntrustedFileError:
        return None
    (folder / name).write_bytes(data)
    return CapturedFile(file=name, rows=rows if stored == "rows" else None, dtype=str(item.get("dtype"))[:40])
