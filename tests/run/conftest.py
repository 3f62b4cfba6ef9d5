"""A small notebook, run for real."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deepgrade.evidence import DataFacts, RunRecord
from deepgrade.files import parse_strict_json
from deepgrade.lab import CapturePlan, Limits, QuestionCapture
from deepgrade.run import Gpu, run_submission
from deepgrade.sandbox import Prepared, StudentEnvironment, find_sandbox, host_environment
from deepgrade.submission import Cell, Submission

PLAN = CapturePlan(
    lab="small",
    order=("a1", "b1", "b2"),
    questions={
        name: QuestionCapture(names=(variable,)) for name, variable in (("a1", "x"), ("b1", "y"), ("b2", "z"))
    },
)
LIMITS = Limits(wall_s=20, cell_s=10, memory_mib=384, processes=64, output_mib=1, disk_mib=32, cpus=1)
FACTS = DataFacts(name="digits", origin="synthetic", size="quick", fingerprint="0" * 64)


@dataclass(frozen=True)
class Ran:
    """A record, and what lies beside it."""

    record: RunRecord
    folder: Path

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The executed notebook's cells."""
        return list(parse_strict_json((self.folder / "notebook.ipynb").read_bytes())["cells"])

    @property
    def log(self) -> str:
        """What the process wrote past the notebook, and the supervisor's notes."""
        return (self.folder / "log.txt").read_text()

    def shown(self, cell: int) -> str:
        """All text of a cell's outputs."""
        return "".join(output.get("text", output.get("evalue", "")) for output in self.cells[cell]["outputs"])

    def item(self, question: str, name: str) -> dict[str, Any]:
        """One captured variable."""
        data = (self.folder / "evidence" / f"{question}.json").read_bytes()
        return dict(parse_strict_json(data)["items"][name])


def submission_of(*sources: str) -> Submission:
    """One code cell a question, in the plan's order."""
    codes = [textwrap.dedent(source).strip() for source in sources]
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": code,
            "outputs": [],
            "execution_count": None,
        }
        for i, code in enumerate(codes)
    ]
    return Submission(
        student="ada", filename="small.ipynb", sha256="0" * 64, flavour="otter", warnings=("reordered",), answers={},
        cells=tuple(Cell(i, "code", code, PLAN.order[i], None, False) for i, code in enumerate(codes)),
        notebook={"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells},
    )  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    data = tmp_path / "data"
    data.mkdir()
    tmp_path.chmod(0o755)

    def run_cells(
        *sources: str,
        sandbox: str | None = None,
        environment: StudentEnvironment | None = None,
        gpu: Gpu | None = None,
        prepared: Prepared | None = None,
        **limits: Any,
    ) -> Ran:
        folder = tmp_path / f"result-{len(list(tmp_path.glob('result-*')))}"
        folder.mkdir()
        record = run_submission(
            submission_of(*sources), plan=PLAN, limits=LIMITS.model_copy(update=limits), data=data, data_facts=(FACTS,),
            lab_name="small", seed=7, key="key", sandbox=find_sandbox(sandbox),
            environment=environment or host_environment(), gpu=gpu, destination=folder,
            prepared=prepared,
        )  # fmt: skip
        return Ran(record, folder)

    return run_cells
