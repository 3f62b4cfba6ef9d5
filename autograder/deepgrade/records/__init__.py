"""What lasts: run folders, the gradebook, re-grade sets. Never imports the run stage."""

from deepgrade.records.course import Course
from deepgrade.records.gradebook import Entry, Gradebook, GradebookError
from deepgrade.records.regrade import Change, changes_of, compare, counts
from deepgrade.records.run_store import RunStore

__all__ = [
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
