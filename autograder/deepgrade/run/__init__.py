"""Run: one submission in one sandbox; the supervisor gives the verdict."""

from deepgrade.run.inputs import Gpu
from deepgrade.run.job import QuestionSpans, make_job, question_spans
from deepgrade.run.journal import CellFacts, JournalFacts, read_journal
from deepgrade.run.notebook import executed_notebook
from deepgrade.run.prepared import prepared_kernel
from deepgrade.run.supervisor import run_submission
from deepgrade.run.verdicts import Decision, decide

__all__ = [
    "CellFacts",
    "Decision",
    "Gpu",
    "JournalFacts",
    "QuestionSpans",
    "decide",
    "executed_notebook",
    "make_job",
    "prepared_kernel",
    "question_spans",
    "read_journal",
    "run_submission",
]
