"""Commands run to their end, with what they took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[1]


class Took(NamedTuple):
    """What a command took."""

    wall_s: float
    cpu_s: float
    """Of the command and everything it started and waited for."""
    said: str


class CommandFailedError(Exception):
    """A command that is measured ended with an error; the message holds what it said."""


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] = {},
    codes: tuple[int, ...] = (0,),
) -> Took:
    """Run a command to its end.

    Args:
        command: What to run.
        cwd: Its working folder.
        env: Added to this process's environment.
        codes: Exit codes that are no failure.

    Raises:
        CommandFailedError: It ended with another code.
    """
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(
            list(map(str, command)), cwd=cwd, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.monotonic() - began
        process.returncode = code = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if code not in codes:
        raise CommandFailedError(f"{' '.join(map(str, command))} ended with {code}:\n{said[-4000:]}")
    return Took(wall, usage.ru_utime + usage.ru_stime, said)


def tools(store: Path) -> dict[str, str]:
    """Return the environment in which otter, nbgrader and deepgrade find each other and the data."""
    return {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "DEEPGRADE_STORE": str(store),
        "PYTHONPATH": os.pathsep.join(
            [str(ROOT / "autograder"), str(ROOT / "tests"), str(ROOT), os.environ.get("PYTHONPATH", "")]
        ).rstrip(os.pathsep),
    }
