"""What a process tree uses, measured from outside where no control group can count it.

This is the second-best way: it samples, so a quick process overshoots a limit before it is seen. Records say
when it was used.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from deepgrade.sandbox.users import SHARED_FOLDERS, become, processes_of

_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_ENTRY_BYTES = 4096
"""What an empty file counts."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_ASK_S = 5.0


class TreeUsage(NamedTuple):
    """One sample."""

    processes: tuple[int, ...]
    tasks: int
    """Processes and threads."""
    memory_mib: float
    """Resident memory less what is shared with files."""
    cpu_s: float
    """Processor time of the processes, and of children that they have waited for."""


def measure_tree(root: int) -> TreeUsage:
    """Measure a process and all its descendants; processes that end meanwhile are left out."""
    return measure_trees([root])


def measure_trees(roots: Sequence[int]) -> TreeUsage:
    """Measure several processes and all their descendants as one."""
    found: list[int] = []
    waiting = list(roots)
    tasks = pages = ticks = 0
    while waiting:
        process = waiting.pop()
        try:
            threads = list(Path(f"/proc/{process}/task").iterdir())
            resident, shared = Path(f"/proc/{process}/statm").read_text().split()[1:3]
            times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15]
            for thread in threads:
                waiting += map(int, (thread / "children").read_text().split())
        except (OSError, ValueError):
            continue
        found.append(process)
        tasks += len(threads)
        ticks += sum(map(int, times))
        pages += max(0, int(resident) - int(shared))
    return TreeUsage(tuple(found), tasks, pages * _PAGE_BYTES / (1 << 20), ticks / _CLOCK_TICKS)


def measure_user(user: int) -> TreeUsage:
    """Measure every process of a user id, whatever became of its parent."""
    found: list[int] = []
    tasks = pages = ticks = 0
    for process in processes_of(user):
        try:
            resident, shared = Path(f"/proc/{process}/statm").read_text().split()[1:3]
            times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15]
            threads = len(os.listdir(f"/proc/{process}/task"))  # noqa: PTH208 - ten times a second
        except (OSError, ValueError):
            continue
        found.append(process)
        tasks += threads
        ticks += sum(map(int, times))
        pages += max(0, int(resident) - int(shared))
    return TreeUsage(tuple(found), tasks, pages * _PAGE_BYTES / (1 << 20), ticks / _CLOCK_TICKS)


def proportional_memory_mib(processes: tuple[int, ...], user: int | None = None) -> float | None:
    """Return the memory of processes with what they share counted once; None where the kernel does not tell.

    After a fork every process has all pages of its parent, so plain sizes of a pool of workers add up to many times
    what is there. This asks the kernel to look at every page, which is slow: only for sizes near a limit.

    Args:
        processes: Whose.
        user: Their user id, to ask as that user: in a container, root may often not look into the processes of others. One
            that does not let itself be looked at, or whose answer is lost, counts with its plain size.
    """
    if user is not None:
        return _memory_as(user, processes)
    kib = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:
            return None
        kib += _own_kib(text)
    return kib / 1024


def _memory_as(user: int, processes: tuple[int, ...]) -> float:
    script = 'for p; do echo "Process: $p"; cat "/proc/$p/smaps_rollup" 2> /dev/null; done'
    command = [*become(user), "/bin/sh", "-c", script, "sh", *map(str, processes)]
    said = ""
    with suppress(subprocess.TimeoutExpired, OSError):
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ASK_S).stdout
    answers = {
        int(number): text
        for number, _, text in (part.partition("\n") for part in said.split("Process: ")[1:])
        if "Pss" in text and number.isdigit()
    }
    mib = 0.0
    for process in processes:
        if process in answers:
            mib += _own_kib(answers[process]) / 1024
            continue
        with suppress(OSError, ValueError):
            resident, shared = Path(f"/proc/{process}/statm").read_text().split()[1:3]
            mib += max(0, int(resident) - int(shared)) * _PAGE_BYTES / (1 << 20)
    return mib


def _own_kib(rollup: str) -> int:
    sizes = {line.split(":")[0]: line.split()[1] for line in rollup.splitlines() if line.startswith("Pss")}
    names = ("Pss_Anon", "Pss_Shmem") if "Pss_Anon" in sizes else ("Pss",)
    return sum(int(sizes.get(name, "0")) for name in names)


def measure_folder(folder: Path, *, stop_at_bytes: int) -> int:
    """Return the bytes on disk below a folder, without following links; stops counting once the limit is passed.

    A folder that cannot be looked into (its rights taken away, or nested deeper than a path can say) counts as
    passing the limit: honest programs make none, and behind it anything could lie.
    """
    total = 0
    waiting = [str(folder)]
    while waiting and total <= stop_at_bytes:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    facts = entry.stat(follow_symlinks=False)
                    total += max(facts.st_blocks * 512, _ENTRY_BYTES)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    if total > stop_at_bytes:
                        break
        except FileNotFoundError:
            continue  # removed meanwhile
        except OSError:
            return stop_at_bytes + 1
    return total


def measure_files_of(user: int, *, stop_at_bytes: int) -> int:
    """Return the bytes on disk of what a user id has put into folders that every user may write to."""
    total = 0
    for folder in SHARED_FOLDERS:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(OSError):
                        facts = entry.stat(follow_symlinks=False)
                        if facts.st_uid != user:
                            continue
                        total += max(facts.st_blocks * 512, _ENTRY_BYTES)
                        if entry.is_dir(follow_symlinks=False):
                            total += measure_folder(Path(entry.path), stop_at_bytes=stop_at_bytes)
        except OSError:
            continue
    return total


def count_tasks(user: int) -> int:
    """Return how many processes and threads a user id has, which is what RLIMIT_NPROC counts."""
    count = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if process.stat().st_uid == user:
                    count += len(list((process / "task").iterdir()))
            except OSError:
                continue
    return count
