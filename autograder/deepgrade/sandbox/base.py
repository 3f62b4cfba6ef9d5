"""What every sandbox takes and gives back."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

Reason = Literal[
    "exit",
    "signal",
    "timeout",
    "cpu_time",
    "memory",
    "output_limit",
    "disk_limit",
    "process_limit",
    "sandbox_failed",
]
"""Why the process is gone. `process_limit` only where the sandbox itself had to kill; a kernel that refuses
to fork is told by `SandboxOutcome.processes_denied`."""


class SandboxError(Exception):
    """The sandbox did not work: never the fault of the program that was to run in it."""


class SandboxUnavailable(SandboxError):
    """This machine lacks what the sandbox needs; the message ends with the command that repairs it."""


class SandboxStopped(Exception):
    """The grader was told to stop (`Sandbox.stop_all`); the run has no outcome and must be done again."""


@dataclass(frozen=True)
class Mount:
    """A host path that the process sees."""

    source: Path
    target: Path
    writable: bool = False


@dataclass(frozen=True)
class StudentEnvironment:
    """The Python that a student's notebook runs on."""

    python: Path
    """The interpreter, inside the sandbox."""
    mounts: tuple[Mount, ...]
    masks: tuple[Path, ...]
    """Paths below the mounts that are shown empty."""
    versions: dict[str, str]
    """Package -> version, of the packages that decide what a notebook computes."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What its libraries need in the environment of every process that uses them."""
    gpu_variables: Mapping[str, str] = field(default_factory=dict)
    """The same, where a GPU was lent."""
    gpu_mounts: tuple[Mount, ...] = ()
    """Mounts that a lent GPU needs besides: the driver's libraries."""


@dataclass(frozen=True)
class SandboxLimits:
    """What one process with all its children may use."""

    wall_s: float
    memory_mib: int
    """Resident memory of all processes and what they write to memory-backed folders."""
    processes: int
    """Processes and threads at one time."""
    disk_mib: int
    """The box."""
    cpus: float
    cpu_s: float | None = None
    """Processor time of all processes; None: not limited."""
    file_mib: int | None = None
    """One file; None: the size of the box."""
    open_files: int = 4096
    """Descriptors of one process."""
    log_kib: int = 128
    """How much of standard output and error is kept: the first half and the last half of this."""
    log_kill_mib: int = 64
    """Writing more than this to standard output and error ends the run."""


@dataclass(frozen=True)
class Box:
    """The one writable folder that comes back. Everything in it was written by a stranger."""

    path: Path
    owner: int
    """The user id that writes into it."""
    capped: bool
    """True when the file system itself holds the size; else the supervisor measures and kills."""
    staging: Path
    """An empty folder outside the box, gone with it: for files to mount. The process never writes there."""

    def make_folder(self, name: str) -> Path:
        """Make a folder in the box that the sandboxed process may write to."""
        folder = self.path / name
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(folder, self.owner, self.owner)
        return folder

    def put(self, name: str, data: bytes) -> Path:
        """Write a file into the box before the process starts."""
        file = self.path / name
        file.write_bytes(data)
        if os.geteuid() == 0:
            os.chown(file, self.owner, self.owner)
        return file


