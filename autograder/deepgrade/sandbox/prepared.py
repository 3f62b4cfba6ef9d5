"""The head's side of a prepared program: start it, and have it forked into a sandbox that stands (inside/fork_server.py).

Theory of operation: the server is our own process, between the head and the runs. As root it has namespaces of its own for
all but processes (a fork can only enter a process namespace below its own), a view of the student's libraries alone, and of
root's rights those that entering a sandbox takes. An ordinary user's server needs no such right, since a sandbox's user
namespace is that user's own; but then nothing may surround the server. It is an ordinary process with an environment of its
own, and its forks take what would lead an import out of their sandbox from their path (kernel/preload.py).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deepgrade.sandbox.base import Mount, Preparation, SandboxError, SandboxRequest
from deepgrade.sandbox.bwrap_arguments import (
    PATH,
    PRIVATE,
    Arguments,
    HandleContents,
    add_last,
    add_masks,
    add_mounts,
    add_walls,
)
from deepgrade.sandbox.sharing import open_for_reading
from deepgrade.sandbox.state import Job
from deepgrade.sandbox.supervise import resource_limits

_INSIDE = Path(__file__).resolve().parent / "inside"
_TARGET = Path("/fork")
_READY = b"ready"
_READY_S = 120.0
_ANSWER_S = 30.0
_END_S = 5.0
_ANSWER_BYTES = 1 << 16
_SAID = 600
_RIGHTS = ("SYS_ADMIN", "SYS_CHROOT", "SETUID", "SETGID", "SETPCAP")
"""Enter namespaces (two of them), change the user, and give up the rest."""
WAITS = b"[sandbox stands]\n"
"""What the shell prints around which a sandbox is built for a fork."""
# A pipe that ends without a code: whoever waited for the run was killed, and the run with it.
WAIT_COMMAND = ("/bin/sh", "-c", f'echo "{WAITS.decode().strip()}"; read -r code || code=137; exit "$code"')
_NAMESPACES = ("pid", "cgroup", "ipc", "uts", "net", "mnt")
_GET_OWNER = 0xB701
"""ioctl NS_GET_USERNS: the user namespace that a namespace belongs to."""


class NotForkedError(SandboxError):
    """The prepared program did not fork; nothing of the run has begun."""


class PreparedProcess:
    """A prepared program.

    Args:
        process: The server, or its launcher.
        server: The socket on which it waits.
    """

    def __init__(self, process: subprocess.Popen[bytes], server: socket.socket) -> None:
        self._process = process
        self._server = server
        self._hangs = False

    @property
    def pid(self) -> int:
        """The server's process, or its launcher's."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still waits; one that did not answer once is not asked again."""
        return not self._hangs and self._process.poll() is None

    @contextmanager
    def fork(self, asked: Mapping[str, Any], handles: Mapping[str, int]) -> Iterator[int]:
        """Fork into a sandbox; yield the run's process id, and let it go on where the block ends without an error.

        Args:
            asked: What inside/fork_server.py wants to know.
            handles: Descriptors by name: namespaces, `log`, `exit`.

        Raises:
            NotForkedError: The server is gone, or could not do it.
        """
        own, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with own:
            try:
                with theirs:
                    socket.send_fds(self._server, [b"f"], [theirs.fileno()])
                own.settimeout(_ANSWER_S)
                message = json.dumps({**asked, "descriptors": list(handles)}).encode()
                socket.send_fds(own, [message], list(handles.values()))
                process = int(json.loads(own.recv(_ANSWER_BYTES))["pid"])
                yield process
                own.send(b"g")
            except (OSError, ValueError, KeyError) as error:
                self._hangs = self._hangs or isinstance(error, TimeoutError)
                raise NotForkedError(f"the prepared process did not fork: {error}") from None

    def close(self) -> None:
        """End the server."""
        self._server.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def joined_namespaces(process: int) -> Iterator[dict[str, int]]:
    """Yield descriptors of a process's namespaces by name.

    An ordinary user's sandbox has a user namespace to which the others belong (`owner`), and one inside it (`nested`) in
    which bubblewrap leaves its command.
    """
    handles: dict[str, int] = {}
    try:
        for name in _NAMESPACES:
            handles[name] = os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        if os.geteuid() != 0:
            handles["owner"] = fcntl.ioctl(handles["mnt"], _GET_OWNER)
            handles["nested"] = os.open(f"/proc/{process}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
            if os.fstat(handles["nested"]).st_ino == os.fstat(handles["owner"]).st_ino:
                os.close(handles.pop("nested"))
        yield handles
    except OSError as error:
        raise NotForkedError(f"a sandbox's namespaces cannot be opened: {error}") from None
    finally:
        for handle in handles.values():
            os.close(handle)


def fork_request(
    request: SandboxRequest,
    words: Sequence[str],
    user: int | None,
    filter_program: bytes | None,
    *,
    counted: int | None,
) -> dict[str, Any]:
    """Return what inside/fork_server.py is asked for.

    Args:
        request: What would be run plainly.
        words: For the program.
        user: Whom to become; None for who it is in its user namespace.
        filter_program: Of system calls.
        counted: The user id whose processes are counted where no control group does it.
    """
    return {
        "words": list(words),
        "env": {"PATH": PATH, "PWD": str(request.cwd), **request.env},
        "cwd": str(request.cwd),
        "user": user,
        "limits": resource_limits(request.limits, has_box=request.box is not None, counted=counted),
        "umask": 0o022,
        "filter": None if filter_program is None else base64.b64encode(filter_program).decode("ascii"),
    }


@contextmanager
def prepared_process(program: str, job: Job, preparation: Preparation) -> Iterator[PreparedProcess]:
    """Start a prepared program and end it with the block.

    Args:
        program: bubblewrap.
        job: Claimed for as long as the program lives.
        preparation: What to start.

    Raises:
        SandboxError: It failed; what it said is in the message.
    """
    inside, log = job.folder / "inside", job.folder / "prepared.log"
    shutil.copytree(_INSIDE, inside, ignore=shutil.ignore_patterns("__pycache__"))
    own, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    contents = HandleContents()
    root = os.geteuid() == 0
    try:
        with theirs, log.open("wb") as said:
            asked = {"program": str(preparation.program), "words": preparation.words}
            walls = _walls(program, job, preparation, inside, contents) if root else []
            if not root:
                asked["program"] = _on_host(preparation)
            own.send(json.dumps(asked).encode())
            process = subprocess.Popen(
                [*walls, str(preparation.python), "-I", "fork_server.py", str(theirs.fileno())],
                env={"PATH": PATH} if root else {"PATH": PATH, **preparation.env},
                cwd=inside, pass_fds=(*contents.handles, theirs.fileno()), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
    except OSError as error:
        own.close()
        raise SandboxError(f"{preparation.python} cannot be started: {error.strerror}") from None
    finally:
        contents.close()
    prepared = PreparedProcess(process, own)
    try:
        own.settimeout(_READY_S)
        _await_ready(own, log)
        yield prepared
    finally:
        prepared.close()


def _await_ready(server: socket.socket, log: Path) -> None:
    answer = b""
    with suppress(OSError):
        answer = server.recv(_ANSWER_BYTES)
    if answer != _READY:
        words = " ".join(log.read_bytes()[-_SAID:].decode("utf-8", "replace").split())
        raise SandboxError(f"the prepared process did not get ready: {words or 'it said nothing'}")


def _walls(
    program: str, job: Job, preparation: Preparation, inside: Path, contents: HandleContents
) -> list[str]:
    """Return bubblewrap's part of the command line."""
    arguments = Arguments(contents)
    add_walls(arguments, job, own_processes=False)
    arguments.add("--cap-drop", "ALL")
    for right in _RIGHTS:
        arguments.add("--cap-add", f"CAP_{right}")
    for folder in PRIVATE:
        arguments.add("--perms", "1777", "--tmpfs", folder)
    open_for_reading(inside)
    mounts = [*preparation.mounts, Mount(inside, _TARGET)]
    add_mounts(arguments, mounts)
    empty = job.folder / "empty"
    empty.touch(mode=0o444)
    add_masks(arguments, [Mount(Path("/usr"), Path("/usr")), *mounts], preparation.masks, empty)
    add_last(arguments, _TARGET, preparation.env, None)
    return [program, "--args", arguments.handle(), "--"]


def _on_host(preparation: Preparation) -> str:
    """Return where the program lies outside, for a server that nothing surrounds."""
    for mount in preparation.mounts:
        if preparation.program.is_relative_to(mount.target):
            return str(mount.source / preparation.program.relative_to(mount.target))
    return str(preparation.program)
