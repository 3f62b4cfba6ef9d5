"""Entries of different people whose wrong answers agree as independent work does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.board.flags.agreement import LEAST_MODELS, Agreement, agreement
from deepgrade.board.flags.model import (
    BoardFlag,
    EntryFacts,
    Party,
    by_student,
    flag_of,
    not_looked_for,
    parties_of,
    sorted_flags,
)

CODE = "agreement_on_errors"

LEAST_SHARE = 0.9
"""The least effect: a pair has this share of the agreement that row difficulty leaves open ..."""
STANDS_OUT = 5.0
"""... and is so many robust standard deviations nearer than the class's nearest pairs."""
NEARLY_ALL = 0.95
"""From this share on, which no honest pair reached that was measured and that had any chance in its method ..."""
STANDS_OUT_LESS = 2.0
"""... so many are enough; measured figures: docs/flags-of-a-class.md."""
_LEAST_WRONG = 10
"""Fewer equal wrong answers are no basis."""


@dataclass(frozen=True)
class _Model:
    """One vector of answers, and who sent it; nobody where it is a reference's."""

    classes: NDArray[Any]
    sent: tuple[tuple[Party, EntryFacts], ...]


def agreement_on_errors(
    entries: Sequence[EntryFacts], labels: NDArray[Any], references: Sequence[EntryFacts] = ()
) -> tuple[BoardFlag, ...]:
    """Flag groups of entries that give the same wrong answers where independent models would not.

    Of each party (a student, or students who hand in together) the latest entry is compared. Equal predictions count as
    one, since `identical_predictions` names them. One answer for all rows is left out. A pair is not flagged where a
    reference agrees with both as they do with each other: then the handout explains it.

    Args:
        entries: All of a board.
        labels: `(rows,)`: the right classes.
        references: Other honest models on the same rows: they say which rows are hard, the more the fewer students there are.

    Returns:
        One flag a group; or one that says what was missing.

    Raises:
        ValueError: Predictions do not fit the labels.
    """
    models = _models(entries, references)
    if not any(model.sent for model in models):
        return ()
    if len(models) < LEAST_MODELS:
        why = f"it takes {LEAST_MODELS} different models, references included, and there are {len(models)}."
        return (not_looked_for(CODE, why),)
    if any(model.classes.shape != labels.shape for model in models):
        raise ValueError("an entry's predictions do not fit the board's labels")
    found = agreement(np.stack([model.classes for model in models]), labels)
    near = (found.shared >= _LEAST_WRONG) & _stands_out(found)
    flags = [_flag(group, models, found, near) for group in _groups(_unexplained(near, models))]
    return sorted_flags(flags)


def _stands_out(found: Agreement) -> NDArray[np.bool_]:
    clear = (found.share >= LEAST_SHARE) & (found.standing_out >= STANDS_OUT)
    nearly = (found.share >= NEARLY_ALL) & (found.standing_out >= STANDS_OUT_LESS)
    return clear | nearly


def _models(entries: Sequence[EntryFacts], references: Sequence[EntryFacts]) -> list[_Model]:
    """Return what is compared, in an order that does not depend on the entries'."""
    by_digest: dict[str, _Model] = {}
    for facts in references:
        if facts.classes is not None and not facts.says_one_thing:
            by_digest.setdefault(facts.outputs_sha256, _Model(facts.classes, ()))
    known = set(by_digest)
    for party in parties_of(entries):
        facts = party.latest
        if facts.classes is None or facts.says_one_thing or facts.outputs_sha256 in known:
            continue
        model = by_digest.get(facts.outputs_sha256, _Model(facts.classes, ()))
        by_digest[facts.outputs_sha256] = _Model(model.classes, (*model.sent, (party, facts)))
    return [by_digest[digest] for digest in sorted(by_digest)]


def _unexplained(near: NDArray[np.bool_], models: Sequence[_Model]) -> NDArray[np.bool_]:
    """Return which pairs of students' models are near each other and not both near to one reference."""
    students = np.array([bool(model.sent) for model in models])
    to_references = near[:, ~students].astype(np.float32)
    explained = to_references @ to_references.T > 0
    return np.asarray(near & ~explained & students[:, None] & students[None, :])


def _groups(near: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    from scipy.sparse.csgraph import connected_components

    count, group = connected_components(near, directed=False)
    sizes = np.bincount(group, minlength=count)
    return [np.flatnonzero(group == number) for number in np.flatnonzero(sizes > 1)]


def _flag(
    group: NDArray[np.int64], models: Sequence[_Model], found: Agreement, near: NDArray[np.bool_]
) -> BoardFlag:
    pairs = [(i, j) for i in group for j in group if i < j and near[i, j]]
    first, second = max(pairs, key=lambda pair: (found.standing_out[pair], found.shared[pair]))
    shares = [float(found.share[pair]) for pair in pairs]
    parties = sum(len(models[place].sent) for place in group)
    concerned = by_student(sent for place in group for sent in models[place].sent)
    fewer, more = sorted((int(found.wrong[first]), int(found.wrong[second])))
    many = "" if len(group) == 2 else f"{parties} people or groups form one cluster; its nearest pair: "
    range_of = "" if len(group) == 2 else f" (in the cluster {min(shares):.0%} to {max(shares):.0%})"
    sentence = (
        f"{many}of {fewer:,} and {more:,} wrong answers, {int(found.shared[first, second]):,} are the same to the same rows."
        f" How hard the rows are and how good the models are explains {found.expected[first, second]:,.0f}; of what could"
        f" agree beyond that, {found.share[first, second]:.0%} does{range_of}, where models of this board share"
        f" {max(found.nearest, 0):.0%} with their nearest. One may be a copy of the other, trained on or changed a little."
        " Innocent reasons: the same architecture with the seed that the notebook sets, at nearly the same choices; a"
        " method that hardly depends on chance (logistic regression trained to the end, naive Bayes); one published"
        " pretrained model. Look at the models' layers, at the cells that train them, and at who entered first."
    )
    return flag_of(CODE, sentence, concerned, float(found.standing_out[first, second]))
