"""What every topic is given, and what it gives back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.head import HAS_STARTS
from benchmarks.kept import Figures, Kept
from deepgrade.records import Course

STARTS = ("plain", "prepared") if HAS_STARTS else ("plain",)
"""The ways in which a run can be started."""


class Table(NamedTuple):
    """Rows of text under a title; the first column is left-aligned."""

    name: str
    """Names its place in the page."""
    title: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    note: str = ""


@dataclass(frozen=True)
class Bench:
    """A run of the benchmarks.

    Attributes:
        kept: Where figures go.
        work: A folder for what is measured; kept between calls.
        quick: Few and small: to see that it works.
    """

    kept: Kept
    work: Path
    quick: bool = False

    def get(self, name: str, measure: Callable[[], Figures]) -> Figures:
        """Return the figures of a name, measured now unless they are there."""
        return self.kept.get(name, measure)

    def fresh(self, *parts: str) -> Path:
        """Return a folder that is not there yet, below the work folder."""
        folder = self.work.joinpath(*parts)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        return folder

    def course(self, *parts: str) -> Course:
        """Return a course whose folder is not there yet."""
        return Course(self.fresh(*parts))


def seconds(value: float | None) -> str:
    """Return seconds as a table shows them."""
    if value is None:
        return "-"
    return f"{value:.0f} s" if value >= 100 else f"{value:.1f} s" if value >= 10 else f"{value:.2f} s"


def times(value: float | None) -> str:
    """Return a ratio as a table shows it."""
    return "-" if value is None else f"{value:,.0f} x" if value >= 20 else f"{value:.2f} x"
