"""A Slurm cluster of two small nodes on this machine, started by `.ci/slurm`, for tests and measurements."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "slurm"


class Cluster:
    """A running cluster.

    Attributes:
        folder: All its state.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def environment(self) -> dict[str, str]:
        """What its commands need to find it."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def ask(self, *command: str, check: bool = True) -> str:
        """Run one of Slurm's commands and return what it prints."""
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not check or done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def running(self) -> list[tuple[str, str]]:
        """Return task (`12_3`) and node of all that run."""
        lines = self.ask(
            "squeue", "--noheader", "--array", "--states=running", "--format=%F_%K|%N"
        ).splitlines()
        return [(job, node) for job, _, node in (line.partition("|") for line in lines)]

    def jobs(self) -> list[str]:
        """Return the states of all that wait or run."""
        return self.ask("squeue", "--noheader", "--array", "--format=%T").split()

    def control(self, what: str, *words: str) -> None:
        """Start the controller or a node's daemon again, or stop everything."""
        subprocess.run(
            [_SCRIPT, what, *words, str(self.folder)], check=True, capture_output=True, timeout=120
        )

    def kill_controller(self) -> None:
        """End the controller."""
        pid = int((self.folder / "slurmctld.pid").read_text())
        os.kill(pid, 15)
        wait_for(lambda: not Path(f"/proc/{pid}").exists(), "the controller's end")

    def node_state(self, node: str) -> str:
        """Return one word: idle, mixed, drained, ..."""
        return self.ask("sinfo", "--noheader", f"--nodes={node}", "--format=%T").strip()


@contextmanager
def running_cluster(folder: Path, **settings: str) -> Iterator[Cluster]:
    """Start a cluster and stop it again.

    Args:
        folder: An empty folder for all its state.
        settings: Environment variables of `.ci/slurm`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    started = subprocess.run(
        [_SCRIPT, "start", str(folder)], env={**os.environ, **settings}, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    cluster = Cluster(folder)
    try:
        assert started.returncode == 0, f"the cluster did not start: {started.stdout}{started.stderr}"
        yield cluster
    finally:
        cluster.control("stop")


def wait_for(
    condition: Callable[[], object], what: str, *, timeout_s: float = 60, step_s: float = 0.1
) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:g} s for {what}"
        time.sleep(step_s)
