"""What has to hold of a prepared board: its answers score best, its sample scores what was recorded, nothing changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.competition import Board
from deepgrade.board.people.contestants import value_of
from deepgrade.board.prepare import Prepared, Solution, verify_prepared
from deepgrade.board.reading.submission_file import read_submission
from deepgrade.board.scoring.outputs import score_against
from deepgrade.board.showing.standing import SPLITS, Split

_CLOSE = 1e-12


def check_board(board: Board, prepared: Prepared) -> tuple[list[str], list[str]]:
    """Check a prepared board; return what is wrong and what holds, in sentences."""
    wrong, holds = list(verify_prepared(prepared)), []
    if not wrong:
        holds.append("its files are as they were made")
    if not prepared.has_solution:
        return wrong, [*holds, "each entry is scored on its own rows"]
    solution = prepared.solution()
    for name, value, best in _answers(board, solution):
        if value is None or abs(value - best) > _CLOSE:
            wrong.append(f"the answers score {value!r} in {name}, the best is {best!r}")
        else:
            holds.append(f"the answers score {value:g} in {name}, the best there is")
    if board.entry == "file":
        found = _sample(board, prepared, solution)
        corrected = solution.sha256 != prepared.manifest.solution_sha256
        for split, recorded in prepared.manifest.sample.get(board.metric, {}).items():
            now = found.get(split)
            if corrected:
                holds.append(f"the sample scores {now} on the {split} rows; labels were corrected by hand")
            elif now is None or abs(now - recorded) > _CLOSE:
                wrong.append(f"the sample scores {now} on the {split} rows, recorded is {recorded!r}")
            else:
                holds.append(f"the sample scores {recorded:.6g} on the {split} rows, as recorded")
    return wrong, holds


def perfect_outputs(board: Board, solution: Solution) -> NDArray[np.float64]:
    """Return the answers themselves in the form of an entry: `(rows,)`, or `(rows, classes)` with all weight on one."""
    if not any(metric.needs == "probabilities" for metric in board.metrics) and board.entry == "file":
        return solution.targets.astype(np.float64)
    classes = max(int(solution.targets.max()) + 1, 2)
    return np.eye(classes)[solution.targets.astype(np.int64)]


def _answers(board: Board, solution: Solution) -> list[tuple[str, float | None, float]]:
    """Return each metric's name with its split, what the answers score, and the best there is."""
    scores = score_against(board, solution, perfect_outputs(board, solution))
    return [
        (f"{metric.name} ({split})", value_of(scores, metric.name, split), metric.best)
        for split in SPLITS
        for metric in board.metrics
    ]


def _sample(board: Board, prepared: Prepared, solution: Solution) -> dict[Split, float | None]:
    data = (prepared.public / "sample_submission.csv").read_bytes()
    outputs = read_submission(data, prepared.form()).predictions
    scores = score_against(board, solution, outputs)
    return {split: value_of(scores, board.metric, split) for split in SPLITS}
