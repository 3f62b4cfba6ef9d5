"""Checks on evidence, metrics, points. Sees labels and hidden checks; never student code, never Keras."""

from deepgrade.score.metrics import METRICS, Interval, Metric
from deepgrade.score.results import (
    Adjustment,
    CheckResult,
    CheckStatus,
    Flag,
    ModelScore,
    Origin,
    QuestionResult,
    SubmissionScore,
    Tool,
)
from deepgrade.score.scoring import ScoringError, score_runs, zero_questions

__all__ = [
    "METRICS",
    "Adjustment",
    "CheckResult",
    "CheckStatus",
    "Flag",
    "Interval",
    "Metric",
    "ModelScore",
    "Origin",
    "QuestionResult",
    "ScoringError",
    "SubmissionScore",
    "Tool",
    "score_runs",
    "zero_questions",
]
