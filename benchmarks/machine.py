"""The machine that figures were measured on: enough to judge them by, nothing that names it."""

from __future__ import annotations

import os
import platform
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


def same_machine(one: dict[str, object], other: dict[str, object]) -> bool:
    """Return whether figures of both may stand in one table: the date alone may differ."""
    return {k: v for k, v in one.items() if k != "date"} == {k: v for k, v in other.items() if k != "date"}
