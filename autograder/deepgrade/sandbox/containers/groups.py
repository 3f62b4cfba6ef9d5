"""Control groups of containers, which an engine makes and removes.

Theory of operation: when a container ends, its engine removes its group and with it the kernel's books, before
anybody can read them. So the supervisor makes a group of its own first, with the limits, and tells the engine to
make the container's below it (`OuterGroup`): the limits hold for all that is below, and the books stay until the
supervisor has read them. Where this user cannot make groups, or the engine takes none (docker with systemd as its
group manager), the engine sets the limits, and the container's own group is looked at while it runs
(`InnerGroup`).

Version 1 counts memory kills and refused forks in the group where they happen, not above it: the kernel's
notice that memory ran out is taken from the outer group by a descriptor, and the groups below are looked at while
they exist.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from deepgrade.sandbox.base import SandboxError, SandboxLimits
from deepgrade.sandbox.cgroup_places import control_mounts
from deepgrade.sandbox.cgroups import (
    ControlGroup,
    ControlGroups,
    GroupStats,
    memory_kills_in,
    refusals_in,
    write_note,
)
from deepgrade.sandbox.control_files import number_in

_PREFIX = "deepgrade-"
_HAND_DOWN = ("memory", "pids", "cpu")
_LAUNCHERS_LESS = 1
"""A container has one process of ours less in it than bubblewrap, for which groups make room."""
_ATTEMPTS = 5
_LOOK_S = 0.2
_GONE_S = 20.0


class OuterGroup:
    """A group with a job's limits, below which an engine makes the container's.

    Args:
        groups: Where groups can be made.
        job_id: Becomes part of the name.
        limits: What is written into it.
        note: A folder in which the group's place is noted for a later sweep.

    Attributes:
        path: What the engine is told: the group as seen from the top of each tree.
        look: Called whenever the supervisor looks at the group.

    Raises:
        SandboxError: A limit was not accepted; nothing is left behind.
    """

    def __init__(self, groups: ControlGroups, job_id: str, limits: SandboxLimits, *, note: Path) -> None:
        tops = _tops()
        main = groups.parents["memory" if groups.version == 1 else "all"]
        top = tops["memory" if groups.version == 1 else "unified"]
        # One path for all trees is all that an engine can be told; memory decides, as the limit that hurts others most.
        place = main.relative_to(top) / f"{_PREFIX}{job_id}"
        self.path = f"/{place}"
        limited = (
            {name: tops[name] / place for name in groups.parents}
            if groups.version == 1
            else {"all": top / place}
        )
        every = {name: point / place for name, point in tops.items()} if groups.version == 1 else limited
        self._group = ControlGroup(groups.version, limited)
        self._everywhere = ControlGroup(groups.version, every)
        # Engines make the group's path in every tree; what was not there before goes again, where nobody else uses it.
        self._new = [parent for folder in every.values() for parent in folder.parents if not parent.exists()]
        self._notice: int | None = None
        self._kills = self._refusals = 0
        self._processes = limits.processes
        self.look: Callable[[], None] | None = None
        write_note(note, groups.version, every)
        try:
            for folder in limited.values():
                _make_group(folder)
            self._group.limit(replace(limits, processes=limits.processes - _LAUNCHERS_LESS))
            if groups.version == 1:
                self._notice = _memory_notice(limited["memory"])
            else:
                for controller in _HAND_DOWN:
                    with suppress(OSError):
                        (top / place / "cgroup.subtree_control").write_text(f"+{controller}")
        except OSError as error:
            self.remove()
            raise SandboxError(f"control group {error.filename}: {error.strerror}") from None

    @property
    def description(self) -> str:
        """For records."""
        return self._group.description

    @property
    def join_files(self) -> list[Path]:
        """None: the engine puts the container into the group."""
        return []

    def in_force(self, limits: SandboxLimits) -> bool:
        """Return whether a container's processes are in the group, in every tree with a limit that must hold."""
        needed = ("memory", "pids") if self._group.version == 1 else ("all",)
        return all(ControlGroup(self._group.version, {n: self._group.folders[n]}).processes() for n in needed)

    def memory_kills(self) -> int:
        """Return how often memory ran out."""
        if self.look is not None:
            self.look()
        if self._group.version == 2:
            return self._group.memory_kills()
        folder = self._group.folders["memory"]
        self._refusals = max(self._refusals, _sum_below(self._group.folders["pids"], refusals_in))
        if self._notice is not None:
            with suppress(BlockingIOError):
                self._kills += os.eventfd_read(self._notice)
        return max(self._kills, _sum_below(folder, memory_kills_in))

    def stats(self) -> GroupStats:
        """Return what was counted so far."""
        kills = self.memory_kills()
        stats = self._group.stats()
        refusals = max(self._refusals, stats.processes_denied)
        peak = None if stats.peak_processes is None else stats.peak_processes + _LAUNCHERS_LESS
        if peak is not None and peak >= self._processes:
            # A container that ended between two looks took its count along; one that was full has met its limit.
            refusals = max(refusals, 1)
        return stats._replace(memory_kills=kills, processes_denied=refusals, peak_processes=peak)

    def kill(self) -> None:
        """Kill every process in the group and wait until it is empty.

        Raises:
            SandboxError: Processes are left.
        """
        self._everywhere.kill()

    def remove(self) -> None:
        """Kill what is left and remove the group."""
        if self._notice is not None:
            os.close(self._notice)
            self._notice = None
        self._everywhere.remove()
        for folder in self._new:
            # Others may have made groups in there meanwhile; then they stay.
            with suppress(OSError):
                folder.rmdir()


