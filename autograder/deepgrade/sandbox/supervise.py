"""Start a launcher, watch it, end it, and say why it ended.

Theory of operation: one child process, the launcher (a shell that joins the control group, lowers resource
limits and becomes bubblewrap, or the command itself), in a session of its own with closed descriptors and
/dev/null as input. Its output and error come through one pipe that this process alone reads: the first and
last part are kept, the rest is counted and thrown away, and too much of it ends the run. The loop sleeps in
`select` on the pipe and on a descriptor of the process, and wakes every few hundredths of a second to look at
the clock and at what was used. Whatever the reason, the run ends with the same steps: kill the group (or, where
there is none, the process group and every descendant) and every process of the run's own user id, if it has one; wait,
and only then read the books.

Nothing here trusts what the process writes. An exit code alone never means that all was well: that is for the
caller, who looks at the exit code, the reason and the journal together.
"""

from __future__ import annotations

import os
import resource
import select
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from deepgrade.sandbox.base import Box, Reason, SandboxError, SandboxLimits, SandboxOutcome, SandboxStopped
from deepgrade.sandbox.bounded_log import BoundedLog
from deepgrade.sandbox.cgroups import Group, GroupStats
from deepgrade.sandbox.usage import (
    count_tasks,
    measure_files_of,
    measure_folder,
    measure_tree,
    measure_trees,
    measure_user,
    proportional_memory_mib,
)
from deepgrade.sandbox.users import end_processes_of

_TICK_S = 0.05
_SLOW_TICK_S = 0.5
_CHUNK_BYTES = 1 << 16
_GONE_S = 5.0
_SLACK_TASKS = 8
_OWN_END = ("exit", "signal")
"""Reasons for which the code that an engine's client ends with is the command's."""
_SAID = 600
_BEGIN_S = 120.0
_CLIENT_S = 10.0
_WATCH = "process watch and resource limits"


class Ending(NamedTuple):
    """Why the supervisor stopped a run."""

    reason: Reason
    detail: str


@dataclass(frozen=True)
class Launch:
    """A launcher and what surrounds it."""

    command: list[str]
    env: dict[str, str]
    limits: SandboxLimits
    group: Group | None
    box: Box | None = None
    user: int | None = None
    """The user id whose processes RLIMIT_NPROC counts; None where the launcher takes care of it."""
    owner: int | None = None
    """A user id that this run alone has: whatever it runs is measured with the run, and killed with it."""
    cwd: Path = Path("/")
    pass_fds: tuple[int, ...] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    """Set by another thread to end the run without an outcome."""
    leader: Callable[[], int | None] | None = None
    """Gives the id of the first process behind the launcher, None when it never came; asked once, after the end."""
    marker: bytes | None = None
    """What the first process behind a container's launcher prints. The time limit counts from there, and without it
    nothing ever ran."""
    stdin: int = subprocess.DEVNULL
    """The launcher's input."""
    began: Callable[[int], int] | None = None
    """Called when the marker was seen, with a descriptor that writes to the log: starts a process that is no child of the
    launcher, and returns its id."""
    apart: bool = False
    """The launcher is only the client of an engine that starts the process elsewhere: it is neither limited nor in
    the group."""


def supervise(launch: Launch) -> SandboxOutcome:
    """Run a launcher to its end and kill everything that it started.

    Raises:
        SandboxError: The launcher cannot be started, or something of it cannot be killed.
        SandboxStopped: Another thread said stop; everything is killed.
    """
    if launch.stop.is_set():
        raise SandboxStopped
    begin = time.monotonic()
    log = BoundedLog(launch.limits.log_kib << 10, launch.marker)
    command = launch.command if launch.apart else _limited(launch)
    try:
        process = subprocess.Popen(
            command, env=launch.env, cwd=launch.cwd, pass_fds=launch.pass_fds, start_new_session=True,
            stdin=launch.stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0,
        )  # fmt: skip
    except OSError as error:
        raise SandboxError(f"{launch.command[0]} cannot be started: {error.strerror}") from None
    watch = _Watch(launch, process.pid)
    leader: int | None = process.pid
    ending: Ending | None = None
    try:
        begin, ending = _loop(launch, process, watch, log, begin)
    finally:
        if launch.apart and launch.group is not None:
            _await_client(process, launch.group, log)
        _kill(process, launch.group, launch.owner)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if launch.leader is not None:
            leader = launch.leader()
            _await_gone(leader)
        _drain(process, log, launch.limits.log_kill_mib << 20)
    wall_s = time.monotonic() - begin
    stats = launch.group.stats() if launch.group else watch.stats()
    if ending is None and stats.memory_kills:
        ending = _memory_ending(launch.limits)
    if not log.began:
        ending = Ending("sandbox_failed", _never_began(process.returncode, bytes(log.preface)))
    elif ending is None and leader is None:
        ending = Ending("sandbox_failed", _never_began(process.returncode))
    code = process.returncode
    number = -code if code < 0 else code - 128 if 128 < code <= 128 + signal.NSIG else None
    if ending is None:
        ending = Ending("exit", "") if number is None else Ending("signal", _signal_in_words(number))
    own = code >= 0 and (ending.reason in _OWN_END or not launch.apart)
    return SandboxOutcome(
        exit_code=code if own else None, signal=number, reason=ending.reason, detail=ending.detail, wall_s=wall_s,
        cpu_s=stats.cpu_s, peak_memory_mib=stats.peak_memory_mib, peak_processes=stats.peak_processes,
        processes_denied=stats.processes_denied, log=log.content(), log_bytes=log.total,
        limits_enforced_by=_WATCH if launch.group is None else launch.group.description,
    )  # fmt: skip


