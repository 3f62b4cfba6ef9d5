"""What lasts: run folders, the gradebook, re-grade sets. Never imports the run stage."""

from deepgrade.records.course import Course
from deepgrade.records.gradebook import Attribution, Entry, Gradebook, GradebookError
from deepgrade.records.people import (
    AbsentRecord,
    HandedInRecord,
    PeopleRecord,
    read_people,
    write_people,
)
from deepgrade.records.regrade import Change, changes_of, compare, counts
from deepgrade.records.run_store import RunStore

__all__ = [
    "AbsentRecord",
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
