"""Control groups: memory, processes and processor time of one process tree, in the kernel's own books.

Theory of operation: the launcher's first act is to write itself into the group, before any line of a stranger's
code exists, so that everything it ever starts is counted; a process cannot leave its group without write access
to the control file system, which the sandbox does not show. The group is made *below the supervisor's own*, so
that limits which surround the grader (a Slurm job's, a container's) still hold.

Version 1 has one tree a controller, version 2 has one for all. On version 2 a group with processes in it cannot
have children with limits, so the supervisor first moves itself into a leaf of its own; where it is not alone in
its group, that is refused, and the nearest ancestor that hands its controllers down is used, if it may be written.

When memory runs out, version 1 kills one process and version 2 the whole group; the supervisor makes both the
same by killing the rest as soon as it sees the count of kills rise.
"""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from deepgrade.sandbox.base import SandboxError, SandboxLimits
from deepgrade.sandbox.control_files import number_in, table_in, text_in, write_control

_PREFIX = "deepgrade-"
_NOTE = "groups.json"
LAUNCHER_PROCESSES = 2
"""bubblewrap inside and outside the new process namespace."""
_CPU_PERIOD_US = 100_000
_KILL_S = 30.0


class GroupStats(NamedTuple):
    """What the kernel counted."""

    memory_kills: int
    peak_memory_mib: float | None
    processes_denied: int
    peak_processes: int | None
    cpu_s: float | None


class Group(Protocol):
    """What counts, limits and ends the processes of one job."""

    @property
    def description(self) -> str:
        """What enforces the limits, for records."""

    @property
    def join_files(self) -> list[Path]:
        """Files into which a launcher writes `0` to join."""

    def memory_kills(self) -> int:
        """Return how many processes the kernel killed for memory."""

    def stats(self) -> GroupStats:
        """Return what was counted so far."""

    def kill(self) -> None:
        """Kill every process in the group and wait until it is empty.

        Raises:
            SandboxError: Processes are left.
        """


@dataclass(frozen=True)
class ControlGroups:
    """Where groups can be made on this machine."""

    version: int
    parents: dict[str, Path]
    """Controller -> folder below which groups are made; version 2 has one entry, `all`."""
    controllers: frozenset[str]

    @property
    def description(self) -> str:
        """For records and `deepgrade doctor`."""
        kept = ", ".join(name for name in ("memory", "pids", "cpu") if name in self.controllers)
        return f"control groups version {self.version} ({kept})"

    def create(
        self, job_id: str, limits: SandboxLimits, *, note: Path, launchers: int = LAUNCHER_PROCESSES
    ) -> ControlGroup:
        """Make the group of a job with its limits.

        Args:
            job_id: Becomes part of the group's name.
            limits: What is written into it.
            note: A folder in which the group's place is noted for a later sweep.
            launchers: Processes of the launcher that stay in the group beside the command's own.

        Raises:
            SandboxError: A limit was not accepted; nothing is left behind.
        """
        folders = {name: parent / f"{_PREFIX}{job_id}" for name, parent in self.parents.items()}
        group = ControlGroup(self.version, folders, launchers)
        write_note(note, self.version, folders)
        try:
            for folder in dict.fromkeys(folders.values()):
                folder.mkdir()
            group.limit(limits)
        except OSError as error:
            group.remove()
            raise SandboxError(f"control group {error.filename}: {error.strerror}") from None
        return group


