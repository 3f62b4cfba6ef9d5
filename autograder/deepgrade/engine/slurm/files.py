"""The files of a batch that head and nodes exchange, as data."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

import deepgrade
from deepgrade.engine.data import CourseData
from deepgrade.engine.gpus import Cards
from deepgrade.engine.one import Setup
from deepgrade.evidence import DataFacts, Verdict
from deepgrade.lab import CapturePlan, Check, Lab, Size
from deepgrade.records import Course, RunStore
from deepgrade.sandbox import Sandbox
from deepgrade.submission import Cell, Submission

FILE_NAME = r"^[A-Za-z0-9_.-]+$"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SetupFile(_File):
    """`setup.json`: all that a task needs to rebuild `Setup`. No label, no check's body, no secret is among it."""

    schema_version: Literal[1] = 1
    deepgrade_version: str
    lab: Lab
    plan: CapturePlan
    models: tuple[tuple[str, dict[str, str]], ...]
    """Question and captured model -> hidden evaluation: all that predictions need to know of the checks."""
    size: Size
    seed: int
    public: Path
    inputs: dict[str, Path]
    facts: tuple[DataFacts, ...]
    sandbox: str | None
    """`name` or `name=image`."""
    environment: dict[str, str]
    """What the head's sandbox shows: a node that shows something else makes other runs."""
    gpu: bool
    private: tuple[Path, ...]
    """What students' code must not be able to read where rights of files alone keep it out."""


class ArrayFile(_File):
    """`arrays/<number>.json`: which place in a job array is which task."""

    schema_version: Literal[1] = 1
    indexes: tuple[int, ...]
    requeues: int


class Done(_File):
    """`done/<index>-<array>.json`: the last thing that an attempt writes."""

    schema_version: Literal[1] = 1
    index: int
    array: int
    verdict: Verdict | None
    """None: the task itself failed, and `error` says how."""
    error: str = ""
    attempt: str | None = Field(None, pattern=FILE_NAME)
    """The folder in `attempts/` that holds the run; None where there is none."""
    node: str
    job: str
    seconds: float
    """From the task's first moment on the node to its last."""
    finished_at: datetime


def setup_file(setup: Setup, sandbox: str | None, private: tuple[Path, ...]) -> SetupFile:
    """Return a grading's setup as data for the nodes."""
    return SetupFile(
        deepgrade_version=deepgrade.__version__,
        lab=setup.lab,
        plan=setup.plan,
        models=tuple((check.question, dict(check.hidden)) for check in setup.checks if check.hidden),
        size=setup.size,
        seed=setup.seed,
        public=setup.data.public,
        inputs=dict(setup.data.inputs),
        facts=setup.data.facts,
        sandbox=sandbox,
        environment=setup.environment.versions,
        gpu=setup.uses_gpu,
        private=private,
    )


def setup_from(file: SetupFile, sandbox: Sandbox, cards: Cards, attempt: Path) -> Setup:
    """Return the setup of one attempt; its run goes into a store of its own below `attempt`."""
    checks = tuple(
        Check(
            id=f"models_{number}", question=question, points=0.0, description="", arguments=(), hidden=hidden
        )
        for number, (question, hidden) in enumerate(file.models)
    )
    return Setup(
        lab=file.lab,
        plan=file.plan,
        checks=checks,
        size=file.size,
        data=CourseData(public=file.public, inputs=file.inputs, labels={}, facts=file.facts),
        sandbox=sandbox,
        environment=sandbox.environment,
        store=RunStore(Course(attempt), file.lab.name),
        seed=file.seed,
        slots=1,
        cards=cards,
    )


def submission_text(submission: Submission, key: str) -> str:
    """Return a submission and its run's key as JSON: `tasks/<index>.json`."""
    data: dict[str, Any] = dataclasses.asdict(submission)
    moment = submission.handed_in_at
    data["handed_in_at"] = moment.isoformat() if moment else None
    return json.dumps({"schema_version": 1, "key": key, "submission": data})


def submission_from(text: str) -> tuple[Submission, str]:
    """Return the submission and the key that `submission_text` wrote."""
    file = json.loads(text)
    data = file["submission"]
    moment = data.pop("handed_in_at")
    cells = tuple(Cell(**cell) for cell in data.pop("cells"))
    warnings = tuple(data.pop("warnings"))
    submission = Submission(
        **data,
        cells=cells,
        warnings=warnings,
        handed_in_at=datetime.fromisoformat(moment) if moment else None,
    )
    return submission, file["key"]
