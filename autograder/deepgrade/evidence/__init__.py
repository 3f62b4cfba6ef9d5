"""The plain data that crosses from one stage to the next: verdicts and run records.

The formats of evidence and predictions are in docs/formats.md. Imports `files` alone.
"""

from deepgrade.evidence.run_record import CellError, CellTime, DataFacts, RunRecord, SubmissionFacts
from deepgrade.evidence.verdict import VERDICTS, Verdict, VerdictFacts

__all__ = [
    "VERDICTS",
    "CellError",
    "CellTime",
    "DataFacts",
    "RunRecord",
    "SubmissionFacts",
    "Verdict",
    "VerdictFacts",
]
