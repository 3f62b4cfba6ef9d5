"""The reserved argument `lab` of a check: data facts, thresholds, hidden scores, devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

from deepgrade.lab import Lab, Size
from deepgrade.score.arrays import stored_row_indices, stored_rows
from deepgrade.score.data_facts import DataFactsTable
from deepgrade.score.figures import FigureFacts, figures_of
from deepgrade.score.metrics import METRICS
from deepgrade.score.models import CompileFacts, LayerFacts, ModelEvidence
from deepgrade.score.predictions import Judged, Predictions
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.unavailable import CheckProblem, EvidenceUnavailable, ReviewNeeded


@dataclass(frozen=True)
class DeviceFacts:
    """Where training could happen, and whether the notebook got in its way.

    Attributes:
        gpu_on_host: Whether the engine lent the run a GPU: the engine's word.
        facts: devices.json: what the student's process says of itself.
        training_to_come: The notebook is still running and had nothing to train so far.
    """

    gpu_on_host: bool
    facts: Mapping[str, Any]
    training_to_come: bool = False

    @property
    def hidden_by_notebook(self) -> bool:
        """Whether the notebook took the GPU away from its own training."""
        if self.facts.get("hiding_calls"):
            return True
        end, start = self._cuda("at_end"), self._cuda("at_start")
        return end != start and end in ("", "-1")

    @property
    def trained(self) -> bool:
        """Whether some model was trained."""
        return self.facts.get("trained") is True

    @property
    def gpu_used(self) -> bool:
        """Whether training could use a GPU and happened."""
        return (
            self.gpu_on_host and bool(self.facts.get("gpus")) and self.trained and not self.hidden_by_notebook
        )

    def assess(self) -> Literal["used", "hidden", "untrained", "unseen"]:
        """Tell what became of the GPU; `unseen`: one was lent, and the notebook's library did not see it.

        Raises:
            EvidenceUnavailable: The host has none, and the notebook hid none: nothing to assess. Or it is too early to say.
            ReviewNeeded: The run left no facts.
        """
        if not self.facts:
            raise ReviewNeeded("the run left no facts about its devices")
        if self.hidden_by_notebook:
            return "hidden"
        if not self.trained:
            if self.training_to_come:
                raise EvidenceUnavailable("the notebook had not come to its training when this was looked at")
            return "untrained"
        if not self.gpu_on_host:
            raise EvidenceUnavailable("the grading machine has no GPU")
        return "used" if self.gpu_used else "unseen"

    def _cuda(self, moment: str) -> Any:
        values = self.facts.get("cuda_visible_devices")
        return values.get(moment) if isinstance(values, dict) else None


@dataclass
class LabFacts:
    """What a check may ask besides captured variables.

    Attributes:
        lab: The lab.
        size: Size of the data that the run saw.
        data: Public facts of the data sets.
        reader: The run's evidence.
        hidden_labels: Name of a carved evaluation -> its labels, `(rows,)`.
        training_to_come: As `DeviceFacts`.
    """

    lab: Lab
    size: Size
    data: DataFactsTable
    reader: EvidenceReader
    hidden_labels: Mapping[str, NDArray[np.int64]]
    training_to_come: bool = False
    check_hidden: Mapping[str, str] = field(default_factory=dict)
    """The hidden evaluations that the running check declares: variable -> name."""

    def __repr__(self) -> str:
        return "lab"

    @cached_property
    def devices(self) -> DeviceFacts:
        """Facts about GPU and training."""
        return DeviceFacts(self.reader.record.gpu, self.reader.devices, self.training_to_come)

    def threshold(self, question: str) -> float:
        """Return what the hidden metric has to reach for a question's points: a least accuracy or R², a largest error.

        Raises:
            CheckProblem: lab.toml has none for this question and size of data.
        """
        try:
            return self.lab.thresholds[self.size][question]
        except KeyError:
            raise CheckProblem(
                f"lab.toml has no threshold for question {question} on {self.size} data;"
                f" add it below [thresholds.{self.size}]"
            ) from None

    @staticmethod
    def leave_out(reason: str) -> NoReturn:
        """End a check as not assessed, so that its points leave the total: for what no submission can bring about.

        Args:
            reason: What the grading machine lacks, as a clause.

        Raises:
            EvidenceUnavailable: Always.
        """
        raise EvidenceUnavailable(reason)

    @staticmethod
    def rows(value: Any) -> Any:
        """Return the rows that can be looked at: a list for sequences, else an array `(n, ...)`."""
        return stored_rows(value)

    @staticmethod
    def row_indices(value: Any) -> NDArray[np.int64]:
        """Return the places of `rows(value)` along axis 0."""
        return stored_row_indices(value)

    @staticmethod
    def compile_facts(model: Any) -> CompileFacts | None:
        """Return how a model was compiled; None when it was not.

        Raises:
            AssertionError: The value is no Keras model.
        """
        return _as_model(model).compile_facts

    @staticmethod
    def layers(model: Any) -> tuple[LayerFacts, ...]:
        """Return a model's layers without its input layers.

        Raises:
            AssertionError: The value is no Keras model.
        """
        return _as_model(model).layer_facts

    def hidden_score(self, model: Any) -> float:
        """Return the metric of the evaluation that the check declares for this model, in the metric's own unit.

        Raises:
            AssertionError: The value is no Keras model; or the notebook's own rows or targets are missing or do not fit.
            ReviewNeeded: The model could not be rebuilt, or its inputs could not be matched or were not kept whole.
            CheckProblem: The check does not declare `hidden={...}` for this variable.
        """
        evidence = _as_model(model)
        return self.stored_predictions.judged(evidence, self._evaluation_of(evidence)).value

    def hidden_accuracy(self, model: Any) -> float:
        """Return the share of hidden rows whose class the model names, in [0, 1].

        Raises:
            AssertionError: As `hidden_score`.
            ReviewNeeded: As `hidden_score`.
            CheckProblem: The check does not declare `hidden={...}` for this variable, or the metric is another.
        """
        hidden = self._evaluation_of(_as_model(model))
        metric = self.lab.hidden[hidden].metric
        if metric != "accuracy":
            raise CheckProblem(
                f"the metric of hidden evaluation {hidden} is {metric}: ask for lab.hidden_score"
            )
        return self.hidden_score(model)

    def predictions(self, model: Any) -> NDArray[np.float32]:
        """Return what the model gave for each row of the evaluation that the check declares for it.

        Own rows: the model's outputs as they are, `(rows,)` for one output, else `(rows, outputs)`, in the order of the
        captured inputs. Carved rows: class scores, `(rows, classes)`.

        Raises:
            AssertionError: The value is no Keras model.
            ReviewNeeded: As `hidden_score`.
            CheckProblem: As `hidden_score`.
        """
        evidence = _as_model(model)
        outputs = self.stored_predictions.outputs(evidence, self._evaluation_of(evidence))
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def reaches(self, model: Any) -> bool:
        """Return whether the model's hidden score is on the good side of its question's threshold.

        A check's models are captured at its own question, so that is the check's question.

        Raises:
            AssertionError: As `hidden_score`.
            ReviewNeeded: As `hidden_score`.
            CheckProblem: As `hidden_score`, or lab.toml has no threshold for the question.
        """
        evidence = _as_model(model)
        metric = METRICS[self.lab.hidden[self._evaluation_of(evidence)].metric]
        threshold = self.threshold(evidence.question)
        return metric.reaches(self.hidden_score(model), threshold)

    @cached_property
    def stored_predictions(self) -> Predictions:
        """What the submission's models predicted."""
        return Predictions(self.lab.hidden, self.reader, self.hidden_labels)

    def _evaluation_of(self, evidence: ModelEvidence) -> str:
        hidden = self.check_hidden.get(evidence.variable)
        if hidden is None:
            raise CheckProblem(
                f"declare hidden={{'{evidence.variable}': '<evaluation>'}} in this check's @question"
            )
        return hidden

    def public_judged(self, evidence: ModelEvidence, hidden: str) -> Judged | None:
        """Return the predictions on rows of the test set that the notebook saw; None where there are none."""
        dataset = self.lab.hidden[hidden].dataset
        if not dataset:
            return None
        labels = getattr(self.data, dataset).labels("test")
        return self.stored_predictions.on_public(evidence, hidden, labels)

    def figures(self, question: str) -> tuple[FigureFacts, ...]:
        """Return what a question's cells show: matplotlib's figures, and pictures that are none (without axes)."""
        return figures_of(self.reader, question)


def _as_model(value: Any) -> ModelEvidence:
    if not isinstance(value, ModelEvidence):
        raise AssertionError(f"this is a {type(value).__name__}, not a Keras model")
    return value