@dataclass(frozen=True)
class Preparation:
    """A program that is started once, and of which runs are forks (inside/fork_server.py says what it must define)."""

    python: Path
    """The interpreter, inside the sandbox."""
    program: Path
    """A Python file, inside the sandbox."""
    words: tuple[str, ...]
    """For the program's `prepare`."""
    mounts: tuple[Mount, ...] = ()
    masks: tuple[Path, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


class Prepared(Protocol):
    """A prepared program that waits to be forked."""

    @property
    def pid(self) -> int:
        """Its process, or its launcher's."""

    @property
    def is_alive(self) -> bool:
        """Whether it still waits; a run that is to be its fork is started plainly where it does not."""


class Fork(NamedTuple):
    """What a run is instead of its command: a fork of a prepared program."""

    of: Prepared
    words: tuple[str, ...]
    """For the program's `run`."""


@dataclass(frozen=True)
class SandboxRequest:
    """One command and what surrounds it."""

    command: list[str]
    limits: SandboxLimits
    mounts: tuple[Mount, ...] = ()
    cwd: Path = Path("/tmp")  # noqa: S108 - a path inside the sandbox
    env: Mapping[str, str] = field(default_factory=dict)
    """The whole environment; nothing is inherited."""
    box: Box | None = None
    """Mounted writable at /box."""
    masks: tuple[Path, ...] = ()
    """Host paths that are replaced by nothing wherever a mount would show them."""
    gpu_devices: tuple[Path, ...] = ()
    """Device files of the GPUs the process may use."""
    fork: Fork | None = None
    """How to get the same process sooner; the command is what is run without it."""


@dataclass(frozen=True)
class SandboxOutcome:
    """What became of the command, as seen from outside."""

    exit_code: int | None
    signal: int | None
    reason: Reason
    detail: str
    """One sentence with figures; empty for a plain exit."""
    wall_s: float
    cpu_s: float | None
    peak_memory_mib: float | None
    peak_processes: int | None
    processes_denied: int
    """How often the kernel refused to start a process or thread because of the limit."""
    log: bytes
    """Standard output and error; the middle is left out when there was much."""
    log_bytes: int
    """How much was written in all."""
    limits_enforced_by: str
    forked: bool = False
    """Whether the process was a fork of a prepared one."""


class HelperLaunch(NamedTuple):
    """How to start a helper process."""

    command: list[str]
    env: dict[str, str]
    """The environment to start the command in; what the helper itself sees was named to `Helper.launch`."""


class Helper(Protocol):
    """A place for a long-lived process of ours that reads what strangers made, and is spoken to over pipes."""

    @property
    def python(self) -> Path:
        """The interpreter there."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What its libraries need in the environment."""

    @property
    def exchange(self) -> Path | None:
        """The folder below which mounts have to lie where nothing can be mounted; None: they may lie anywhere."""

    def launch(self, command: list[str], mounts: Sequence[Mount], env: Mapping[str, str]) -> HelperLaunch:
        """Return how to start a command there, with these mounts besides Python's own.

        Every user may have to write into the writable mounts: as root, the helper runs under another user id.
        """

    def end(self) -> None:
        """End what a killed launcher may have left running there."""


class Sandbox(Protocol):
    """Runs commands of strangers."""

    @property
    def name(self) -> str:
        """What stands in records: `bubblewrap`, `podman`, `docker`, `apptainer`, `separate-user`, `none`."""

    @property
    def environment(self) -> StudentEnvironment:
        """The Python that commands inside run on, with what has to be mounted for it."""

    def open_box(self, *, disk_mib: int) -> AbstractContextManager[Box]:
        """Make an empty box that is gone when the block ends.

        Raises:
            SandboxError: It could not be made.
        """

    def run(self, request: SandboxRequest) -> SandboxOutcome:
        """Run a command to its end; when this returns, no process of it is left.

        Raises:
            SandboxError: It could not be started, for a reason that is not the command's.
            SandboxStopped: `stop_all` was called, before or meanwhile.
        """

    def open_helper(self) -> AbstractContextManager[Helper]:
        """Make a place for one helper process; nothing of it is left when the block ends.

        Raises:
            SandboxError: It could not be made.
        """

    def prepare(self, preparation: Preparation) -> AbstractContextManager[Prepared | None]:
        """Start a program that runs can be forks of; None where this sandbox has no way to fork into its walls.

        It runs no stranger's code. It ends with the block, and with the thread that opened it.

        Raises:
            SandboxError: The program failed; what it said is in the message.
        """

    def stop_all(self) -> None:
        """Make every `run` of this sandbox end now, in whichever thread, and every later one at once."""
