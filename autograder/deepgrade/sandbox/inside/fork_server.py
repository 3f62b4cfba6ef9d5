"""Prepare a program once and fork it into sandboxes: `python -I fork_server.py DESCRIPTOR`.

The descriptor is a socket on which the head first names the program and the words for its preparation. A program is a Python
file with two functions: `prepare(words)`, called once before anything else, and `run(words) -> int`, called in each fork; what
it returns is the exit code.

Theory of operation: four processes matter. The *server* (this file) has prepared the program and runs no stranger's code;
it shares the machine's process namespace with the head, which alone speaks to it, over a Unix socket. For each run the head
sends one byte and a socket of that run's own, and the server forks a *steward*. So the details of a run are never in the
server's memory, from where the next fork would have them. The steward enters the process namespace of a sandbox that
bubblewrap has built, forks the *run* there, tells the head its number, waits for its end and writes the exit code into a pipe
that the sandbox's first command reads, and ends with. The run waits until the head has put it under the sandbox's control
groups, joins the other namespaces, gives up every right (join.py) and closes every descriptor but the log's.

Messages of a run's socket: from the head, JSON (`fork_request` in prepared.py) with descriptors and their names; to the head,
`{"pid": ...}`; from the head, one byte to go on. A socket that closes ends the run before it has begun.

Standard library alone, and whatever the program imports.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import json
import os
import signal
import socket
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

REQUEST_BYTES = 1 << 20
MOST_DESCRIPTORS = 16
READY = b"ready"
EXIT_NOT_JOINED = 71
"""Of a run in which nothing of the program has begun."""
_HIGHEST_DESCRIPTOR = 65_536
_end = os._exit
"""Kept, since the program may come to run code that replaces it."""
_JOINED = ("cgroup", "ipc", "uts", "net", "mnt", "nested")
"""Namespaces in the order in which the run enters them: the nested user namespace, where there is one, has rights in none."""


def _load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_join = _load(Path(__file__).with_name("join.py"), "_deepgrade_join")


def serve(server: socket.socket, program: Any) -> None:
    """Fork until the head closes the socket."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # stewards need nobody to wait for them
    while True:
        message, descriptors, _, _ = socket.recv_fds(server, 1, MOST_DESCRIPTORS)
        if not message or len(descriptors) != 1:
            return
        if os.fork() == 0:
            _steward(server, descriptors[0], program)
        os.close(descriptors[0])


def _steward(server: socket.socket, descriptor: int, program: Any) -> NoReturn:
    """Start the run, wait for its end and pass on how it ended."""
    code = EXIT_NOT_JOINED
    try:
        server.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        request = socket.socket(fileno=descriptor)
        message, descriptors, _, _ = socket.recv_fds(request, REQUEST_BYTES, MOST_DESCRIPTORS)
        asked = json.loads(message)
        handles = dict(zip(asked["descriptors"], descriptors, strict=True))
        if "owner" in handles:  # of the other namespaces: the rights to enter them are had in there
            _join.enter(handles["owner"])
        _join.enter(handles["pid"])
        process = os.fork()
        if process == 0:
            _run(request, asked, handles, program)
        request.send(json.dumps({"pid": process}).encode())
        request.close()
        exit_pipe = handles.pop("exit")
        for handle in handles.values():
            os.close(handle)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os.write(exit_pipe, b"%d\n" % (code if code >= 0 else 128 - code))
    except BaseException:
        traceback.print_exc()
    finally:
        _end(0 if code == 0 else 1)


def _run(request: socket.socket, asked: dict[str, Any], handles: dict[str, int], program: Any) -> NoReturn:
    code = EXIT_NOT_JOINED
    try:
        if request.recv(1) != b"g":
            _end(EXIT_NOT_JOINED)
        _become_run(asked, handles)
        try:
            code = program.run(list(asked["words"]))
        except BaseException:
            code = 1
            with contextlib.suppress(BaseException):
                traceback.print_exc(file=sys.__stderr__)
        with contextlib.suppress(BaseException):
            for stream in (sys.__stdout__, sys.__stderr__):
                if stream is not None:
                    stream.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        _end(code)


def _become_run(asked: dict[str, Any], handles: dict[str, int]) -> None:
    """Step into the sandbox and leave everything else behind."""
    filter_program = base64.b64decode(asked["filter"]) if asked["filter"] else None
    os.setsid()
    for stream in (1, 2):
        os.dup2(handles["log"], stream)
    for name in _JOINED:
        if name in handles:
            _join.enter(handles[name])
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(3, _HIGHEST_DESCRIPTOR)
    os.umask(asked["umask"])
    os.environ.clear()
    os.environ.update(asked["env"])
    _join.limit(asked["limits"])
    _join.give_up_rights(asked["user"])
    # Not before: a folder of that user is closed even to root without the right to ignore it.
    os.chdir(asked["cwd"])
    if filter_program is not None:
        _join.load_filter(filter_program)


def main(descriptor: int) -> None:
    """Prepare the program, say so, and serve."""
    server = socket.socket(fileno=descriptor)
    # Not as arguments: a fork's /proc/self/cmdline shows those.
    asked = json.loads(server.recv(REQUEST_BYTES))
    program = _load(Path(asked["program"]), "_deepgrade_program")
    program.prepare(asked["words"])
    server.send(READY)
    serve(server, program)
    _end(0)  # a library's own tidying up would take a second, for nobody


if __name__ == "__main__":
    main(int(sys.argv[1]))
