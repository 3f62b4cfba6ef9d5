"""podman and docker as commands: how each is called on this machine, and where the two differ.

Everything here is the head's own: no word of a student enters these commands but as a path that the head made.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Literal, NamedTuple

from deepgrade.sandbox.base import SandboxError, SandboxUnavailable
from deepgrade.sandbox.cgroup_places import control_mounts
from deepgrade.sandbox.control_files import text_in

EngineName = Literal["podman", "docker"]
ENGINES: tuple[EngineName, ...] = ("podman", "docker")

_PASSED_ON = (
    "PATH", "HOME", "LANG", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS",
    "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "CONTAINERS_REGISTRIES_CONF",
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY",
)  # fmt: skip
_REMOVE_S = 15.0
_HIDE = 'umount "$0" && exec "$@"'


class _Difference(NamedTuple):
    """What one engine wants and the other does not."""

    repair: str
    before: tuple[str, ...]
    """Words before the command."""
    run: tuple[str, ...]
    """Options of `run` that the other lacks, or has as its default."""
    remove: tuple[str, ...]
    """Kills at once, and removes."""
    gpu: str
    """The option that lends a GPU; `{}` is its number."""


_DIFFERENCES: dict[EngineName, _Difference] = {
    "podman": _Difference(
        repair="apt-get install podman crun",
        before=("--cgroup-manager", "cgroupfs", "--log-level", "error"),
        run=(
            "--cgroups", "no-conmon", "--pid", "private", "--uts", "private", "--http-proxy=false", "--no-hosts",
            "--read-only-tmpfs=false", "--image-volume", "ignore", "--systemd", "false",
        ),
        remove=("rm", "--force", "--volumes", "--time", "0"),
        gpu="--device=nvidia.com/gpu={}",
    ),
    "docker": _Difference(
        repair="apt-get install docker.io, start its service, and let this user reach it",
        before=(),
        run=(),
        remove=("rm", "--force", "--volumes"),
        gpu="--gpus=device={}",
    ),
}  # fmt: skip


class Engine:
    """One container engine on this machine.

    Args:
        name: Which.

    Raises:
        SandboxUnavailable: It is not installed, or does not answer.
    """

    def __init__(self, name: EngineName) -> None:
        self.name: EngineName = name
        self.difference = _DIFFERENCES[name]
        program = shutil.which(name)
        if program is None:
            raise SandboxUnavailable(f"{name} is not installed; repair: {self.difference.repair}")
        self.program = program
        self.env = {variable: os.environ[variable] for variable in _PASSED_ON if variable in os.environ}
        self._around = _hide_version2() if name == "podman" and os.geteuid() == 0 else []
        try:
            self._facts = json.loads(self.ask("info", "--format", "{{json .}}"))
        except (SandboxError, ValueError) as error:
            raise SandboxUnavailable(
                f"{name} does not work here ({error}); repair: {self.difference.repair}"
            ) from None
        if name == "docker" and not self._facts.get("ServerVersion"):
            raise SandboxUnavailable(f"the docker service does not answer; repair: {self.difference.repair}")

    @property
    def takes_groups(self) -> bool:
        """Whether it makes a container's control group below one that is named as a path."""
        if self.name == "podman":
            return True
        return bool(self._facts.get("CgroupDriver") == "cgroupfs")

    @property
    def version(self) -> str:
        """Its version."""
        if self.name == "podman":
            return str(self._facts.get("version", {}).get("Version", "unknown"))
        return str(self._facts.get("ServerVersion", "unknown"))

    @property
    def rootless(self) -> bool:
        """Whether it runs without root's rights."""
        if self.name == "podman":
            return os.geteuid() != 0
        return any("rootless" in option for option in self._facts.get("SecurityOptions") or ())

    def command(self, *words: str) -> list[str]:
        """Return how to call it."""
        return [*self._around, self.program, *self.difference.before, *words]

    def run_options(self) -> list[str]:
        """Return what `run` needs with this engine alone."""
        own = _without_proxies() if self.name == "docker" else []
        if text_in(Path("/sys/fs/selinux/enforce")).strip() == "1":
            # Mounts would be refused to the container, or their labels changed on the host, which are a course's.
            own += ["--security-opt", "label=disable"]
        return [*self.difference.run, *own]

    def ask(self, *words: str, timeout_s: float = 60.0) -> str:
        """Call it and return what it prints.

        Raises:
            SandboxError: It failed, with its last words, or did not end in time.
        """
        try:
            done = subprocess.run(
                self.command(*words), capture_output=True, text=True, errors="replace", env=self.env, cwd="/",
                timeout=timeout_s, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise SandboxError(f"{self.name} {words[0]} does not end") from None
        except OSError as error:
            raise SandboxError(f"{self.name} cannot be started: {error.strerror}") from None
        if done.returncode != 0:
            raise SandboxError(f"{self.name} {words[0]}: {' '.join(done.stderr.split())[-600:]}")
        return done.stdout

    def remove(self, container: str) -> None:
        """Kill and remove a container; none of that name is no error.

        Raises:
            SandboxError: It is still there.
        """
        deadline = time.monotonic() + _REMOVE_S
        while True:
            try:
                self.ask(*self.difference.remove, container)
                return
            except SandboxError as error:
                if "no such container" in str(error).lower():
                    return
                # Somebody else, the engine itself for one, may be about to remove it.
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def containers(self, label: str) -> dict[str, str]:
        """Return the containers, running or not, that carry a label: id -> value of the label `deepgrade.job`."""
        listed = self.ask("ps", "--all", "--no-trunc", "--filter", f"label={label}", "--format", "{{.ID}}")
        found = {}
        for container in listed.split():
            try:
                facts = self.inspect("container", container)
            except SandboxError:
                continue  # gone meanwhile
            found[container] = str(facts["Config"]["Labels"].get("deepgrade.job", ""))
        return found

    def inspect(self, kind: Literal["container", "image"], name: str) -> dict[str, Any]:
        """Return what it knows of a container or an image.

        Raises:
            SandboxError: There is none of that name.
        """
        answer = json.loads(self.ask(kind, "inspect", name))
        if not isinstance(answer, list) or len(answer) != 1 or not isinstance(answer[0], dict):
            raise SandboxError(f"{self.name} {kind} inspect {name} gives an answer that is not understood")
        return answer[0]

    def own_limits(self) -> list[str]:
        """Return options that keep it from raising its children's resource limits above this process's."""
        return [f"--ulimit={name}={most}:{most}" for name, most in lowered_limits().items()]


def lowered_limits() -> dict[str, int]:
    """Return the resource limits that an engine would raise by default and this user may not."""
    wanted = {"nofile": (resource.RLIMIT_NOFILE, 4096), "nproc": (resource.RLIMIT_NPROC, 32_768)}
    found = {}
    for name, (which, most) in wanted.items():
        highest = resource.getrlimit(which)[1]
        found[name] = most if highest == resource.RLIM_INFINITY else min(most, highest)
    return found


def _without_proxies() -> list[str]:
    """Return options that empty the proxy variables which docker's settings of this user put into every container."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        settings = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return []
    if not isinstance(settings, dict) or "proxies" not in settings:
        return []
    names = [f"{kind}_proxy" for kind in ("http", "https", "ftp", "no", "all")]
    return [f"--env={name}=" for name in (*names, *(name.upper() for name in names))]


def _hide_version2() -> list[str]:
    """Return words that hide a version 2 tree which stands beside version 1 and owns a controller.

    crun refuses to start there. The tree is unmounted in a mount namespace of the engine's own; where there is no such
    tree, nothing is done.
    """
    mounts = list(control_mounts(Path("/proc/self/mountinfo").read_text()))
    if not any(kind == "cgroup" for kind, _, _, _ in mounts):
        return []
    for kind, _, point, _ in mounts:
        if kind == "cgroup2" and text_in(point / "cgroup.controllers").strip():
            return ["unshare", "--mount", "--propagation", "private", "sh", "-c", _HIDE, str(point)]
    return []
