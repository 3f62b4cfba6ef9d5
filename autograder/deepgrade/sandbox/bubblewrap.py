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

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deepgrade.sandbox.base import (
    Box,
    Mount,
    SandboxError,
    SandboxLimits,
    SandboxOutcome,
    SandboxRequest,
    SandboxUnavailable,
)
from deepgrade.sandbox.cgroups import ControlGroup, ControlGroups, find_control_groups, remove_groups_of
from deepgrade.sandbox.seccomp import seccomp_filter
from deepgrade.sandbox.state import Job, claim_job, mounted_box, state_root, sweep
from deepgrade.sandbox.supervise import Launch, supervise

_INSIDE_USER = 1000
_PATH = "/usr/local/bin:/usr/bin:/bin"
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = ("ld.so.cache", "localtime", "alternatives", "fonts", "ssl/certs", "OpenCL")
_GPU_SYSTEM = Path("/sys")
_PRIVATE = ("/dev/shm", "/tmp")  # noqa: S108 - each sandbox has its own
_READ_BYTES = 1 << 16
REPAIR = "apt-get install bubblewrap"


class Bubblewrap:
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
        self._jobs: dict[Path, Job] = {}
        self._stop = threading.Event()
        sweep(state_root(), remove_groups_of)

    @contextmanager
    def open_box(self, *, disk_mib: int) -> Iterator[Box]:
        """Make an empty box that is gone when the block ends."""
        with claim_job(state_root()) as job, mounted_box(job, disk_mib=disk_mib) as box:
            self._jobs[box.path] = job
            try:
                yield box
            finally:
                del self._jobs[box.path]

    def run(self, request: SandboxRequest) -> SandboxOutcome:
        """Run a command to its end; when this returns, no process of it is left.

        Raises:
            SandboxError: It could not be started, a mount does not exist, or a box of another sandbox was given.
            SandboxStopped: `stop_all` was called, before or meanwhile.
        """
        relative = [str(mount.source) for mount in request.mounts if not mount.source.is_absolute()]
        if relative:
            raise SandboxError(f"these paths cannot be mounted, they are not absolute: {', '.join(relative)}")
        missing = [str(mount.source) for mount in request.mounts if not mount.source.exists()]
        if missing:
            raise SandboxError(f"these paths cannot be mounted, they do not exist: {', '.join(missing)}")
        if request.box is None:
            with claim_job(state_root()) as job:
                return self._run(request, job)
        job_of_box = self._jobs.get(request.box.path)
        if job_of_box is None:
            raise SandboxError("the box was not opened by this sandbox, or is closed")
        return self._run(request, job_of_box)

    def stop_all(self) -> None:
        """Make every `run` end now, and every later one at once."""
        self._stop.set()

    def _run(self, request: SandboxRequest, job: Job) -> SandboxOutcome:
        group = self._make_group(job, request.limits)
        empty = job.folder / "empty"
        empty.touch(mode=0o444)
        arguments = _Arguments()
        status_read, status_write = os.pipe()
        try:
            self._describe(arguments, request, job, empty)
            arguments.add("--json-status-fd", str(status_write))
            start = [self._program, "--args"]
            return supervise(
                Launch(
                    command=[*start, str(arguments.handle()), "--", *_become(job), *request.command],
                    env={"PATH": _PATH},
                    limits=request.limits,
                    group=group,
                    box=request.box,
                    user=job.user,
                    stop=self._stop,
                    pass_fds=(*arguments.handles, status_write),
                    leader=lambda: _leader(status_read, status_write),
                )
            )
        finally:
            arguments.close()
            for handle in (status_read, status_write):
                with suppress(OSError):
                    os.close(handle)
            if group is not None:
                group.remove()

    def _make_group(self, job: Job, limits: SandboxLimits) -> ControlGroup | None:
        return None if self.groups is None else self.groups.create(job.id, limits, note=job.folder)

    def _describe(self, arguments: _Arguments, request: SandboxRequest, job: Job, empty: Path) -> None:
        root = os.geteuid() == 0
        arguments.add(
            "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"
        )
        arguments.add("--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv")
        user = job.user if root else _INSIDE_USER
        if not root:
            arguments.add("--unshare-user", "--uid", str(user), "--gid", str(user), "--cap-drop", "ALL")
            arguments.add("--disable-userns", "--assert-userns-disabled")
        _add_system(arguments, user)
        memory = request.limits.memory_mib // 4
        size = str(max(64, min(memory, 1024 if self.groups else 256)) << 20)
        for folder in _PRIVATE:
            arguments.add("--perms", "1777", "--size", size, "--tmpfs", folder)
        if request.gpu_devices:
            arguments.add("--ro-bind", str(_GPU_SYSTEM), str(_GPU_SYSTEM))
            for device in request.gpu_devices:
                arguments.add("--dev-bind", str(device), str(device))
        mounts = sorted(request.mounts, key=lambda mount: len(mount.target.parts))
        if request.box is not None:
            mounts.append(Mount(request.box.path, Path("/box"), writable=True))
        _add_mounts(arguments, mounts)
        _add_masks(arguments, [Mount(Path("/usr"), Path("/usr")), *mounts], request.masks, empty)
        arguments.add("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(request.cwd))
        for name, value in {"PATH": _PATH, **request.env}.items():
            arguments.add("--setenv", name, value)
        if self._filter is not None:
            arguments.add("--seccomp", str(arguments.data(self._filter)))


class _Arguments:
    """bubblewrap's arguments, and the descriptors that they name."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self.handles: list[int] = []

    def add(self, *words: str) -> None:
        self._words += words

    def data(self, content: bytes) -> int:
        """Return a descriptor from which the content can be read once."""
        handle = os.memfd_create("sandbox")
        self.handles.append(handle)
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.lseek(handle, 0, os.SEEK_SET)
        return handle

    def handle(self) -> int:
        """Return the descriptor from which bubblewrap reads all arguments added so far."""
        return self.data(b"".join(word.encode() + b"\0" for word in self._words))

    def close(self) -> None:
        for handle in self.handles:
            os.close(handle)


def _add_system(arguments: _Arguments, user: int) -> None:
    arguments.add("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM_LINKS:
        path = Path("/") / name
        if path.is_symlink():
            arguments.add("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            arguments.add("--ro-bind", str(path), str(path))
    arguments.add("--perms", "0755", "--dir", "/etc")
    for name in _ETC:
        if (Path("/etc") / name).exists():
            for parent in list(Path(name).parents)[-2::-1]:
                arguments.add("--perms", "0755", "--dir", f"/etc/{parent}")
            arguments.add("--ro-bind", f"/etc/{name}", f"/etc/{name}")
    texts = {
        "passwd": f"student:x:{user}:{user}::/box:/bin/sh\n",
        "group": f"student:x:{user}:\n",
        "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    }
    for name, text in texts.items():
        arguments.add("--perms", "0444", "--file", str(arguments.data(text.encode())), f"/etc/{name}")
    arguments.add("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev")


def _add_mounts(arguments: _Arguments, mounts: list[Mount]) -> None:
    made: set[Path] = {Path("/"), Path("/tmp"), Path("/dev"), Path("/proc"), Path("/etc")}  # noqa: S108
    for mount in mounts:
        inside = [other.target for other in mounts if other is not mount]
        for parent in reversed(mount.target.parents):
            covered = parent.is_relative_to("/usr") or any(parent.is_relative_to(target) for target in inside)
            if parent not in made and not covered:
                # bubblewrap run by root makes folders in between unreadable for others.
                arguments.add("--perms", "0755", "--dir", str(parent))
                made.add(parent)
        arguments.add("--bind" if mount.writable else "--ro-bind", str(mount.source), str(mount.target))


def _add_masks(arguments: _Arguments, mounts: list[Mount], masks: tuple[Path, ...], empty: Path) -> None:
    for mask in masks:
        for target in sorted({target for mount in mounts for target in _places(mask, mount)}):
            if mask.is_dir():
                arguments.add("--perms", "0755", "--tmpfs", str(target), "--remount-ro", str(target))
            elif mask.exists():
                arguments.add("--ro-bind", str(empty), str(target))


def _places(mask: Path, mount: Mount) -> Iterator[Path]:
    """Yield where a mount shows a masked path, by whichever name the two are called."""
    for path in (mask, mask.resolve()):
        for source in (mount.source, mount.source.resolve()):
            if path != source and path.is_relative_to(source):
                yield mount.target / path.relative_to(source)


def _become(job: Job) -> list[str]:
    """Return what changes to the job's user before the command, where the launcher is root."""
    if os.geteuid() != 0:
        return []
    user = str(job.user)
    return [
        "/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--ambient-caps=-all",
        "--bounding-set=-all", "--no-new-privs", "--pdeathsig", "KILL", "--",
    ]  # fmt: skip


def _leader(status_read: int, status_write: int) -> int | None:
    """Return the host's id of process 1 of the namespace, from what bubblewrap reported."""
    os.close(status_write)
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
    mounts += ["--perms", "0755", "--size", "65536", "--tmpfs", _PRIVATE[1]]
    command = ["bwrap", *way, "--unshare-pid", "--unshare-net", *mounts, "true"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()[:500]
