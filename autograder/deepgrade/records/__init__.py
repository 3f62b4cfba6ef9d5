"""What lasts: run folders, the gradebook, re-grade sets. Never imports the run stage."""

from deepgrade.records.briefs import Brief, BriefCheck, BriefFlag, BriefQuestion, brief_of
from deepgrade.records.course import Course
from deepgrade.records.decisions import About, Decision, Place
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
from deepgrade.records.errors import GradebookError
from deepgrade.records.gradebook import Arrival, Attribution, Entry, Gradebook
from deepgrade.records.in_force import InForce, LabStamp, briefs_of, in_force_of, lab_stamp
from deepgrade.records.people import (
    AbsentRecord,
    HandedInRecord,
    PeopleRecord,
    read_people,
    write_people,
)
from deepgrade.records.regrade import Change, changes_of, compare, counts
from deepgrade.records.reviews import ReviewConflictError, ReviewError, ReviewLedger
from deepgrade.records.run_store import RunStore

__all__ = [
    "About",
    "AbsentRecord",
    "Arrival",
    "Attribution",
    "BoardEntry",
    "Brief",
    "BriefCheck",
    "BriefFlag",
    "BriefQuestion",
    "Change",
    "Course",
    "Decision",
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
    "InForce",
    "LabStamp",
    "Measured",
    "PeopleRecord",
    "Place",
    "ReviewConflictError",
    "ReviewError",
    "ReviewLedger",
    "RunStore",
    "brief_of",
    "briefs_of",
    "changes_of",
    "compare",
    "counts",
    "in_force_of",
    "lab_stamp",
    "read_people",
    "write_people",
]
