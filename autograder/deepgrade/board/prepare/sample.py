"""The sample submission: an answer that takes no model, and what it scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.competition import Board
from deepgrade.board.errors import BoardError
from deepgrade.board.reading.form import SERVES, Array, Form, kind_of
from deepgrade.board.scoring.metrics import METRICS, answers_for, measure
from deepgrade.board.showing.standing import Split

_SPLITS: tuple[Split, ...] = ("public", "private")


def constant_answer(form: Form, train_targets: Array) -> Array:
    """Return an answer that takes no model: the commonest class, the mean target, or equal chances for all classes.

    Args:
        form: What predictions are.
        train_targets: What anyone knows of the target.
    """
    if form.kind == "probabilities":
        return np.full(form.shape, 1 / form.classes)
    if form.kind == "classes":
        return np.full(form.shape, np.bincount(train_targets.astype(np.int64)).argmax())
    return np.full(form.shape, 0.5 if form.kind == "scores" else train_targets.mean())


def sample_scores(
    board: Board, targets: Array, usage: NDArray[np.str_], sample: Array
) -> dict[str, dict[Split, float]]:
    """Return what the sample scores by every metric that such predictions allow: the board's may change among those.

    Args:
        board: Its own metrics have to be among them.
        targets: (rows,).
        usage: (rows,): what each row is used for.
        sample: Predictions, in the same order.

    Raises:
        BoardError: A metric of the board says nothing of one split's rows.
    """
    scores: dict[str, dict[Split, float]] = {}
    kind = kind_of(board)
    for name, metric in METRICS.items():
        if metric.needs not in SERVES[kind]:
            continue
        found: dict[Split, float] = {}
        for split in _SPLITS:
            rows = usage == split.capitalize()
            try:
                found[split] = measure(metric, targets[rows], answers_for(metric, sample[rows])).value
            except BoardError as error:
                if metric in board.metrics:
                    raise BoardError(
                        f"Board {board.id}: its {int(rows.sum()):,} {split} rows cannot be scored. {error}"
                    ) from None
                break
        else:
            scores[name] = found
    return scores
