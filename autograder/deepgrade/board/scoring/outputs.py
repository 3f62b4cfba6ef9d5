"""Scores of an entry: every metric of its board on both splits at once."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.competition import Board
from deepgrade.board.errors import BoardError
from deepgrade.board.prepare.solution import Solution
from deepgrade.board.scoring.metrics import answers_for, measure
from deepgrade.board.showing.standing import Split
from deepgrade.records import EntryScores, Measured


def score_outputs(
    board: Board,
    targets: NDArray[Any],
    outputs: NDArray[Any],
    usage: NDArray[np.str_] | None,
    *,
    solution_sha256: str,
) -> EntryScores:
    """Score what an entry predicts.

    Args:
        board: Whose metrics.
        targets: `(rows,)`.
        outputs: `(rows, classes)` or `(rows,)`, in the order of the targets.
        usage: `(rows,)`: `Public`, `Private` or `Ignored`; None: all rows are public, as a notebook's own are.
        solution_sha256: Of the labels; empty for a notebook's own.

    Returns:
        The scores; where a metric cannot be computed it is missing, and the reason stands beside. Without the board's
        own metric the entry is unscored.
    """
    everything = np.ones(len(targets), dtype=np.bool_)
    public = everything if usage is None else usage == "Public"
    private = ~everything if usage is None else usage == "Private"
    splits: tuple[tuple[Split, NDArray[np.bool_]], ...] = (("public", public), ("private", private))
    found: dict[Split, dict[str, Measured]] = {"public": {}, "private": {}}
    reasons: list[str] = []
    if len(outputs) != len(targets):
        reasons.append(f"there are {len(outputs):,} predictions for {len(targets):,} rows")
    for metric in board.metrics if not reasons else ():
        for split, rows in splits:
            if split == "private" and not rows.any():
                continue
            try:
                value, low, high = measure(metric, targets[rows], answers_for(metric, outputs[rows]))
            except BoardError as error:
                reasons.append(str(error))
            else:
                found[split][metric.name] = Measured(value=value, low=low, high=high)
    return EntryScores(
        solution_sha256=solution_sha256,
        outputs_sha256=outputs_sha256(outputs),
        public_rows=int(np.count_nonzero(public)),
        private_rows=int(np.count_nonzero(private)),
        public=found["public"],
        private=found["private"],
        reason="; ".join(dict.fromkeys(reasons)) or None,
    )


def score_against(board: Board, solution: Solution, outputs: NDArray[Any]) -> EntryScores:
    """Score predictions of a board's rows against its solution; as `score_outputs`."""
    return score_outputs(board, solution.targets, outputs, solution.usage, solution_sha256=solution.sha256)


def outputs_sha256(outputs: NDArray[Any]) -> str:
    """Return the SHA-256 of predictions by their values, 64 hexadecimal digits."""
    values = np.ascontiguousarray(outputs, dtype=np.float64)
    return hashlib.sha256(f"{values.shape}".encode() + values.tobytes()).hexdigest()
