"""The measured distribution behind a threshold: what `deepgrade calibrate --write` puts into lab.toml."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_Size = Literal["full", "quick"]


class Calibration(BaseModel):
    """How the reference solution's scores of one question vary over seeds, and the threshold that follows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    network: str
    """The model whose scores these are; of several the one that allows the loosest threshold."""
    way: str = "solution"
    """`solution`, or the name of an alternative."""
    metric: str
    n: int = Field(ge=2)
    """Runs, each with another seed."""
    mean: float
    sd: float = Field(ge=0)
    worst: float
    """The lowest accuracy or R², the largest error."""
    threshold: float
    fail_chance: float = Field(ge=0, le=1)
    """That a correct student misses the threshold, by the model below."""
    chance_level: float | None = None
    """What the best single answer for all rows scores."""
    normality_p: float | None = Field(None, ge=0, le=1)
    """Shapiro-Wilk, on the model's scale: small speaks against the model, and few runs cannot speak loudly."""
    rows: int = Field(ge=0)
    """Rows that each score is taken over."""
    model: str
    """The model that gives `fail_chance`."""
    data: Literal["real", "synthetic"]
    date: datetime.date
    versions: dict[str, str] = {}


def mismatches(
    thresholds: Mapping[_Size, Mapping[str, float]],
    calibration: Mapping[_Size, Mapping[str, Calibration]],
    lab: str,
) -> Iterator[str]:
    """Yield a sentence for each threshold in force that is not the one that was measured."""
    for size, questions in calibration.items():
        for question, measured in questions.items():
            in_force = thresholds.get(size, {}).get(question)
            if in_force != measured.threshold:
                yield (
                    f"lab.toml: the threshold of question {question} on {size} data is"
                    f" {'missing' if in_force is None else f'{in_force:g}'}, and its calibration of {measured.date} says"
                    f" {measured.threshold:g}. Run `deepgrade calibrate {lab} --data {measured.data} --size {size} --write`"
                    " (stored runs are found), or take the calibration out if the number is set by hand."
                )
