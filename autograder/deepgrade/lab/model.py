"""A lab as data: what stands in `lab.toml`."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from deepgrade.lab.calibration import Calibration
from deepgrade.lab.headlines import Headline

QUESTION_ID = r"^[a-z][a-z0-9_]*$"
VARIABLE_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"

Size = Literal["full", "quick"]
"""How much data a run sees: the published sizes, or small ones for trying things out."""

Origin = Literal["real", "synthetic"]


METRICS = ("accuracy", "mae", "rae", "rmse", "r2")
"""What models can be scored by: score/metrics.py says what each means."""

_CARVED_ALONE = ("dataset", "rows", "quick_rows", "input_adapters", "num_words")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Strict):
    """What one run may use. Reaching a limit has the verdict named with it."""

    wall_s: float = Field(1800, gt=0)
    """Whole run, seconds (`timeout`)."""
    cell_s: float = Field(900, gt=0)
    """One cell, seconds: the cell is interrupted, the rest still runs (`timeout`)."""
    cpu_s: float | None = Field(None, gt=0)
    """Processor seconds of all processes together (`cpu_time`); absent: `wall_s` on each of the `cpus`."""
    memory_mib: int = Field(4096, ge=256)
    """All processes together, MiB, with what they write to memory-backed folders (`memory`)."""
    processes: int = Field(512, ge=16)
    """Processes and threads at one time (`process_limit`)."""
    output_mib: int = Field(16, ge=1)
    """All printed and displayed output, MiB (`output_limit`)."""
    disk_mib: int = Field(1024, ge=16)
    """Writable folder with the evidence in it, MiB (`disk_limit`)."""
    file_mib: int | None = Field(None, ge=1)
    """One file, MiB (`file_size`); absent: `disk_mib`."""
    open_files: int = Field(4096, ge=64)
    """Files, pipes and sockets that one process may hold open (`open_files`)."""
    gpu_memory_fraction: float = Field(1.0, gt=0, le=1)
    """Share of the GPU's memory (`gpu_memory`); where lab.toml names none, runs beside each other on a card share it
    evenly. The deep-learning library in the notebook's own process keeps to it: a notebook that wants more can take it,
    and then another run on the card may fail."""

    @property
    def total_cpu_s(self) -> float:
        """Processor seconds in force."""
        return self.wall_s * self.cpus if self.cpu_s is None else self.cpu_s

    @property
    def largest_file_mib(self) -> int:
        """MiB of one file in force."""
        return self.disk_mib if self.file_mib is None else self.file_mib

    def in_force(self) -> dict[str, float]:
        """Return every limit by name, with those filled in that follow from others."""
        return self.model_dump() | {"cpu_s": self.total_cpu_s, "file_mib": self.largest_file_mib}

    cpus: float = Field(2.0, gt=0)
    """Processor cores."""


class Question(_Strict):
    """One question: what students answer and what it is worth."""

    id: str = Field(pattern=QUESTION_ID)
    title: str = Field(min_length=1)
    points: float = Field(gt=0)
    manual: bool = False
    """A person gives the points; otherwise the checks of this question do."""
    capture: tuple[str, ...] = ()
    """Variables to keep for the person who grades a manual question."""
    rubric: str = ""
    """What a grader looks for (manual questions; never shown to students before grading)."""


class HiddenEvaluation(_Strict):
    """How models are scored: on carved inputs that no student has seen, or on rows that the notebook itself set apart.

    `carved`: rows of a data set that the instructor's secret took out of the test set. `captured`: the inputs and
    targets are variables of the notebook, so they are the student's word; what the model makes of them is ours.
    """

    source: Literal["carved", "captured"] = "carved"
    dataset: str = ""
    """Carved: the data set. Empty for captured rows."""
    rows: int = Field(5000, ge=1)
    """Carved: rows taken out of the test set at full size."""
    quick_rows: int = Field(500, ge=1)
    """Carved: the same at quick size."""
    inputs: str = Field(pattern=VARIABLE_NAME)
    """The variable that holds the student's prepared test inputs."""
    inputs_question: str = Field(pattern=QUESTION_ID)
    """The question at whose end it is captured, and `targets` with it."""
    targets: str | None = Field(None, pattern=VARIABLE_NAME)
    """Captured: the variable that holds the right answers to `inputs`, row by row."""
    input_adapters: tuple[str, ...] = ()
    """Carved: ways in which students may feed the data set; see data/encoders.py."""
    metric: str = "accuracy"
    """One of `METRICS`; carved rows have classes, so there it is accuracy."""
    reported: dict[str, str] = {}
    """Model variable -> `question/variable` in which the notebook keeps its own test metric. On carved rows, a gap
    between that and the hidden metric is flagged."""
    num_words: int | None = None
    """Carved: vocabulary limit that the lab asks `load_data` for (text sets)."""

    @model_validator(mode="after")
    def _fits_its_source(self) -> HiddenEvaluation:
        problems = (
            [] if self.metric in METRICS else [f"metric: {self.metric!r} is not one of {', '.join(METRICS)}"]
        )
        if self.source == "captured":
            problems += [
                f'{name}: only for source = "carved"; captured rows are the notebook\'s own'
                for name in _CARVED_ALONE
                if getattr(self, name) != type(self).model_fields[name].default
            ]
            if self.targets is None:
                problems.append("targets: missing; name the variable with the right answers to `inputs`")
            elif self.targets == self.inputs:
                problems.append("targets: the same variable as `inputs`")
        else:
            if not self.dataset:
                problems.append("dataset: missing; name the data set that the rows are carved out of")
            if not self.input_adapters:
                problems.append(
                    "input_adapters: missing; list the ways in which students may feed the data set"
                )
            if self.targets is not None:
                problems.append('targets: only for source = "captured"; carved rows have labels of their own')
            if self.metric in METRICS and self.metric != "accuracy":
                problems.append(f'metric: {self.metric} needs source = "captured"; carved rows have classes')
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Lab(_Strict):
    """Everything of a lab but its text, its checks and its mistakes."""

    schema_version: Literal[1]
    name: str = Field(pattern=QUESTION_ID)
    title: str
    gpu: Literal["required", "preferred", "off"] = "preferred"
    data: tuple[str, ...]
    limits: Limits = Limits()
    quick_limits: Limits | None = None
    """Limits for quick data; `limits` where absent."""
    questions: tuple[Question, ...] = Field(min_length=1)
    hidden: dict[str, HiddenEvaluation] = {}
    thresholds: dict[Size, dict[str, float]] = {}
    """Size of data -> question id -> what the hidden metric has to reach: at least this, or at most for an error."""
    calibration: dict[Size, dict[str, Calibration]] = {}
    """Size of data -> question id -> the measurements behind the threshold."""
    headlines: tuple[Headline, ...] = ()
    """Figures that the source prints: `verify --record` puts ours beside them."""

    @field_validator("questions")
    @classmethod
    def _unique(cls, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        ids = [question.id for question in questions]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"question ids stand twice: {', '.join(twice)}")
        if "devices" in ids:
            raise ValueError(
                "no question may be called 'devices': devices.json stands beside the questions' evidence"
            )
        return questions

    @model_validator(mode="after")
    def _references_exist(self) -> Lab:
        known = {question.id for question in self.questions}
        problems = [
            f"hidden.{name}.inputs_question: there is no question {hidden.inputs_question!r}"
            for name, hidden in self.hidden.items()
            if hidden.inputs_question not in known
        ]
        problems += [
            f"hidden.{name}.dataset: {hidden.dataset!r} is not in data"
            for name, hidden in self.hidden.items()
            if hidden.source == "carved" and hidden.dataset not in self.data
        ]
        problems += [
            f"{table}.{size}: there is no question {question!r}"
            for table, sizes in (("thresholds", self.thresholds), ("calibration", self.calibration))
            for size, values in sizes.items()
            for question in values
            if question not in known
        ]
        problems += [
            f"headlines: there is no question {headline.place[0]!r}"
            for headline in self.headlines
            if headline.place[0] not in known
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def carved(self) -> dict[str, HiddenEvaluation]:
        """The hidden evaluations whose rows are carved out of a data set."""
        return {name: hidden for name, hidden in self.hidden.items() if hidden.source == "carved"}

    @property
    def points(self) -> float:
        """All points of the lab."""
        return math.fsum(question.points for question in self.questions)

    def question(self, question_id: str) -> Question:
        """Return a question by its id.

        Raises:
            KeyError: There is no such question.
        """
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(f"lab {self.name} has no question {question_id!r}")

    def limits_for(self, size: Size) -> Limits:
        """Return the limits for a size of data."""
        return self.quick_limits if size == "quick" and self.quick_limits is not None else self.limits
