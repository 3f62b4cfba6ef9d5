"""Take in files safely, read notebooks of either flavour, find the questions."""

from deepgrade.submission.intake import collect, read_notebook
from deepgrade.submission.model import REFUSALS, Cell, Refusal, Submission
from deepgrade.submission.names import safe_name
from deepgrade.submission.parse import MAX_BYTES, MAX_CELLS
from deepgrade.submission.tools import Template, load_template

__all__ = [
    "MAX_BYTES",
    "MAX_CELLS",
    "REFUSALS",
    "Cell",
    "Refusal",
    "Submission",
    "Template",
    "collect",
    "load_template",
    "read_notebook",
    "safe_name",
]
