"""The apptainer sandbox, for clusters where an ordinary user may start nothing else.

Theory of operation: `apptainer exec` is the launcher, as bubblewrap is elsewhere: it joins the job's control group
where one can be made (on a cluster, the batch system's holds as well), lowers resource limits and becomes the container, whose
first process prints a marker, loads the system call filter (filtered.py: only root may give apptainer one) and becomes
the command. The container has its own processes, network and temporary folders, no home folder, and sees nothing of the
host but what is bound here by name. apptainer makes the student the user who started the grader; nothing outside the
binds is visible, but this is why the grader is never started as root here.

/tmp is apptainer's own folder in memory, of the size that the site's settings give (`sessiondir max size`, 64 MiB by
default). `--nv` shows all GPUs of the machine: on a shared one, the batch system must hide the others.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deepgrade.sandbox import filtered
from deepgrade.sandbox.base import (
    HelperLaunch,
    Mount,
    SandboxError,
    SandboxOutcome,
    SandboxRequest,
    SandboxUnavailable,
    StudentEnvironment,
)
from deepgrade.sandbox.bwrap_arguments import PATH
from deepgrade.sandbox.cgroup_places import find_control_groups
from deepgrade.sandbox.cgroups import remove_groups_of
from deepgrade.sandbox.jobs import JobSandbox
from deepgrade.sandbox.masks import mask_mounts
from deepgrade.sandbox.seccomp import seccomp_filter
from deepgrade.sandbox.state import Job, claim_job, state_root, sweep
from deepgrade.sandbox.supervise import Launch, supervise

REPAIR = "ask the site for apptainer (it is in no Debian release; the project publishes packages)"
_PYTHON = Path("/opt/venv/bin/python")
_INSIDE = Path("/run/deepgrade-filter")
_LAUNCHER_PROCESSES = 32
"""apptainer's own: its starter has threads, and the image may be served by a process."""
_FIRST = 'printf %s "$0"; exec "$@"'
_OPTIONS = (
    "--containall", "--cleanenv", "--no-home", "--no-privs", "--no-eval", "--no-umask", "--net", "--network", "none", "--uts",
    "--hostname", "sandbox", "--no-mount", "bind-paths", "--disable-cache",
)  # fmt: skip


class Apptainer(JobSandbox):
    """Runs commands in one image file (SIF), or in an unpacked image's folder.

    Args:
        image: The file or folder.

    Attributes:
        name: `apptainer`.

    Raises:
        SandboxUnavailable: apptainer or the image is missing, or this user is root.
    """

    name = "apptainer"

    def __init__(self, image: str) -> None:
        program = shutil.which("apptainer")
        if program is None:
            raise SandboxUnavailable(f"apptainer is not installed; repair: {REPAIR}")
        if os.geteuid() == 0:
            raise SandboxUnavailable(
                "apptainer would run students' code as root; start the grader as an ordinary user"
            )
        self._image = Path(image).resolve()
        if not self._image.exists():
            raise SandboxUnavailable(
                f"there is no image {image}; repair: apptainer build {image} autograder/apptainer.def"
            )
        self._program = program
        self._filter = seccomp_filter()
        self._groups = find_control_groups()[0]
        self._environment = StudentEnvironment(_PYTHON, (), (), {"image": _image_id(self._image)})
        super().__init__()
        sweep(state_root(), remove_groups_of)

    @property
    def environment(self) -> StudentEnvironment:
        """The image's Python."""
        return self._environment

    @contextmanager
    def open_helper(self) -> Iterator[ApptainerHelper]:
        """Make a place for one helper process, which ends with its pipe."""
        with claim_job(state_root()) as job:
            yield ApptainerHelper(self._program, self._image, job, self._filter)

    def _run(self, request: SandboxRequest, job: Job) -> SandboxOutcome:
        limits = replace(request.limits, processes=request.limits.processes + _LAUNCHER_PROCESSES)
        group = None if self._groups is None else self._groups.create(job.id, limits, note=job.folder)
        marker = secrets.token_hex(16)
        try:
            return supervise(
                Launch(
                    command=apptainer_command(
                        self._program, self._image, request, job, self._filter, marker=marker
                    ),
                    env={"PATH": PATH},
                    limits=limits,
                    group=group,
                    box=request.box,
                    user=job.user,
                    stop=self._stop,
                    marker=marker.encode(),
                )
            )
        finally:
            if group is not None:
                group.remove()


