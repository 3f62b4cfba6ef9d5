"""A competition as data: what stands in `solutions/<lab>/competition/competition.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from deepgrade.board.errors import BoardError
from deepgrade.board.rules.curves import PointsRule
from deepgrade.board.rules.policy import Late, Policy, Strict
from deepgrade.board.scoring.metrics import METRICS, BoardMetric, Needs
from deepgrade.lab import HiddenEvaluation, Lab, LabFiles, Origin, Size, listed

__all__ = [
    "BOARD_ID",
    "Baseline",
    "Board",
    "Competition",
    "Late",
    "Policy",
    "competition_folder",
    "load_competition",
]

BOARD_ID = r"^[a-z][a-z0-9_]*$"
_USAGE = "Usage"
"""The column of a solution file that says which split a row is of."""
_MOST_FAULTS = 40
_PLACE = r"^[a-z][a-z0-9_]*/[A-Za-z_][A-Za-z0-9_]*$"


class Board(Strict):
    """One board: one task, one metric, one way to enter."""

    id: str = Field(pattern=BOARD_ID)
    title: str = Field(min_length=1)
    entry: Literal["model", "file"]
    """`model`: the captured model of a graded notebook, run by `infer`. `file`: a submission.csv of predictions."""
    metric: str
    """One of `board.metrics.METRICS`."""
    direction: Literal["higher", "lower"]
    """Which scores are better; has to be the metric's own."""
    tie_break: tuple[str, ...] = ()
    """Metrics that decide between equal scores, in this order; then the earlier entry."""
    private_share: float = Field(0.5, gt=0, lt=1)
    """The share of rows whose score stays hidden until it is revealed. Not for a notebook's own rows."""
    public_data: bool = True
    """The labels can be looked up: then a file earns no points."""
    points: PointsRule | None = None
    model: str | None = Field(None, pattern=_PLACE)
    """Model boards: `question/variable`."""
    hidden: str | None = None
    """Model boards: the hidden evaluation of lab.toml."""
    dataset: str | None = None
    """File boards: the data set whose test rows are released; or `table`."""
    table: str | None = None
    """File boards: an own CSV file, given to `board prepare --table`; this names its target column."""
    target: str | None = None
    """File boards on tables of the catalogue: the column to predict."""
    rows: int = Field(2000, ge=20)
    """File boards: rows that are released and scored, at full size."""
    quick_rows: int = Field(200, ge=20)
    """File boards: the same at quick size."""
    ignored_rows: int = Field(0, ge=0)
    """File boards: rows that are released and not scored, so that nobody knows which are."""
    id_column: str = Field("Id", min_length=1)
    label_column: str = Field("Label", min_length=1)
    """File boards: the column of predictions; where probabilities are asked for, one column a class."""

    @property
    def metrics(self) -> tuple[BoardMetric, ...]:
        """The metric, then those that break ties."""
        return tuple(METRICS[name] for name in (self.metric, *self.tie_break))

    @property
    def tie_directions(self) -> tuple[bool, ...]:
        """Of each metric that breaks ties, whether higher is better."""
        return tuple(METRICS[name].higher_is_better for name in self.tie_break)

    @property
    def place(self) -> tuple[str, str]:
        """Model boards: question and variable."""
        question, _, variable = (self.model or "").partition("/")
        return question, variable

    @property
    def higher_is_better(self) -> bool:
        """The direction of the metric."""
        return METRICS[self.metric].higher_is_better

    @model_validator(mode="after")
    def _fits(self) -> Self:
        problems = self._metric_problems() + self._source_problems()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _metric_problems(self) -> list[str]:
        named = (("metric", self.metric), *(("tie_break", name) for name in self.tie_break))
        unknown = [
            f"{field}: {name!r} is not one of {', '.join(METRICS)}"
            for field, name in named
            if name not in METRICS
        ]
        if unknown:
            return unknown
        own, *ties = self.metrics
        problems = [f"tie_break: {name} stands twice" for name in _repeated([self.metric, *self.tie_break])]
        if self.entry == "file":
            problems += [
                f"tie_break: {tie.name} needs {tie.needs}, a file for {own.name} holds {own.needs}"
                for tie in ties
                if (tie.needs == "values") != (own.needs == "values")
            ]
        if (self.direction == "higher") != own.higher_is_better:
            right = "higher" if own.higher_is_better else "lower"
            problems.append(f"direction: of {own.name}, {right} scores are better")
        if self.points is not None:
            problems += self.points.problems(higher_is_better=own.higher_is_better)
            problems += [
                f"points: {score:g} is no possible {own.name}, which lies between {own.low:g} and {own.high:g}"
                for score, _ in self.points.curve.corners()
                if not own.low <= score <= own.high
            ]
        return problems

    def _source_problems(self) -> list[str]:
        problems = []
        if self.entry == "model":
            problems += [f"{name}: missing" for name in ("model", "hidden") if getattr(self, name) is None]
            strange = ["dataset", "table", "target"]
        else:
            if (self.dataset is None) == (self.table is None):
                problems.append("dataset: name a data set, or an own table's target column as `table`")
            if self.points is not None and self.public_data:
                problems.append(
                    "points: files earn none where the labels can be looked up; public_data = false if they cannot"
                )
            if self.dataset is not None and not self.public_data:
                problems.append("public_data: the catalogue's data are public")
            if len({self.id_column, self.label_column, _USAGE}) < 3:
                problems.append(f"id_column: it, label_column and {_USAGE!r} have to be three names")
            strange = ["model", "hidden"]
        return problems + [
            f'{name}: not for boards with entry = "{self.entry}"'
            for name in strange
            if getattr(self, name) is not None
        ]


