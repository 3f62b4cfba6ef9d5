"""A file of predictions enters its board, or is refused with every defect named."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.errors import BoardError
from deepgrade.board.opened import OpenBoard
from deepgrade.board.reading.submission_file import SubmissionRefused, read_submission
from deepgrade.board.rules import dates, limits
from deepgrade.board.rules.limits import Allowance, PastEntry, allowance
from deepgrade.board.scoring.outputs import score_against
from deepgrade.files import UntrustedFileError, read_untrusted, sha256_bytes, write_atomic
from deepgrade.records import EntryScores


class FileTaken(NamedTuple):
    """An entry that was taken."""

    entry_id: int
    scores: EntryScores
    left: Allowance
    is_late: bool


def enter_file(opened: OpenBoard, path: Path, student: str, *, message: str = "", now: datetime) -> FileTaken:
    """Enter a file of predictions.

    Rules come before content: who has no entry left does not learn whether the file is whole. A refused entry is
    recorded with its reason and costs nothing.

    Args:
        opened: A board with entry = "file".
        path: The student's file; hostile.
        student: Whose it is: a key of the roster, or any name.
        message: What the student says about it.
        now: The moment of entry, aware.

    Raises:
        BoardError: The board takes models, or a rule refuses the entry; the sentence is for the student.
        SubmissionRefused: The file has defects; all of them are listed.
    """
    board, policy = opened.board, opened.policy
    if board.entry != "file":
        raise BoardError(
            f"Board {board.id} takes the models of graded notebooks: hand in the notebook, `deepgrade grade` enters it."
        )
    competitor = opened.competitors.of(student)
    extension = opened.extension(competitor)
    mine = [
        PastEntry(entry.entered_at, entry.state)
        for entry in opened.entries
        if opened.competitors.of(entry.handed_in_as).key == competitor.key
    ]
    rule = dates.refusal(policy, now, extension) or limits.refusal(
        policy, mine, now, closes=dates.closes_at(policy, extension)
    )
    if rule is not None:
        opened.ledger.add(student, path.name, state="refused", problem=rule, message=message, now=now)
        raise BoardError(rule)
    form = opened.prepared.form()
    try:
        data = read_untrusted(path, max_bytes=form.max_bytes)
        outputs = read_submission(data, form).predictions
    except UntrustedFileError as error:
        raise BoardError(f"{path.name} cannot be read: {error.detail}") from None
    except SubmissionRefused as error:
        opened.ledger.add(student, path.name, state="refused", problem=str(error), message=message, now=now)
        raise
    sha256 = sha256_bytes(data)
    keep_outputs(opened, sha256, outputs)
    scores = score_against(board, opened.prepared.solution(), outputs)
    entry_id = opened.ledger.add(student, path.name, message=message, sha256=sha256, scores=scores, now=now)
    left = allowance(policy, [*mine, PastEntry(now)], now)
    return FileTaken(entry_id, scores, left, dates.is_late(policy, now, extension))


def keep_outputs(opened: OpenBoard, sha256: str, outputs: NDArray[np.float64]) -> None:
    """Store the predictions of a file, so that they can be scored again."""
    path = _stored(opened, sha256)
    if not path.exists():
        stream = io.BytesIO()
        np.save(stream, outputs, allow_pickle=False)
        write_atomic(path, stream.getvalue(), mode=0o600)


def kept_outputs(opened: OpenBoard, sha256: str) -> NDArray[np.float64]:
    """Return the predictions of a file that was taken.

    Raises:
        BoardError: They are gone or damaged.
    """
    path = _stored(opened, sha256)
    try:
        values: NDArray[np.float64] = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BoardError(f"The stored predictions {path} cannot be read ({error}).") from None
    return values


def _stored(opened: OpenBoard, sha256: str) -> Path:
    return opened.prepared.folder / "entries" / f"{sha256}.npy"
