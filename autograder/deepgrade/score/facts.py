"""The reserved argument `lab` of a check: data facts, thresholds, hidden scores, devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.loading import load_labels
from deepgrade.files import parse_strict_json
from deepgrade.lab import Lab, Size
from deepgrade.score.arrays import stored_row_indices, stored_rows
from deepgrade.score.blobs import Unusable
from deepgrade.score.models import CompileFacts, LayerFacts, ModelEvidence
from deepgrade.score.reader import EvidenceReader, read_array
from deepgrade.score.unavailable import CheckProblem, EvidenceUnavailable, ReviewNeeded


@dataclass(frozen=True)
class DataSetFacts:
    """Public facts of a data set as the student's code saw it."""

    name: str
    folder: Path
    facts: dict[str, Any]

    def __repr__(self) -> str:
        return f"lab.data.{self.name}"

    @property
    def train_size(self) -> int:
        """Rows of the training set."""
        return int(self.facts["train_size"])

    @property
    def test_size(self) -> int:
        """Rows of the test set."""
        return int(self.facts["test_size"])

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.facts["classes"])

    def labels(self, split: Literal["train", "test"]) -> NDArray[Any]:
        """Return the public labels in the order in which `load_data()` gave them."""
        return _labels(self.folder, split)


_LABELS: dict[tuple[Path, str], NDArray[Any]] = {}


def _labels(folder: Path, split: Literal["train", "test"]) -> NDArray[Any]:
    key = (folder, split)
    if key not in _LABELS:
        _LABELS[key] = load_labels(folder, split)
    return _LABELS[key]


class DataFactsTable:
    """`lab.data.mnist`: the data sets by name."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._sets: dict[str, DataSetFacts] = {}
        for name in names:
            facts = parse_strict_json((folder / name / "facts.json").read_bytes())
            self._sets[name] = DataSetFacts(name, folder / name, facts)

    def __getattr__(self, name: str) -> DataSetFacts:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._sets[name]
        except KeyError:
            raise CheckProblem(
                f"this lab has no data set {name!r}; lab.toml names: {', '.join(self._sets)}"
            ) from None


@dataclass(frozen=True)
class DeviceFacts:
    """Where training could happen, and whether the notebook got in its way.

    Attributes:
        gpu_on_host: Whether the engine lent the run a GPU: the engine's word.
        facts: devices.json: what the student's process says of itself.
    """

    gpu_on_host: bool
    facts: Mapping[str, Any]

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
            EvidenceUnavailable: The host has none, and the notebook hid none: nothing to assess.
            ReviewNeeded: The run left no facts.
        """
        if not self.facts:
            raise ReviewNeeded("the run left no facts about its devices")
        if self.hidden_by_notebook:
            return "hidden"
        if not self.trained:
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
        hidden_labels: Name of a hidden evaluation -> its labels, `(rows,)`.
        asked: Hidden scores that checks asked for: (question, variable, hidden) -> value.
    """

    lab: Lab
    size: Size
    data: DataFactsTable
    reader: EvidenceReader
    hidden_labels: Mapping[str, NDArray[np.int64]]
    check_hidden: Mapping[str, str] = field(default_factory=dict)
    """The hidden evaluations that the running check declares: variable -> name."""

    def __repr__(self) -> str:
        return "lab"

    @cached_property
    def devices(self) -> DeviceFacts:
        """Facts about GPU and training."""
        return DeviceFacts(self.reader.record.gpu, self.reader.devices)

    def threshold(self, question: str) -> float:
        """Return the minimum of the hidden metric that earns the points of a question.

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

    def hidden_accuracy(self, model: Any) -> float:
        """Return the share of hidden rows whose class the model names, in [0, 1].

        Raises:
            AssertionError: The value is no Keras model.
            ReviewNeeded: The model could not be rebuilt, or its inputs could not be matched.
            CheckProblem: The check does not declare `hidden={...}` for this variable.
        """
        evidence = _as_model(model)
        hidden = self.check_hidden.get(evidence.variable)
        if hidden is None:
            raise CheckProblem(
                f"declare hidden={{'{evidence.variable}': '<evaluation>'}} in this check's @question"
            )
        return self.accuracy_of(evidence, hidden)

    def accuracy_of(self, evidence: ModelEvidence, hidden: str) -> float:
        """Return the accuracy of a model's stored predictions on a hidden set, in [0, 1]."""
        return self._accuracy(evidence, evidence.prediction_facts(hidden)["file"], self.hidden_labels[hidden])

    def public_accuracy_of(self, evidence: ModelEvidence, hidden: str) -> tuple[float, int] | None:
        """Return the accuracy on rows of the test set that the notebook saw, and their number; None where unknown."""
        entry = evidence.prediction_facts(hidden)
        file, rows = entry.get("public_file"), entry.get("public_rows")
        if file is None or not isinstance(rows, int) or rows < 1:
            return None
        truth = getattr(self.data, self.lab.hidden[hidden].dataset).labels("test")
        return self._accuracy(evidence, file, truth[np.arange(rows) * len(truth) // rows]), rows

    def _accuracy(self, evidence: ModelEvidence, file: object, labels: NDArray[Any]) -> float:
        try:
            predictions = read_array(self.reader.predictions_folder, str(file))
        except Unusable as error:
            raise EvidenceUnavailable(
                f"the stored predictions of `{evidence.variable}` cannot be read: {error}"
            ) from None
        if predictions.ndim != 2 or len(predictions) != len(labels):
            raise EvidenceUnavailable(
                f"the stored predictions have shape {predictions.shape}, the hidden set has {len(labels)} rows"
            )
        if predictions.shape[1] <= int(labels.max()):
            raise ReviewNeeded(
                f"`{evidence.variable}` gives {predictions.shape[1]} outputs for {int(labels.max()) + 1} classes"
            )
        return float(np.mean(predictions.argmax(axis=1) == labels))

    def figures(self, question: str) -> int:
        """Return the number of images among the outputs of a question's cells."""
        places = {time.cell for time in self.reader.record.cell_times if time.question == question}
        cells = self.reader.notebook.get("cells")
        count = 0
        for index, cell in enumerate(cells if isinstance(cells, list) else []):
            if index in places and isinstance(cell, dict):
                count += sum(_is_image(output) for output in cell.get("outputs", []))
        return count


def _is_image(output: Any) -> bool:
    data = output.get("data") if isinstance(output, dict) else None
    return isinstance(data, dict) and any(str(kind).startswith("image/") for kind in data)


def _as_model(value: Any) -> ModelEvidence:
    if not isinstance(value, ModelEvidence):
        raise AssertionError(f"this is a {type(value).__name__}, not a Keras model")
    return value
