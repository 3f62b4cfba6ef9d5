"""The bubblewrap sandbox: namespaces, a filter on system calls, and a user id without rights.

Theory of operation, from outside to inside:

1. The supervisor (this process) holds a locked job folder and, as root, a throw-away user id; it makes a control
   group and, as root, mounts a size-capped memory file system as the box.
2. A shell joins the control group, lowers resource limits and becomes bubblewrap, with an emptied environment
   (bubblewrap's own environment can be read inside as /proc/1/environ) and with its arguments handed over in a
   descriptor (/proc/1/cmdline would show them).
3. bubblewrap makes new process, network, IPC, host name and control group namespaces, builds a root of read-only
   mounts with private /tmp and /dev/shm, drops every capability, loads the system call filter, and starts the
   command; it stays as process 1 of the namespace, so that whatever the command leaves running dies with it.

There are two ways, which differ in who the student becomes. An ordinary user makes a user namespace, in which
the student is user 1000 and outside nobody but the launcher. Root must not do that: the student would be root
outside, and files of root below /proc/sys could be written although no capability is left. So root makes no
user namespace, and `setpriv` changes to the job's own user id as the last step before the command. In both
ways /proc/sys is mounted read-only once more.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from deepgrade.sandbox.base import (
    Mount,
    Preparation,
    SandboxLimits,
    SandboxOutcome,
    SandboxRequest,
    SandboxUnavailable,
    StudentEnvironment,
)
from deepgrade.sandbox.bwrap_arguments import (
    PATH,
    PRIVATE,
    Arguments,
    HandleContents,
    add_last,
    add_masks,
    add_mounts,
    add_walls,
    become,
)
from deepgrade.sandbox.cgroup_places import find_control_groups
from deepgrade.sandbox.cgroups import LAUNCHER_PROCESSES, ControlGroup, ControlGroups, remove_groups_of
from deepgrade.sandbox.control_files import write_control
from deepgrade.sandbox.environment import host_environment
from deepgrade.sandbox.helper import BubblewrapHelper
from deepgrade.sandbox.jobs import JobSandbox
from deepgrade.sandbox.prepared import (
    WAIT_COMMAND,
    WAITS,
    NotForkedError,
    PreparedProcess,
    fork_request,
    joined_namespaces,
    prepared_process,
)
from deepgrade.sandbox.seccomp import seccomp_filter
from deepgrade.sandbox.state import Job, claim_job, state_root, sweep
from deepgrade.sandbox.supervise import Launch, supervise

_GPU_SYSTEM = Path("/sys")
_HELPER_PROCESSES = 4096
_READ_BYTES = 1 << 16
REPAIR = "apt-get install bubblewrap"


class Bubblewrap(JobSandbox):
    """Runs commands in bubblewrap.

    Attributes:
        name: `bubblewrap`.
        groups: Where control groups are made, or None where this user cannot make any.
    """

    name = "bubblewrap"

    def __init__(self, *, filter_calls: bool = True, use_control_groups: bool = True) -> None:
        """Look at what the machine has, and sweep what killed supervisors left.

        Args:
            filter_calls: False runs without the system call filter, for machines without libseccomp.
            use_control_groups: False measures and limits without control groups.

        Raises:
            SandboxUnavailable: bubblewrap or libseccomp is missing.
        """
        program = shutil.which("bwrap")
        if program is None:
            raise SandboxUnavailable(f"bubblewrap is not installed; repair: {REPAIR}")
        self._program = program
        self._filter = seccomp_filter() if filter_calls else None
        self.groups: ControlGroups | None = find_control_groups()[0] if use_control_groups else None
        super().__init__()
        sweep(state_root(), remove_groups_of)

    @property
    def environment(self) -> StudentEnvironment:
        """This process's own Python, without the grader in it."""
        return host_environment()

    @contextmanager
    def open_helper(self) -> Iterator[BubblewrapHelper]:
        """Make a place for one helper process, which dies with this process."""
        with claim_job(state_root()) as job:
            # bubblewrap killed in its first moments leaves a process that waits for it for ever: the group ends that too.
            group = self._make_group(job, _helper_limits())
            try:
                yield BubblewrapHelper(self._program, job, self._filter, group)
            finally:
                if group is not None:
                    group.remove()

    @contextmanager
    def prepare(self, preparation: Preparation) -> Iterator[PreparedProcess]:
        """Start a program that runs can be forks of, which ends with this process."""
        with claim_job(state_root()) as job, prepared_process(self._program, job, preparation) as prepared:
            yield prepared

    def _run(self, request: SandboxRequest, job: Job) -> SandboxOutcome:
        fork = request.fork
        if fork is not None and isinstance(fork.of, PreparedProcess) and fork.of.is_alive:
            with suppress(NotForkedError):
                return replace(self._run_fork(request, job, fork.of, fork.words), forked=True)
        return self._launch(request, job, [*become(job), *request.command])

    def _run_fork(
        self, request: SandboxRequest, job: Job, prepared: PreparedProcess, words: Sequence[str]
    ) -> SandboxOutcome:
        """Have the sandbox built around a shell that waits, and a prepared process forked into it."""
        exit_read, exit_write = os.pipe()
        with open(exit_read, "rb") as reader, open(exit_write, "wb") as writer:  # noqa: PTH123 - descriptors

            def began(group: ControlGroup | None, leader: Callable[[], int | None], log: int) -> int:
                first = leader()
                if first is None:
                    raise NotForkedError("bubblewrap did not say which process it made")
                user = job.user if os.geteuid() == 0 else None
                asked = fork_request(request, words, user, self._filter, counted=None if group else job.user)
                with joined_namespaces(first) as namespaces:
                    handles = {**namespaces, "log": log, "exit": writer.fileno()}
                    with prepared.fork(asked, handles) as process:
                        for file in group.join_files if group is not None else ():
                            write_control(file, process)
                writer.close()  # the shell then sees the end of the pipe when nobody is left who could tell it a code
                return process

            command = [*become(job), *WAIT_COMMAND]
            return self._launch(request, job, command, stdin=reader.fileno(), began=began)

    def _launch(
        self,
        request: SandboxRequest,
        job: Job,
        command: list[str],
        *,
        stdin: int = subprocess.DEVNULL,
        began: Callable[[ControlGroup | None, Callable[[], int | None], int], int] | None = None,
    ) -> SandboxOutcome:
        group = self._make_group(job, request.limits, apart=began is not None)
        empty = job.folder / "empty"
        empty.touch(mode=0o444)
        contents = HandleContents()
        arguments = Arguments(contents)
        status_read, status_write = os.pipe()
        leader = functools.cache(lambda: _leader(status_read))
        try:
            self._describe(arguments, request, job, empty)
            arguments.add("--json-status-fd", str(status_write))
            start = [self._program, "--args"]
            return supervise(
                Launch(
                    command=[*start, arguments.handle(), "--", *command],
                    env={"PATH": PATH},
                    limits=request.limits,
                    group=group,
                    box=request.box,
                    user=job.user,
                    stop=self._stop,
                    stdin=stdin,
                    pass_fds=(*contents.handles, status_write),
                    leader=leader,
                    marker=None if began is None else WAITS,
                    began=None if began is None else functools.partial(began, group, leader),
                )
            )
        finally:
            contents.close()
            for handle in (status_read, status_write):
                with suppress(OSError):
                    os.close(handle)
            if group is not None:
                group.remove()

    def _make_group(self, job: Job, limits: SandboxLimits, *, apart: bool = False) -> ControlGroup | None:
        if self.groups is None:
            return None
        # Where the run comes from elsewhere, the shell that waits for it is no process of its own.
        launchers = LAUNCHER_PROCESSES + apart
        return self.groups.create(job.id, limits, note=job.folder, launchers=launchers)

    def _describe(self, arguments: Arguments, request: SandboxRequest, job: Job, empty: Path) -> None:
        add_walls(arguments, job)
        memory = request.limits.memory_mib // 4
        size = str(max(64, min(memory, 1024 if self.groups else 256)) << 20)
        for folder in PRIVATE:
            arguments.add("--perms", "1777", "--size", size, "--tmpfs", folder)
        if request.gpu_devices:
            arguments.add("--ro-bind", str(_GPU_SYSTEM), str(_GPU_SYSTEM))
            for device in request.gpu_devices:
                arguments.add("--dev-bind", str(device), str(device))
        mounts = sorted(request.mounts, key=lambda mount: len(mount.target.parts))
        if request.box is not None:
            mounts.append(Mount(request.box.path, Path("/box"), writable=True))
        add_mounts(arguments, mounts)
        add_masks(arguments, [Mount(Path("/usr"), Path("/usr")), *mounts], request.masks, empty)
        add_last(arguments, request.cwd, request.env, self._filter)


