"""Read the figures that the sources print out of the solution's runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from deepgrade.evidence import RunRecord, Verdict
from deepgrade.lab import Headline
from deepgrade.records import RunStore
from deepgrade.score.models import HistoryEvidence
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.series import plain
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

_TAKE: Mapping[str, Callable[[list[float]], float]] = {
    "last": lambda epochs: epochs[-1],
    "max": max,
    "min": min,
}


class HeadlineFigures(BaseModel):
    """What each run of the solution came to; lab.toml alone has what the source prints."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    """The headline's."""
    found: tuple[float, ...]
    """One a run."""
    missing: tuple[str, ...] = ()
    """Why a run has none, a sentence each."""

    @property
    def mean(self) -> float | None:
        """Of the runs; None where none has the figure."""
        return math.fsum(self.found) / len(self.found) if self.found else None


def measure(
    headlines: Sequence[Headline], runs: RunStore, records: Iterable[RunRecord]
) -> tuple[HeadlineFigures, ...]:
    """Return the figures of runs of the solution.

    Args:
        headlines: As lab.toml has them.
        runs: Where the runs lie.
        records: The runs; those that did not end well are left out.
    """
    readers = [
        (record.submission.student, EvidenceReader(runs.folder(record.key), record))
        for record in records
        if record.verdict is Verdict.OK
    ]
    made = []
    for headline in headlines:
        found, missing = [], []
        for name, reader in readers:
            try:
                found.append(float(f"{_figure(headline, reader):.6g}"))
            except (
                AssertionError,
                EvidenceUnavailable,
                ReviewNeeded,
                LookupError,
                TypeError,
                ValueError,
            ) as why:
                missing.append(f"{name}: {why}")
        made.append(HeadlineFigures(title=headline.title, found=tuple(found), missing=tuple(missing)))
    return tuple(made)


def _figure(headline: Headline, reader: EvidenceReader) -> float:
    value: Any = reader.object(*headline.place)
    if isinstance(headline.part, str):
        if not isinstance(value, HistoryEvidence):
            raise TypeError(f"`{headline.evidence}` is no training history")
        value = _TAKE[headline.take]([float(number) for number in value.history[headline.part]])
    elif headline.part is not None:
        value = np.asarray(plain(value))[headline.part]
    figure = float(value)
    if not math.isfinite(figure):
        raise ValueError(f"`{headline.evidence}` is no finite number")
    return figure
