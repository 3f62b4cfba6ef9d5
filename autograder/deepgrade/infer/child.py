"""Run a function in a child process with limits.

Theory of operation: the worker imports TensorFlow once and never runs an operation itself, so its runtime is not
started and it can be forked; each child starts its own. The child leads a process group of its own, dies
with its parent, has no way to the protocol's streams, and answers through one pipe. The parent reads that pipe,
looks at the child's resident memory every 50 ms, and kills the group when time or memory is used up, or when the
answer is complete. (RLIMIT_AS is of no use: TensorFlow and CUDA reserve far more address space than they touch.)
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.reasons import BundleError, Reason, shorten

_ANSWER_BYTES = 32 << 20
_FILE_BYTES = 1 << 30
_POLL_S = 0.05
_PR_SET_PDEATHSIG = 1
_EXIT_MEMORY = 3
_EXIT_ERROR = 4
_PAGE_BYTES = resource.getpagesize()


def run_limited(
    task: Callable[[], bytes],
    bounds: ModelBounds,
    *,
    wall_s: float | None = None,
    private: Sequence[int] = (),
) -> bytes:
    """Run `task` in a child and return what it returned.

    Args:
        task: Runs in the child; at most 32 MiB come back.
        bounds: `wall_s`, `cpu_s` and `memory_mib` count.
        wall_s: Instead of the bounds' own.
        private: Descriptors that the child must not have.

    Raises:
        BundleError: `child_timeout`, `child_memory`, `child_crashed`; `predict_error` where the task raised.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        _in_child(task, writer, bounds, (reader, *private))
    os.close(writer)
    limit_s = bounds.wall_s if wall_s is None else wall_s
    try:
        answer, problem = _watch(pid, reader, limit_s, bounds.memory_mib)
    finally:
        os.close(reader)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
    if problem is not None:
        raise problem
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) == signal.SIGXCPU:
            raise BundleError(Reason.CHILD_TIMEOUT, f"It used {bounds.cpu_s} s of processor time.")
        raise BundleError(Reason.CHILD_CRASHED, f"Signal {os.WTERMSIG(status)}.")
    code = os.WEXITSTATUS(status)
    if code == _EXIT_MEMORY:
        raise BundleError(Reason.CHILD_MEMORY, shorten(answer.decode("utf-8", "replace")))
    if code == _EXIT_ERROR:
        raise BundleError(Reason.PREDICT_ERROR, shorten(answer.decode("utf-8", "replace")))
    if code != 0:
        raise BundleError(Reason.CHILD_CRASHED, f"Exit code {code}.")
    return answer


def _watch(pid: int, reader: int, wall_s: float, memory_mib: int) -> tuple[bytes, BundleError | None]:
    """Read until the child closes the pipe and is about to end; return what to complain of, if anything."""
    deadline = time.monotonic() + wall_s
    answer = bytearray()
    is_open = True
    while True:
        if is_open:
            readable, _, _ = select.select([reader], [], [], _POLL_S)
            if readable:
                part = os.read(reader, 1 << 20)
                answer += part
                is_open = bool(part)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        if ended and not is_open:
            return bytes(answer), None
        if ended:
            is_open = bool(select.select([reader], [], [], 0)[0])
            continue
        if len(answer) > _ANSWER_BYTES:
            return b"", BundleError(Reason.CHILD_CRASHED, "It answered without end.")
        if _resident_mib(pid) > memory_mib:
            return b"", BundleError(Reason.CHILD_MEMORY, f"More than {memory_mib} MiB.")
        if time.monotonic() > deadline:
            return b"", BundleError(Reason.CHILD_TIMEOUT, f"More than {wall_s:g} s.")
        if not is_open:
            time.sleep(_POLL_S)


def _resident_mib(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0.0
    return int(fields[1]) * _PAGE_BYTES / (1 << 20)


def _in_child(
    task: Callable[[], bytes], writer: int, bounds: ModelBounds, private: Sequence[int]
) -> NoReturn:
    code = _EXIT_ERROR
    try:
        _limit(bounds)
        for descriptor in private:
            os.close(descriptor)
        try:
            answer, code = task(), 0
        except MemoryError:
            answer, code = b"", _EXIT_MEMORY
        except Exception as error:
            text = f"{type(error).__name__}: {shorten(str(error), 300)}"
            answer = text.encode()
            code = (
                _EXIT_MEMORY
                if "ResourceExhausted" in text or "out of memory" in text.lower()
                else _EXIT_ERROR
            )
        view = memoryview(answer)
        while view:
            view = view[os.write(writer, view) :]
    finally:
        os._exit(code)


def _limit(bounds: ModelBounds) -> None:
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, bounds.cpu_s),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
    ):
        _soft, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
