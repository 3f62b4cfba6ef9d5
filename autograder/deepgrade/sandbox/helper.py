"""A place for a long-lived process of ours that reads what strangers made, with bubblewrap around it.

The infer worker runs the grader's own code, on models and arrays of students. It needs no network, no course
folder and no writable place but its exchange folder; so it gets none, and the same system call filter and
throw-away user id as a run.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from deepgrade.sandbox.base import HelperLaunch, Mount
from deepgrade.sandbox.bwrap_arguments import (
    PATH,
    PRIVATE,
    Arguments,
    FileContents,
    add_last,
    add_mounts,
    add_walls,
    become,
)
from deepgrade.sandbox.cgroups import ControlGroup
from deepgrade.sandbox.environment import HostHelper, host_environment
from deepgrade.sandbox.state import Job


class BubblewrapHelper(HostHelper):
    """The walls of a run, without its limits.

    Args:
        program: bubblewrap.
        job: Claimed for as long as the helper may be started.
        filter_program: Of system calls, if any.
        group: Holds every process of the helper, where groups can be made.
    """

    def __init__(
        self, program: str, job: Job, filter_program: bytes | None, group: ControlGroup | None = None
    ) -> None:
        self._program = program
        self._job = job
        self._filter = filter_program
        self._group = group

    @property
    def exchange(self) -> None:
        """Mounts may lie anywhere."""

    def launch(self, command: list[str], mounts: Sequence[Mount], env: Mapping[str, str]) -> HelperLaunch:
        """Return how to start a command with these mounts."""
        contents = FileContents(self._job.folder)
        arguments = Arguments(contents)
        add_walls(arguments, self._job)
        for folder in PRIVATE:
            arguments.add("--perms", "1777", "--tmpfs", folder)
        add_mounts(arguments, [*host_environment().mounts, *mounts])
        add_last(arguments, Path("/"), env, self._filter)
        start = [self._program, "--args", arguments.handle(), "--", *become(self._job), *command]
        opened = " ".join(f"{number}<{shlex.quote(str(file))}" for number, file in contents.redirections())
        joins = (
            [f"echo 0 > {shlex.quote(str(file))}" for file in self._group.join_files] if self._group else []
        )
        script = " && ".join([*joins, f'exec "$@" {opened}'])
        return HelperLaunch(["/bin/sh", "-c", script, "launcher", *start], {"PATH": PATH})

    def end(self) -> None:
        """End what is left of a killed launcher's processes."""
        if self._group is not None:
            self._group.kill()
