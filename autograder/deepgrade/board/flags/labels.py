"""Rows whose label honest models contradict: whoever gives the label there may have looked it up.

Test labels of public data hold errors (Northcutt, Athalye and Mueller, NeurIPS Datasets and Benchmarks 2021: about 0.15 % of
MNIST's, 5.9 % of CIFAR-100's), and more rows mislead every model of a kind. On rows where all references give one and
the same other class, honest models rarely give the label; a table of the public labels nearly always does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.flags.model import (
    BoardFlag,
    EntryFacts,
    by_student,
    flag_of,
    not_looked_for,
    parties_of,
    sorted_flags,
)

CODE = "known_wrong_labels"

LEAST_ROWS = 15
LEAST_REFERENCES = 3
_NEARLY_ALL = 0.9
"""The share of the references that has to give the same other class; of nine and fewer, all."""
_HONEST_RATE = 0.5
"""Honest models of other and stronger kinds than the references agree with the label on up to 0.59 of such rows (measured: a
convolutional network beside dense ones)."""
_LEAST_RATE = 0.9
_CHANCE = 1e-4
_DIP = 0.002
"""A model that is right on these rows by its own strength still has a dip there; with less chance than this, it has one."""


@dataclass(frozen=True)
class DisputedRows:
    """The rows on which references agree with each other against the label."""

    places: NDArray[np.int64]
    honest_rate: float
    """How often a reference gives the label on such rows that the others chose: the mean over all references."""


def disputed_rows(labels: NDArray[Any], references: NDArray[Any]) -> DisputedRows:
    """Find the rows that nearly all references contradict alike.

    Args:
        labels: `(rows,)`.
        references: `(models, rows)`: their answers. Models trained apart; several architectures choose better rows.
    """
    rates = []
    for place in range(len(references)):
        chosen = _chosen(labels, np.delete(references, place, axis=0))
        rates.append(float((references[place] == labels)[chosen].mean()) if chosen.any() else 0.0)
    return DisputedRows(np.flatnonzero(_chosen(labels, references)), float(np.mean(rates)) if rates else 0.0)


def _chosen(labels: NDArray[Any], references: NDArray[Any]) -> NDArray[np.bool_]:
    chosen = np.zeros(labels.shape, dtype=bool)
    needed = int(np.ceil(_NEARLY_ALL * len(references)))
    for answer in np.unique(references):
        chosen |= ((references == answer).sum(axis=0) >= needed) & (labels != answer)
    return chosen


def known_wrong_labels(
    entries: Sequence[EntryFacts], labels: NDArray[Any], references: Sequence[EntryFacts]
) -> tuple[BoardFlag, ...]:
    """Flag entries that give the label where honest models contradict it.

    Three things come together: on the disputed rows an entry gives the label in at least 90 % of them; that is beyond chance
    (binomial, 1 in 10,000) for a model that gives it in one half of them, or as often as references do where that is more;
    and it is not rarer there than on all other rows. A strong honest model meets the first two at most, since for it,
    too, these rows are the hard ones.

    Args:
        entries: All of a board.
        labels: `(rows,)`: the right classes, as published.
        references: Honest models on the same rows, three or more, none of which was selected by these labels.

    Returns:
        One flag an entry; or one that says what was missing.

    Raises:
        ValueError: Predictions do not fit the labels.
    """
    asked = [
        (party, facts)
        for party in parties_of(entries)
        for facts in party.entries
        if facts.classes is not None and not facts.says_one_thing
    ]
    models = {facts.outputs_sha256: facts.classes for facts in references if facts.classes is not None}
    if not asked:
        return ()
    if len(models) < LEAST_REFERENCES:
        why = f"it takes {LEAST_REFERENCES} different reference models, and there are {len(models)}."
        return (not_looked_for(CODE, why),)
    answers = [*models.values(), *(facts.classes for _, facts in asked)]
    if any(answer is None or answer.shape != labels.shape for answer in answers):
        raise ValueError("an entry's predictions do not fit the board's labels")
    found = disputed_rows(labels, np.stack([models[digest] for digest in sorted(models)]))
    if len(found.places) < LEAST_ROWS:
        why = (
            f"only {len(found.places)} of {len(labels):,} rows have a label that all {len(models)} references contradict"
            f" alike; it takes {LEAST_ROWS}."
        )
        return (not_looked_for(CODE, why),)
    flags = []
    for party, facts in asked:
        flag = _flag(facts, labels, found, len(models))
        if flag is not None:
            sentence, strength = flag
            flags.append(flag_of(CODE, sentence, by_student([(party, facts)]), strength))
    return sorted_flags(flags)


def _flag(
    facts: EntryFacts, labels: NDArray[Any], found: DisputedRows, references: int
) -> tuple[str, float] | None:
    from scipy.stats import binom, norm

    right = np.asarray(facts.classes == labels)
    disputed = right[found.places]
    rows, given = len(disputed), int(disputed.sum())
    elsewhere = (int(right.sum()) - given) / max(len(right) - rows, 1)
    chance = float(binom.sf(given - 1, rows, max(_HONEST_RATE, found.honest_rate)))
    dips = given / rows < elsewhere and float(binom.cdf(given, rows, elsewhere)) < _DIP
    if given < _LEAST_RATE * rows or chance > _CHANCE or dips:
        return None
    sentence = (
        f"On {rows} rows all {references} reference models contradict the published label, and agree with each other. This"
        f" entry gives the label on {given} of them ({given / rows:.0%}; a reference on {found.honest_rate:.0%} of such"
        f" rows) and on {elsewhere:.1%} of all others. A table of public labels does that; a model that learned to see finds"
        " these rows harder than others. Innocent reasons: a far stronger model than the references, such as one pretrained"
        " on other data (then the gap to the hidden figure of the lab stays small). Look at how the predictions came about:"
        " does the notebook read the test labels, or compare inputs with stored ones?"
    )
    return sentence, float(norm.isf(max(chance, 1e-300)))