def _helper_limits() -> SandboxLimits:
    """Return what a helper may use: all of the machine, since it limits its children itself."""
    memory_mib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    cpus = float(os.cpu_count() or 1)
    return SandboxLimits(wall_s=0, memory_mib=memory_mib, processes=_HELPER_PROCESSES, disk_mib=0, cpus=cpus)


def _leader(status_read: int) -> int | None:
    """Return the host's id of process 1 of the namespace, from what bubblewrap reported."""
    # Never wait: a launcher that was killed half-way has reported nothing.
    os.set_blocking(status_read, False)
    try:
        report = os.read(status_read, _READ_BYTES)
    except BlockingIOError:
        return None
    for line in report.decode("utf-8", "replace").splitlines():
        with suppress(ValueError, TypeError, KeyError):
            return int(json.loads(line)["child-pid"])
    return None


def probe_bubblewrap() -> str | None:
    """Return why bubblewrap cannot start `true` here, or None."""
    way = [] if os.geteuid() == 0 else ["--unshare-user", "--disable-userns"]
    mounts = ["--ro-bind", "/", "/", "--proc", "/proc"]
    mounts += ["--perms", "0755", "--size", "65536", "--tmpfs", PRIVATE[1]]
    command = ["bwrap", *way, "--unshare-pid", "--unshare-net", *mounts, "true"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()[:500]
