"""Whom to kill, and whether anything of ours still lives.

This process makes itself the one that orphans fall to (`PR_SET_CHILD_SUBREAPER`), so whatever a killed command
leaves running becomes our child and is found. Only descendants of this process are ever looked at or killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path
from typing import Literal, NamedTuple

Role = Literal["head", "launcher", "process 1", "kernel", "infer", "score"]
ROLES: tuple[Role, ...] = ("head", "launcher", "process 1", "kernel", "infer", "score")
_PR_SET_CHILD_SUBREAPER = 36


class Process(NamedTuple):
    """A living descendant."""

    pid: int
    role: Role | None
    command: str


def adopt_orphans() -> None:
    """Become the process that orphans of our descendants fall to."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def descendants(root: int) -> list[int]:
    """Return the ids of all processes below one, dead ones that nobody has collected left out."""
    found: list[int] = []
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            children = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
        except OSError:
            continue
        waiting += children
        found += children
    return [pid for pid in found if _state(pid) not in ("Z", "X", None)]


def _state(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return None


def _command(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        )
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def look(head: int) -> list[Process]:
    """Return a command's process and its descendants with the part that each plays."""
    return [Process(head, "head", _command(head)), *(_known(pid, head) for pid in descendants(head))]


def _known(pid: int, head: int) -> Process:
    command, program = _command(pid), _program(pid)
    role: Role | None = None
    if "deepgrade.infer.worker" in command:
        role = "infer"
    elif "deepgrade.score.session" in command:
        role = "score"
    elif "/kernel/main.py" in command:
        starting = program in ("sh", "prlimit", "bwrap", "setpriv")
        role = "kernel" if not starting else "launcher" if _parent(pid) == head else "process 1"
    return Process(pid, role, command)


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def kill(pid: int) -> bool:
    """Send SIGKILL to a descendant of this process; return whether it was there."""
    if pid not in descendants(os.getpid()):
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def collect_dead() -> None:
    """Collect orphans that have ended; commands that somebody waits for are left to them."""
    for child in descendants_dead(os.getpid()):
        try:
            os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            continue


def descendants_dead(parent: int) -> list[int]:
    """Return dead direct children that nobody has collected."""
    children = [
        int(pid)
        for task in Path(f"/proc/{parent}/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]
    return [pid for pid in children if _state(pid) == "Z"]


def survivors(patience_s: float) -> list[str]:
    """Return the commands of descendants that still live after some patience."""
    deadline = time.monotonic() + patience_s
    while True:
        collect_dead()
        living = descendants(os.getpid())
        if not living or time.monotonic() > deadline:
            return [f"{pid}: {_command(pid)[:120]}" for pid in living]
        time.sleep(0.02)
