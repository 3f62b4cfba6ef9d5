"""The job: which cells to run, what to keep, under which limits."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

QUESTION_ID = re.compile(r"[a-z][a-z0-9_]*\Z")


class JobError(Exception):
    """The job file is not what docs/formats.md says: the launcher's mistake, never the student's."""


class Cell(NamedTuple):
    """A code cell."""

    number: int
    """The cell's place in the notebook: `index` in the job."""
    source: str
    ends: tuple[str, ...]
    """Questions whose evidence is taken after this cell."""


class Capture(NamedTuple):
    """What is kept when a question ends."""

    names: tuple[str, ...]
    probes: dict[str, list[Any]]
    """Function name -> list of `[args, kwargs]`."""


class Job(NamedTuple):
    """Everything the launcher says about this run."""

    cells: tuple[Cell, ...]
    plan: dict[str, Capture]
    ends_at_start: tuple[str, ...]
    cell_s: float
    output_bytes_per_cell: int
    output_bytes_total: int
    evidence_bytes: int
    seed: int
    cuda_visible_devices: str | None
    gpu_memory_fraction: float
    gpu_memory_mib: int | None


def read_job(path: Path) -> Job:
    """Read the job file.

    Raises:
        JobError: The file is missing, is no JSON, or lacks a field.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema_version"] != 1:
            raise JobError(
                f"{path}: schema_version {raw['schema_version']!r} is not known; this kernel reads 1"
            )
        cells = tuple(
            Cell(int(cell["index"]), str(cell["source"]), tuple(cell.get("ends", ())))
            for cell in raw["cells"]
        )
        plan = {
            question: Capture(tuple(capture.get("names", ())), dict(capture.get("probes", {})))
            for question, capture in raw["plan"].items()
        }
        job = Job(
            cells=cells,
            plan=plan,
            ends_at_start=tuple(raw.get("ends_at_start", ())),
            cell_s=float(raw["cell_s"]),
            output_bytes_per_cell=int(raw["output_bytes_per_cell"]),
            output_bytes_total=int(raw["output_bytes_total"]),
            evidence_bytes=int(raw["evidence_bytes"]),
            seed=int(raw["seed"]),
            cuda_visible_devices=raw.get("cuda_visible_devices"),
            gpu_memory_fraction=float(raw.get("gpu_memory_fraction", 1.0)),
            gpu_memory_mib=raw.get("gpu_memory_mib"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JobError(f"{path} is not a job: {type(error).__name__}: {error}") from None
    asked = {*job.plan, *job.ends_at_start, *(question for cell in job.cells for question in cell.ends)}
    wrong = sorted(question for question in asked if not QUESTION_ID.match(question))
    if wrong:
        raise JobError(f"{path}: not question ids: {', '.join(map(repr, wrong))}")
    return job
