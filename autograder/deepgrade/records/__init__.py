"""What lasts: run folders, the gradebook, re-grade sets. Never imports the run stage."""

from deepgrade.records.course import Course
from deepgrade.records.gradebook import Arrival, Entry, Gradebook
from deepgrade.records.regrade import Change, changes_of, compare, counts
from deepgrade.records.run_store import RunStore
from deepgrade.records.sqlite_words import GradebookError

__all__ = [
    "Arrival",
    "Change",
    "Course",
    "Entry",
    "Gradebook",
    "GradebookError",
    "RunStore",
    "changes_of",
    "compare",
    "counts",
]
