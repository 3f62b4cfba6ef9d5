"""What a person should look at across a board's class: its entries as facts, compared by `board/flags`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.entering.files import kept_outputs
from deepgrade.board.entering.model_outputs import NoOutputs, NotYet, model_outputs
from deepgrade.board.errors import BoardError
from deepgrade.board.flags import BoardFlag, EntryFacts, class_flags
from deepgrade.board.flags.model import sorted_flags
from deepgrade.board.flags.own_model import OwnRows
from deepgrade.board.flags.own_rows import own_rows_flags
from deepgrade.board.flags.own_rows_reader import own_rows_of
from deepgrade.board.flags.weights import weights_digest
from deepgrade.board.opened import OpenBoard
from deepgrade.board.people.contestants import contestants
from deepgrade.board.references import references_of
from deepgrade.board.scoring.outputs import outputs_sha256
from deepgrade.evidence import RunRecord
from deepgrade.records import BoardEntry, RunStore
from deepgrade.score.data_facts import DataFactsTable
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.unavailable import CheckProblem


def flags_of_board(opened: OpenBoard) -> tuple[BoardFlag, ...]:
    """Compare the entries that count with each other, and with the course's references where it has some.

    Each competitor's counting entry is looked at. Predictions are read from where they are stored; nothing runs.
    """
    entries = [facts for one in _counting(opened) for facts in _facts_of(opened, *one)]
    labels: NDArray[np.int64] | None = None
    if opened.solution is not None and opened.board.metrics[0].needs != "values":
        labels = opened.solution.targets.astype(np.int64)
    flags = class_flags(entries, labels, list(_references(opened)))
    return flags if opened.has_private else sorted_flags([*flags, *_own_rows(opened)])


def _own_rows(opened: OpenBoard) -> Iterator[BoardFlag]:
    """Look for look-ups and leaks in the rows that each notebook set apart for itself."""
    columns = _mounted_columns(opened)
    store = RunStore(opened.course, opened.lab.name)
    theirs = RunStore(opened.course.references, opened.lab.name)
    references = [
        rows
        for one in references_of(opened)
        if (rows := _rows_of(opened, theirs.folder(one.key), one.record, columns)) is not None
    ]
    for students, entry in _counting(opened):
        record = store.read(entry.run_key) if entry.run_key is not None else None
        if record is None or entry.run_key is None:
            continue
        rows = _rows_of(opened, store.folder(entry.run_key), record, columns)
        if rows is not None:
            yield from own_rows_flags(rows, references, entry=entry.id, students=students)


def _rows_of(
    opened: OpenBoard, folder: Path, record: RunRecord, columns: Mapping[str, NDArray[Any]]
) -> OwnRows | None:
    try:
        return own_rows_of(
            EvidenceReader(folder, record), opened.lab, opened.board.place, str(opened.board.hidden), columns
        )
    except (
        Exception
    ):  # a stranger's evidence brought it about; the rest of the class is looked at all the same
        return None


def _mounted_columns(opened: OpenBoard) -> Mapping[str, NDArray[Any]]:
    manifest = opened.prepared.manifest
    public = opened.course.data(manifest.origin, manifest.size) / "public"
    for name in opened.lab.data:
        if (public / name / "facts.json").is_file():
            try:
                columns: Mapping[str, NDArray[Any]] = getattr(
                    DataFactsTable(public, opened.lab.data), name
                ).columns
            except CheckProblem:  # no table
                continue
            return columns
    return {}


def _counting(opened: OpenBoard) -> Iterator[tuple[tuple[str, ...], BoardEntry]]:
    for one in contestants(opened):
        entry = one.counts(opened)
        if entry is not None:
            yield one.competitor.students, entry


def _facts_of(opened: OpenBoard, students: tuple[str, ...], entry: BoardEntry) -> Iterator[EntryFacts]:
    try:
        if entry.run_key is None:
            outputs, weights = kept_outputs(opened, str(entry.sha256)), None
        else:
            store = RunStore(opened.course, opened.lab.name)
            record = store.read(entry.run_key)
            if record is None:
                return
            outputs, weights = _of_run(opened, store, entry.run_key, record)
    except (BoardError, NoOutputs, NotYet):
        return  # it had a score once; what it predicted is not at hand any more
    for student in students:
        yield _facts(opened, entry.id, student, outputs, weights)


def _references(opened: OpenBoard) -> Iterator[EntryFacts]:
    store = RunStore(opened.course.references, opened.lab.name)
    for place, one in enumerate(references_of(opened), start=1):
        try:
            outputs, weights = _of_run(opened, store, one.key, one.record)
        except (NoOutputs, NotYet):
            continue
        yield _facts(opened, -place, one.record.submission.student, outputs, weights)


def _of_run(
    opened: OpenBoard, store: RunStore, key: str, record: RunRecord
) -> tuple[NDArray[np.float64], str | None]:
    folder = store.folder(key)
    found = model_outputs(opened.lab, opened.board, folder, record)
    return found.outputs, weights_digest(folder, record, *opened.board.place)


def _facts(
    opened: OpenBoard, entry: int, student: str, outputs: NDArray[np.float64], weights: str | None
) -> EntryFacts:
    classes: NDArray[np.int64] | None = None
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        classes = outputs.argmax(axis=1)
    elif opened.board.metrics[0].needs == "classes":
        classes = outputs.reshape(-1).astype(np.int64)
    return EntryFacts(
        entry=entry,
        student=student,
        classes=classes,
        outputs=outputs,
        outputs_sha256=outputs_sha256(outputs),
        weights_sha256=weights,
    )
