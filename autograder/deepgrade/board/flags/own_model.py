"""What is known of the held-out rows that one entry was scored on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
