"""The head, driven: `benchmarks.head` in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.commands import ROOT, run, tools
from deepgrade.lab import LabFiles
from deepgrade.records import Course


def head(
    command: str,
    files: LabFiles,
    course: Course,
    store: Path,
    paths: Sequence[Path] = (),
    *,
    slots: int | None = None,
    start: str | None = None,
    site: Path | None = None,
) -> dict[str, Any]:
    """Run one command of the head and return its figures, with `wall_s` and `cpu_s` of the whole process.

    Raises:
        CommandFailedError: It ended with an error.
    """
    words: list[str | Path] = [sys.executable, "-m", "benchmarks.head", command, *paths]
    words += ["--began", f"{time.monotonic()}", "--lab", files.name, "--root", files.root]
    words += ["--course", course.root, "--store", store]
    words += ["--slots", str(slots)] if slots is not None else []
    words += ["--start", start] if start is not None else []
    words += ["--site", site] if site is not None else []
    took = run(words, cwd=ROOT, env=tools(store))
    return {**json.loads(took.said.splitlines()[-1]), "wall_s": took.wall_s, "cpu_s": took.cpu_s}
