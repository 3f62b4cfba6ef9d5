"""What the captured model of a graded run predicts: from files that `infer` has stored, beside the right answers.

The predictions of a carved set come without labels; a notebook's own rows bring their targets, which are its word.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.competition import Board
from deepgrade.evidence import VERDICTS, RunRecord
from deepgrade.lab import Lab
from deepgrade.score.models import ModelEvidence
from deepgrade.score.predictions import Predictions
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded


class NotYet(Exception):
    """The run says nothing of this model by no fault of the student's: it is tried again later."""


class NoOutputs(Exception):
    """The student's model has no predictions; the message says why, for the student."""


class Outputs(NamedTuple):
    """Predictions of one model."""

    outputs: NDArray[Any]
    """`(rows, classes)` class scores on carved rows; `(rows,)` or `(rows, outputs)` on own rows."""
    targets: NDArray[Any] | None
    """`(rows,)` of own rows; None for carved ones."""


def model_outputs(lab: Lab, board: Board, folder: Path, record: RunRecord) -> Outputs:
    """Return what the model of a board predicts in a stored run.

    Args:
        lab: The run's lab.
        board: A board with entry = "model".
        folder: The run's folder.
        record: Its run.json.

    Raises:
        NotYet: The run failed by us, or its model was not looked at yet.
        NoOutputs: There is no such model, or it could not be given its rows.
    """
    if not VERDICTS[record.verdict].students_fault:
        raise NotYet(record.detail)
    hidden = str(board.hidden)
    question, variable = board.place
    reader = EvidenceReader(folder, record)
    try:
        model = reader.object(question, variable)
        if not isinstance(model, ModelEvidence):
            raise NoOutputs(f"`{variable}` is not a Keras model")
        stored = Predictions(lab.hidden, reader, {})
        if lab.hidden[hidden].source == "carved":
            return Outputs(stored.outputs(model, hidden), None)
        judged = stored.judged(model, hidden)
        return Outputs(_flat(judged.predictions), _flat(judged.targets))
    except EvidenceUnavailable as error:
        raise NotYet(str(error)) from None
    except (AssertionError, ReviewNeeded) as error:
        raise NoOutputs(str(error)) from None
    except NoOutputs:
        raise
    except Exception as error:
        # A stranger's evidence brought it about; the rest of the class is entered all the same.
        raise NoOutputs(f"the grader could not look at `{variable}`: {type(error).__name__}") from None


def _flat(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if values.ndim == 1:
        return values
    if values.shape[1] != 1:
        raise NoOutputs(f"there are {values.shape[1]} numbers to predict for each row; a board ranks by one")
    return values[:, 0]
