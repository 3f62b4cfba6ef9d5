"""The worker's process as the head sees it: start, ask, stop."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from deepgrade.infer.protocol import LINE_BYTES, WorkerAnswer, WorkerJob, WorkerReady


class WorkerDiedError(Exception):
    """The worker ended, hung, or said something that is not in the protocol."""


class Connection:
    """One running worker.

    Args:
        command: What to start.
        environment: All of the worker's environment variables.
        log: Takes its standard error.
        start_timeout_s: How long it may take to be ready.

    Raises:
        WorkerDiedError: It did not become ready.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, start_timeout_s: float
    ) -> None:
        self._buffer = bytearray()
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                env=dict(environment),
                start_new_session=True,
            )
        try:
            WorkerReady.model_validate_json(self._line(start_timeout_s))
        except (WorkerDiedError, ValidationError) as error:
            self.kill()
            said = log.read_bytes()[-2000:].decode("utf-8", "replace").strip()
            raise WorkerDiedError(f"the infer worker did not start: {str(error)[:200]}\n{said}") from None

    @property
    def pid(self) -> int:
        """The started process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def ask(self, job: WorkerJob, timeout_s: float) -> WorkerAnswer:
        """Send a job and wait for its answer.

        Raises:
            WorkerDiedError: There was none.
        """
        assert self._process.stdin is not None  # noqa: S101  (it was started with a pipe)
        try:
            self._process.stdin.write(job.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
            answer = WorkerAnswer.model_validate_json(self._line(timeout_s))
        except OSError as error:
            raise WorkerDiedError(f"the worker does not listen: {error.strerror}") from None
        except ValidationError:
            raise WorkerDiedError("the worker's answer is not in the protocol") from None
        if answer.id != job.id:
            raise WorkerDiedError("the worker answered another job")
        return answer

    def _line(self, timeout_s: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101  (it was started with a pipe)
        handle = self._process.stdout.fileno()
        deadline = time.monotonic() + timeout_s
        while (end := self._buffer.find(b"\n")) < 0:
            left = deadline - time.monotonic()
            if left <= 0:
                raise WorkerDiedError(f"no answer within {timeout_s:g} s")
            if not select.select([handle], [], [], left)[0]:
                continue
            part = os.read(handle, 1 << 20)
            if not part:
                raise WorkerDiedError("the worker ended")
            self._buffer += part
            if len(self._buffer) > LINE_BYTES:
                raise WorkerDiedError("the worker's answer does not end")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def close(self, patience_s: float = 5.0) -> None:
        """Let the worker end by itself, then end it."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_s)
        self.kill()

    def kill(self) -> None:
        """End the worker and its children at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
