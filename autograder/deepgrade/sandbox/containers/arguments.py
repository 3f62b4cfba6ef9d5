"""The words of `podman run` and `docker run`: the walls of a container, for a run and for a helper.

Both engines understand nearly the same options; where they differ, engines.py says how.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from deepgrade.sandbox.base import Mount, SandboxError, SandboxLimits
from deepgrade.sandbox.containers.engines import Engine, lowered_limits
from deepgrade.sandbox.masks import mask_mounts
from deepgrade.sandbox.seccomp import seccomp_profile
from deepgrade.sandbox.state import Job

_SPARE_MIB = 64
_SPARE_PROCESSES = 16
"""How far the engine's own limits lie above those of the group around the container, which is to strike first."""
_GPU = re.compile(r"nvidia(\d+)\Z")
_ETC = {
    "passwd": "root:x:0:0::/:/bin/false\nstudent:x:{user}:{user}::/box:/bin/sh\n",
    "group": "root:x:0:\nstudent:x:{user}:\n",
    "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    # The engine would show the host's: names of servers that nobody in here can ask.
    "resolv.conf": "",
}
_EMPTY_FOLDERS = ("/sys/fs/cgroup", "/dev/mqueue")
# The shell is process 1: it collects orphans, cannot be killed from inside, and tells by the marker that it began.
_FIRST = 'exec 2>&1; printf %s "$0"; "$@"; exit "$?"'


class ContainerPlace(NamedTuple):
    """Which container."""

    name: str
    image: str
    job: Job
    home: str
    """Which installation's container it is: only its own are ever swept."""


@dataclass
class RunWords:
    """Options of one `run`.

    Args:
        engine: Which engine.
        place: Which container.
    """

    engine: Engine
    place: ContainerPlace
    words: list[str] = field(default_factory=list)

    def add_walls(self, *, remove: bool = True) -> None:
        """Add everything that keeps a process in: no network, no rights, nothing writable but private folders.

        Args:
            remove: Let the engine remove the container at its end.
        """
        job = self.place.job
        profile = job.folder / "seccomp.json"
        profile.write_text(seccomp_profile())
        self.words += [
            *(["--rm"] if remove else []), "--name", self.place.name,
            "--label", f"deepgrade.home={self.place.home}", "--label", f"deepgrade.job={job.id}",
            "--pull", "never", "--network", "none", "--hostname", "sandbox", "--ipc", "private", "--cgroupns", "private",
            "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--security-opt", f"seccomp={profile}",
            "--user", f"{job.user}:{job.user}", "--log-driver", "none", "--no-healthcheck",
            "--ulimit", "core=0:0", "--entrypoint", "/bin/sh",
        ]  # fmt: skip
        self.words += self.engine.run_options()
        if self.engine.rootless and self.engine.name == "podman":
            self.words += ["--userns", "keep-id"]
        for folder in _EMPTY_FOLDERS:
            self.words += ["--tmpfs", f"{folder}:ro,size=4096,mode=555"]
        for name, text in _ETC.items():
            file = job.folder / name
            file.write_text(text.format(user=job.user))
            file.chmod(0o444)
            self.add_mount(Mount(file, Path("/etc") / name))

    def add_private(self, size_mib: int) -> None:
        """Add private folders in memory."""
        self.words += ["--shm-size", f"{size_mib}m"]
        self.words += ["--tmpfs", f"/tmp:rw,exec,nosuid,nodev,mode=1777,size={size_mib}m"]  # noqa: S108

    def add_limits(self, limits: SandboxLimits, *, group: str | None, box: bool) -> None:
        """Add limits; `group` is the outer group, which has the same, a little lower."""
        spare_mib, spare_processes = (0, 2) if group is None else (_SPARE_MIB, _SPARE_PROCESSES)
        memory = f"{limits.memory_mib + spare_mib}m"
        lowered = lowered_limits()
        open_files = min(limits.open_files, lowered["nofile"])
        self.words += [
            "--memory", memory, "--memory-swap", memory, "--pids-limit", str(limits.processes + spare_processes),
            "--cpus", f"{limits.cpus:g}", "--ulimit", f"nofile={open_files}:{open_files}",
            "--ulimit", f"nproc={lowered['nproc']}:{lowered['nproc']}",
        ]  # fmt: skip
        if box:
            size = (limits.file_mib or limits.disk_mib) << 20
            self.words += ["--ulimit", f"fsize={size}:{size}"]
        if group is not None:
            self.words += ["--cgroup-parent", group]

    def add_mount(self, mount: Mount) -> None:
        """Add a mount.

        Raises:
            SandboxError: A path holds a sign that separates options.
        """
        for path in (mount.source, mount.target):
            if not re.fullmatch(r'[^,:"\n]+', str(path)):
                raise SandboxError(
                    f"{path} cannot be mounted: commas, colons and quotes separate an engine's options"
                )
        rights = "" if mount.writable else ",readonly"
        self.words += ["--mount", f"type=bind,source={mount.source},target={mount.target}{rights}"]

    def add_masks(self, mounts: Sequence[Mount], masks: Sequence[Path]) -> None:
        """Show nothing in place of the masked paths, wherever a mount shows them."""
        for mount in mask_mounts(mounts, masks, self.place.job.folder):
            self.add_mount(mount)

    def add_gpus(self, devices: Sequence[Path]) -> None:
        """Lend the GPUs whose device files these are.

        Raises:
            SandboxError: No GPU's device file is among them.
        """
        numbers = [match.group(1) for device in devices if (match := _GPU.fullmatch(device.name))]
        if devices and not numbers:
            raise SandboxError(f"no GPU is among these devices: {', '.join(map(str, devices))}")
        self.words += [self.engine.difference.gpu.format(number) for number in numbers]

    def finish(
        self, command: Sequence[str], cwd: Path, env: Mapping[str, str], *, marker: str | None
    ) -> list[str]:
        """Return the whole command.

        Args:
            command: What runs in the container.
            cwd: Where.
            env: Variables besides the image's own.
            marker: What process 1 prints first; None: standard output belongs to the command alone.
        """
        self.words += ["--workdir", str(cwd)]
        for name, value in env.items():
            self.words += ["--env", f"{name}={value}"]
        first = (
            ["-c", _FIRST, marker, *command]
            if marker is not None
            else ["-c", 'exec "$@"', "helper", *command]
        )
        return self.engine.command("run", *self.words, self.place.image, *first)


def private_mib(limits: SandboxLimits) -> int:
    """Return how much each private folder of a run may hold."""
    return max(64, min(limits.memory_mib // 4, 1024))