def _limited(launch: Launch) -> list[str]:
    """Return the launcher behind a shell that joins the control group, and resource limits that every child inherits."""
    user = launch.user if launch.group is None else None
    resources = resource_limits(launch.limits, has_box=launch.box is not None, counted=user)
    command = ["prlimit", *(_limit(name, value) for name, value in resources.items()), "--", *launch.command]
    if launch.group is None:
        return command
    joins = " && ".join(f"echo 0 > {shlex.quote(str(file))}" for file in launch.group.join_files)
    return ["/bin/sh", "-c", f'{joins} && exec "$@"', "launcher", *command]


def resource_limits(limits: SandboxLimits, *, has_box: bool, counted: int | None) -> dict[str, int]:
    """Return the resource limits of a command and its children, by prlimit's names.

    Args:
        limits: What it may use.
        has_box: Whether it writes into a box.
        counted: The user id whose processes are counted, where no control group does it.
    """
    resources = {"core": 0, "nofile": limits.open_files}
    if has_box:
        resources["fsize"] = (limits.file_mib or limits.disk_mib) << 20
    if counted is not None:
        resources["nproc"] = count_tasks(counted) + limits.processes
    return resources


def _limit(name: str, value: int) -> str:
    """Return prlimit's option; a limit that is lower already stays, since raising it takes rights."""
    highest = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
    if highest != resource.RLIM_INFINITY:
        value = min(value, highest)
    return f"--{name}={value}:{value}"


def _signal_in_words(number: int) -> str:
    try:
        return f"ended by signal {number}, {signal.Signals(number).name}: {signal.strsignal(number)}"
    except ValueError:
        return f"ended by signal {number}"


def _never_began(code: int, said: bytes = b"") -> str:
    sentence = f"the launcher ended with code {code} before the command began"
    words = " ".join(said.decode("utf-8", "replace").split())
    return f"{sentence}: {words[-_SAID:]}" if words else sentence


def _loop(
    launch: Launch, process: subprocess.Popen[bytes], watch: _Watch, log: BoundedLog, begin: float
) -> tuple[float, Ending | None]:
    """Watch the process; return when it began, and why it must end where it has not ended by itself."""
    limits = launch.limits
    assert process.stdout is not None  # noqa: S101 - tells the type checker
    pipe = process.stdout.fileno()
    ended = os.pidfd_open(process.pid)
    readable = [pipe, ended]
    deadline = begin + (limits.wall_s if log.began else _BEGIN_S)
    next_look = begin + _TICK_S
    try:
        while True:
            now = time.monotonic()
            if now >= deadline:
                return begin, Ending("timeout", f"reached the time limit of {limits.wall_s:g} s")
            ready, _, _ = select.select(readable, [], [], max(0.0, min(deadline, next_look) - now))
            if pipe in ready:
                chunk = os.read(pipe, _CHUNK_BYTES)
                waited = not log.began
                log.write(chunk)
                if waited and log.began:
                    _begin(launch, pipe, watch)
                    begin = time.monotonic()
                    deadline = begin + limits.wall_s
                if not chunk:
                    readable.remove(pipe)
                if log.total > limits.log_kill_mib << 20:
                    return begin, Ending(
                        "output_limit", f"wrote more than {limits.log_kill_mib} MiB past the notebook"
                    )
            if ended in ready:
                return begin, None
            if launch.stop.is_set():
                raise SandboxStopped
            if time.monotonic() >= next_look:
                ending = watch.look()
                if ending is not None:
                    return begin, ending
                next_look = time.monotonic() + _TICK_S
    finally:
        os.close(ended)


def _begin(launch: Launch, pipe: int, watch: _Watch) -> None:
    if launch.began is None:
        return
    # Opened anew for writing: whoever made a pipe may do that with either end.
    log = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_CLOEXEC)
    try:
        watch.also(launch.began(log))
    finally:
        os.close(log)


