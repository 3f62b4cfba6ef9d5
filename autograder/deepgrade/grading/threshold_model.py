"""The law behind a threshold: from the scores of a correct solution over seeds to the chance that a correct student fails."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from deepgrade.score import METRICS

ASSUMPTIONS = """\
- Over seeds, scores are normal on a scale without ends: the logit of an accuracy, the logarithm of an error, and the logarithm
  of 1 - R² (the unexplained share).
- A new correct student is another draw of it, as far as `n` runs can tell: Student's t with n - 1 degrees of freedom around
  the mean, wider by `sqrt(1 + 1/n)`. Few runs therefore give a wide margin.
- Carved hidden rows are the same in all runs of one course, and others in another course. That difference is not in the runs,
  so the sampling variance of the rows is added twice: once for the rows measured on, once for the rows to come. It is
  partly in the runs already, which makes the margin a little wider than it need be. Both margins add up as the sides of a
  right angle do. Rows that the notebook sets apart itself
  are other rows with each seed, or are meant to be the same for all: nothing is added.
- Correct students vary as the solution does over its seeds. Where a prompt leaves more open, alternatives are measured too
  and the loosest threshold counts.
- Two correct ways never agree better than to half a percent on the model's scale: so much is assumed where all seeds give
  one score.
"""
"""The model in words, for docs/fairness.md."""

LEAST_SD = 0.005
"""On the model's scale: half a percent of an error, or of the odds."""
LEAST_RUNS = 3
_TINY = 1e-9
_LEAST_CHANCE = 1e-12
_MODELS = {
    "accuracy": "Student's t of logits",
    "r2": "Student's t of log(1 - R²)",
    "mae": "Student's t of logarithms",
    "rae": "Student's t of logarithms",
    "rmse": "Student's t of logarithms",
}


@dataclass(frozen=True)
class ScoreModel:
    """What is known of the scores of correct solutions.

    Attributes:
        metric: `accuracy`, `r2`, `mae`, `rae` or `rmse`.
        n: Runs.
        center: Mean on the model's scale, where more is better.
        spread: Standard deviation there, over seeds.
        rows: Rows of each score; 0 where unknown.
        row_sd: Standard deviation there that the choice of hidden rows adds, once; 0 for rows that are no sample.
        normality_p: Shapiro-Wilk's p-value; None where all scores are the same.
    """

    metric: str
    n: int
    center: float
    spread: float
    rows: int = 0
    row_sd: float = 0.0
    normality_p: float | None = None

    @property
    def name(self) -> str:
        """The model in words."""
        return _MODELS[self.metric]

    def margin(self, chance: float) -> float:
        """Return how far below the mean, on the scale, a new correct student falls with this chance (below one half).

        The seeds' part is estimated, so it has Student's quantile; the rows' part is known, so it has the normal one. Parts that
        are independent add up like right angles: exact for two normal ones, and wider the wider each is.
        """
        from scipy import stats  # takes a second; commands that only grade do without

        seeds = max(self.spread, LEAST_SD) * math.sqrt(1 + 1 / self.n)
        rows = math.sqrt(2) * self.row_sd
        return math.hypot(
            seeds * float(stats.t.isf(chance, self.n - 1)), rows * float(stats.norm.isf(chance))
        )

    def threshold(self, chance: float) -> float:
        """Return the score, in the metric's unit, that a new correct student misses with this chance (below one half)."""
        return from_scale(self.center - self.margin(chance), self.metric, self.rows)

    def fail_chance(self, threshold: float) -> float:
        """Return the chance that a new correct student misses a threshold; what is below 1e-12 is that."""
        distance = self.center - to_scale(threshold, self.metric, self.rows)
        below = self._chance_beyond(abs(distance))
        return below if distance >= 0 else 1 - below

    def _chance_beyond(self, distance: float) -> float:
        if distance <= 0:
            return 0.5
        if self.margin(_LEAST_CHANCE) <= distance:
            return _LEAST_CHANCE
        from scipy.optimize import brentq

        found = brentq(
            lambda power: self.margin(10**power) - distance,
            math.log10(_LEAST_CHANCE),
            math.log10(0.5),
            xtol=1e-9,
        )
        return float(10**found)


def fit(values: Sequence[float], metric: str, rows: int, row_sd: float = 0.0) -> ScoreModel:
    """Fit the model to the scores of a correct solution.

    Args:
        values: One a run, in the metric's unit; three or more.
        metric: A name of `METRICS`.
        rows: Rows of each score.
        row_sd: Standard deviation of a score over choices of hidden rows, in the metric's unit; 0 for rows that are no sample.

    Raises:
        ValueError: There are too few values, or some are no numbers.
    """
    if len(values) < LEAST_RUNS:
        raise ValueError(f"{len(values)} scores; a spread needs {LEAST_RUNS} or more")
    if not all(math.isfinite(value) for value in values):
        raise ValueError("some scores are no numbers")
    from scipy.stats import shapiro

    scaled = [to_scale(value, metric, rows) for value in values]
    center, spread = statistics.fmean(scaled), statistics.stdev(scaled)
    p = float(shapiro(scaled).pvalue) if spread > _TINY else None
    typical = from_scale(center, metric, rows)
    return ScoreModel(metric, len(values), center, spread, rows, row_sd * _slope(typical, metric), p)


def to_scale(value: float, metric: str, rows: int) -> float:
    """Return a score on the model's scale, where more is better and there are no ends."""
    if metric == "accuracy":
        # As if half a row more were right and half a row wrong: all right is still a number.
        share = (value * rows + 0.5) / (rows + 1) if rows else value
        share = min(max(share, _TINY), 1 - _TINY)
        return math.log(share / (1 - share))
    return -math.log(max(1 - value if metric == "r2" else value, _TINY))


def from_scale(scaled: float, metric: str, rows: int) -> float:
    """Return the score in the metric's unit: the inverse of `to_scale`."""
    if metric == "accuracy":
        share = 1 / (1 + math.exp(-scaled))
        value = (share * (rows + 1) - 0.5) / rows if rows else share
        return min(max(value, 0.0), 1.0)
    error = math.exp(-scaled)
    return 1 - error if metric == "r2" else error


def _slope(value: float, metric: str) -> float:
    """Return how many units of the scale one unit of the score is."""
    if metric == "accuracy":
        inside = min(max(value, 0.001), 0.999)
        return 1 / (inside * (1 - inside))
    return 1 / max(1 - value if metric == "r2" else value, _TINY)


def round_leniently(threshold: float, metric: str) -> float:
    """Round a threshold so that nobody loses by it: to 2 decimals, errors to 2 significant digits."""
    number = Decimal(repr(threshold))
    if METRICS[metric].higher_is_better:
        return float(number.quantize(Decimal("0.01"), rounding=ROUND_FLOOR))
    if not number:
        return 0.0
    digit = Decimal(1).scaleb(number.adjusted() - 1)
    return float((number / digit).to_integral_value(rounding=ROUND_CEILING) * digit)


def loosest(thresholds: Sequence[float], metric: str) -> float:
    """Return the threshold that most pass."""
    return min(thresholds) if METRICS[metric].higher_is_better else max(thresholds)
