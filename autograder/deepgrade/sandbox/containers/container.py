"""The podman and docker sandboxes: one image, one container a run.

Theory of operation, from outside to inside:

1. The supervisor (this process) holds a locked job folder, a throw-away user id and a box, as with bubblewrap, and
   makes a control group with the job's limits (groups.py).
2. It starts the engine's client and reads its output. podman forks a monitor that outlives the client; docker's
   service starts the container itself. So killing the client would not end the container: what ends it is the
   control group, and after it the engine is told to remove the container by its name.
3. A small shell on the way to the client waits for it. When the supervisor is killed, the kernel tells that
   shell, which kills the client and removes the container. Where even the shell is killed, the next start of the
   grader removes the container, which carries the job's id and the id of this state folder as labels.
4. In the container a shell is process 1. It prints a marker, which only the supervisor knows beforehand, and starts the
   command. Without the marker nothing of a stranger's ever ran, whatever the exit code is; with it, an exit code
   of 125, which engines use for their own failures, is the command's.

The container has no network, a read-only root, no capability, no way to new privileges, the rules of seccomp.py
in place of the engine's, and is never root. Limits must be seen to hold before the first run: rootless podman on control groups
version 1 accepts every limit and enforces none.
"""

from __future__ import annotations

import secrets
import shlex
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deepgrade.sandbox.base import (
    Mount,
    SandboxError,
    SandboxLimits,
    SandboxOutcome,
    SandboxRequest,
    SandboxStopped,
    SandboxUnavailable,
    StudentEnvironment,
)
from deepgrade.sandbox.cgroup_places import find_control_groups
from deepgrade.sandbox.cgroups import remove_groups_of
from deepgrade.sandbox.containers.arguments import ContainerPlace, RunWords, private_mib
from deepgrade.sandbox.containers.engines import Engine, EngineName
from deepgrade.sandbox.containers.groups import InnerGroup, OuterGroup
from deepgrade.sandbox.containers.helper import ContainerHelper
from deepgrade.sandbox.containers.image_facts import ImageFacts, image_facts
from deepgrade.sandbox.jobs import JobSandbox
from deepgrade.sandbox.state import Job, claim_job, is_job_alive, state_root, sweep
from deepgrade.sandbox.supervise import Launch, supervise

DEFAULT_IMAGE = "localhost/deepgrade:latest"
_PROBE_LIMITS = SandboxLimits(wall_s=60, memory_mib=128, processes=32, disk_mib=4, cpus=1)
_PROBE = "touch /box/seen && sleep 20"
# The first word after it is what removes the container. The client runs in the background, since a shell that
# waits for a foreground process hears no signal.
_TELL_WHEN_KILLED = (
    "setpriv", "--pdeathsig", "TERM", "--", "/bin/sh", "-c",
    """trap 'kill -9 $client; eval "$0" >/dev/null 2>&1; exit 143' TERM; "$@" & client=$!; wait $client; exit $?""",
)  # fmt: skip
_REPAIR_LIMITS = (
    "use a host with control groups version 2 and start the grader with `systemd-run --user --scope -p Delegate=yes`,"
    " or run it as root, or use --sandbox bubblewrap"
)


