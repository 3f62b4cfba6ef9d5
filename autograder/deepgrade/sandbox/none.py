"""No sandbox: the command runs as this very user, with this user's files and network.

For debugging a lab whose author is trusted, and nothing else: `--sandbox none` must be said aloud. Limits of
time, memory and processes hold as far as they can be measured. Paths inside are translated to host paths, in
the command, in the environment and for the working folder.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deepgrade.sandbox.base import (
    Box,
    HelperLaunch,
    Mount,
    Preparation,
    Prepared,
    SandboxOutcome,
    SandboxRequest,
    StudentEnvironment,
)
from deepgrade.sandbox.environment import HostHelper, host_environment
from deepgrade.sandbox.state import remove_tree
from deepgrade.sandbox.supervise import Launch, supervise
from deepgrade.sandbox.translate import translate

NO_GPU = {"CUDA_VISIBLE_DEVICES": "NoDevFiles", "JAX_PLATFORMS": "cpu"}
"""The value names no card, and is none that a notebook would set; JAX fails where the first is set and not the second."""


class NoSandbox:
    """Runs commands without any wall around them.

    Attributes:
        name: `none`.
    """

    name = "none"

    def __init__(self) -> None:
        """Start nothing yet."""
        self._stop = threading.Event()

    @property
    def environment(self) -> StudentEnvironment:
        """This process's own Python; that nothing surrounds it stands among the versions.

        So a run made without walls is another run than one with them: a later grading with walls makes it again.
        """
        environment = host_environment()
        return replace(environment, versions=environment.versions | {"sandbox": self.name})

    @contextmanager
    def open_helper(self) -> Iterator[PlainHelper]:
        """Yield a place without walls."""
        yield PlainHelper()

    @contextmanager
    def open_box(self, *, disk_mib: int) -> Iterator[Box]:
        """Make an empty box that is gone when the block ends; its size is measured, not held."""
        folder = Path(tempfile.mkdtemp(prefix="deepgrade-box-"))
        try:
            path, staging = folder / "box", folder / "staging"
            path.mkdir()
            staging.mkdir()
            yield Box(path=path, owner=os.geteuid(), capped=False, staging=staging)
        finally:
            remove_tree(folder)

    def run(self, request: SandboxRequest) -> SandboxOutcome:
        """Run a command to its end.

        Raises:
            SandboxError: It could not be started.
            SandboxStopped: `stop_all` was called, before or meanwhile.
        """
        mounts = list(request.mounts)
        # Nothing keeps the process from the machine's GPUs: where none is lent, its libraries are told of none.
        env = dict(request.env) if request.gpu_devices else NO_GPU | dict(request.env)
        if request.box is not None:
            mounts.append(Mount(request.box.path, Path("/box"), writable=True))
        launch = Launch(
            command=[translate(word, mounts) for word in request.command],
            env={name: translate(value, mounts) for name, value in env.items()},
            limits=request.limits,
            group=None,
            box=request.box,
            user=os.geteuid(),
            stop=self._stop,
            cwd=Path(translate(str(request.cwd), mounts)),
        )
        return supervise(launch)

    @contextmanager
    def prepare(self, preparation: Preparation) -> Iterator[Prepared | None]:
        """Yield None: this is for debugging, plainly."""
        yield None

    def stop_all(self) -> None:
        """Make every `run` end now, and every later one at once."""
        self._stop.set()


class PlainHelper(HostHelper):
    """A helper process that is an ordinary process of this user."""

    @property
    def exchange(self) -> None:
        """Mounts may lie anywhere."""

    def launch(self, command: list[str], mounts: Sequence[Mount], env: Mapping[str, str]) -> HelperLaunch:
        """Return the command with host paths in place of mounted ones."""
        return HelperLaunch([translate(word, mounts) for word in command], {"PATH": os.defpath, **env})

    def end(self) -> None:
        """Do nothing: who started the process ends it."""
