"""What stored runs of the labs' solutions reach on the mounted and on the hidden rows; a course is only read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from deepgrade.files import write_atomic
from deepgrade.records import Course
from deepgrade.score import SubmissionScore

_LATEST = """
    SELECT submission.lab, submission.student, score.payload FROM score
    JOIN submission ON submission.id = score.submission_id
    WHERE submission.student LIKE 'seed-%' AND score.state = 'applied' ORDER BY score.id
"""


def read_course(course: Path, folder: Path) -> None:
    """Keep what the solution's seeds reached in a course, one file a lab; a lab with fewer seeds than are kept is left.

    Args:
        course: A course's folder, or the one that `calibrate` was given.
        folder: Receives `<lab>.json`.

    Raises:
        SystemExit: There is no gradebook.
    """
    books = [
        book for book in (Course(course).gradebook, Course(course / "verify").gradebook) if book.exists()
    ]
    if not books:
        raise SystemExit(f"{course} holds no gradebook: name a course in which `deepgrade calibrate` ran")
    scores: dict[str, dict[str, SubmissionScore]] = {}
    for book in books:
        # Not through Gradebook, which would prepare tables and so write: another process may be at work there.
        with closing(sqlite3.connect(f"file:{book}?mode=ro", uri=True)) as connection:
            for lab, student, payload in connection.execute(_LATEST):
                scores.setdefault(lab, {})[student] = SubmissionScore.model_validate_json(payload)
    for lab, of_seeds in scores.items():
        rows = sorted(row for seed, score in of_seeds.items() for row in _rows(seed, score))
        if rows and len({row[0] for row in rows}) >= len({row[0] for row in read_runs(folder).get(lab, [])}):
            write_atomic(folder / f"{lab}.json", json.dumps(rows, indent=1))


def _rows(seed: str, score: SubmissionScore) -> list[list[Any]]:
    """Return [seed, question, model, hidden set, mounted, hidden] of what has both accuracies; each model once."""
    found = {
        (one.name, one.hidden): [seed, one.question, one.name, one.hidden, one.public, one.value]
        for one in reversed(score.model_scores)
        if one.metric == "accuracy" and one.public is not None and one.value is not None
    }
    return list(found.values())


def read_runs(folder: Path) -> dict[str, list[list[Any]]]:
    """Return lab -> rows, as `read_course` kept them."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
