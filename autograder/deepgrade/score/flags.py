"""What a TA should look at. A flag never costs points by itself."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from deepgrade.evidence import VERDICTS, RunRecord
from deepgrade.lab import Lab, Size
from deepgrade.score.facts import LabFacts
from deepgrade.score.metrics import METRICS
from deepgrade.score.models import ModelEvidence
from deepgrade.score.results import CheckResult, CheckStatus, Flag, ModelScore
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

GAP = 0.02
"""A notebook's own test accuracy this far above the hidden one is flagged. Honest networks differ by about
0.002, one trained on the test set by 0.016, a look-up by 0.9 (pilot on MNIST, 5,000 hidden rows)."""

_DEVIATIONS = 4.0
"""Standard deviations between the public and the hidden accuracy that chance does not explain (1 in 30,000)."""
_REPORTED_DEVIATIONS = 2.5
"""The same for what a notebook reports. On 5,000 rows `GAP` is the stricter of the two; on the 500 of quick data an honest
class would be flagged as a whole where its hidden rows are a little harder."""
_LEAST_GAP = 0.005
"""Hidden rows are a little harder or easier than public ones; less than this is no news."""
_CARRIED_ABOVE_CHANCE = 0.2
_CARRIED_ABOVE_MEAN = 0.05
"""Share of the variance that an untrained network explains by luck alone at most."""
LONG_CELL = 20_000
LONG_NOTEBOOK = 40_000
"""Characters of code. The longest of our solutions has 1,400 in a cell and 8,200 in all; 42,000 are enough to carry what
raises a score (docs/hidden-sets.md, "What stays open")."""


def model_scores(facts: LabFacts, asked: Iterable[tuple[str, str, str]]) -> list[ModelScore]:
    """Score the captured models on their hidden sets.

    Args:
        facts: The submission.
        asked: (question, variable, hidden evaluation) of every check that declares one.
    """
    return [_score(facts, *place) for place in sorted(set(asked))]


def _score(facts: LabFacts, question: str, name: str, hidden: str) -> ModelScore:
    evaluation = facts.lab.hidden[hidden]
    found: dict[str, Any] = {"rows": len(facts.hidden_labels.get(hidden, ()))}
    try:
        model = facts.reader.object(question, name)
        if isinstance(model, ModelEvidence):
            judged = facts.stored_predictions.judged(model, hidden)
            low, high = judged.interval
            found |= {"value": judged.value, "low": low, "high": high, "rows": judged.rows}
            if str(model.prediction_facts(hidden).get("input_adapter")).endswith("?"):
                found["reason"] = (
                    f"the captured test inputs are not the test set; `{name}` was given it in the way they look"
                )
            public = facts.public_judged(model, hidden)
            if public is not None:
                found |= {"public": public.value, "public_rows": public.rows}
        else:
            found["reason"] = f"`{name}` is not a Keras model"
    except (AssertionError, EvidenceUnavailable, ReviewNeeded) as error:
        found["reason"] = str(error)
    except Exception as error:
        # A stranger's rows and targets brought it about; the other models and flags are listed all the same.
        found["reason"] = f"the grader could not look at it: {type(error).__name__}"
    return ModelScore(
        question=question,
        name=name,
        hidden=hidden,
        metric=evaluation.metric,
        reported=_reported(facts, evaluation.reported.get(name)),
        **{"value": None, **found},
    )


def _reported(facts: LabFacts, place: str | None) -> float | None:
    if place is None:
        return None
    question, _, name = place.partition("/")
    try:
        value = facts.reader.object(question, name)
    except (AssertionError, EvidenceUnavailable, ReviewNeeded):
        return None
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


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
    if record.foreign_files:
        sentence = (
            f"The notebook left things where only the grader writes: {'; '.join(record.foreign_files)}."
        )
        flags.append(Flag(code="foreign_files", sentence=sentence))
    flags += [
        Flag(code="inputs_unproven", sentence=f"{score.reason}.", question=score.question)
        for score in scores
        if score.value is not None and score.reason
    ]
    flags += _long_literals(facts)
    for score in scores:
        threshold = lab.thresholds.get(size, {}).get(score.question)
        # Own rows without a threshold reward no training: the network may be one that others have trained.
        if score.hidden in lab.carved or threshold is not None:
            flags += _never_fitted(facts, score)
        flags += _score_flags(lab, score, threshold)
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


def _score_flags(lab: Lab, score: ModelScore, threshold: float | None) -> list[Flag]:
    if score.value is None:
        return []
    flags = []
    gap = _gap(score, score.value) if score.hidden in lab.carved else None
    if gap is not None:
        flags.append(Flag(code="public_hidden_gap", sentence=gap, question=score.question))
    low, high = score.low, score.high
    if threshold is not None and low is not None and high is not None and low <= threshold <= high:
        sentence = (
            f"`{score.name}` reaches {_figure(score)} (95 %: {low:.4f} to {high:.4f}) and the threshold is {threshold:g}:"
            " the difference is within chance."
        )
        flags.append(Flag(code="near_threshold", sentence=sentence, question=score.question))
    return flags


def _figure(score: ModelScore) -> str:
    """Return a score as people read it: an accuracy is a bare number, as everywhere."""
    value = f"{score.value:.4f}"
    return value if score.metric == "accuracy" else f"{METRICS[score.metric].title} {value}"


def _gap(score: ModelScore, value: float) -> str | None:
    """Return what is odd between the public test set and the hidden rows; None when nothing is."""
    hidden = f"{value:.4f} on {score.rows} hidden rows"
    if score.public is not None and _is_no_chance(score.public, score.public_rows, value, score.rows):
        return (
            f"`{score.name}` reaches {score.public:.4f} on the public test set (measured by the grader) and {hidden},"
            f" a gap of {score.public - value:.4f}: it was probably trained on the test set, or looks it up."
        )
    if score.reported is None or score.reported - value <= GAP:
        return None
    # Some report percent, and some anything.
    if not _is_no_chance(min(score.reported, 1.0), score.rows, value, score.rows, _REPORTED_DEVIATIONS):
        return None
    there = "" if score.public is None else f", where the grader measures {score.public:.4f},"
    return f"`{score.name}` reports {score.reported:.4f} on the public test set{there} and reaches {hidden}."


def _is_no_chance(
    public: float, public_rows: int, hidden: float, hidden_rows: int, deviations: float = _DEVIATIONS
) -> bool:
    """Return whether the test set was known better than chance explains: a two-proportion test."""
    both = (public * public_rows + hidden * hidden_rows) / (public_rows + hidden_rows)
    deviation = math.sqrt(both * (1 - both) * (1 / public_rows + 1 / hidden_rows))
    return public - hidden > deviations * deviation and public - hidden > _LEAST_GAP


def _never_fitted(facts: LabFacts, score: ModelScore) -> list[Flag]:
    """Flag a good model whose optimizer took no step: its weights were brought along, or it was compiled again.

    The number of steps is the notebook's own word; who forges it goes unnoticed here.
    """
    if score.value is None:
        return []
    model = facts.reader.object(score.question, score.name)
    if (
        not isinstance(model, ModelEvidence)
        or model.trained
        or not _is_good(facts, score, score.value, model)
    ):
        return []
    rows = (
        f"{score.rows} hidden rows" if score.hidden in facts.lab.carved else f"{score.rows} rows of its own"
    )
    sentence = (
        f"`{score.name}` reaches {_figure(score)} on {rows}, and its optimizer has taken no step:"
        " its weights may have been brought along, or it was compiled again after training."
    )
    return [Flag(code="weights_without_fit", sentence=sentence, question=score.question)]


def _is_good(facts: LabFacts, score: ModelScore, value: float, model: ModelEvidence) -> bool:
    """Return whether a model is better than chance; on own rows, than the best single answer for all of them."""
    if score.hidden in facts.lab.carved:
        classes = int(facts.hidden_labels[score.hidden].max()) + 1
        return value > 1 / classes + _CARRIED_ABOVE_CHANCE
    least = _CARRIED_ABOVE_CHANCE if score.metric == "accuracy" else _CARRIED_ABOVE_MEAN
    return facts.stored_predictions.judged(model, score.hidden).skill > least


def _long_literals(facts: LabFacts) -> list[Flag]:
    """Flag cells that are too long to have been written by a person."""
    cells = facts.reader.notebook.get("cells")
    if not isinstance(cells, list):
        sentence = "The executed notebook is too large to be looked through."
        return [Flag(code="long_literal", sentence=sentence)] if facts.reader.has_notebook else []
    sizes = {
        place: len("".join(source) if isinstance(source, list) else str(source))
        for place, cell in enumerate(cells, start=1)
        if isinstance(cell, dict) and cell.get("cell_type") == "code" and (source := cell.get("source"))
    }
    long = {place: size for place, size in sizes.items() if size > LONG_CELL}
    if not long and sum(sizes.values()) <= LONG_NOTEBOOK:
        return []
    worst = sorted(long or sizes, key=lambda place: -sizes[place])[:3]
    named = ", ".join(f"cell {place} has {sizes[place]:,} characters" for place in worst)
    sentence = f"The notebook carries long literals ({named}): data or weights may have been brought along."
    return [Flag(code="long_literal", sentence=sentence)]
