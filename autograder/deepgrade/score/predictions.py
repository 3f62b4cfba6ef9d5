"""Stored predictions beside the right answers: on carved rows, whose labels are ours, and on the notebook's own.

Of own rows, inputs and targets are the student's word. What keeps them from being looked at is the submission's doing: a
failed check where the mistake can be named, else a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.lab import HiddenEvaluation
from deepgrade.score.arrays import SampledArray
from deepgrade.score.blobs import Unusable
from deepgrade.score.metrics import METRICS, Floats, Interval, Metric, as_predictions, as_targets, skill
from deepgrade.score.models import ModelEvidence
from deepgrade.score.reader import EvidenceReader, read_array
from deepgrade.score.series import plain
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

_OUTPUTS = 4096
"""Of one row; as `infer` bounds them."""
_PROBABILITIES = frozenset({"sigmoid", "hard_sigmoid"})


@dataclass(frozen=True)
class Judged:
    """A model's predictions in the form of the right answers."""

    metric: Metric
    predictions: Floats
    targets: Floats

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.targets)

    @cached_property
    def value(self) -> float:
        """The metric."""
        return self.metric.function(self.predictions, self.targets)

    @property
    def interval(self) -> Interval:
        """Its 95 % interval."""
        return self.metric.interval(self.predictions, self.targets)

    @property
    def skill(self) -> float:
        """How much better than the best single answer for all rows; see `metrics.skill`."""
        return skill(self.metric.name, self.predictions, self.targets)


class Predictions:
    """The predictions of one submission's models.

    Args:
        evaluations: The lab's hidden evaluations.
        reader: The run's evidence.
        labels: Carved evaluation -> its labels, `(rows,)`.
    """

    def __init__(
        self,
        evaluations: Mapping[str, HiddenEvaluation],
        reader: EvidenceReader,
        labels: Mapping[str, NDArray[np.int64]],
    ) -> None:
        self._evaluations, self._reader, self._labels = evaluations, reader, labels
        self._judged: dict[tuple[str, str, str], Judged] = {}

    def judged(self, model: ModelEvidence, hidden: str) -> Judged:
        """Return a model's predictions with the right answers.

        Raises:
            AssertionError: Own rows: inputs or targets are missing, do not belong together, or are not what the metric takes.
            ReviewNeeded: The model could not be rebuilt or given its inputs, or the rows were not kept whole.
            EvidenceUnavailable: The run was never asked for this.
        """
        key = (model.question, model.variable, hidden)
        if key not in self._judged:
            evaluation = self._evaluations[hidden]
            on_own = evaluation.source == "captured"
            self._judged[key] = self._on_own_rows(model, hidden) if on_own else self._on_carved(model, hidden)
        return self._judged[key]

    def outputs(self, model: ModelEvidence, hidden: str) -> NDArray[np.float32]:
        """Return what a model gave for each row, `(rows, outputs)`: class scores on carved rows, else as it is.

        Raises:
            ReviewNeeded: As `judged`.
            EvidenceUnavailable: As `judged`, or what was stored cannot be read.
        """
        return self._read(model, model.prediction_facts(hidden)["file"])

    def _on_carved(self, model: ModelEvidence, hidden: str) -> Judged:
        return self._classified(model, self.outputs(model, hidden), self._labels[hidden])

    def on_public(self, model: ModelEvidence, hidden: str, labels: NDArray[Any]) -> Judged | None:
        """Return the predictions on rows of the test set that the notebook saw; None where there are none.

        Args:
            model: A captured model.
            hidden: A carved evaluation.
            labels: All labels of the test set.
        """
        entry = model.prediction_facts(hidden)
        file, rows = entry.get("public_file"), entry.get("public_rows")
        if file is None or not isinstance(rows, int) or rows < 1:
            return None
        return self._classified(model, self._read(model, file), labels[np.arange(rows) * len(labels) // rows])

    def _classified(self, model: ModelEvidence, scores: NDArray[np.float32], labels: NDArray[Any]) -> Judged:
        if len(scores) != len(labels):
            raise EvidenceUnavailable(
                f"the stored predictions have shape {scores.shape}, the hidden set has {len(labels)} rows"
            )
        if scores.shape[1] <= int(labels.max()):
            raise ReviewNeeded(
                f"`{model.variable}` gives {scores.shape[1]} outputs for {int(labels.max()) + 1} classes"
            )
        chosen = scores.argmax(axis=1).astype(np.float64)
        return Judged(METRICS["accuracy"], chosen, labels.astype(np.float64))

    def _on_own_rows(self, model: ModelEvidence, hidden: str) -> Judged:
        evaluation = self._evaluations[hidden]
        place, inputs, targets = evaluation.inputs_question, evaluation.inputs, str(evaluation.targets)
        given = _whole(self._reader.object(place, inputs), inputs)
        wanted = _whole(self._reader.object(place, targets), targets)
        right = as_targets(wanted, evaluation.metric, targets)
        if len(given) != len(right):
            raise AssertionError(
                f"`{inputs}` has {len(given):,} rows and `{targets}` {len(right):,}: each row needs its answer"
            )
        if given.dtype.kind == "f" and not np.isfinite(given).all():
            raise AssertionError(
                f"`{inputs}` holds missing values (NaN) or infinity, which no network can use"
            )
        outputs = self.outputs(model, hidden)
        if len(outputs) != len(right):
            raise ReviewNeeded(
                f"`{model.variable}` predicted {len(outputs):,} rows, `{inputs}` has {len(right):,}"
            )
        log_odds = _gives_log_odds(model) if evaluation.metric == "accuracy" else False
        found = as_predictions(outputs, right, evaluation.metric, model.variable, log_odds=log_odds)
        return Judged(METRICS[evaluation.metric], found, right)

    def _read(self, model: ModelEvidence, file: object) -> NDArray[np.float32]:
        try:
            outputs = read_array(self._reader.predictions_folder, str(file))
        except Unusable as error:
            raise EvidenceUnavailable(
                f"the stored predictions of `{model.variable}` cannot be read: {error}"
            ) from None
        if outputs.ndim != 2 or outputs.dtype.kind != "f" or not 1 <= outputs.shape[1] <= _OUTPUTS:
            raise EvidenceUnavailable(f"the stored predictions have shape {outputs.shape}")
        return outputs.astype(np.float32, copy=False)


def _whole(value: Any, name: str) -> NDArray[Any]:
    """Return a captured table as an array.

    Raises:
        AssertionError: It is no table of rows.
        ReviewNeeded: It was not kept whole.
    """
    if isinstance(value, SampledArray):
        raise ReviewNeeded(f"`{name}` has the shape {value.shape}: too large to be kept whole")
    try:
        values = np.asarray(plain(value))
    except (TypeError, ValueError):
        values = np.empty(0, dtype=object)
    if values.ndim < 1 or values.dtype.kind not in "biuf":
        raise AssertionError(f"`{name}` is no table of numbers, one row for each example")
    return values


def _gives_log_odds(model: ModelEvidence) -> bool:
    """Return whether one output is the log-odds of the second class; Keras takes what it is not told for a probability."""
    facts, layers = model.compile_facts, model.layer_facts
    last = layers[-1].activation if layers else None
    return facts is not None and facts.from_logits and last not in _PROBABILITIES
