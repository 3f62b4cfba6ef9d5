"""Entries of different people that are equal to the last bit: their predictions, or their weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deepgrade.board.flags.model import (
    MOST,
    BoardFlag,
    EntryFacts,
    Party,
    by_student,
    flag_of,
    parties_of,
    sorted_flags,
)

_MANY = 5
_MANY_SHARE = 0.1
"""So many parties, and such a share of all, hardly copied all from one: the task itself may lead there."""
_WEAKER = 0.1

_SEED = (
    "Innocent reasons: the notebook sets a seed, so the same choices in every cell give the same bits on the same machine;"
    " a method without chance (least squares, naive Bayes, neighbours) on the same rows."
)
_LOOK = "Look at the cells that build and fit the model: are choices equal that the task leaves open, and texts and names too?"


def identical_predictions(
    entries: Sequence[EntryFacts], references: Sequence[EntryFacts] = ()
) -> tuple[BoardFlag, ...]:
    """Flag predictions that are equal byte for byte and come from different people.

    Entries of one student, and of students who hand in together, are never compared. Not flagged either: what a reference
    predicts too, since whoever follows the handout to the letter gets there, and one answer for all rows.

    Args:
        entries: All of a board.
        references: The solution and other honest work, run like the students'.
    """
    known = {facts.outputs_sha256 for facts in references}
    found = (
        "The predictions are equal to the last bit in entries of {parties}{rows}. Independent training does not lead there. "
        f"{_SEED} Or the same file was sent by several. {_LOOK}"
    )
    return _equal("identical_predictions", found, entries, lambda facts: facts.outputs_sha256, known)


def identical_weights(
    entries: Sequence[EntryFacts], references: Sequence[EntryFacts] = ()
) -> tuple[BoardFlag, ...]:
    """Flag models of different people whose weights are equal byte for byte; as `identical_predictions`."""
    known = {facts.weights_sha256 for facts in references if facts.weights_sha256 is not None}
    found = (
        "All weights are equal to the last bit in the models of {parties}. Independent training does not lead there. "
        f"{_SEED} Weights that nobody trained are equal as soon as seed and layers are: did fit run? {_LOOK}"
    )
    return _equal("identical_weights", found, entries, lambda facts: facts.weights_sha256, known)


def _equal(
    code: str,
    words: str,
    entries: Sequence[EntryFacts],
    digest_of: Callable[[EntryFacts], str | None],
    known: set[str],
) -> tuple[BoardFlag, ...]:
    parties = parties_of(entries)
    by_digest: dict[str, list[tuple[Party, EntryFacts]]] = {}
    for party in parties:
        for facts in party.entries:
            digest = digest_of(facts)
            if digest is not None and digest not in known and not facts.says_one_thing:
                by_digest.setdefault(digest, []).append((party, facts))
    flags = []
    for same in by_digest.values():
        who = {party.students for party, _ in same}
        if len(who) < 2:
            continue
        many = len(who) >= _MANY and len(who) >= _MANY_SHARE * len(parties)
        rows = same[0][1].classes if same[0][1].classes is not None else same[0][1].outputs
        sentence = words.format(
            parties=f"{len(who)} people or groups",
            rows="" if rows is None else f", in all {len(rows):,} rows",
        )
        if many:
            sentence += (
                f" So many ({len(who)} of {len(parties)}) speak for a common source, such as the handout."
            )
        flags.append(flag_of(code, sentence, by_student(same), MOST * (_WEAKER if many else 1)))
    return sorted_flags(flags)
