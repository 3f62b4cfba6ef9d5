"""What lasts: run folders, the gradebook, re-grade sets. Never imports the run stage."""

from deepgrade.records.course import Course
from deepgrade.records.gradebook import Arrival, Attribution, Entry, Gradebook
from deepgrade.records.people import (
    AbsentRecord,
    HandedInRecord,
    PeopleRecord,
    read_people,
    write_people,
)
from deepgrade.records.regrade import Change, changes_of, compare, counts
from deepgrade.records.run_store import RunStore
from deepgrade.records.sqlite_words import GradebookError

__all__ = [
    "AbsentRecord",
    "Arrival",
    "Attribution",
    "Change",
    "Course",
    "Entry",
    "Gradebook",
    "GradebookError",
    "HandedInRecord",
    "PeopleRecord",
    "RunStore",
    "changes_of",
    "compare",
    "counts",
    "read_people",
    "write_people",
]
