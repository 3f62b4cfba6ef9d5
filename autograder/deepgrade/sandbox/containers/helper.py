"""A place for a long-lived process of ours that reads what strangers made, in a container of the students' image.

The same walls as a run's: no network, a read-only root, no capability, the system call filter, a throw-away user id.
The grader's code is mounted; the image holds none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from deepgrade.sandbox.base import HelperLaunch, Mount
from deepgrade.sandbox.containers.arguments import ContainerPlace, RunWords
from deepgrade.sandbox.containers.engines import Engine

_PRIVATE_MIB = 1024
_PROCESSES = 4096


class ContainerHelper:
    """One container at a time, spoken to over pipes.

    Args:
        engine: Which engine.
        place: Which container; its name gets a number for each start.
        python: The image's interpreter.
    """

    def __init__(self, engine: Engine, place: ContainerPlace, python: Path) -> None:
        self._engine, self._place, self._python = engine, place, python
        self._starts = 0
        self._running: str | None = None

    @property
    def python(self) -> Path:
        """The image's interpreter."""
        return self._python

    @property
    def variables(self) -> Mapping[str, str]:
        """Nothing: the image says itself what its libraries need."""
        return {}

    @property
    def exchange(self) -> None:
        """Mounts may lie anywhere."""

    def launch(self, command: list[str], mounts: Sequence[Mount], env: Mapping[str, str]) -> HelperLaunch:
        """Return how to start a command with these mounts."""
        self.end()
        self._starts += 1
        self._running = f"{self._place.name}-{self._starts}"
        run = RunWords(self._engine, self._place._replace(name=self._running))
        run.add_walls()
        run.add_private(_PRIVATE_MIB)
        run.words += ["--interactive", "--pids-limit", str(_PROCESSES), *self._engine.own_limits()]
        for mount in mounts:
            run.add_mount(mount)
        return HelperLaunch(run.finish(command, Path("/"), env, marker=None), dict(self._engine.env))

    def end(self) -> None:
        """Remove the container, whether its client is still there or was killed.

        Raises:
            SandboxError: It cannot be removed.
        """
        if self._running is not None:
            self._engine.remove(self._running)
            self._running = None
