"""A competition as data: what stands in `solutions/<lab>/competition/competition.toml`."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from deepgrade.board.curves import PointsRule
from deepgrade.board.errors import BoardError
from deepgrade.board.metrics import METRICS, BoardMetric
from deepgrade.lab import Lab, LabFiles

BOARD_ID = r"^[a-z][a-z0-9_]*$"
_PLACE = r"^[a-z][a-z0-9_]*/[A-Za-z_][A-Za-z0-9_]*$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Late(_Strict):
    """What becomes of entries after the deadline."""

    hours: float = Field(0, ge=0)
    """How long after the deadline entries are taken at all."""
    keep: float = Field(1.0, ge=0, le=1)
    """The share of its points that a late entry keeps."""


class Policy(_Strict):
    """Who may enter, when, how often, and who sees what."""

    time_zone: str = "UTC"
    """IANA name: days begin and dates are read in it."""
    opens: datetime | None = None
    """Local time; None: at once."""
    deadline: datetime | None = None
    """Local time; None: never."""
    late: Late = Late()
    counts: Literal["best", "last", "chosen"] = "best"
    """Which entry stands on the board: of several chosen ones, the best."""
    choices: int = Field(2, ge=1)
    """How many entries a student may choose."""
    daily_limit: int | None = Field(5, ge=1)
    """Entries a student and day (of the time zone); None: no limit. Refused entries and those that failed by us are free."""
    total_limit: int | None = Field(None, ge=1)
    names: Literal["pseudonyms", "names"] = "pseudonyms"
    """What others read on the board."""
    reveal: Literal["by hand", "after deadline"] = "by hand"
    """When students see the private scores. `after deadline`: after the last extension, late hours included."""
    freeze_hours: float = Field(0, ge=0)
    """So long before the deadline the students' board stands still, until the private scores are revealed."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is no time zone; use a name such as Europe/Berlin")
        return name

    @field_validator("opens", "deadline")
    @classmethod
    def _local(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is not None:
            raise ValueError("write it without an offset: it is read in time_zone")
        return moment

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.opens and self.deadline and self.opens >= self.deadline:
            raise ValueError("opens: it is not before the deadline")
        if self.deadline is None and (self.late.hours or self.freeze_hours or self.reveal != "by hand"):
            raise ValueError("deadline: missing, and late, freeze_hours or reveal count from it")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)

    def moment(self, local: datetime) -> datetime:
        """Return a local time as a moment in UTC; of a time that stands twice when clocks go back, the later one."""
        return local.replace(tzinfo=self.zone, fold=1).astimezone(UTC)

    @property
    def opens_at(self) -> datetime | None:
        """When entries are taken, UTC."""
        return None if self.opens is None else self.moment(self.opens)

    @property
    def deadline_at(self) -> datetime | None:
        """The common deadline, UTC."""
        return None if self.deadline is None else self.moment(self.deadline)

    @property
    def late_for(self) -> timedelta:
        """How long after a deadline entries are taken."""
        return timedelta(hours=self.late.hours)


class Board(_Strict):
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
    id_column: str = "Id"
    label_column: str = "Label"
    """File boards: the column of predictions; where probabilities are asked for, one column a class."""

    @property
    def metrics(self) -> tuple[BoardMetric, ...]:
        """The metric, then those that break ties."""
        return tuple(METRICS[name] for name in (self.metric, *self.tie_break))

    @property
    def place(self) -> tuple[str, str]:
        """Model boards: question and variable."""
        question, _, variable = (self.model or "").partition("/")
        return question, variable

    @property
    def higher_is_better(self) -> bool:
        """The direction of the metric."""
        return METRICS[self.metric].higher_is_better

    @property
    def splits(self) -> bool:
        """Whether there are private rows; `own rows` boards (see `Competition.check`) have none."""
        return self.entry == "file" or self.hidden is not None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        problems = [
            f"{field}: {name!r} is not one of {', '.join(METRICS)}"
            for field, names in (("metric", (self.metric,)), ("tie_break", self.tie_break))
            for name in names
            if name not in METRICS
        ]
        if problems:
            raise ValueError("; ".join(problems))
        if (self.direction == "higher") != self.higher_is_better:
            right = "higher" if self.higher_is_better else "lower"
            problems.append(f"direction: of {self.metric}, {right} scores are better")
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
            strange = ["model", "hidden"]
        problems += [
            f'{name}: not for boards with entry = "{self.entry}"'
            for name in strange
            if getattr(self, name) is not None
        ]
        if self.points is not None:
            problems += self.points.problems(higher_is_better=self.higher_is_better)
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Baseline(_Strict):
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


class Competition(_Strict):
    """Everything of a lab's competition but its data."""

    schema_version: Literal[1]
    policy: Policy = Policy()
    boards: tuple[Board, ...] = Field(min_length=1)
    baselines: tuple[Baseline, ...] = ()

    @model_validator(mode="after")
    def _references(self) -> Self:
        ids = [board.id for board in self.boards]
        problems = [f"boards: {name!r} stands twice" for name in sorted({i for i in ids if ids.count(i) > 1})]
        problems += [
            f"baselines: {baseline.title!r} is for {baseline.board!r}, which is no board"
            for baseline in self.baselines
            if baseline.board not in ids
        ]
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
            elif board.dataset is not None and board.dataset not in lab.data:
                problems.append(f"boards.{board.id}.dataset: {board.dataset!r} is not among the lab's data")
        return problems


def competition_folder(files: LabFiles) -> Path:
    """Return where a lab's competition stands, whether there is one or not."""
    return files.folder / "competition"


def load_competition(files: LabFiles, lab: Lab) -> Competition:
    """Read a lab's competition.

    Raises:
        BoardError: It has none, or the file is wrong; the message names every fault.
    """
    path = competition_folder(files) / "competition.toml"
    try:
        competition = Competition.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BoardError(f"{lab.name} has no competition: there is no {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BoardError(f"{path} is no TOML file: {error}") from None
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise BoardError(f"{path} is wrong:\n" + "\n".join(f"  {line}" for line in lines)) from None
    problems = competition.check(lab)
    if problems:
        raise BoardError(f"{path} does not fit {files.toml.name}:\n" + "\n".join(f"  {p}" for p in problems))
    return competition
