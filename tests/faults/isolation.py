"""A corner of the machine for faults: mounts that nobody else sees, a sandbox state folder of our own.

As root this process gets a mount namespace of its own (nothing that is mounted here shows elsewhere, and all of it
is gone with the process) and an empty file system on the sandbox's state folder, so that every job in there is ours.
An ordinary user gets a private state folder through TMPDIR, and phases that need mounts are skipped.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from faults.classroom import sandbox_student

_CLONE_NEWNS = 0x00020000
_MS_RDONLY, _MS_REMOUNT, _MS_REC, _MS_PRIVATE = 1, 32, 16384, 1 << 18
_MNT_DETACH = 2
_LOOK_S = 0.02
_GROUPS = "/sys/fs/cgroup"

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def is_root() -> bool:
    """Return whether mounts can be made."""
    return os.geteuid() == 0


def isolate() -> None:
    """Leave the machine's mounts, where this user may."""
    if is_root():
        _check(_libc.unshare(_CLONE_NEWNS), "unshare")
        _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")
        state = state_folder(Path())
        state.mkdir(mode=0o700, exist_ok=True)
        mount_memory(state, size_kib=256 << 10, mode="700")


def state_folder(temporary: Path) -> Path:
    """Return where the sandbox keeps its jobs, for processes with this temporary folder."""
    return Path("/run/deepgrade") if is_root() else temporary / f"deepgrade-{os.geteuid()}"


def mount_memory(folder: Path, *, size_kib: int, mode: str = "755") -> None:
    """Mount an empty memory file system of a size."""
    options = f"size={size_kib}k,mode={mode}".encode()
    _check(_libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, options), f"mount {folder}")


def remount(folder: Path, *, read_only: bool) -> None:
    """Make a mounted file system read-only, or writable again."""
    flags = _MS_REMOUNT | (_MS_RDONLY if read_only else 0)
    _check(_libc.mount(b"none", os.fsencode(folder), None, flags, None), f"remount {folder}")


def unmount(folder: Path) -> None:
    """Unmount what was mounted last."""
    _check(_libc.umount2(os.fsencode(folder), _MNT_DETACH), f"unmount {folder}")


@contextmanager
def memory_folder(folder: Path, *, size_kib: int) -> Iterator[Path]:
    """Yield a folder on a memory file system of a size."""
    folder.mkdir(parents=True, exist_ok=True)
    mount_memory(folder, size_kib=size_kib, mode="700")
    try:
        yield folder
    finally:
        unmount(folder)


def mounts() -> list[str]:
    """Return the places where something is mounted."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return sorted(line.split()[4] for line in lines)


class JobWatch:
    """Notes every sandbox job that appears in a state folder while the block runs."""

    def __init__(self, state: Path) -> None:
        self._jobs = state / "jobs"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.students: dict[str, str | None] = {}
        """Job -> whose run, None until (or unless) it is known."""

    def __enter__(self) -> JobWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_S):
            for job in self.present():
                if self.students.get(job) is None:
                    self.students[job] = sandbox_student(self._jobs / job)

    def present(self) -> list[str]:
        """Return the jobs that are there now."""
        with suppress(OSError):
            return sorted(os.listdir(self._jobs))  # noqa: PTH208 - names alone, many times a second
        return []

    def begun(self) -> int:
        """Return how many runs of students were begun."""
        return sum(student is not None for student in self.students.values())

    def left(self) -> list[str]:
        """Return what of the jobs is still there: folders and control groups."""
        ours = {f"deepgrade-{job}" for job in self.students}
        groups = [Path(at) / name for at, names, _ in os.walk(_GROUPS) for name in names if name in ours]
        return [f"job folder {job}" for job in self.present()] + [f"control group {path}" for path in groups]
