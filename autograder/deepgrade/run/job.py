"""The job file: which cells to run and what to keep, for the kernel in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from deepgrade.lab import CapturePlan, Limits
from deepgrade.run.inputs import Gpu
from deepgrade.submission import Cell

_EVIDENCE_MIB = 512
_EVIDENCE_SHARE = 0.75
"""Of the box; the rest is for files that the notebook writes."""
_OUTPUT_SHARE = 16
"""One cell may print a sixteenth of what all may."""


class QuestionSpans(NamedTuple):
    """Which cells belong to which question, and when a question ends."""

    owners: dict[int, str | None]
    """Cell that is run -> the question whose cells it stands among."""
    ends: dict[int, tuple[str, ...]]
    """Cell that is run -> questions whose evidence is taken after it."""
    ends_at_start: tuple[str, ...]
    """Questions that stand before the first code cell and have none themselves."""


def runs(cell: Cell) -> bool:
    """Return whether a cell is run: code, and no test cell that otter or nbgrader put there for their own use."""
    return cell.kind == "code" and not cell.skip


def question_spans(cells: Sequence[Cell], questions: Sequence[str]) -> QuestionSpans:
    """Find where each question ends.

    A question reaches from its first cell to the next question's first cell, so cells that a student added in
    between belong to it; it ends after the last code cell in there. Where a question's cells are scattered, it
    ends after the last of them. Without any code cell it ends with the code cell before its first cell, or at
    the start. A question that is not in the notebook at all ends with the last code cell: whatever the student
    left under its names counts.

    Args:
        cells: All cells in the notebook's order.
        questions: Ids in the lab's order.
    """
    owners: dict[int, str | None] = {}
    last_code: dict[str, int | None] = {}
    before: dict[str, int | None] = {}
    current: str | None = None
    latest: int | None = None
    for cell in cells:
        if cell.question is not None:
            current = cell.question
            before.setdefault(current, latest)
        if runs(cell):
            latest = cell.index
            owners[cell.index] = current
            if current is not None:
                last_code[current] = cell.index
    ends: dict[int, list[str]] = {}
    at_start: list[str] = []
    for question in questions:
        place = last_code.get(question, before.get(question, latest))
        if place is None:
            at_start.append(question)
        else:
            ends.setdefault(place, []).append(question)
    return QuestionSpans(owners, {cell: tuple(ids) for cell, ids in ends.items()}, tuple(at_start))


def evidence_budget_bytes(limits: Limits) -> int:
    """Return how much evidence one run may leave."""
    return int(min(_EVIDENCE_MIB, limits.disk_mib * _EVIDENCE_SHARE) * (1 << 20))


def make_job(
    cells: Sequence[Cell],
    spans: QuestionSpans,
    *,
    plan: CapturePlan,
    limits: Limits,
    seed: int,
    gpu: Gpu | None,
) -> dict[str, Any]:
    """Return the content of `job.json` (docs/formats.md, "Job")."""
    return {
        "schema_version": 1,
        "cells": [
            {"index": cell.index, "source": cell.source, "ends": list(spans.ends.get(cell.index, ()))}
            for cell in cells
            if runs(cell)
        ],
        "ends_at_start": list(spans.ends_at_start),
        "plan": plan.for_kernel(),
        "cell_s": limits.cell_s,
        "output_bytes_per_cell": (limits.output_mib << 20) // _OUTPUT_SHARE,
        "output_bytes_total": limits.output_mib << 20,
        "evidence_bytes": evidence_budget_bytes(limits),
        "seed": seed,
        "cuda_visible_devices": gpu.cuda_visible_devices if gpu else None,
        "gpu_memory_fraction": limits.gpu_memory_fraction,
        "gpu_memory_mib": gpu.memory_mib if gpu else None,
    }
