"""The machine that figures were measured on: enough to judge them by, nothing that names it."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

_PACKAGES = ("deepgrade", "numpy", "tensorflow-cpu", "tensorflow", "keras", "otter-grader", "nbgrader")


def describe() -> dict[str, object]:
    """Return date, processors, memory and versions."""
    versions = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "versions": versions,
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def busy_share(seconds: float = 1.0) -> float:
    """Return which share of the processors' time is used at this moment, in [0, 1]: by others, before a measurement."""
    idle, total = _times()
    time.sleep(seconds)
    idle_then, total_then = _times()
    return round(1 - (idle_then - idle) / max(1, total_then - total), 2)


def _times() -> tuple[int, int]:
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]
    ticks = list(map(int, fields))
    return ticks[3] + ticks[4], sum(ticks)


def same_machine(one: dict[str, object], other: dict[str, object]) -> bool:
    """Return whether figures of both may stand in one table: the date alone may differ."""
    return {k: v for k, v in one.items() if k != "date"} == {k: v for k, v in other.items() if k != "date"}
