"""The words of a bubblewrap command line, and the descriptors that it reads.

bubblewrap takes file contents, the system call filter and its own arguments from descriptors. Whoever starts it at
once keeps them in memory; whoever leaves the start to somebody else leaves them in files, which a shell opens.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from deepgrade.sandbox.base import Mount
from deepgrade.sandbox.masks import masked_places
from deepgrade.sandbox.state import Job
from deepgrade.sandbox.users import become as become_user

INSIDE_USER = 1000
PATH = "/usr/local/bin:/usr/bin:/bin"
PRIVATE = ("/dev/shm", "/tmp")  # noqa: S108 - each sandbox has its own
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = ("ld.so.cache", "localtime", "alternatives", "fonts", "ssl/certs", "OpenCL")
_FIRST_FILE = 3


class Contents(Protocol):
    """Keeps what bubblewrap reads from descriptors."""

    def keep(self, content: bytes) -> int:
        """Keep a content; return the number of the descriptor from which bubblewrap can read it once."""


class HandleContents:
    """Contents in memory, for a process that starts bubblewrap itself and passes `handles` on."""

    def __init__(self) -> None:
        self.handles: list[int] = []

    def keep(self, content: bytes) -> int:
        """Return an open descriptor."""
        handle = os.memfd_create("sandbox")
        self.handles.append(handle)
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.lseek(handle, 0, os.SEEK_SET)
        return handle

    def close(self) -> None:
        """Close the descriptors."""
        for handle in self.handles:
            os.close(handle)


class FileContents:
    """Contents in files of a folder that is the grader's own, opened by the shell that becomes bubblewrap."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: list[Path] = []

    def keep(self, content: bytes) -> int:
        """Return the number that `redirections` gives to the file."""
        number = _FIRST_FILE + len(self.files)
        if number > 9:
            raise ValueError("a shell opens no descriptor above 9")
        file = self._folder / f"descriptor{number}"
        file.write_bytes(content)
        self.files.append(file)
        return number

    def redirections(self) -> list[tuple[int, Path]]:
        """Return which descriptor is which file."""
        return list(enumerate(self.files, start=_FIRST_FILE))


class Arguments:
    """bubblewrap's arguments.

    Args:
        contents: Keeps the contents that they name.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._words: list[str] = []

    def add(self, *words: str) -> None:
        """Add words as they are."""
        self._words += words

    def data(self, content: bytes) -> str:
        """Return, as a word, the descriptor from which the content can be read once."""
        return str(self._contents.keep(content))

    def handle(self) -> str:
        """Return the descriptor from which bubblewrap reads all arguments added so far."""
        return self.data(b"".join(word.encode() + b"\0" for word in self._words))


def add_walls(arguments: Arguments, job: Job, *, own_processes: bool = True) -> None:
    """Add namespaces, the system's read-only folders, and a user without rights.

    Args:
        arguments: Gets them.
        job: Whose user id it is.
        own_processes: False leaves the command among the launcher's processes.
    """
    if own_processes:
        arguments.add("--unshare-pid")
    arguments.add("--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    arguments.add("--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv")
    root = os.geteuid() == 0
    user = job.user if root else INSIDE_USER
    if not root:
        arguments.add("--unshare-user", "--uid", str(user), "--gid", str(user), "--cap-drop", "ALL")
        arguments.add("--disable-userns", "--assert-userns-disabled")
    _add_system(arguments, user)


def add_last(arguments: Arguments, cwd: Path, env: Mapping[str, str], filter_program: bytes | None) -> None:
    """Add what comes after all mounts: a root that is read-only, the environment, the system call filter."""
    arguments.add("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(cwd))
    for name, value in {"PATH": PATH, **env}.items():
        arguments.add("--setenv", name, value)
    if filter_program is not None:
        arguments.add("--seccomp", arguments.data(filter_program))


def _add_system(arguments: Arguments, user: int) -> None:
    arguments.add("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM_LINKS:
        path = Path("/") / name
        if path.is_symlink():
            arguments.add("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            arguments.add("--ro-bind", str(path), str(path))
    arguments.add("--perms", "0755", "--dir", "/etc")
    for name in _ETC:
        if (Path("/etc") / name).exists():
            for parent in list(Path(name).parents)[-2::-1]:
                arguments.add("--perms", "0755", "--dir", f"/etc/{parent}")
            arguments.add("--ro-bind", f"/etc/{name}", f"/etc/{name}")
    texts = {
        "passwd": f"student:x:{user}:{user}::/box:/bin/sh\n",
        "group": f"student:x:{user}:\n",
        "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    }
    for name, text in texts.items():
        arguments.add("--perms", "0444", "--file", arguments.data(text.encode()), f"/etc/{name}")
    arguments.add("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev")


def add_mounts(arguments: Arguments, mounts: list[Mount]) -> None:
    """Add mounts, with folders in between that everybody can read."""
    made: set[Path] = {Path("/"), Path("/tmp"), Path("/dev"), Path("/proc"), Path("/etc")}  # noqa: S108
    for mount in mounts:
        inside = [other.target for other in mounts if other is not mount]
        for parent in reversed(mount.target.parents):
            covered = parent.is_relative_to("/usr") or any(parent.is_relative_to(target) for target in inside)
            if parent not in made and not covered:
                # bubblewrap run by root makes folders in between unreadable for others.
                arguments.add("--perms", "0755", "--dir", str(parent))
                made.add(parent)
        arguments.add("--bind" if mount.writable else "--ro-bind", str(mount.source), str(mount.target))


def add_masks(arguments: Arguments, mounts: list[Mount], masks: tuple[Path, ...], empty: Path) -> None:
    """Show nothing in place of the masked paths, wherever a mount shows them."""
    for mask in masks:
        for target in sorted({target for mount in mounts for target in masked_places(mask, mount)}):
            if mask.is_dir():
                arguments.add("--perms", "0755", "--tmpfs", str(target), "--remount-ro", str(target))
            elif mask.exists():
                arguments.add("--ro-bind", str(empty), str(target))


def become(job: Job) -> list[str]:
    """Return what changes to the job's user before the command, where the launcher is root."""
    if os.geteuid() != 0:
        return []
    return become_user(job.user)
