"""Own rows that stand there twice: among the training rows as well, or several times among the test rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepgrade.board.flags.own_model import Finding, Floats, OwnRows

_SAME = 1e-3
"""Rows count as one when all columns agree within about so much of a standard deviation."""
_LEAST_SHARED = 2
_SHARED = 0.01
_REPEATED = 0.05
_PAIRS = 10
_EXPLAINED = 0.999


def repetition_findings(rows: OwnRows, _: Sequence[OwnRows]) -> list[Finding]:
    """Return what stands twice in an entry's rows. Neighbouring windows of a time series overlap, and are no equal rows."""
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
    whole = np.column_stack([rows.inputs, rows.targets])
    distinct = len(set(_keys(whole, whole.std(axis=0))))
    if count - distinct >= max(_LEAST_SHARED, _REPEATED * count):
        sentence = (
            f"Of {count:,} test rows only {distinct:,} are different: some stand there several times, so a few rows decide."
            " Innocent reason: the data hold equal rows, or rows were drawn with replacement. Look at the cells that choose"
            " the test rows."
        )
        found.append(Finding("repeated_rows", sentence, 100 * (1 - distinct / count)))
    return found


def _keys(rows: Floats, deviations: Floats) -> list[bytes]:
    """Return one key a row, equal for rows that count as one."""
    steps = rows / (_SAME * np.where(deviations > 0, deviations, 1.0))
    grid = np.rint(np.clip(steps, -1e15, 1e15)).astype(np.int64)
    return [row.tobytes() for row in grid]


def _shared(rows: Floats, training: Floats) -> int:
    """Return how many rows stand among the training rows as well."""
    deviations = training.std(axis=0)
    known = set(_keys(training, deviations))
    return sum(key in known for key in _keys(rows, deviations))


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
