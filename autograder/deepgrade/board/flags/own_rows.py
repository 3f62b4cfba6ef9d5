"""Scores on a notebook's own held-out rows: is the score what it seems?

Inputs and targets of such rows are the student's word, and no secret protects them. What hidden checks of a lab already
fail, in the question where the rows are made, is theirs (docs/flags-of-a-class.md lists it for Hitters and NYSE); here the
arrays are looked at that the score was computed from, wherever in the notebook they were last changed. Numbers of equal
value say nothing about who; every flag has innocent reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.flags.model import BoardFlag, flag_of, sorted_flags

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OwnRows:
    """The rows that one entry was scored on, and those it says it was trained on. All numbers are finite."""

    metric: str
    """Of the board: one of `score.METRICS` other than accuracy."""
    inputs: Floats
    """`(rows, columns)`, test rows: sequences are laid out flat."""
    targets: Floats
    """`(rows,)`, in the notebook's own unit."""
    predictions: Floats
    """`(rows,)`: what the rebuilt model gives, not the notebook's word."""
    train_inputs: Floats | None = None
    """`(training rows, columns)`; None where they were not kept."""
    train_targets: Floats | None = None
    train_predictions: Floats | None = None
    """Where the model predicted its training rows too."""
    columns: Mapping[str, Floats] = field(default_factory=dict)
    """The columns of numbers of the table as it was mounted, missing values as NaN; empty: unknown."""

    @property
    def training(self) -> tuple[Floats, Floats] | None:
        """Training rows and their targets, where both are known and fit the test rows."""
        rows, targets = self.train_inputs, self.train_targets
        if rows is None or targets is None or len(rows) != len(targets) or len(rows) < 2:
            return None
        return (rows, targets) if rows.shape[1] == self.inputs.shape[1] else None


@dataclass(frozen=True)
class Finding:
    """What is odd about one entry's rows."""

    code: str
    sentence: str
    strength: float


def own_rows_flags(
    rows: OwnRows, references: Sequence[OwnRows] = (), *, entry: int, students: Sequence[str]
) -> tuple[BoardFlag, ...]:
    """Look for look-ups and leaks in the rows that an entry was scored on.

    Args:
        rows: The entry's.
        references: Honest work, such as the solution with several seeds: how many test rows there are, whether the split is
            a fixed one, and how much worse honest models are on test rows. Five or more; fewer make it see less.
        entry: The entry's number.
        students: Whose it is.

    Returns:
        Flags, strongest first.
    """
    from deepgrade.board.flags.own_fit import fit_findings
    from deepgrade.board.flags.own_targets import target_findings

    looks: tuple[Callable[[OwnRows, Sequence[OwnRows]], list[Finding]], ...] = (
        _repetition_findings,
        target_findings,
        fit_findings,
    )
    found = [finding for look in looks for finding in look(rows, references)]
    named = {student: [entry] for student in students}
    return sorted_flags(flag_of(one.code, one.sentence, named, one.strength) for one in found)


_SAME = 1e-3
"""Rows count as one when all columns agree within about so much of a standard deviation."""
_LEAST_SHARED = 2
_SHARED = 0.01
_REPEATED = 0.05
_PAIRS = 10
_EXPLAINED = 0.999


def _repetition_findings(rows: OwnRows, _: Sequence[OwnRows]) -> list[Finding]:
    found = []
    count, training = len(rows.targets), rows.training
    if training is not None:
        shared = _shared(rows.inputs, training[0])
        if shared >= max(_LEAST_SHARED, _SHARED * count):
            sentence = (
                f"{shared:,} of {count:,} test rows are training rows too: what is measured there is memory. Innocent"
                " reasons: the data hold equal rows; a cell ran twice, with names mixed up. Look at the cells that split"
                " the rows, and at all that assign to these names later."
            )
            found.append(Finding("shared_rows", sentence, 100 * min(1.0, 0.5 + shared / count)))
        elif _scaled_apart(rows, *training):
            sentence = (
                "Test rows with a training row's target have that row's inputs, too, on another scale: training rows stand"
                " among the test rows, standardised apart. Innocent reason: the data hold equal rows. Look at the cells"
                " that split and scale."
            )
            found.append(Finding("shared_rows", sentence, 80.0))
    distinct = len(np.unique(_grid(np.column_stack([rows.inputs, rows.targets]), None), axis=0))
    if count - distinct >= max(_LEAST_SHARED, _REPEATED * count):
        sentence = (
            f"Of {count:,} test rows only {distinct:,} are different: some stand there several times, so a few rows decide."
            " Innocent reason: the data hold equal rows, or rows were drawn with replacement. Look at the cells that choose"
            " the test rows."
        )
        found.append(Finding("repeated_rows", sentence, 100 * (1 - distinct / count)))
    return found


def _grid(rows: Floats, scale: Floats | None) -> NDArray[np.int64]:
    deviations = rows.std(axis=0) if scale is None else scale
    steps = rows / (_SAME * np.where(deviations > 0, deviations, 1.0))
    return np.rint(np.clip(steps, -1e15, 1e15)).astype(np.int64)


def _shared(rows: Floats, training: Floats) -> int:
    """Return how many rows stand among the training rows as well."""
    scale = training.std(axis=0)
    together = np.concatenate([_grid(training, scale), _grid(rows, scale)])
    _, number = np.unique(together, axis=0, return_inverse=True)
    number = number.reshape(-1)
    return int(np.isin(number[len(training) :], number[: len(training)]).sum())


def _scaled_apart(rows: OwnRows, training: Floats, targets: Floats) -> bool:
    """Return whether rows of equal target are equal but for each column's unit and origin.

    Neighbouring windows of a time series are no such rows: their targets differ.
    """
    values, first, times = np.unique(targets, return_index=True, return_counts=True)
    once = dict(zip(values[times == 1].tolist(), first[times == 1].tolist(), strict=True))
    own, own_times = np.unique(rows.targets, return_counts=True)
    single = set(own[own_times == 1].tolist())
    pairs = [
        (place, once[value])
        for place, value in enumerate(rows.targets.tolist())
        if value in once and value in single
    ]
    if len(pairs) < _PAIRS:
        return False
    here, there = (
        part[list(places)]
        for part, places in zip((rows.inputs, training), zip(*pairs, strict=True), strict=True)
    )
    moving = (here.std(axis=0) > 0) & (there.std(axis=0) > 0)
    if not moving.any():
        return False
    here, there = here[:, moving], there[:, moving]
    here, there = (
        (here - here.mean(axis=0)) / here.std(axis=0),
        (there - there.mean(axis=0)) / there.std(axis=0),
    )
    return bool(np.median((here * there).mean(axis=0) ** 2) > _EXPLAINED)
