"""What runs cost, a thousand at a time: a few fields of each run.json, kept in memory."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from deepgrade.records import RunStore

_MOST_DEVICES, _MOST_QUESTIONS = 5, 10


class RunFacts(NamedTuple):
    """One run."""

    verdict: str
    wall_s: float
    cpu_s: float
    memory_mib: float
    gpu: bool
    device: str
    by_question: tuple[tuple[str, float], ...]
    """(question, seconds of its cells)."""


@dataclass(frozen=True)
class RunsSummary:
    """The runs of a class."""

    count: int
    wall_s: float
    cpu_s: float
    median_s: float
    longest_s: float
    most_memory_mib: float
    verdicts: tuple[tuple[str, int], ...]
    devices: tuple[tuple[str, int], ...]
    gpu_runs: int
    gpu_s: float
    by_question: tuple[tuple[str, float], ...]
    """(question, seconds of all runs together), the longest first."""


class RunsReader:
    """Reads each run once: a finished run never changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, RunFacts | None] = {}

    def summary(self, store: RunStore, keys: Iterable[str]) -> RunsSummary | None:
        """Return the runs' summary; None where there are none."""
        found = [facts for key in keys if (facts := self.read(store, key)) is not None]
        if not found:
            return None
        times = sorted(facts.wall_s for facts in found)
        seconds: dict[str, float] = {}
        for facts in found:
            for question, took in facts.by_question:
                seconds[question] = seconds.get(question, 0.0) + took
        return RunsSummary(
            count=len(found),
            wall_s=math.fsum(times),
            cpu_s=math.fsum(facts.cpu_s for facts in found),
            median_s=times[len(times) // 2],
            longest_s=times[-1],
            most_memory_mib=max(facts.memory_mib for facts in found),
            verdicts=tuple(Counter(facts.verdict for facts in found).most_common()),
            devices=tuple(Counter(facts.device for facts in found).most_common(_MOST_DEVICES)),
            gpu_runs=sum(facts.gpu for facts in found),
            gpu_s=math.fsum(facts.wall_s for facts in found if facts.gpu),
            by_question=tuple(sorted(seconds.items(), key=lambda pair: -pair[1])[:_MOST_QUESTIONS]),
        )

    def read(self, store: RunStore, key: str) -> RunFacts | None:
        """Return a run's facts; None where it is not there."""
        with self._lock:
            if key in self._known:
                return self._known[key]
        facts = _facts(store, key)
        if facts is not None:
            with self._lock:
                self._known[key] = facts
        return facts


def _facts(store: RunStore, key: str) -> RunFacts | None:
    # Written by us and validated where single runs are shown; a class of a thousand has time for the few fields alone.
    try:
        run = json.loads((store.folder(key) / "run.json").read_bytes())  # ValueError also where it is no key
    except (OSError, ValueError):
        return None
    seconds: dict[str, float] = {}
    for cell in run.get("cell_times", ()):
        if cell.get("question"):
            seconds[cell["question"]] = seconds.get(cell["question"], 0.0) + float(cell["seconds"])
    return RunFacts(
        verdict=str(run["verdict"]),
        wall_s=float(run["wall_s"]),
        cpu_s=float(run.get("cpu_s") or 0.0),
        memory_mib=float(run.get("peak_memory_mib") or 0.0),
        gpu=bool(run.get("gpu")),
        device=str(run.get("device", "")),
        by_question=tuple(seconds.items()),
    )
