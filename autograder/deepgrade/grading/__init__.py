"""The stages in order, for a class: grade, re-grade, verify. Shows nothing: commands do."""

from deepgrade.grading.calibrate import Measured, QuestionCalibration, calibrate
from deepgrade.grading.cases import Case, cases_of
from deepgrade.grading.grade import (
    GradeRequest,
    GradeSummary,
    LabParts,
    Progress,
    Start,
    grade,
    load_parts,
    open_gradebook,
)
from deepgrade.grading.references import run_references
from deepgrade.grading.regrade import RegradeResult, compute_set, decide, undecided_set
from deepgrade.grading.verify import CaseResult, Verification, verify

__all__ = [
    "Case",
    "CaseResult",
    "GradeRequest",
    "GradeSummary",
    "LabParts",
    "Measured",
    "Progress",
    "QuestionCalibration",
    "RegradeResult",
    "Start",
    "Verification",
    "calibrate",
    "cases_of",
    "compute_set",
    "decide",
    "grade",
    "load_parts",
    "open_gradebook",
    "run_references",
    "undecided_set",
    "verify",
]