class _Watch:
    """Looks at what is used while the process runs."""

    def __init__(self, launch: Launch, root: int) -> None:
        self._launch = launch
        self._roots = [root]
        self._next_folder_look = 0.0
        self._next_clock_look = 0.0
        self._peak_memory_mib: float | None = None
        self._peak_tasks: int | None = None
        self._cpu_s: float | None = None

    def also(self, root: int) -> None:
        """Look at this process and its descendants too."""
        self._roots.append(root)

    def look(self) -> Ending | None:
        """Return why the run must end now, or None."""
        limits = self._launch.limits
        if self._launch.group is not None:
            if self._launch.group.memory_kills():
                return _memory_ending(limits)
            if limits.cpu_s is not None and time.monotonic() >= self._next_clock_look:
                self._cpu_s = self._launch.group.stats().cpu_s
                self._next_clock_look = time.monotonic() + _SLOW_TICK_S
        else:
            owner = self._launch.owner
            usage = measure_trees(self._roots) if owner is None else measure_user(owner)
            self._cpu_s = max(self._cpu_s or 0.0, usage.cpu_s)
            memory_mib = usage.memory_mib
            if memory_mib > limits.memory_mib and len(usage.processes) > 1:
                shared_once = proportional_memory_mib(usage.processes, owner)
                memory_mib = memory_mib if shared_once is None else shared_once
            self._peak_memory_mib = max(self._peak_memory_mib or 0.0, memory_mib)
            self._peak_tasks = max(self._peak_tasks or 0, usage.tasks)
            if memory_mib > limits.memory_mib:
                return _memory_ending(limits)
            # The resource limit refuses further forks a little above this; a bomb that lives on refusals ends here.
            if usage.tasks > limits.processes + _SLACK_TASKS:
                return Ending(
                    "process_limit", f"more than {limits.processes} processes and threads at one time"
                )
        if limits.cpu_s is not None and (self._cpu_s or 0.0) > limits.cpu_s:
            return Ending("cpu_time", f"used more than {limits.cpu_s:g} s of processor time")
        return self._look_at_files()

    def _look_at_files(self) -> Ending | None:
        box, limits, owner = self._launch.box, self._launch.limits, self._launch.owner
        measured = box is not None and not box.capped
        if not (measured or owner is not None) or time.monotonic() < self._next_folder_look:
            return None
        size = limits.disk_mib << 20
        used = measure_folder(box.path, stop_at_bytes=size) if box is not None and measured else 0
        if owner is not None:
            used += measure_files_of(owner, stop_at_bytes=size)
        if used > size:
            return Ending("disk_limit", f"wrote more than {limits.disk_mib} MiB of files")
        self._next_folder_look = time.monotonic() + _SLOW_TICK_S
        return None

    def stats(self) -> GroupStats:
        """Return what was seen, where no control group counted."""
        # A refusal cannot be counted from outside; a tree that filled its limit has most likely met one.
        denied = int((self._peak_tasks or 0) >= self._launch.limits.processes)
        return GroupStats(0, self._peak_memory_mib, denied, self._peak_tasks, self._cpu_s)


def _memory_ending(limits: SandboxLimits) -> Ending:
    return Ending("memory", f"used more than {limits.memory_mib} MiB of memory")


def _await_client(process: subprocess.Popen[bytes], group: Group, log: BoundedLog) -> None:
    """Kill a container and let its engine's client tidy up; the client may first have to get rid of output."""
    assert process.stdout is not None  # noqa: S101 - tells the type checker
    ended = os.pidfd_open(process.pid)
    readable = [ended, process.stdout.fileno()]
    deadline = time.monotonic() + _CLIENT_S
    try:
        while (left := deadline - time.monotonic()) > 0:
            # Again and again: the engine may be about to start what it was told to.
            group.kill()
            ready, _, _ = select.select(readable, [], [], min(left, _TICK_S))
            if ended in ready:
                return
            if ready:
                chunk = os.read(process.stdout.fileno(), _CHUNK_BYTES)
                log.write(chunk)
                if not chunk:
                    readable.pop()
    finally:
        os.close(ended)


def _kill(process: subprocess.Popen[bytes], group: Group | None, owner: int | None) -> None:
    # The launcher is not reaped yet, so its id, and the session named by it, cannot belong to anyone else.
    descendants = () if group is not None else measure_tree(process.pid).processes
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process.pid, signal.SIGKILL)
    for descendant in descendants:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(descendant, signal.SIGKILL)
    if group is not None:
        group.kill()
    if owner is not None:
        end_processes_of(owner)


def _await_gone(leader: int | None) -> None:
    """Wait for the end of a process namespace's first process: the kernel ends it after all others in there."""
    deadline = time.monotonic() + _GONE_S
    while leader is not None and time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{leader}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            return
        # Dead, only not yet collected by its parent, which need not be us.
        if state in "ZX":
            return
        time.sleep(0.002)


def _drain(process: subprocess.Popen[bytes], log: BoundedLog, most_bytes: int) -> None:
    """Read what is left in the pipe, without waiting for a writer that should be dead."""
    assert process.stdout is not None  # noqa: S101 - tells the type checker
    os.set_blocking(process.stdout.fileno(), False)
    with process.stdout:
        while log.total <= most_bytes:
            try:
                chunk = os.read(process.stdout.fileno(), _CHUNK_BYTES)
            except BlockingIOError:
                return
            if not chunk:
                return
            log.write(chunk)
