"""Peak memory of a process and of what it starts, from /proc.

`ru_maxrss` of `getrusage` begins with what the starting process had: under a large parent, every child seems large.
"""

from __future__ import annotations

import threading
from pathlib import Path

_STEP_S = 0.1


class Watch:
    """Looks at this process's descendants every tenth of a second, and keeps the largest peak."""

    def __init__(self) -> None:
        self._largest_kib = 0
        self._over = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def peaks(self) -> dict[str, float]:
        """Return the peak of this process, and of the largest that it started, directly or not, in MiB."""
        self._over.set()
        return {
            "head_mib": round(_peak_kib(Path("/proc/self")) / 1024, 1),
            "largest_child_mib": round(self._largest_kib / 1024, 1),
        }

    def _look(self) -> None:
        while not self._over.wait(_STEP_S):
            for process in _descendants(Path("/proc/self")):
                self._largest_kib = max(self._largest_kib, _peak_kib(process))


def _descendants(process: Path) -> list[Path]:
    found: list[Path] = []
    try:
        for children in process.glob("task/*/children"):
            for pid in children.read_text(encoding="ascii").split():
                child = Path("/proc", pid)
                found += [child, *_descendants(child)]
    except OSError:  # it has ended meanwhile
        pass
    return found


def _peak_kib(process: Path) -> int:
    try:
        lines = (process / "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