class ApptainerHelper:
    """The walls of a run, without its limits."""

    def __init__(self, program: str, image: Path, job: Job, filter_program: bytes) -> None:
        self._program, self._image, self._job, self._filter = program, image, job, filter_program

    @property
    def python(self) -> Path:
        """The image's interpreter."""
        return _PYTHON

    @property
    def variables(self) -> Mapping[str, str]:
        """Nothing: the image says itself what its libraries need."""
        return {}

    @property
    def exchange(self) -> None:
        """Mounts may lie anywhere."""

    def launch(self, command: list[str], mounts: Sequence[Mount], env: Mapping[str, str]) -> HelperLaunch:
        """Return how to start a command with these mounts."""
        words = _container(self._program, self._image, tuple(mounts), self._job, self._filter)
        inside = ["/usr/bin/env", *(f"{name}={value}" for name, value in env.items())]
        return HelperLaunch([*words, *inside, *_filtered(command)], {"PATH": PATH})

    def end(self) -> None:
        """Do nothing: the container ends with its launcher."""


def apptainer_command(
    program: str, image: Path, request: SandboxRequest, job: Job, filter_program: bytes, *, marker: str
) -> list[str]:
    """Return the command line of a run; writes the filter into the job's folder.

    Raises:
        SandboxError: A path cannot be bound.
    """
    mounts = [*request.mounts]
    if request.box is not None:
        mounts.append(Mount(request.box.path, Path("/box"), writable=True))
    mounts += mask_mounts(mounts, request.masks, job.folder)
    gpu = ["--nv"] if request.gpu_devices else []
    options = [*gpu, "--cwd", str(request.cwd)]
    words = _container(program, image, tuple(mounts), job, filter_program, options)
    inside = ["/usr/bin/env", *(f"{name}={value}" for name, value in request.env.items())]
    return [*words, "/bin/sh", "-c", _FIRST, marker, *inside, *_filtered(request.command)]


def _container(
    program: str,
    image: Path,
    mounts: tuple[Mount, ...],
    job: Job,
    filter_program: bytes,
    options: Sequence[str] = (),
) -> list[str]:
    folder = job.folder / "filter"
    folder.mkdir(exist_ok=True)
    (folder / "filter.bpf").write_bytes(filter_program)
    shutil.copyfile(str(filtered.__file__), folder / "filtered.py")
    words = [program, "exec", *_OPTIONS, *options]
    for mount in sorted((*mounts, Mount(folder, _INSIDE)), key=lambda mount: len(mount.target.parts)):
        for path in (mount.source, mount.target):
            if not re.fullmatch(r'[^,:"\\\n]+', str(path)):
                raise SandboxError(
                    f"{path} cannot be bound: commas, colons and quotes separate apptainer's options"
                )
        words += ["--bind", f"{mount.source}:{mount.target}:{'rw' if mount.writable else 'ro'}"]
    return [*words, str(image)]


def _filtered(command: Sequence[str]) -> list[str]:
    """Return a command behind the filter."""
    return [str(_PYTHON), "-I", str(_INSIDE / "filtered.py"), str(_INSIDE / "filter.bpf"), *command]


def _image_id(image: Path) -> str:
    """Return what tells one image from another: a file's content, a folder's time of change."""
    if image.is_dir():
        return f"folder-{image.stat().st_mtime_ns}"
    with image.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
