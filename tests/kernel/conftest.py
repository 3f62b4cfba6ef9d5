"""Run the kernel as the launcher does, as a process of its own, without a sandbox around it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepgrade
from deepgrade.files import parse_strict_json
from deepgrade.score.reader import read_array
from deepgrade.score.series import frame_or_series

MAIN = Path(deepgrade.__file__).parent / "kernel" / "main.py"


@dataclass
class KernelRun:
    """What one run of the kernel left behind."""

    out: Path
    exit_code: int
    log: str
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """The events' names, in order."""
        return [event["event"] for event in self.events]

    def outputs(self, cell: int) -> list[dict[str, Any]]:
        """A cell's nbformat outputs."""
        return [
            event["output"] for event in self.events if event["event"] == "output" and event["cell"] == cell
        ]

    def text(self, cell: int) -> str:
        """What a cell printed."""
        return "".join(output["text"] for output in self.outputs(cell) if output["output_type"] == "stream")

    def end(self, cell: int) -> dict[str, Any]:
        """A cell's `cell_end`."""
        return next(event for event in self.events if event["event"] == "cell_end" and event["cell"] == cell)

    def statuses(self) -> list[str]:
        """The cells' statuses, in order."""
        return [event["status"] for event in self.events if event["event"] == "cell_end"]

    def items(self, question: str = "a1") -> dict[str, Any]:
        """A question's items."""
        return parse_strict_json((self.out / "evidence" / f"{question}.json").read_bytes())["items"]

    def figures(self, question: str = "a1") -> list[dict[str, Any]]:
        """The facts of the figures shown before a question's end."""
        return parse_strict_json((self.out / "evidence" / f"{question}.json").read_bytes())["figures"]

    def devices(self) -> dict[str, Any]:
        """devices.json."""
        return parse_strict_json((self.out / "evidence" / "devices.json").read_bytes())

    def file(self, item: dict[str, Any], key: str = "file") -> Path:
        """The path of an item's blob."""
        return self.out / "evidence" / item[key]

    def array(self, item: dict[str, Any]) -> Any:
        """An array item's numbers, in the dtype they had."""
        return np.load(self.file(item), allow_pickle=False).astype(item["dtype"])

    def frame(self, name: str) -> Any:
        """A data frame or series of question a1 as checks see it."""
        return frame_or_series(self.items()[name], lambda file: read_array(self.out / "evidence", file))


@pytest.fixture
def run_kernel(tmp_path: Path) -> Callable[..., KernelRun]:
    """Return a function that runs cells; `keep` and `probes` describe question a1, which ends with the last cell."""

    def run(
        *cells: str,
        keep: str = "",
        probes: dict[str, list[Any]] | None = None,
        plan: dict[str, Any] | None = None,
        ends: dict[int, list[str]] | None = None,
        environment: dict[str, str] | None = None,
        data: Path | None = None,
        **fields: Any,
    ) -> KernelRun:
        out = tmp_path / f"out-{len(list(tmp_path.glob('out-*')))}"
        work, home = tmp_path / "work", tmp_path / "home"
        for folder in (out, work, home):
            folder.mkdir(exist_ok=True)
        if plan is None:
            plan = {"a1": {"names": keep.split(), "probes": probes or {}}}
            ends = {len(cells) - 1: ["a1"]}
        job = {
            "schema_version": 1,
            "cells": [
                {"index": index, "source": source, "ends": (ends or {}).get(index, [])}
                for index, source in enumerate(cells)
            ],
            "plan": plan,
            "cell_s": 60.0,
            "output_bytes_per_cell": 65_536,
            "output_bytes_total": 16 << 20,
            "evidence_bytes": 512 << 20,
            "seed": 17,
            "cuda_visible_devices": None,
            **fields,
        }
        (tmp_path / "job.json").write_text(json.dumps(job), encoding="utf-8")
        arguments = ["--job", tmp_path / "job.json", "--out", out, "--data", data or tmp_path / "no-data"]
        done = subprocess.run(
            [sys.executable, "-I", MAIN, *arguments],
            cwd=work,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "MPLCONFIGDIR": str(tmp_path / "mpl"),
                "TF_CPP_MIN_LOG_LEVEL": "3",
                **(environment or {}),
            },
            capture_output=True,
            timeout=120,
            check=False,
        )
        result = KernelRun(out, done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))
        journal = out / "journal.jsonl"
        if journal.is_file():
            result.events = [parse_strict_json(line) for line in journal.read_bytes().splitlines() if line]
        return result

    return run
