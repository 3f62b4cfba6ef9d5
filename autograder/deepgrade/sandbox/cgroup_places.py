"""Where this process may make control groups: version 1 or 2, and below which group."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deepgrade.sandbox.cgroups import ControlGroups
from deepgrade.sandbox.control_files import text_in, write_control

_LEAF = "deepgrade-supervisor"
_WANTED = {"memory", "pids", "cpu", "cpuacct"}
_NEEDED = {"memory", "pids"}


def find_control_groups(
    *, mountinfo: str | None = None, membership: str | None = None
) -> tuple[ControlGroups | None, str]:
    """Find where this process may make groups for memory and processes.

    Args:
        mountinfo: Text of /proc/self/mountinfo; this process's when absent.
        membership: Text of /proc/self/cgroup; this process's when absent.

    Returns:
        The place, or None, and a sentence that says which or why not.
    """
    mountinfo = Path("/proc/self/mountinfo").read_text() if mountinfo is None else mountinfo
    membership = Path("/proc/self/cgroup").read_text() if membership is None else membership
    own = {}
    for line in membership.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            own[controller] = path
    version1: dict[str, Path] = {}
    version2: Path | None = None
    for kind, root, point, options in control_mounts(mountinfo):
        if kind == "cgroup2":
            version2 = point / _below(own.get("", "/"), root)
            top = point
            continue
        for controller in options & _WANTED:
            version1[controller] = point / _below(own.get(controller, "/"), root)
    if version1.keys() >= _NEEDED:
        usable = {name: folder for name, folder in version1.items() if os.access(folder, os.W_OK)}
        if usable.keys() >= _NEEDED:
            return ControlGroups(1, usable, frozenset(usable)), "version 1"
        return None, "the control groups of this process may not be written by this user"
    if version2 is None:
        return None, "no control groups with the memory and pids controllers are mounted"
    parent = _version2_parent(version2, top)
    if parent is None:
        return None, f"no group from {version2} upwards hands down memory and pids and may be written"
    controllers2 = frozenset((parent / "cgroup.subtree_control").read_text().split())
    return ControlGroups(2, {"all": parent}, controllers2), "version 2"


def _version2_parent(own: Path, top: Path) -> Path | None:
    if own.name == _LEAF:
        own = own.parent
    if _hands_down(own):
        return own
    if os.access(own, os.W_OK) and set(text_in(own / "cgroup.controllers").split()) >= _NEEDED:
        with suppress(OSError):
            leaf = own / _LEAF
            leaf.mkdir(exist_ok=True)
            write_control(leaf / "cgroup.procs", os.getpid())
            offered = text_in(own / "cgroup.controllers").split()
            wanted = " ".join(f"+{name}" for name in ("memory", "pids", "cpu") if name in offered)
            write_control(own / "cgroup.subtree_control", wanted)
    while not _hands_down(own):
        if own == top:
            return None
        own = own.parent
    return own


def _hands_down(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and set(text_in(folder / "cgroup.subtree_control").split()) >= _NEEDED


def control_mounts(mountinfo: str) -> Iterator[tuple[str, str, Path, set[str]]]:
    """Yield the kind, the group that is mounted, the mount point and the options of each control group mount."""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind in ("cgroup", "cgroup2"):
            root, point = before.split()[3:5]
            yield kind, root, Path(point), set(options.split(","))


def _below(path: str, root: str) -> str:
    """Return a group's path relative to the group that is mounted, which in a container is not the topmost."""
    inside = path if root == "/" else path.removeprefix(root) if path.startswith(root) else "/"
    return inside.strip("/")