@dataclass(frozen=True)
class ControlGroup:
    """The group of one job."""

    version: int
    folders: dict[str, Path]
    launchers: int = LAUNCHER_PROCESSES

    @property
    def description(self) -> str:
        """For records."""
        return f"control groups version {self.version}"

    @property
    def join_files(self) -> list[Path]:
        """Files into which the launcher writes `0` to join."""
        return [folder / "cgroup.procs" for folder in dict.fromkeys(self.folders.values())]

    def limit(self, limits: SandboxLimits) -> None:
        """Write the limits; memory and processes must be accepted, the rest is taken where it is offered."""
        memory = limits.memory_mib << 20
        processes = limits.processes + self.launchers
        quota = max(1000, int(limits.cpus * _CPU_PERIOD_US))
        if self.version == 2:
            folder = self.folders["all"]
            write_control(folder / "memory.max", memory)
            write_control(folder / "pids.max", processes)
            optional = [
                ("memory.swap.max", "0"),
                ("memory.oom.group", "1"),
                ("cpu.max", f"{quota} {_CPU_PERIOD_US}"),
            ]
            for name, value in optional:
                with suppress(OSError):
                    write_control(folder / name, value)
            return
        write_control(self.folders["memory"] / "memory.limit_in_bytes", memory)
        write_control(self.folders["pids"] / "pids.max", processes)
        with suppress(OSError):
            write_control(self.folders["memory"] / "memory.memsw.limit_in_bytes", memory)
        if "cpu" in self.folders:
            with suppress(OSError):
                write_control(self.folders["cpu"] / "cpu.cfs_period_us", _CPU_PERIOD_US)
                write_control(self.folders["cpu"] / "cpu.cfs_quota_us", quota)

    def memory_kills(self) -> int:
        """Return how many processes the kernel killed for memory."""
        if self.version == 2:
            return table_in(self.folders["all"] / "memory.events").get("oom_kill", 0)
        return memory_kills_in(self.folders["memory"])

    def stats(self) -> GroupStats:
        """Return what was counted so far."""
        memory = self.folders["all" if self.version == 2 else "memory"]
        pids = self.folders["all" if self.version == 2 else "pids"]
        peak = number_in(memory / ("memory.peak" if self.version == 2 else "memory.max_usage_in_bytes"))
        processes = number_in(pids / "pids.peak")
        return GroupStats(
            memory_kills=self.memory_kills(),
            peak_memory_mib=None if peak is None else peak / (1 << 20),
            processes_denied=refusals_in(pids),
            peak_processes=None if processes is None else max(0, processes - self.launchers),
            cpu_s=self._cpu_s(),
        )

    def _cpu_s(self) -> float | None:
        if self.version == 2:
            used = table_in(self.folders["all"] / "cpu.stat").get("usage_usec")
            return None if used is None else used / 1e6
        used = number_in(self.folders["cpuacct"] / "cpuacct.usage") if "cpuacct" in self.folders else None
        return None if used is None else used / 1e9

    def processes(self) -> set[int]:
        """Return the processes in the group and in groups below it."""
        folders = [
            Path(top) for folder in dict.fromkeys(self.folders.values()) for top, _, _ in os.walk(folder)
        ]
        return {process for folder in folders for process in _processes(folder)}

    def kill(self) -> None:
        """Kill every process in the group and wait until the kernel says that it is empty.

        Raises:
            SandboxError: Processes are left after half a minute.
        """
        deadline = time.monotonic() + _KILL_S
        self._lift_processor_share()
        while True:
            for folder in dict.fromkeys(self.folders.values()):
                with suppress(OSError):
                    write_control(folder / "cgroup.kill", 1)
            processes = self.processes()
            if not processes:
                return
            for process in processes:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"{len(processes)} processes of a sandbox cannot be killed: {sorted(processes)[:8]}"
                )
            time.sleep(0.005)

    def _lift_processor_share(self) -> None:
        """Let the processes die at full speed: hundreds of them take long at the share of one run."""
        with suppress(OSError, KeyError):
            if self.version == 2:
                write_control(self.folders["all"] / "cpu.max", f"max {_CPU_PERIOD_US}")
            else:
                write_control(self.folders["cpu"] / "cpu.cfs_quota_us", -1)

    def remove(self) -> None:
        """Kill what is left and remove the group's folders."""
        if not any(folder.is_dir() for folder in self.folders.values()):
            return
        self.kill()
        for folder in dict.fromkeys(self.folders.values()):
            # An engine makes groups of its own below; only folders can be removed, the files go with them.
            for top, _, _ in os.walk(folder, topdown=False):
                _remove_group(Path(top))


def memory_kills_in(folder: Path) -> int:
    """Return how many processes were killed for memory in one version 1 group."""
    return table_in(folder / "memory.oom_control").get("oom_kill", 0)


def refusals_in(folder: Path) -> int:
    """Return how often a fork was refused in one group."""
    return table_in(folder / "pids.events").get("max", 0)


def _remove_group(folder: Path) -> None:
    for _ in range(100):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)
        else:
            return


def write_note(note: Path, version: int, folders: dict[str, Path]) -> None:
    """Note a group's place in a job's folder, for `remove_groups_of`."""
    (note / _NOTE).write_text(json.dumps([version, {name: str(path) for name, path in folders.items()}]))


def remove_groups_of(note: Path) -> None:
    """Kill and remove the group that was noted in a job's folder, if any."""
    try:
        version, folders = json.loads((note / _NOTE).read_text())
    except (OSError, ValueError):
        return
    ControlGroup(version, {name: Path(path) for name, path in folders.items()}).remove()


def _processes(folder: Path) -> list[int]:
    # A process of a foreign pid namespace is listed as 0, which `kill` would read as "my own process group".
    return [int(word) for word in text_in(folder / "cgroup.procs").split() if word != "0"]
