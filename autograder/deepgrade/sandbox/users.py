"""All processes of one user id, and what the id left: for runs that no process namespace holds together.

Theory of operation: a run's user id is its own (state.py), so whatever runs or lies around under it is the run's. A
process cannot leave its user id without a right that it does not have. Ending them all is a race with processes that
multiply: a helper that has become that very user sends one signal to all of them, which the kernel does in one step that no
fork slips through; they may kill the helper first, so root sends each one the signal as well, and both are done until
nothing but dead processes is left.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from deepgrade.sandbox.base import SandboxError

_END_S = 30.0
SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")  # noqa: S108 - every user may write there
_COMMAND_S = 60.0


def processes_of(user: int) -> list[int]:
    """Return the living processes that have this user id as any of their four (real, effective, saved, file system)."""
    word = str(user).encode()
    return [process for process, text in _statuses() if word in _line(text, b"Uid") and _is_alive(text)]


def users_with_processes() -> set[int]:
    """Return the user ids under which something runs."""
    return {int(word) for _, text in _statuses() if _is_alive(text) for word in _line(text, b"Uid")}


def _statuses() -> Iterator[tuple[int, bytes]]:
    for name in os.listdir("/proc"):  # noqa: PTH208 - many times a second
        if name.isdigit():
            try:
                # The owner of the folder says nothing: it is root for a process that asked not to be dumped.
                with open(f"/proc/{name}/status", "rb") as file:  # noqa: PTH123
                    text = file.read()
            except OSError:
                continue
            yield int(name), text


def _line(status: bytes, name: bytes) -> list[bytes]:
    start = status.find(b"\n" + name + b":")
    return status[start + 1 : status.find(b"\n", start + 1)].split()[1:] if start >= 0 else []


def _is_alive(status: bytes) -> bool:
    # Threads live on when the first of them has ended, which the state does not show.
    return _line(status, b"State")[:1] not in ([b"Z"], [b"X"]) or _line(status, b"Threads") != [b"1"]


def end_processes_of(user: int) -> None:
    """Kill every process of a user id and wait until none is left.

    Raises:
        SandboxError: Processes are left after half a minute, or this process may not kill them.
    """
    if user == 0:
        raise SandboxError("the processes of root are not ended")
    deadline = time.monotonic() + _END_S
    while left := processes_of(user):
        _kill_as(user)
        for process in left:
            with suppress(ProcessLookupError):
                try:
                    os.kill(process, signal.SIGKILL)
                except PermissionError:
                    raise SandboxError(f"process {process} of user {user} may not be killed") from None
        if time.monotonic() > deadline:
            raise SandboxError(
                f"{len(left)} processes of user {user} cannot be killed: {sorted(left)[:8]}; restart this machine"
            )
        time.sleep(0.002)


def remove_files_of(user: int, folders: Sequence[str] = SHARED_FOLDERS) -> None:
    """Remove what a user id has left in folders that every user may write to.

    Only when no process of it is alive, and only what lies in the folder itself: its sticky bit keeps others from putting
    something else in that place meanwhile, which in a folder of another student's nothing would.
    """
    there = [folder for folder in folders if _is_sticky(Path(folder))]
    if not there:
        return
    find = ["find", *there, "-xdev", "-mindepth", "1", "-maxdepth", "1", "-uid", str(user)]
    remove = ["-prune", "-exec", "rm", "-rf", "--one-file-system", "--", "{}", "+"]
    with suppress(subprocess.TimeoutExpired, OSError):
        subprocess.run([*find, *remove], capture_output=True, check=False, timeout=_COMMAND_S)


def _is_sticky(folder: Path) -> bool:
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == 0 and bool(facts.st_mode & stat.S_ISVTX)


def unreadable_for(user: int, paths: Sequence[Path]) -> list[Path]:
    """Return those of the paths that a user id cannot open: files to read, folders to look into.

    Raises:
        SandboxError: It could not be tried.
    """
    if not paths:
        return []
    script = 'for path; do [ -r "$path" ] && { [ ! -d "$path" ] || [ -x "$path" ]; } || printf "%s\\0" "$path"; done'
    done = subprocess.run(
        [*become(user), "/bin/sh", "-c", script, "sh", *map(str, paths)],
        capture_output=True,
        cwd="/",
        check=False,
        timeout=_COMMAND_S,
    )
    if done.returncode != 0:
        raise SandboxError(
            f"user id {user} cannot be taken: {done.stderr.decode('utf-8', 'replace').strip()}"
        )
    return [Path(os.fsdecode(path)) for path in done.stdout.split(b"\0") if path]


def become(user: int) -> list[str]:
    """Return the words of a command that gives up every right and becomes a user id, whose group has the same number."""
    name = str(user)
    return [
        "/usr/bin/setpriv", "--reuid", name, "--regid", name, "--clear-groups", "--inh-caps=-all", "--ambient-caps=-all",
        "--bounding-set=-all", "--no-new-privs", "--pdeathsig", "KILL", "--",
    ]  # fmt: skip


def _kill_as(user: int) -> None:
    """Send one signal to all processes of a user, from a process of that user (which it spares)."""
    with suppress(subprocess.TimeoutExpired, OSError):
        subprocess.run(
            [*become(user), "/bin/sh", "-c", "kill -KILL -1"],
            stdin=subprocess.DEVNULL, capture_output=True, cwd="/", check=False, timeout=_COMMAND_S,
        )  # fmt: skip
