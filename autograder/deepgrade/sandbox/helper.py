"""Walls around a long-lived process of ours that reads what strangers made.

The infer worker runs the grader's own code, on models and arrays of students. It needs no network, no course
folder and no writable place but its exchange folder; so it gets none. Unlike a student's process it is spoken
to over pipes, so these walls are words in front of its command.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from deepgrade.sandbox.base import Sandbox, SandboxUnavailable

_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


class HelperMount(Protocol):
    """A folder that the helper sees at a path."""

    @property
    def source(self) -> Path:
        """The folder."""

    @property
    def target(self) -> Path:
        """Where it is seen."""

    @property
    def writable(self) -> bool:
        """Whether the helper may write there."""


def helper_walls(sandbox: Sandbox) -> Callable[[list[str], Sequence[HelperMount]], list[str]] | None:
    """Return what puts walls around a helper's command; None where the sandbox in use is `none`.

    Raises:
        SandboxUnavailable: bubblewrap is not installed.
    """
    if sandbox.name == "none":
        return None
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxUnavailable("bubblewrap is not installed; repair: apt-get install bubblewrap")

    def wall(command: list[str], mounts: Sequence[HelperMount]) -> list[str]:
        return [
            program,
            *_namespaces(),
            *_mounted(mounts),
            "--remount-ro",
            "/",
            "--",
            *_without_rights(),
            *command,
        ]

    return wall


def _namespaces() -> Iterable[str]:
    yield from ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    yield from ("--die-with-parent", "--new-session", "--hostname", "infer")
    if os.geteuid() != 0:
        # Root must not make a user namespace: see bubblewrap.py.
        yield from ("--unshare-user", "--cap-drop", "ALL")
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM_LINKS:
        path = Path("/") / name
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    yield from (
        "--ro-bind-try",
        "/etc/ld.so.cache",
        "/etc/ld.so.cache",
        "--ro-bind-try",
        "/etc/passwd",
        "/etc/passwd",
    )
    yield from ("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108


def _mounted(mounts: Sequence[HelperMount]) -> Iterable[str]:
    for mount in sorted(mounts, key=lambda mount: len(mount.target.parts)):
        yield from ("--bind" if mount.writable else "--ro-bind", str(mount.source), str(mount.target))


def _without_rights() -> Sequence[str]:
    if os.geteuid() != 0:
        return ()
    return (
        "setpriv",
        "--inh-caps=-all",
        "--ambient-caps=-all",
        "--bounding-set=-all",
        "--no-new-privs",
        "--",
    )
