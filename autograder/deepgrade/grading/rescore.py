"""Score stored runs, whatever data each was made with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.engine import course_data
from deepgrade.evidence import RunRecord
from deepgrade.lab import Lab, LabFiles, Origin, Size
from deepgrade.records import Course
from deepgrade.score import SubmissionScore, score_runs


def score_stored(
    files: LabFiles,
    lab: Lab,
    course: Course,
    store: DataStore,
    runs: Iterable[tuple[int, Path, RunRecord]],
    *,
    scratch: Path,
) -> Iterator[tuple[int, SubmissionScore]]:
    """Score runs with the lab's hidden checks of today; no student code runs.

    Args:
        files: The lab.
        lab: Its lab.toml.
        course: Where the hidden labels are.
        store: Only asked when the course's hidden sets are missing.
        runs: (submission id, run folder, run record).
        scratch: A folder for what need not last.

    Yields:
        (submission id, score), grouped by the data that the runs were made with.
    """
    groups: dict[tuple[Origin, Size], list[tuple[int, Path]]] = {}
    for submission_id, folder, record in runs:
        facts = record.data[0]
        groups.setdefault((facts.origin, facts.size), []).append((submission_id, folder))
    for (origin, size), members in groups.items():
        data = course_data(course, lab, store, origin=origin, size=size, as_made=True)
        folders = [folder for _, folder in members]
        scores = score_runs(
            files, folders, size=size, public=data.public, labels=data.labels, scratch=scratch
        )
        for (submission_id, _), score in zip(members, scores, strict=True):
            yield submission_id, score
