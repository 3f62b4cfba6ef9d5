"""The capture plan: which variables a run keeps at the end of which question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from deepgrade.files import sha256_json
from deepgrade.lab.checks import Check
from deepgrade.lab.errors import LabError, listed
from deepgrade.lab.model import Lab


class QuestionCapture(BaseModel):
    """What is kept when one question ends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = ()
    probes: dict[str, list[Any]] = {}
    """Function name -> list of `[args, kwargs]`."""


class CapturePlan(BaseModel):
    """What a run keeps. Written by build, read by grade; its hash is part of a run's key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    lab: str
    order: tuple[str, ...]
    """All question ids in the order of the notebook."""
    questions: dict[str, QuestionCapture]

    @property
    def sha256(self) -> str:
        """The plan's content hash."""
        return sha256_json(self.model_dump(mode="json"))

    def for_kernel(self) -> dict[str, dict[str, Any]]:
        """Return question -> what the kernel keeps when it ends, as plain data."""
        return {
            question: {"names": list(capture.names), "probes": capture.probes}
            for question, capture in self.questions.items()
        }

    def asks_for(self, question_id: str, name: str) -> bool:
        """Return whether runs under this plan keep the variable at the end of the question."""
        capture = self.questions.get(question_id)
        return capture is not None and name in capture.names


def make_plan(lab: Lab, checks: Iterable[Check]) -> CapturePlan:
    """Derive the capture plan from the checks' arguments, lab.toml's captures and hidden evaluations.

    Raises:
        LabError: A check names an unknown question or hidden evaluation, or the checks' points do not add up
            to their question's; all problems at once.
    """
    names: dict[str, set[str]] = {question.id: set(question.capture) for question in lab.questions}
    probes: dict[str, dict[str, list[Any]]] = {question.id: {} for question in lab.questions}
    points: dict[str, float] = dict.fromkeys(names, 0.0)
    problems: list[str] = []
    for check in checks:
        if check.question not in names:
            problems.append(f"{check.id} checks question {check.question!r}, which is not in lab.toml")
            continue
        points[check.question] += check.points
        names[check.question].update(check.arguments)
        for name, calls in check.probes.items():
            kept = probes[check.question].setdefault(name, [])
            kept.extend(
                call for call in ([list(args), dict(kwargs)] for args, kwargs in calls) if call not in kept
            )
        problems += [
            f"{check.id} wants hidden evaluation {hidden!r}, which lab.toml does not have"
            for hidden in check.hidden.values()
            if hidden not in lab.hidden
        ]
    for evaluation in lab.hidden.values():
        names[evaluation.inputs_question].add(evaluation.inputs)
        if evaluation.targets is not None:
            names[evaluation.inputs_question].add(evaluation.targets)
    for question in lab.questions:
        expected = 0.0 if question.manual else question.points
        if abs(points[question.id] - expected) > 1e-9:
            problems.append(
                f"question {question.id}: its checks are worth {points[question.id]:g} points,"
                f" lab.toml says {expected:g}"
                + (" (a manual question's checks only inform)" if question.manual else "")
            )
    if problems:
        raise LabError(f"The checks and lab.toml of {lab.name} do not fit together:\n{listed(problems)}")
    return CapturePlan(
        lab=lab.name,
        order=tuple(question.id for question in lab.questions),
        questions={
            question.id: QuestionCapture(names=tuple(sorted(names[question.id])), probes=probes[question.id])
            for question in lab.questions
        },
    )
