"""Model scores as people read them: which metric, on which rows, and whether the threshold was reached."""

from __future__ import annotations

from deepgrade.lab import Lab
from deepgrade.report.text import figure_text, one_line
from deepgrade.score import METRICS, Metric
from deepgrade.score.metrics import wilson
from deepgrade.score.results import ModelScore

_ON_CARVED = "on hidden inputs, which no notebook has seen"
_ON_OWN = "on the rows that the notebook itself set apart, with the targets that it gives them"


def metric_of(score: ModelScore) -> Metric:
    """Return a score's metric; accuracy where a record names one that is not known here."""
    return METRICS.get(score.metric, METRICS["accuracy"])


def is_own(lab: Lab, hidden: str) -> bool:
    """Return whether an evaluation is on the notebook's own rows."""
    return hidden in lab.hidden and hidden not in lab.carved


def rows_text(lab: Lab, hidden: str) -> str:
    """Return which rows an evaluation is on."""
    if not is_own(lab, hidden):
        return f"hidden set {one_line(hidden, 40)}"
    return f"the notebook's own {one_line(lab.hidden[hidden].inputs, 40)}"


def value_text(score: ModelScore) -> str:
    """Return a score's figure, `–` where there is none."""
    return (
        f"{score.value:.4f}"
        if score.value is not None and score.metric == "accuracy"
        else figure_text(score.value)
    )


def interval_text(score: ModelScore) -> str:
    """Return the 95 % interval of a score, `–` where there is none. Old records of accuracy do not hold it."""
    low, high = score.low, score.high
    if score.value is None or score.rows <= 0:
        return "–"
    if low is None or high is None:
        if score.metric != "accuracy" or not 0 <= score.value <= 1:
            return "–"
        low, high = wilson(score.value, score.rows)
    return (
        f"{low:.3f} – {high:.3f}"
        if score.metric == "accuracy"
        else f"{figure_text(low)} – {figure_text(high)}"
    )


def reached(score: ModelScore, threshold: float | None) -> bool | None:
    """Return whether a score is on the good side of a threshold; None where one of them is not known."""
    if score.value is None or threshold is None:
        return None
    return metric_of(score).reaches(score.value, threshold)


def threshold_text(score: ModelScore, threshold: float | None) -> str:
    """Return a threshold with its direction."""
    if threshold is None:
        return "–"
    return f"{'at least' if metric_of(score).higher_is_better else 'at most'} {figure_text(threshold)}"


def explanation(lab: Lab, evaluations: set[str]) -> str:
    """Return the sentence that says on which rows models were scored."""
    places = []
    if any(not is_own(lab, hidden) for hidden in evaluations):
        places.append(_ON_CARVED)
    if any(is_own(lab, hidden) for hidden in evaluations):
        places.append(_ON_OWN)
    return f"Computed by the grader from the captured models, {', or '.join(places)}." if places else ""
