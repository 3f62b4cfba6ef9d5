"""The targets of own rows: are they the mounted table's, and are they the rows that they should be?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from deepgrade.board.flags.own_model import Finding, Floats, OwnRows

_NEAR = 2e-5
"""Of a column's standard deviation: targets may have been float32, or standardised by other code."""
_LEAST_VALUES = 10
"""Two numbers are a column's in some unit or other."""
_ARE_THE_COLUMN = 0.9
_STRANGE = 0.05
_LEAST_STRANGE = 3
_UNIT_MATTERS = frozenset({"mae", "rmse"})
_FEWER = 0.75
_SAME_ROWS = 0.99
_SAME_VALUE = 0.01


class _Column(NamedTuple):
    name: str
    form: str
    values: Floats
    """Sorted."""
    near: float

    def holds(self, targets: Floats) -> float:
        """Return the share of targets that are values of the column."""
        place = np.clip(np.searchsorted(self.values, targets), 1, len(self.values) - 1)
        off = np.minimum(np.abs(targets - self.values[place - 1]), np.abs(targets - self.values[place]))
        return float((off <= self.near + 1e-6 * np.abs(targets)).mean())


def target_findings(rows: OwnRows, references: Sequence[OwnRows]) -> list[Finding]:
    """Return what is odd about an entry's targets."""
    return [*_strange_targets(rows), *_other_rows(rows, references)]


def _strange_targets(rows: OwnRows) -> list[Finding]:
    trained = rows.training
    sure = rows.targets if trained is None else trained[1]
    if len(np.unique(sure)) < _LEAST_VALUES:
        return []
    everything = np.concatenate([sure, rows.targets])
    best, share = None, 0.0
    for column in _columns(rows, everything):
        held = column.holds(sure)
        if held > share + 1e-9:
            best, share = column, held
    if best is None or (share < _ARE_THE_COLUMN and trained is None):
        return []
    if share < _ARE_THE_COLUMN:
        sentence = (
            f"The training rows' targets are values of no column of the mounted table, in no unit that is known ({share:.0%}"
            f" are of {best.name}). Innocent reasons: another transform, filled-in values, sums of columns. Look at how the"
            " targets are made."
        )
        return [Finding("unknown_targets", sentence, 5.0)]
    found = []
    strange = 1 - best.holds(rows.targets)
    if trained is not None and strange >= _STRANGE and strange * len(rows.targets) >= _LEAST_STRANGE:
        sentence = (
            f"{strange:.0%} of the test targets are no value of {best.name} in the mounted table, though the training"
            " targets are: they may be made up, or be a model's predictions. Innocent reasons: test targets scaled by other"
            " numbers than training targets, or rounded. Look at every cell that assigns to the test targets."
        )
        found.append(Finding("made_up_targets", sentence, 100 * min(1.0, 0.5 + strange)))
    if best.form != "as it is" and rows.metric in _UNIT_MATTERS:
        sentence = (
            f"The targets are {best.name} {best.form}, and the board's error is in the unit of the targets: it cannot be"
            " compared with errors in the table's unit. Innocent reason: scaling targets is good practice; the score wants"
            " them as they are."
        )
        found.append(Finding("other_unit", sentence, 60.0))
    return found


def _columns(rows: OwnRows, targets: Floats) -> Iterator[_Column]:
    """Yield each column of the table in the units that people bring it to; as it is first."""
    for name, given in rows.columns.items():
        column = np.sort(given[np.isfinite(given)])
        if len(column) < 2 or column[0] == column[-1]:
            continue
        forms = [("as it is", column)]
        forms += [("standardised", (column - column.mean()) / column.std(ddof=less)) for less in (0, 1)]
        low, high = float(targets.min()), float(targets.max())
        forms.append(
            ("on another scale", low + (column - column[0]) / (column[-1] - column[0]) * (high - low))
        )
        if column[0] > 0:
            forms += [("as a logarithm", np.log(column)), ("as a logarithm", np.log10(column))]
        if column[0] >= 0:
            forms += [("as a logarithm", np.log1p(column)), ("as its root", np.sqrt(column))]
        for form, values in forms:
            yield _Column(name, form, values, _NEAR * float(values.std()))


def _other_rows(rows: OwnRows, references: Sequence[OwnRows]) -> list[Finding]:
    """Compare with honest splits: the same rows where those are always the same, else at least as many."""
    known = [reference.targets for reference in references if len(reference.targets) > 1]
    if not known:
        return []
    count, least = len(rows.targets), min(len(targets) for targets in known)
    if is_fixed_split(references):
        if _same_rows(known[0], rows.targets):
            return []
        sentence = (
            f"The {count:,} test rows are not the {len(known[0]):,} that the lab sets apart: their targets differ in more"
            " than unit. The score is of other rows than everybody's. Innocent reason: a split by another rule. Look at the"
            " cells that split."
        )
        return [Finding("other_rows", sentence, 50.0)]
    if count >= _FEWER * least:
        return []
    sentence = (
        f"There are {count:,} test rows, and honest work on this lab has {least:,} or more: with few rows, luck decides."
        " Innocent reason: another share was set apart. Look at the cells that split."
    )
    return [Finding("few_test_rows", sentence, 100 * (1 - count / least))]


def is_fixed_split(references: Sequence[OwnRows]) -> bool:
    """Return whether honest work always has the same test rows: two references or more, all with the same targets."""
    known = [reference.targets for reference in references if len(reference.targets) > 1]
    return len(known) >= 2 and all(_same_rows(known[0], targets) for targets in known[1:])


def _same_rows(first: Floats, second: Floats) -> bool:
    """Return whether two sets of targets are one, whatever their order, unit and origin."""
    if len(first) != len(second) or not first.std() or not second.std():
        return False
    here, there = (np.sort((part - part.mean()) / part.std()) for part in (first, second))
    return bool((np.abs(here - there) <= _SAME_VALUE).mean() >= _SAME_ROWS)
