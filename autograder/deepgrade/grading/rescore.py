"""Score stored runs, whatever data each was made with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from deepgrade.data import DataStore
from deepgrade.engine import course_data
from deepgrade.evidence import RunRecord
from deepgrade.lab import Lab, LabFiles, Origin, Size
from deepgrade.records import Course
from deepgrade.score import SubmissionScore, score_runs


class StoredRun(NamedTuple):
    """What scoring has to know of a run. A class's records, held at once, would take most of the memory."""

    submission_id: int
    folder: Path
    origin: Origin
    size: Size

    @classmethod
    def of(cls, submission_id: int, folder: Path, record: RunRecord) -> StoredRun:
        """Return a run's facts from its record."""
        return cls(submission_id, folder, record.data[0].origin, record.data[0].size)


def score_stored(
    files: LabFiles,
    lab: Lab,
    course: Course,
    store: DataStore,
    runs: Iterable[StoredRun],
    *,
    scratch: Path,
) -> Iterator[tuple[int, SubmissionScore]]:
    """Score runs with the lab's hidden checks of today; no student code runs.

    Args:
        files: The lab.
        lab: Its lab.toml.
        course: Where the hidden labels are.
        store: Only asked when the course's hidden sets are missing.
        runs: What to score.
        scratch: A folder for what need not last.

    Yields:
        (submission id, score), grouped by the data that the runs were made with.
    """
    groups: dict[tuple[Origin, Size], list[StoredRun]] = {}
    for run in runs:
        groups.setdefault((run.origin, run.size), []).append(run)
    for (origin, size), members in groups.items():
        data = course_data(course, lab, store, origin=origin, size=size, as_made=True)
        folders = [run.folder for run in members]
        scores = score_runs(
            files, folders, size=size, public=data.public, labels=data.labels, scratch=scratch
        )
        for run, score in zip(members, scores, strict=True):
            yield run.submission_id, score
