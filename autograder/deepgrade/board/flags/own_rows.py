"""Scores on a notebook's own held-out rows: is the score what it seems?

Inputs and targets of such rows are the student's word, and no secret protects them. What hidden checks of a lab already
fail, in the question where the rows are made, is theirs (docs/flags-of-a-class.md lists it for Hitters and NYSE); here the
arrays are looked at that the score was computed from, wherever in the notebook they were last changed. Numbers of equal
value say nothing about who; every flag has innocent reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from deepgrade.board.flags.model import BoardFlag, flag_of, sorted_flags
from deepgrade.board.flags.own_fit import fit_findings
from deepgrade.board.flags.own_model import Finding, OwnRows
from deepgrade.board.flags.own_repeats import repetition_findings
from deepgrade.board.flags.own_targets import target_findings

_LOOKS: Mapping[str, Callable[[OwnRows, Sequence[OwnRows]], list[Finding]]] = {
    "the repetitions": repetition_findings,
    "the targets": target_findings,
    "the errors": fit_findings,
}


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
    found: list[Finding] = []
    for what, look in _LOOKS.items():
        try:
            with np.errstate(all="ignore"):
                found += look(rows, references)
        except Exception as error:
            # A stranger's numbers brought it about; everything else is looked at all the same.
            sentence = f"The grader could not look at {what} of this entry ({type(error).__name__}): look at its rows by hand."
            found.append(Finding("not_looked_for", sentence, 0.0))
    named = {student: [entry] for student in students}
    return sorted_flags(flag_of(one.code, one.sentence, named, one.strength) for one in found)
