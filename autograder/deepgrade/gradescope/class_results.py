"""A whole class's results in Gradescope's form: one results.json for each student, for a course that was graded here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from deepgrade.files import write_atomic
from deepgrade.gradescope.results import NoResultError, ResultOptions, refused_results, results
from deepgrade.lab import Lab
from deepgrade.records import Course, Entry, RunStore


class Written(NamedTuple):
    """What became of one student."""

    student: str
    path: Path | None
    """None where there is no result to publish."""
    why: str = ""


def write_class_results(
    lab: Lab, course: Course, entries: Iterable[Entry], folder: Path, options: ResultOptions
) -> Iterator[Written]:
    """Write `<folder>/<student>/results.json` for every entry and yield what was done.

    Who was not scored, or whose run failed by our own fault, gets no file: Gradescope would take it for a grade. An older file of
    theirs is removed.
    """
    store = RunStore(course, lab.name)
    for entry in entries:
        path = folder / entry.student / "results.json"
        try:
            made = _made(lab, store, entry, options)
        except NoResultError as error:
            path.unlink(missing_ok=True)
            yield Written(entry.student, None, str(error))
            continue
        write_atomic(path, json.dumps(made, ensure_ascii=True, allow_nan=False, indent=1) + "\n", mode=0o600)
        yield Written(entry.student, path)


def _made(lab: Lab, store: RunStore, entry: Entry, options: ResultOptions) -> dict[str, object]:
    if entry.refusal is not None:
        return refused_results(lab, entry.refusal)
    record = store.read(entry.run_key) if entry.run_key else None
    if record is None or entry.score is None:
        raise NoResultError("Not scored by deepgrade.")
    return results(entry.score, record, lab, options)
