"""Checks on evidence, metrics, points. Sees labels and hidden checks; never student code, never Keras."""

from deepgrade.score.metrics import METRICS, Interval, Metric
from deepgrade.score.results import (
    CheckResult,
    CheckStatus,
    Flag,
    ModelScore,
    QuestionResult,
    SubmissionScore,
)
from deepgrade.score.scoring import ScoringError, score_runs, zero_questions

__all__ = [
    "METRICS",
    "CheckResult",
    "CheckStatus",
    "Flag",
    "Interval",
    "Metric",
    "ModelScore",
    "QuestionResult",
    "ScoringError",
    "SubmissionScore",
    "score_runs",
    "zero_questions",
]
