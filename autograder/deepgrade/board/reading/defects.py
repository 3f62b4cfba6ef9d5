"""What can be wrong with a file of predictions, collected so that all of it is said at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, get_args

Code = Literal[
    "bad_csv",
    "binary",
    "duplicate_column",
    "duplicate_id",
    "empty_file",
    "line_too_long",
    "missing_column",
    "missing_ids",
    "negative_probability",
    "not_a_class",
    "not_a_number",
    "not_finite",
    "not_utf8",
    "nul_character",
    "out_of_range",
    "probabilities_do_not_sum",
    "row_count",
    "row_length",
    "too_large",
    "too_many_defects",
    "unexpected_column",
    "unknown_id",
    "wrong_separator",
]
CODES: tuple[str, ...] = get_args(Code)
"""What can be wrong, by names that do not change."""

_KEPT = 20
_SHOWN = 40


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong with a file."""

    code: Code
    line: int | None
    """Of the file, from 1; None where it is the file as a whole."""
    column: int | None
    """The cell in its line, from 1; None where it is the line as a whole."""
    sentence: str
    """What is wrong and what to do, with the place; text of the file in it is cut short and free of control characters."""


class SubmissionRefused(Exception):
    """A file of predictions that cannot be scored.

    Attributes:
        defects: All of them, in the order of lines; of one kind the first twenty, then how many more there are.
    """

    def __init__(self, defects: tuple[Defect, ...]) -> None:
        super().__init__("\n".join(defect.sentence for defect in defects))
        self.defects = defects


class Defects:
    """What was found; of one kind, the first few are kept and the rest counted, so a bad file costs no memory."""

    def __init__(self) -> None:
        self._kept: list[Defect] = []
        self._found: Counter[Code] = Counter()
        self.total = 0

    def add(
        self, code: Code, line: int | None, column: int | None, words: str, *values: object, cell: str = ""
    ) -> None:
        """Note a defect; `words`, with `values` and `{cell}` in it, is followed by the place."""
        self._found[code] += 1
        self.total += 1
        if self._found[code] > _KEPT:
            return
        sentence = words.format(*values, cell=shown(cell))
        if line is not None:
            sentence += f" (Line {line}" + ("" if column is None else f", Column {column}") + ")"
        self._kept.append(Defect(code, line, column, sentence))

    def stop(self) -> None:
        """Refuse the file if anything was found."""
        if not self._kept:
            return
        last = float("inf")
        ordered = sorted(self._kept, key=lambda d: (last if d.line is None else d.line, d.column or 0))
        rest = [
            Defect(code, None, None, f"{count - _KEPT:,} more of the kind {code} are not listed.")
            for code, count in self._found.items()
            if count > _KEPT
        ]
        raise SubmissionRefused((*ordered, *rest))


def shown(cell: str) -> str:
    """Return text of a stranger's file for a sentence: quoted, cut short, control characters spelled out."""
    return repr(cell if len(cell) <= _SHOWN else cell[:_SHOWN] + "…")
