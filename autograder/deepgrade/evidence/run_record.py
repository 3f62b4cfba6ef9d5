"""run.json: the facts of one run, written once."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from deepgrade.evidence.verdict import Verdict


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SubmissionFacts(_Record):
    """The file that was graded."""

    student: str
    filename: str
    sha256: str
    flavour: Literal["otter", "nbgrader", "unknown"]
    warnings: tuple[str, ...] = ()
    """What intake noticed: reordered cells, stripped metadata, ..."""
    answers: dict[str, str] = {}
    """Question id -> text of a manual question's answer cells."""


class CellError(_Record):
    """A cell that raised or was interrupted."""

    cell: int
    question: str | None
    ename: str
    evalue: str


class CellTime(_Record):
    """How long a cell ran."""

    cell: int
    question: str | None
    seconds: float
    status: Literal["ok", "error", "timeout", "unfinished", "not_run"]


class DataFacts(_Record):
    """A data set as it was mounted."""

    name: str
    origin: Literal["real", "synthetic"]
    size: Literal["full", "quick"]
    fingerprint: str


class RunRecord(_Record):
    """Everything about a run that is not evidence."""

    schema_version: Literal[1] = 1
    key: str
    """Hash of submission, plan, limits, data and environment: equal key, equal run."""
    lab: str
    submission: SubmissionFacts
    verdict: Verdict
    detail: str
    """One sentence: what happened, with figures."""
    started_at: datetime
    wall_s: float
    cpu_s: float | None
    peak_memory_mib: float | None
    peak_processes: int | None
    limits: dict[str, float]
    cell_errors: tuple[CellError, ...] = ()
    cell_times: tuple[CellTime, ...] = ()
    questions_finished: tuple[str, ...] = ()
    """Questions whose evidence was taken."""
    foreign_files: tuple[str, ...] = ()
    """What lay in the folder that comes back and the kernel never writes: a sentence each, the first few."""
    plan: dict[str, tuple[str, ...]]
    """Question -> names that this run was asked to keep."""
    plan_sha256: str
    data: tuple[DataFacts, ...]
    environment: dict[str, str]
    """Package versions of the sandbox's environment."""
    sandbox: str
    image: str | None = None
    seed: int
    device: str
    """The processor or GPU the run was given, in words."""
    gpu: bool = False
    """Whether the engine lent the run a GPU."""
    deepgrade_version: str
