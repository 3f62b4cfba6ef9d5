"""Read one cell of a file of predictions or of labels.

A number is what a short pattern allows, since Python's own `float` also takes `1_000`, `１` and `nan`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from deepgrade.board.reading.defects import Code
from deepgrade.board.scoring.metrics import Needs

_LONGEST_NUMBER = 200
_LARGEST = 1e100
"""Squares of larger numbers, summed over rows, would be infinite."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE | re.ASCII).fullmatch


class Wrong(NamedTuple):
    """What is wrong with a cell, in words around the cell itself."""

    code: Code
    words: str


_EMPTY = Wrong("not_a_number", "The cell is empty; write a number")
_NO_NUMBER = Wrong("not_a_number", "{cell} is not a number; write digits, with a point before decimals")
_TOO_LONG = Wrong(
    "not_a_number", f"{{cell}} is longer than {_LONGEST_NUMBER} characters, too long for a number"
)
_INFINITE = Wrong("not_finite", "{cell} is not a finite number")
_FAR = Wrong("out_of_range", f"{{cell}} is out of range; numbers go up to {_LARGEST:g}")
_NEGATIVE = Wrong("negative_probability", "{cell} is negative; a probability is not")


def _number(cell: str) -> float | Wrong:
    if len(cell) > _LONGEST_NUMBER:
        return _TOO_LONG
    if not _NUMBER(cell):
        if not cell:
            return _EMPTY
        return _INFINITE if _NOT_FINITE(cell) else _NO_NUMBER
    value = float(cell)
    if -_LARGEST <= value <= _LARGEST:
        return value
    return _FAR if abs(value) < float("inf") else _INFINITE


def _probability(cell: str) -> float | Wrong:
    value = _number(cell)
    return _NEGATIVE if isinstance(value, float) and value < 0 else value


def cell_reader(kind: Needs, classes: int) -> Callable[[str], float | Wrong]:
    """Return what reads a cell: the number, or what is wrong with the cell.

    Args:
        kind: What predictions are.
        classes: How many classes there are; only asked where predictions are class numbers.
    """
    if kind == "probabilities":
        return _probability
    if kind != "classes":
        return _number
    last = classes - 1
    wrong = Wrong("not_a_class", f"{{cell}} is not a class; classes are the whole numbers from 0 to {last}")

    def read_class(cell: str) -> float | Wrong:
        value = _number(cell)
        if isinstance(value, float) and not (0 <= value <= last and value.is_integer()):
            return wrong
        return wrong if value is _FAR else value

    return read_class
