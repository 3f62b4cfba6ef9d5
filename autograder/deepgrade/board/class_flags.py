"""What a person should look at across a board's class: its entries as facts, compared by `board/flags`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.contestants import contestants
from deepgrade.board.entering.files import kept_outputs
from deepgrade.board.errors import BoardError
from deepgrade.board.flags import BoardFlag, EntryFacts, class_flags
from deepgrade.board.flags.weights import weights_digest
from deepgrade.board.model_outputs import NoOutputs, NotYet, model_outputs
from deepgrade.board.opened import OpenBoard
from deepgrade.board.references import references_of
from deepgrade.board.scoring import outputs_sha256
from deepgrade.evidence import RunRecord
from deepgrade.records import BoardEntry, RunStore


def flags_of_board(opened: OpenBoard) -> tuple[BoardFlag, ...]:
    """Compare the entries that count with each other, and with the course's references where it has some.

    Each competitor's counting entry is looked at. Predictions are read from where they are stored; nothing runs.
    """
    entries = [facts for one in _counting(opened) for facts in _facts_of(opened, *one)]
    labels: NDArray[np.int64] | None = None
    if opened.has_private and opened.board.metrics[0].needs != "values":
        labels = opened.prepared.solution().targets.astype(np.int64)
    references = list(_references(opened)) if labels is not None else []
    return class_flags(entries, labels, references)


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
