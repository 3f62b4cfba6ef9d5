"""What a TA should look at. A flag never costs points by itself."""

from __future__ import annotations

from collections.abc import Iterable

from deepgrade.evidence import VERDICTS, RunRecord
from deepgrade.lab import Lab, Size
from deepgrade.score.facts import LabFacts
from deepgrade.score.models import ModelEvidence
from deepgrade.score.points import binomial_half_width
from deepgrade.score.results import CheckResult, CheckStatus, Flag, ModelScore
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

GAP = 0.02
"""A notebook's own test accuracy this far above the hidden one is flagged. Honest networks differ by about
0.002, one trained on the test set by 0.016, a look-up by 0.9 (pilot on MNIST, 5,000 hidden rows)."""


def model_scores(facts: LabFacts, asked: Iterable[tuple[str, str, str]]) -> list[ModelScore]:
    """Score the captured models on their hidden sets.

    Args:
        facts: The submission.
        asked: (question, variable, hidden evaluation) of every check that declares one.
    """
    scores = []
    for question, name, hidden in sorted(set(asked)):
        evaluation = facts.lab.hidden[hidden]
        rows = len(facts.hidden_labels[hidden])
        value, reason = None, None
        try:
            model = facts.reader.object(question, name)
            if isinstance(model, ModelEvidence):
                value = facts.accuracy_of(model, hidden)
                if str(model.prediction_facts(hidden).get("input_adapter")).endswith("?"):
                    reason = f"the captured test inputs are not the test set; `{name}` was given it in the way they look"
            else:
                reason = f"`{name}` is not a Keras model"
        except (AssertionError, EvidenceUnavailable, ReviewNeeded) as error:
            reason = str(error)
        scores.append(
            ModelScore(
                question=question,
                name=name,
                hidden=hidden,
                metric=evaluation.metric,
                value=value,
                reported=_reported(facts, evaluation.reported.get(name)),
                rows=rows,
                reason=reason,
            )
        )
    return scores


def _reported(facts: LabFacts, place: str | None) -> float | None:
    if place is None:
        return None
    question, _, name = place.partition("/")
    try:
        value = facts.reader.object(question, name)
    except (AssertionError, EvidenceUnavailable, ReviewNeeded):
        return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def flags_of(
    record: RunRecord,
    lab: Lab,
    size: Size,
    facts: LabFacts,
    scores: Iterable[ModelScore],
    checks: Iterable[CheckResult],
) -> list[Flag]:
    """List what a TA should look at."""
    flags = [Flag(code="intake", sentence=warning) for warning in record.submission.warnings]
    if not VERDICTS[record.verdict].students_fault:
        flags.append(Flag(code=record.verdict.value, sentence=record.detail))
    if facts.devices.facts and facts.devices.hidden_by_notebook:
        flags.append(Flag(code="gpu_hidden", sentence="The notebook hid the GPU from its own training."))
    flags += [
        Flag(code="inputs_unproven", sentence=f"{score.reason}.", question=score.question)
        for score in scores
        if score.value is not None and score.reason
    ]
    for score in scores:
        flags += _score_flags(score, lab.thresholds.get(size, {}).get(score.question))
    for check in checks:
        if check.status is CheckStatus.INTERNAL_ERROR:
            flags.append(
                Flag(
                    code="check_error",
                    sentence=f"The check {check.check} failed by itself: {check.reason}",
                    question=check.question,
                )
            )
        elif check.status is CheckStatus.NEEDS_REVIEW:
            flags.append(
                Flag(code="needs_review", sentence=f"{check.check}: {check.reason}", question=check.question)
            )
    return flags


def _score_flags(score: ModelScore, threshold: float | None) -> list[Flag]:
    if score.value is None:
        return []
    flags = []
    if score.reported is not None and score.reported - score.value > GAP:
        flags.append(
            Flag(
                code="public_hidden_gap",
                sentence=f"`{score.name}` reports {score.reported:.4f} on the public test set and reaches"
                f" {score.value:.4f} on {score.rows} hidden rows.",
                question=score.question,
            )
        )
    half_width = binomial_half_width(score.value, score.rows)
    if threshold is not None and abs(score.value - threshold) <= half_width:
        flags.append(
            Flag(
                code="near_threshold",
                sentence=f"`{score.name}` reaches {score.value:.4f} ± {half_width:.4f} (95 %) and the threshold is"
                f" {threshold:g}: the difference is within chance.",
                question=score.question,
            )
        )
    return flags
