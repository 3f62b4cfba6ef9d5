"""What lasts: run folders, the gradebook, re-grade sets. Never imports the run stage."""

from deepgrade.records.course import Course
from deepgrade.records.entries import (
    BoardEntry,
    EntryLedger,
    EntryScores,
    EntryState,
    Event,
    EventKind,
    GradedRun,
    Measured,
)
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
    "BoardEntry",
    "Change",
    "Course",
    "Entry",
    "EntryLedger",
    "EntryScores",
    "EntryState",
    "Event",
    "EventKind",
    "Gradebook",
    "GradebookError",
    "GradedRun",
    "HandedInRecord",
    "Measured",
    "PeopleRecord",
    "RunStore",
    "changes_of",
    "compare",
    "counts",
    "read_people",
    "write_people",
]