class Container(JobSandbox):
    """Runs commands in containers of one image.

    Args:
        engine: `podman` or `docker`.
        image: Its name; it is never fetched.
        use_control_groups: False leaves limits to the engine and looks at the groups that it makes.

    Attributes:
        name: The engine's name.
        image: What is known of the image.

    Raises:
        SandboxUnavailable: The engine or the image is missing, or limits do not hold here.
    """

    def __init__(
        self, engine: EngineName, image: str = DEFAULT_IMAGE, *, use_control_groups: bool = True
    ) -> None:
        self.name: str = engine
        self._engine = Engine(engine)
        if engine == "docker" and self._engine.rootless:
            raise SandboxUnavailable(
                "rootless docker writes the box under user ids of its own; repair: use podman, or --sandbox bubblewrap"
            )
        groups = find_control_groups()[0] if use_control_groups and self._engine.takes_groups else None
        self._groups = groups
        if groups is None and engine == "podman":
            raise SandboxUnavailable(
                f"podman enforces no limits for this user here ({find_control_groups()[1]}); repair: {_REPAIR_LIMITS}"
            )
        self.image: ImageFacts = image_facts(self._engine, image)
        self._home = _home_id(state_root())
        super().__init__()
        self._sweep()

    @property
    def environment(self) -> StudentEnvironment:
        """The image's Python."""
        return StudentEnvironment(self.image.python, (), (), self.image.versions)

    @contextmanager
    def open_helper(self) -> Iterator[ContainerHelper]:
        """Make a place for one helper process; its container is gone when the block ends."""
        with claim_job(state_root()) as job:
            helper = ContainerHelper(self._engine, self._place(job), self.image.python)
            try:
                yield helper
            finally:
                helper.end()

    def check(self) -> None:
        """Start a container and see that limits hold and that the box is the one that was mounted.

        Raises:
            SandboxUnavailable: Nothing starts, or limits are not enforced.
        """
        with self.open_box(disk_mib=_PROBE_LIMITS.disk_mib) as box:
            request = SandboxRequest(["/bin/sh", "-c", _PROBE], _PROBE_LIMITS, box=box)
            seen = threading.Event()

            def look(group: OuterGroup | InnerGroup) -> None:
                if (box.path / "seen").exists() and group.in_force(_PROBE_LIMITS):
                    seen.set()

            try:
                outcome = self._run(request, self._jobs[box.path], stop=seen, look=look)
            except SandboxStopped:
                return
            except SandboxError as error:
                raise SandboxUnavailable(f"{self.name} starts no container here: {error}") from None
            if not (box.path / "seen").exists():
                said = outcome.detail or outcome.log.decode("utf-8", "replace").strip()
                raise SandboxUnavailable(f"{self.name} starts no container here: {said}")
        raise SandboxUnavailable(
            f"{self.name} accepts limits here and enforces none; repair: {_REPAIR_LIMITS}"
        )

    def _run(
        self,
        request: SandboxRequest,
        job: Job,
        *,
        stop: threading.Event | None = None,
        look: Callable[[OuterGroup | InnerGroup], None] | None = None,
    ) -> SandboxOutcome:
        place = self._place(job)
        group = self._make_group(place, request.limits)
        group.look = None if look is None else lambda: look(group)
        marker = secrets.token_hex(16)
        clean = False
        try:
            command = self._describe(request, place, group, marker)
            outcome = supervise(
                Launch(
                    command=[*_TELL_WHEN_KILLED, self._remove_words(place.name), *command],
                    env=self._engine.env,
                    limits=request.limits,
                    group=group,
                    box=request.box,
                    stop=stop or self._stop,
                    marker=marker.encode(),
                    apart=True,
                )
            )
            clean = outcome.reason in ("exit", "signal") and isinstance(group, OuterGroup)
            return outcome
        finally:
            if not clean:
                self._engine.remove(place.name)
            group.remove()

    def _describe(
        self, request: SandboxRequest, place: ContainerPlace, group: OuterGroup | InnerGroup, marker: str
    ) -> list[str]:
        run = RunWords(self._engine, place)
        outer = group.path if isinstance(group, OuterGroup) else None
        run.add_walls(remove=outer is not None)
        run.add_private(private_mib(request.limits))
        run.add_limits(request.limits, group=outer, box=request.box is not None)
        run.add_gpus(request.gpu_devices)
        for mount in request.mounts:
            run.add_mount(mount)
        if request.box is not None:
            run.add_mount(Mount(request.box.path, Path("/box"), writable=True))
        run.add_masks(request.mounts, request.masks)
        return run.finish(request.command, request.cwd, request.env, marker=marker)

    def _make_group(self, place: ContainerPlace, limits: SandboxLimits) -> OuterGroup | InnerGroup:
        if self._groups is not None:
            return OuterGroup(self._groups, place.job.id, limits, note=place.job.folder)

        def facts() -> dict[str, Any]:
            try:
                return self._engine.inspect("container", place.name)
            except SandboxError:
                return {}

        def leader() -> tuple[int, str] | None:
            found = facts()
            process = int(found.get("State", {}).get("Pid") or 0)
            return (process, str(found["Id"])) if process else None

        def end() -> None:
            with suppress(SandboxError):
                self._engine.ask("kill", place.name)

        return InnerGroup(leader, lambda: bool(facts().get("State", {}).get("OOMKilled")), end)

    def _place(self, job: Job) -> ContainerPlace:
        return ContainerPlace(f"deepgrade-{self._home[:8]}-{job.id}", self.image.id, job, self._home)

    def _remove_words(self, name: str) -> str:
        return shlex.join(self._engine.command(*self._engine.difference.remove, name))

    def _sweep(self) -> None:
        """Remove the containers of killed supervisors: those of this state folder whose job is locked by nobody."""
        root = state_root()
        for container, job in self._engine.containers(f"deepgrade.home={self._home}").items():
            if not is_job_alive(root, job):
                self._engine.remove(container)
        sweep(root, remove_groups_of)


def _home_id(root: Path) -> str:
    """Return the id of this state folder, made at the first call."""
    file = root / "id"
    if not file.exists():
        # Written aside and linked: whoever comes second finds a whole one.
        draft = root / f".{uuid.uuid4().hex}"
        draft.write_text(uuid.uuid4().hex)
        with suppress(FileExistsError):
            file.hardlink_to(draft)
        draft.unlink()
    return file.read_text()
