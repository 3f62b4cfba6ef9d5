"""A lab as data: questions, points, limits, declared checks, the capture plan, known mistakes."""

from deepgrade.lab.calibration import Calibration, mismatches
from deepgrade.lab.checks import (
    LAB_ARGUMENT,
    Check,
    CheckSet,
    Declaration,
    describe,
    load_checks,
    question,
    visible,
)
from deepgrade.lab.errors import LabError, listed
from deepgrade.lab.headlines import Headline
from deepgrade.lab.load import LabFiles, find_root, lab_names, load_lab
from deepgrade.lab.mistakes import Mistake, load_mistakes
from deepgrade.lab.model import METRICS, HiddenEvaluation, Lab, Limits, Origin, Question, Size
from deepgrade.lab.plan import CapturePlan, QuestionCapture, make_plan

__all__ = [
    "LAB_ARGUMENT",
    "METRICS",
    "Calibration",
    "CapturePlan",
    "Check",
    "CheckSet",
    "Declaration",
    "Headline",
    "HiddenEvaluation",
    "Lab",
    "LabError",
    "LabFiles",
    "Limits",
    "Mistake",
    "Origin",
    "Question",
    "QuestionCapture",
    "Size",
    "describe",
    "find_root",
    "lab_names",
    "listed",
    "load_checks",
    "load_lab",
    "load_mistakes",
    "make_plan",
    "mismatches",
    "question",
    "visible",
]