class Baseline(Strict):
    """A known result that stands on a board without taking a place."""

    board: str
    title: str = Field(min_length=1)
    """As it reads on the board: `ISLR 10.9.2, multilayer network`."""
    value: float
    """In the board's metric."""
    kind: Literal["published", "measured"]
    source: str = Field(min_length=1)
    """Where the figure stands, or how it was measured (command, data, date)."""
    tolerance: float = Field(0.0, ge=0)
    """How far a new measurement may lie from it."""
    origin: Origin = "real"
    """Of the data that it was measured on; it stands on boards of these alone."""
    size: Size = "full"


class Competition(Strict):
    """Everything of a lab's competition but its data."""

    schema_version: Literal[1]
    policy: Policy = Policy()
    boards: tuple[Board, ...] = Field(min_length=1)
    baselines: tuple[Baseline, ...] = ()

    @model_validator(mode="after")
    def _references(self) -> Self:
        boards = {board.id: board for board in self.boards}
        problems = [f"boards: {name!r} stands twice" for name in _repeated([one.id for one in self.boards])]
        for baseline in self.baselines:
            if baseline.board not in boards:
                problems.append(f"baselines: {baseline.title!r} is for {baseline.board!r}, which is no board")
                continue
            metric = boards[baseline.board].metrics[0]
            if not metric.low <= baseline.value <= metric.high:
                problems.append(
                    f"baselines: {baseline.title!r} has the value {baseline.value:g}; "
                    f"{metric.name} lies between {metric.low:g} and {metric.high:g}"
                )
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def board(self, board_id: str | None) -> Board:
        """Return a board by its id; the only one where none is named.

        Raises:
            BoardError: There is none of that name, or several and none was named.
        """
        known = ", ".join(board.id for board in self.boards)
        if board_id is None:
            if len(self.boards) == 1:
                return self.boards[0]
            raise BoardError(f"This lab has several boards: {known}. Name one with --board.")
        for board in self.boards:
            if board.id == board_id:
                return board
        raise BoardError(f"There is no board {board_id!r}; there are: {known}.")

    def check(self, lab: Lab) -> list[str]:
        """Say what does not fit the lab."""
        questions = {question.id for question in lab.questions}
        problems = []
        for board in self.boards:
            if board.entry == "model":
                if board.place[0] not in questions:
                    problems.append(f"boards.{board.id}.model: there is no question {board.place[0]!r}")
                if board.hidden not in lab.hidden:
                    problems.append(f"boards.{board.id}.hidden: lab.toml has no hidden.{board.hidden}")
                    continue
                given = _given(lab.hidden[board.hidden])
                problems += [
                    f"boards.{board.id}: {metric.name} needs {metric.needs}, hidden.{board.hidden} gives {', '.join(given)}"
                    for metric in board.metrics
                    if metric.needs not in given
                ]
            elif board.dataset is not None and board.dataset not in lab.data:
                problems.append(f"boards.{board.id}.dataset: {board.dataset!r} is not among the lab's data")
        return problems


def _given(hidden: HiddenEvaluation) -> tuple[Needs, ...]:
    """Return what the predictions for a hidden evaluation hold."""
    if hidden.source == "carved":
        return ("classes", "probabilities", "scores")
    return ("classes",) if hidden.metric == "accuracy" else ("values",)


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def competition_folder(files: LabFiles) -> Path:
    """Return where a lab's competition stands, whether there is one or not."""
    return files.folder / "competition"


def description_of(files: LabFiles) -> str:
    """Return what students read of a lab's competition, Markdown; empty where nothing is written."""
    path = competition_folder(files) / "description.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def has_competition(files: LabFiles) -> bool:
    """Return whether a lab has a competition."""
    return (competition_folder(files) / "competition.toml").is_file()


def load_competition(files: LabFiles, lab: Lab) -> Competition:
    """Read a lab's competition.

    Raises:
        BoardError: It has none, or the file is wrong; the message names every fault (of several fields together once each
            of them is right).
    """
    path = competition_folder(files) / "competition.toml"
    try:
        competition = Competition.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BoardError(f"{lab.name} has no competition: there is no {path}.") from None
    except OSError as error:
        raise BoardError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BoardError(f"{path} is no TOML file: {error}") from None
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, one['loc'])) or 'competition'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        ]
        raise BoardError(f"{path} is wrong:\n{listed(lines, most=_MOST_FAULTS)}") from None
    problems = competition.check(lab)
    if problems:
        raise BoardError(f"{path} does not fit {files.toml.name}:\n{listed(problems, most=_MOST_FAULTS)}")
    return competition
