"""Measure how a correct solution's scores vary over seeds, and derive thresholds from that."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from deepgrade.data import DataStore
from deepgrade.engine import course_data
from deepgrade.flavours import master_text, read_alternatives
from deepgrade.grading.cases import Made, alternative_case, seed_case
from deepgrade.grading.grade import GradeRequest, LabParts, Progress, load_parts
from deepgrade.grading.record import shown_versions
from deepgrade.grading.threshold_model import LEAST_RUNS, ScoreModel, fit, loosest, round_leniently
from deepgrade.grading.verify import Bench, CaseResult
from deepgrade.lab import Calibration, HiddenEvaluation, Lab, LabError, LabFiles, Origin, Size, listed
from deepgrade.records import Course, RunStore
from deepgrade.score import METRICS, ModelScore
from deepgrade.score.metrics import as_targets
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.series import plain
from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded

SOLUTION = "solution"
_95 = 1.959963984540054
_ASKS = (".threshold(", ".reaches(")


@dataclass(frozen=True)
class Measured:
    """The scores of one model, made in one way of solving the lab.

    Attributes:
        way: `solution`, or an alternative's name.
        network: The model's variable.
        hidden: The evaluation, as lab.toml names it.
        metric: What the scores are.
        rows: Rows of each score.
        values: One a run, in the metric's unit.
        model: The law fitted to them.
        unrounded: The threshold that follows.
    """

    way: str
    network: str
    hidden: str
    metric: str
    rows: int
    values: tuple[float, ...]
    model: ScoreModel
    unrounded: float

    @property
    def worst(self) -> float:
        """The lowest accuracy or R², the largest error."""
        return min(self.values) if METRICS[self.metric].higher_is_better else max(self.values)


@dataclass(frozen=True)
class QuestionCalibration:
    """What a question's threshold should be, and why; or why there is none.

    Attributes:
        question: Its id.
        measured: All that was measured for it.
        calibration: What goes into lab.toml; None where there are problems.
        before: The threshold in force.
        problems: Why no threshold follows, and what to do.
    """

    question: str
    measured: tuple[Measured, ...]
    calibration: Calibration | None
    before: float | None
    problems: tuple[str, ...] = ()


@dataclass
class _Found:
    """Scores of one question, by way and model."""

    scores: dict[tuple[str, str], list[ModelScore]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def calibrate(
    files: LabFiles,
    *,
    course: Course,
    store: DataStore,
    origin: Origin,
    size: Size,
    progress: Progress,
    runs: int = 30,
    chance: float = 0.001,
    alternatives: Sequence[str] = (),
    slots: int | None = None,
    sandbox: str | None = None,
    again: bool = False,
) -> tuple[QuestionCalibration, ...]:
    """Run the solution with seeds 1 to `runs`, and say which threshold each question should have.

    What an earlier call finished is found again; editing thresholds runs nobody.

    Args:
        files: The lab.
        course: A folder of its own; the seeds' runs are those of `verify`.
        store: Where the data sets are.
        origin: Real or synthetic.
        size: Full or quick.
        progress: Hears what happens.
        runs: How many seeds.
        chance: A correct student may miss a threshold so often.
        alternatives: Names of alternatives to run with the same seeds, or `all`; the loosest threshold counts.
        slots: Runs beside each other; what memory and cores allow where absent.
        sandbox: What surrounds a run.
        again: Run once more what a limit of time ended.

    Raises:
        LabError: The lab's files are wrong, it has no question with a threshold, or an alternative is unknown.
        DataError: A data set is missing.
    """
    parts = load_parts(files)
    questions = _questions_with_threshold(parts)
    if not questions:
        raise LabError(
            f"No check of {files.name} asks for a threshold (lab.reaches, lab.threshold): nothing to calibrate."
        )
    request = GradeRequest(files, (), course, store, origin, size, sandbox, slots, fresh=True)
    made = _runs(files, runs, alternatives)
    results = Bench(files, course, request, progress, again).results(case for _, case in made)
    ways = [(way, result) for (way, _), result in zip(made, results, strict=True)]
    levels = _Levels(parts, course, store, origin, size, results)
    return tuple(
        question_calibration(
            question,
            ways,
            parts.lab,
            origin=origin,
            size=size,
            chance=chance,
            level_of=levels.of,
            versions=levels.versions,
        )
        for question in questions
    )


def _questions_with_threshold(parts: LabParts) -> tuple[str, ...]:
    """Return the questions whose models are held against a threshold, in the lab's order."""
    asking = {
        check.question
        for check in parts.checks.checks
        if check.hidden and any(word in check.source for word in _ASKS)
    }
    scored = {check.question for check in parts.checks.checks if check.hidden}
    known = {question for table in parts.lab.thresholds.values() for question in table}
    return tuple(q.id for q in parts.lab.questions if q.id in asking or q.id in known & scored)


