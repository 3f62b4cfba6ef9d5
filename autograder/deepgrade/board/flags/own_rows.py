"""Scores on a notebook's own held-out rows: is the score what it seems?

Inputs and targets of such rows are the student's word, and no secret protects them. What hidden checks of a lab already
fail, in the question where the rows are made, is theirs (docs/flags-of-a-class.md lists it for Hitters and NYSE); here the
arrays are looked at that the score was computed from, wherever in the notebook they were last changed. Numbers of equal
value say nothing about who; every flag has innocent reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

from deepgrade.board.flags.model import BoardFlag, flag_of, sorted_flags
from deepgrade.board.flags.own_fit import fit_findings
from deepgrade.board.flags.own_model import OwnRows
from deepgrade.board.flags.own_repeats import repetition_findings
from deepgrade.board.flags.own_targets import target_findings


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
    looks = (repetition_findings, target_findings, fit_findings)
    found = [finding for look in looks for finding in look(rows, references)]
    named = {student: [entry] for student in students}
    return sorted_flags(flag_of(one.code, one.sentence, named, one.strength) for one in found)
