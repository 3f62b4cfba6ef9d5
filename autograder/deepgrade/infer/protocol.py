"""What the head and the worker say to each other: one JSON object a line.

    worker -> head   {"ready": 2}                            once, after the start; the protocol's version
    head -> worker   {"id": 7, "folder": "7", ...}           WorkerJob
    worker -> head   {"id": 7, "entry": {...}}               WorkerAnswer

File names are relative: those of a job to `SPOOL/jobs/<folder>`, a hidden set's folder to `SPOOL/data`. The worker writes
predictions as `<name>.npy` (hidden set or own rows) into the job's folder; the head reads them as files of a stranger.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from deepgrade.infer.report import ModelEntry

PROTOCOL = 2
LINE_BYTES = 64 << 20


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CapturedFile(_Line):
    """The captured test inputs as the evidence describes them."""

    file: str
    rows: list[int] | None
    """Which rows of the variable the file holds; None: all."""
    dtype: str


class WorkerHidden(_Line):
    """A hidden set for one job."""

    folder: str
    dataset: str
    input_adapters: list[str]
    num_words: int | None
    captured: CapturedFile | None


class WorkerOwnRows(_Line):
    """The notebook's own rows for one job."""

    file: str | None
    shape: list[int]
    """As the evidence states it; the file has to agree."""
    problem: str | None
    """Why there is no file."""


class WorkerJob(_Line):
    """One model: check it, count it, predict with it."""

    id: int
    folder: str
    architecture: str
    weights: str | None
    weights_problem: str | None
    """Why there is no weights file."""
    compile: dict[str, Any] | None
    hidden: dict[str, WorkerHidden | WorkerOwnRows]


class WorkerAnswer(_Line):
    """What became of a job."""

    id: int
    entry: ModelEntry


class WorkerReady(_Line):
    """The worker is there."""

    ready: Literal[2]
