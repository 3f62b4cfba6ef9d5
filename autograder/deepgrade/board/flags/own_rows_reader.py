"""From a stored run to `OwnRows`: a thin reader, which gives up quietly where rows were not kept or are not usable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.flags.own_model import Floats, OwnRows
from deepgrade.lab import HiddenEvaluation, Lab
from deepgrade.score.arrays import SampledArray
from deepgrade.score.blobs import Unusable
from deepgrade.score.metrics import as_targets
from deepgrade.score.reader import EvidenceReader, read_array
from deepgrade.score.series import plain
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded


def own_rows_of(
    reader: EvidenceReader,
    lab: Lab,
    place: tuple[str, str],
    hidden: str,
    columns: Mapping[str, NDArray[Any]] | None = None,
) -> OwnRows | None:
    """Read the rows that a model was scored on.

    Training rows are those whose names say `train` where the test rows' say `test`, as they were kept in the same question,
    else in the last one before it.

    Args:
        reader: The run's evidence.
        lab: The lab.
        place: Question and variable of the model, as the board names it.
        hidden: The hidden evaluation, with `source = "captured"`.
        columns: The mounted table (`score.data_facts.DataSetFacts.columns`).

    Returns:
        The rows; None where inputs, targets or predictions are not at hand, or the metric is accuracy.
    """
    evaluation = lab.hidden[hidden]
    if evaluation.source != "captured" or evaluation.metric == "accuracy" or evaluation.targets is None:
        return None
    question = evaluation.inputs_question
    inputs = _rows(_object(reader, question, evaluation.inputs))
    targets = _targets(_object(reader, question, evaluation.targets), evaluation)
    predictions = _predictions(reader, "/".join(place), hidden)
    if inputs is None or targets is None or predictions is None:
        return None
    if not len(inputs) == len(targets) == len(predictions):
        return None
    train_inputs = _rows(_earlier(reader, question, _training_name(evaluation.inputs)))
    train_targets = _targets(_earlier(reader, question, _training_name(evaluation.targets)), evaluation)
    return OwnRows(
        metric=evaluation.metric,
        inputs=inputs,
        targets=targets,
        predictions=predictions,
        train_inputs=train_inputs,
        train_targets=train_targets,
        train_predictions=_on_training_rows(reader, lab, place[1], evaluation, train_targets),
        columns={
            name: np.asarray(values, dtype=np.float64)
            for name, values in (columns or {}).items()
            if values.dtype.kind in "biuf"
        },
    )


def _training_name(name: str) -> str:
    return name.replace("test", "train")


def _object(reader: EvidenceReader, question: str, name: str) -> Any:
    try:
        return plain(reader.object(question, name))
    except (AssertionError, EvidenceUnavailable, ReviewNeeded):
        return None


def _earlier(reader: EvidenceReader, question: str, name: str) -> Any:
    """Return a variable as kept at a question's end, else at the nearest one before it, else at any."""
    order = list(reader.record.plan)
    until = order.index(question) + 1 if question in order else len(order)
    for candidate in (*reversed(order[:until]), *order[until:]):
        if name in reader.record.plan[candidate]:
            return _object(reader, candidate, name)
    return None


def _rows(value: Any) -> Floats | None:
    if isinstance(value, SampledArray):
        return None
    try:
        values = np.asarray(value)
    except (TypeError, ValueError):
        return None
    if values.dtype.kind not in "biuf" or values.ndim < 2 or not values.size:
        return None
    rows = values.astype(np.float64).reshape(len(values), -1)
    return rows if np.isfinite(rows).all() else None


def _targets(value: Any, evaluation: HiddenEvaluation) -> Floats | None:
    if value is None or isinstance(value, SampledArray):
        return None
    try:
        targets = as_targets(value, evaluation.metric, str(evaluation.targets))
    except AssertionError:
        return None
    return targets[:, 0] if targets.shape[1] == 1 else None


def _predictions(reader: EvidenceReader, key: str, hidden: str) -> Floats | None:
    model = reader.inferred.get(key)
    known = model.get("predictions") if isinstance(model, dict) else None
    entry = known.get(hidden) if isinstance(known, dict) else None
    if not isinstance(entry, dict) or entry.get("status") != "ok":
        return None
    try:
        outputs = read_array(reader.predictions_folder, str(entry.get("file")))
    except Unusable:
        return None
    if (
        outputs.dtype.kind != "f"
        or outputs.ndim != 2
        or outputs.shape[1] != 1
        or not np.isfinite(outputs).all()
    ):
        return None
    return outputs[:, 0].astype(np.float64)


def _on_training_rows(
    reader: EvidenceReader, lab: Lab, variable: str, evaluation: HiddenEvaluation, targets: Floats | None
) -> Floats | None:
    """Return what the same model gives for its training rows, where the lab has them predicted."""
    wanted = _training_name(evaluation.inputs)
    for name, other in lab.hidden.items():
        if other.source == "captured" and other.inputs == wanted:
            for key in sorted(reader.inferred, reverse=True):
                if key.partition("/")[2] == variable:
                    found = _predictions(reader, key, name)
                    if found is not None and targets is not None and len(found) == len(targets):
                        return found
    return None
