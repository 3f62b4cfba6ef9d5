"""What infer is asked about a run's evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from deepgrade.infer import CapturedName, HiddenInputs, InferJob, ModelRequest, OwnRows
from deepgrade.lab import Check, HiddenEvaluation, Lab


def model_requests(checks: Iterable[Check]) -> dict[tuple[str, str], list[str]]:
    """Return which captured models, by question and name, predict which hidden sets."""
    requests: dict[tuple[str, str], list[str]] = {}
    for check in checks:
        for name, hidden in check.hidden.items():
            sets = requests.setdefault((check.question, name), [])
            if hidden not in sets:
                sets.append(hidden)
    return requests


def infer_job(
    evidence: Path,
    plan: Mapping[str, Sequence[str]],
    lab: Lab,
    checks: Iterable[Check],
    inputs: Mapping[str, Path],
    public: Path,
) -> InferJob:
    """Return the job for one run; no label and no target is among it.

    Args:
        evidence: The run's evidence folder.
        plan: Question -> names that the run was asked to keep.
        lab: Its hidden evaluations.
        checks: Say which models predict which of them.
        inputs: Carved evaluation -> folder of hidden inputs.
        public: Folder of the data sets as student code saw them.
    """
    requests = model_requests(checks)
    return InferJob(
        evidence=evidence,
        models=tuple(
            ModelRequest(question=question, name=name, hidden=tuple(requests.get((question, name), ())))
            for question, names in plan.items()
            for name in names
        ),
        hidden={
            name: _inputs_of(name, evaluation, inputs, public) for name, evaluation in lab.hidden.items()
        },
    )


def _inputs_of(
    name: str, evaluation: HiddenEvaluation, inputs: Mapping[str, Path], public: Path
) -> HiddenInputs | OwnRows:
    captured = CapturedName(question=evaluation.inputs_question, name=evaluation.inputs)
    if evaluation.source == "captured":
        return OwnRows(inputs=captured)
    return HiddenInputs(
        dataset=evaluation.dataset,
        inputs=inputs[name],
        public=public / evaluation.dataset,
        input_adapters=evaluation.input_adapters,
        captured=captured,
        num_words=evaluation.num_words,
    )