def _runs(files: LabFiles, runs: int, names: Sequence[str]) -> list[tuple[str, Made]]:
    master = master_text(files)
    made = [(SOLUTION, seed_case(files, master, seed)) for seed in range(1, runs + 1)]
    known = {alternative.name: alternative for alternative in read_alternatives(files)} if names else {}
    if names and "all" in names:
        names = tuple(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise LabError(
            f"{files.name} has no alternative {', '.join(unknown)}. Alternatives: {', '.join(known) or 'none'}."
        )
    return made + [
        (name, alternative_case(files, known[name], seed)) for name in names for seed in range(1, runs + 1)
    ]


def _found(question: str, ways: Iterable[tuple[str, CaseResult]]) -> _Found:
    found = _Found()
    for way, result in ways:
        scores = (
            [] if result.score is None else [s for s in result.score.model_scores if s.question == question]
        )
        if not scores:
            found.missing.append(f"{result.case.name}: {'; '.join(result.problems) or 'no model was scored'}")
        for score in scores:
            if score.value is None or not math.isfinite(score.value):
                found.missing.append(f"{result.case.name}: `{score.name}`: {score.reason}")
            else:
                found.scores.setdefault((way, score.name), []).append(score)
    return found


def question_calibration(
    question: str,
    results: Iterable[tuple[str, CaseResult]],
    lab: Lab,
    *,
    origin: Origin,
    size: Size,
    chance: float,
    level_of: Callable[[str], float | None],
    versions: Mapping[str, str],
) -> QuestionCalibration:
    """Derive a question's threshold from the scores of correct solutions.

    Args:
        question: Its id.
        results: (way, what a run got): one a seed and way.
        lab: Its lab.toml.
        origin: Of the runs' data.
        size: Of the runs' data.
        chance: A correct student may miss the threshold so often.
        level_of: Hidden evaluation -> what the best single answer for all rows scores.
        versions: Of what the runs used.
    """
    before = lab.thresholds.get(size, {}).get(question)
    found = _found(question, results)
    problems = _problems_of(found)
    if problems:
        return QuestionCalibration(question, (), None, before, problems)
    measured = tuple(
        _measured(way, scores, chance, lab.hidden[scores[0].hidden])
        for (way, _), scores in found.scores.items()
    )
    metric = measured[0].metric
    wanted = loosest([row.unrounded for row in measured], metric)
    counts = next(row for row in measured if row.unrounded == wanted)
    threshold = round_leniently(wanted, metric)
    level = level_of(counts.hidden)
    if level is not None and METRICS[metric].reaches(level, threshold):
        problem = (
            f"the threshold would be {threshold:g}, and the best single answer for all rows reaches {level:.4g}: it would"
            " ask for nothing. Give more --runs, more data, or prescribe a training that varies less"
        )
        return QuestionCalibration(question, measured, None, before, (problem,))
    p = counts.model.normality_p
    calibration = Calibration(
        network=counts.network,
        way=counts.way,
        metric=metric,
        n=len(counts.values),
        mean=_short(statistics.fmean(counts.values)),
        sd=_short(statistics.stdev(counts.values)),
        worst=_short(counts.worst),
        threshold=threshold,
        fail_chance=_short(counts.model.fail_chance(threshold), 2),
        chance_level=None if level is None else _short(level),
        normality_p=None if p is None else _short(p, 2),
        rows=counts.rows,
        model=counts.model.name,
        data=origin,
        date=datetime.now(UTC).date(),
        versions=dict(versions),
    )
    return QuestionCalibration(question, measured, calibration, before)


def _problems_of(found: _Found) -> tuple[str, ...]:
    problems = []
    if found.missing:
        problems.append(
            "these runs of correct solutions have no score, so no threshold would be fair:\n"
            + listed(found.missing)
        )
    metrics = {score.metric for scores in found.scores.values() for score in scores}
    if len(metrics) > 1:
        problems.append(
            f"its models are scored by {' and '.join(sorted(metrics))}, and one threshold cannot be for both; check them in"
            " questions of their own"
        )
    if not found.scores or any(len(scores) < LEAST_RUNS for scores in found.scores.values()):
        problems.append(f"fewer than {LEAST_RUNS} scores; give --runs {LEAST_RUNS} or more")
    return tuple(problems)


def _measured(
    way: str, scores: Sequence[ModelScore], chance: float, evaluation: HiddenEvaluation
) -> Measured:
    values = tuple(score.value for score in scores if score.value is not None)
    rows = int(statistics.median(score.rows for score in scores))
    widths = [score.high - score.low for score in scores if score.low is not None and score.high is not None]
    # Carved rows are a sample, and another one in every course; a notebook's own rows come with its seed.
    row_sd = statistics.median(widths) / (2 * _95) if widths and evaluation.source == "carved" else 0.0
    first = scores[0]
    model = fit(values, first.metric, rows, row_sd)
    return Measured(way, first.name, first.hidden, first.metric, rows, values, model, model.threshold(chance))


def _short(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


class _Levels:
    """What the best single answer for all rows scores on each hidden evaluation; and the versions of the runs."""

    def __init__(
        self,
        parts: LabParts,
        course: Course,
        store: DataStore,
        origin: Origin,
        size: Size,
        results: Sequence[CaseResult],
    ) -> None:
        self._lab = parts.lab
        self._labels: Mapping[str, NDArray[np.int64]] = {
            name: np.load(path, allow_pickle=False)
            for name, path in course_data(
                course, parts.lab, store, origin=origin, size=size, as_made=True
            ).labels.items()
        }
        self._run = next((result.run for result in results if result.run is not None), None)
        self._runs = RunStore(course, parts.lab.name)
        self.versions = shown_versions(self._run.environment) if self._run is not None else {}

    def of(self, hidden: str) -> float | None:
        """Return the level of an evaluation; None where its targets cannot be read."""
        evaluation = self._lab.hidden[hidden]
        if evaluation.source == "carved":
            return chance_level(self._labels[hidden].astype(np.float64), evaluation.metric)
        if self._run is None:
            return None
        name = str(evaluation.targets)
        reader = EvidenceReader(self._runs.folder(self._run.key), self._run)
        try:
            value = reader.object(evaluation.inputs_question, name)
            return chance_level(as_targets(plain(value), evaluation.metric, name), evaluation.metric)
        except (AssertionError, EvidenceUnavailable, ReviewNeeded):
            return None  # the level is shown beside a threshold; none is no reason to have no threshold


def chance_level(targets: NDArray[np.float64], metric: str) -> float:
    """Return what the best single answer for all rows scores.

    Args:
        targets: `(rows,)` class numbers for accuracy, else numbers, `(rows,)` or `(rows, values)`.
        metric: The most frequent class (accuracy), the median (mae, rae) or the mean (rmse, r2) of each column.
    """
    if metric == "accuracy":
        _, counts = np.unique(targets, return_counts=True)
        return float(counts.max() / counts.sum())
    if metric == "mae":
        return float(np.mean(np.abs(targets - np.median(targets, axis=0))))
    if metric == "rae":
        return 1.0
    if metric == "rmse":
        return float(np.sqrt(np.mean(np.square(targets - targets.mean(axis=0)))))
    return 0.0
