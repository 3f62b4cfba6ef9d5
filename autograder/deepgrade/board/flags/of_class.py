"""All flags that need a whole class, strongest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from deepgrade.board.flags.identical import identical_predictions, identical_weights
from deepgrade.board.flags.labels import known_wrong_labels
from deepgrade.board.flags.model import BoardFlag, EntryFacts, sorted_flags
from deepgrade.board.flags.pairs import agreement_on_errors


def class_flags(
    entries: Sequence[EntryFacts],
    labels: NDArray[Any] | None = None,
    references: Sequence[EntryFacts] = (),
) -> tuple[BoardFlag, ...]:
    """Compare a board's entries with each other and with honest models.

    Nothing here changes a score. Who takes a flag for proof will accuse an innocent student one day: docs/flags-of-a-class.md
    says for each what else leads to it, and how often.

    Args:
        entries: All of a board; of a group one for each student, under one number.
        labels: `(rows,)`: the right classes; None where the task has none, or where every entry has its own rows.
        references: Honest models on the same rows: the solution as handed out, with other seeds, alternatives, baselines.

    Returns:
        Flags, strongest first; last those of code `not_looked_for`.

    Raises:
        ValueError: Predictions do not fit the labels.
    """
    flags = [*identical_predictions(entries, references), *identical_weights(entries, references)]
    if labels is not None:
        flags += agreement_on_errors(entries, labels, references)
        flags += known_wrong_labels(entries, labels, references)
    return sorted_flags(flags)
