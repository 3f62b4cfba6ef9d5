"""Points from scores: curves that never give more for a worse score, nor more than their most."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_CLOSE = 1e-12
_LARGEST = 1e100
"""Of a corner's score; differences of larger ones may be no numbers."""

Place = Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]


class _Curve(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return (score, points) where the curve changes."""
        raise NotImplementedError


class StepCurve(_Curve):
    """Points of the best step that a score reaches."""

    kind: Literal["step"]
    steps: tuple[tuple[Place, float], ...] = Field(min_length=1)
    """(score, points), from the score that is easiest to reach to the hardest; below the first: 0 points."""

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return the steps."""
        return self.steps


class LinearCurve(_Curve):
    """0 points at one score, all points at another, a straight line between them."""

    kind: Literal["linear"]
    none_at: Place
    """The score up to which there are no points."""
    full_at: Place
    """The score from which there are all points."""
    points: float = Field(gt=0)

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return both ends."""
        return (self.none_at, 0.0), (self.full_at, self.points)


class PiecewiseCurve(_Curve):
    """Straight lines between corners; flat before the first and after the last."""

    kind: Literal["piecewise"]
    at: tuple[tuple[Place, float], ...] = Field(min_length=2)
    """(score, points), from the score that is easiest to reach to the hardest."""

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return the corners."""
        return self.at


Curve = Annotated[StepCurve | LinearCurve | PiecewiseCurve, Field(discriminator="kind")]


class PointsRule(BaseModel):
    """How a score becomes points."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    possible: float = Field(gt=0)
    """The most that the board gives; the curve may not pass it."""
    curve: Curve

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        points = [earned for _, earned in self.curve.corners()]
        if min(points) < 0:
            raise ValueError(f"curve: it gives {min(points):g} points; none may be negative")
        if max(points) > self.possible + _CLOSE:
            raise ValueError(f"curve: it gives {max(points):g} points, possible is {self.possible:g}")
        return self

    def problems(self, *, higher_is_better: bool) -> list[str]:
        """Say where a better score would earn less, or where corners are out of order."""
        sign = 1 if higher_is_better else -1
        found = []
        for (left, fewer), (right, more) in pairwise(self.curve.corners()):
            if sign * (right - left) <= 0:
                found.append(f"curve: after {left:g} comes {right:g}, which is no better score")
            if more < fewer:
                found.append(f"curve: the better score {right:g} earns {more:g}, {left:g} earns {fewer:g}")
        return found

    def points(self, score: float | None, *, higher_is_better: bool) -> float:
        """Return what a score earns, 0 to `possible`; nothing where there is no score (None or NaN)."""
        if score is None or math.isnan(score):
            return 0.0
        sign = 1 if higher_is_better else -1
        corners = [(sign * place, earned) for place, earned in self.curve.corners()]
        return min(self.possible, self._at(sign * score, corners))

    def _at(self, place: float, corners: list[tuple[float, float]]) -> float:
        if isinstance(self.curve, StepCurve):
            return max((earned for step, earned in corners if place >= step), default=0.0)
        if place <= corners[0][0]:
            return corners[0][1]
        for (left, fewer), (right, more) in pairwise(corners):
            if place < right:
                # Rounding may lead past the corner, and a better score must not earn less there.
                return min(more, fewer + (more - fewer) * ((place - left) / (right - left)))
        return corners[-1][1]

    def straddles(self, low: float | None, high: float | None, *, higher_is_better: bool) -> bool:
        """Return whether chance in the rows decides about points: both ends of a score's interval earn differently.

        On a sloping part every interval earns differently at its ends; there it counts from a tenth of the points on.
        """
        if low is None or high is None:
            return False
        ends = [self.points(end, higher_is_better=higher_is_better) for end in (low, high)]
        least = _CLOSE if isinstance(self.curve, StepCurve) else self.possible / 10
        return abs(ends[1] - ends[0]) > least