class InnerGroup:
    """The group that an engine made for a container, found through the container's first process.

    Args:
        leader: Returns the host's id of the container's first process and the container's id, None while there is none.
        memory_ran_out: Asks the engine, after the end.
        end: Tells the engine to kill the container; returns when it is dead.
    """

    def __init__(
        self,
        leader: Callable[[], tuple[int, str] | None],
        memory_ran_out: Callable[[], bool],
        end: Callable[[], None],
    ) -> None:
        self._leader, self._memory_ran_out, self._end = leader, memory_ran_out, end
        self._group: ControlGroup | None = None
        self._next_look = 0.0
        self._kills = 0
        self.look: Callable[[], None] | None = None
        self._stats = GroupStats(0, None, 0, None, None)

    description = "the container engine"

    @property
    def join_files(self) -> list[Path]:
        """None: the engine puts the container into the group."""
        return []

    def memory_kills(self) -> int:
        """Return how many processes the kernel killed for memory, as far as was seen."""
        if self.look is not None:
            self.look()
        self._look()
        return self._kills

    def stats(self) -> GroupStats:
        """Return what was seen last; whether memory ran out is the engine's word, where nothing was seen."""
        self._look()
        kills = self._kills or int(self._memory_ran_out())
        return self._stats._replace(memory_kills=kills)

    def kill(self) -> None:
        """Kill the container and wait until its processes are gone.

        Raises:
            SandboxError: Processes are left.
        """
        self._look()
        self._end()
        deadline = time.monotonic() + _GONE_S
        while self._group is not None and self._group.processes():
            if time.monotonic() > deadline:
                raise SandboxError("processes of a container cannot be killed")
            time.sleep(0.01)

    def remove(self) -> None:
        """Do nothing: the engine removes what it made."""

    def in_force(self, limits: SandboxLimits) -> bool:
        """Return whether the kernel holds at most these limits of memory and processes for the container."""
        self._look()
        if self._group is None:
            return False
        folders = self._group.folders
        names = (
            ("memory.limit_in_bytes", "pids.max") if self._group.version == 1 else ("memory.max", "pids.max")
        )
        memory = number_in(folders.get("memory", folders.get("all", Path())) / names[0])
        processes = number_in(folders.get("pids", folders.get("all", Path())) / names[1])
        most = limits.memory_mib << 20
        return (
            memory is not None
            and memory <= most
            and processes is not None
            and processes <= limits.processes + 8
        )

    def _look(self) -> None:
        if self._group is None:
            if time.monotonic() < self._next_look:
                return
            self._next_look = time.monotonic() + _LOOK_S
            leader = self._leader()
            self._group = None if leader is None else _group_of(*leader)
        if self._group is None or not any(folder.is_dir() for folder in self._group.folders.values()):
            return
        stats = self._group.stats()
        self._kills = max(self._kills, stats.memory_kills)
        if stats.peak_memory_mib is not None:
            self._stats = stats


def _group_of(process: int, container: str) -> ControlGroup | None:
    """Return the group of a container's process, by its controllers.

    The engine puts the container's id into the group's name; without it the process is not in its group yet, or is
    gone and its number is another's.
    """
    try:
        lines = Path(f"/proc/{process}/cgroup").read_text().splitlines()
    except OSError:
        return None
    tops = _tops()
    own = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            if container in path:
                own[controller or "unified"] = path.lstrip("/")
    names: list[str] = ["memory", "pids", "cpu", "cpuacct"]
    folders = {name: tops[name] / own[name] for name in names if name in tops and name in own}
    if folders.keys() >= {"memory", "pids"}:
        return ControlGroup(1, folders)
    if own.get("unified") and "unified" in tops:
        return ControlGroup(2, {"all": tops["unified"] / own["unified"]})
    return None


def _tops() -> dict[str, Path]:
    """Return controller (or `unified`, or a tree's name) -> where its tree is mounted."""
    found: dict[str, Path] = {}
    for kind, _, point, options in control_mounts(Path("/proc/self/mountinfo").read_text()):
        if kind == "cgroup2":
            found["unified"] = point
        else:
            found |= {name.removeprefix("name="): point for name in options if name not in ("rw", "ro")}
    return {name: point for name, point in found.items() if (point / "cgroup.procs").exists()}


def _make_group(folder: Path) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return
        except FileNotFoundError:
            # Another job of ours has just ended and tidied up above.
            if attempt == _ATTEMPTS - 1:
                raise


def _memory_notice(folder: Path) -> int | None:
    """Return a descriptor that counts how often memory ran out in a version 1 group; None where there is none."""
    notice = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
    try:
        source = os.open(folder / "memory.oom_control", os.O_RDONLY | os.O_CLOEXEC)
        try:
            (folder / "cgroup.event_control").write_text(f"{notice} {source}")
        finally:
            os.close(source)
    except OSError:
        os.close(notice)
        return None
    return notice


def _sum_below(folder: Path, count: Callable[[Path], int]) -> int:
    return sum(count(Path(top)) for top, _, _ in os.walk(folder))
