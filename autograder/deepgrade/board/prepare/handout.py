"""What stands in a competition's folder beside its rules: what a submission looks like, with a few made-up ids."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepgrade.board.competition import Board, Competition, competition_folder
from deepgrade.board.reading.form import Form, form_of, submission_bytes
from deepgrade.data import DataStore
from deepgrade.files import write_atomic
from deepgrade.lab import LabFiles

_IDS = ("100001", "100002", "100003", "100004", "100005")


def example_path(files: LabFiles, board: Board) -> Path:
    """Return where the example of a board's submissions stands."""
    return competition_folder(files) / f"sample_submission.{board.id}.csv"


def write_examples(files: LabFiles, competition: Competition, store: DataStore) -> list[Path]:
    """Write `sample_submission.<board>.csv` for every board that takes files of predictions for a catalogued data set.

    The whole one, with the ids of a course, is made with the course's board.

    Raises:
        BoardError: A board's metrics do not go together.
    """
    written = []
    for board in competition.boards:
        if board.entry == "file" and board.dataset is not None:
            form = form_of(board, _IDS, store.catalogue[board.dataset].classes)
            path = example_path(files, board)
            write_atomic(path, submission_bytes(form, _constant(form)))
            written.append(path)
    return written


def _constant(form: Form) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if form.kind == "probabilities":
        return np.full((form.rows, form.classes), 1 / form.classes)
    return np.zeros(form.rows)
