"""The journal: one JSON object a line, written as things happen.

Theory of operation: a run may end at any moment (memory, wall limit, a crash in native code), and what happened
until then must be readable. So every event is one `write` to a descriptor opened for appending, nothing waits in
a buffer. Threads share one lock; a forked child keeps silent, since two processes would write one story.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from .limits import Alarms

EXIT_OUTPUT_LIMIT = 77
EXIT_JOURNAL_LOST = 74


class Journal:
    """Appends events; ends the process when the outputs' total limit is reached.

    Args:
        path: The file; its folder is made.
        output_bytes_total: Bytes of output events that may be written in all.
        alarms: Whose shield is held while a line is written.
    """

    def __init__(self, path: Path, output_bytes_total: int, alarms: Alarms) -> None:
        self._path = path
        self._left = output_bytes_total
        self._alarms = alarms
        self._lock = threading.RLock()
        self._started = time.monotonic()
        self._torn = False
        self.lost = 0
        """Events that could not be written (disk full)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = self._open()
        self._silent = False
        os.register_at_fork(after_in_child=self._fall_silent)

    def event(self, event: str, **fields: Any) -> None:
        """Write one event."""
        self._write({"event": event, **fields})

    def timed_event(self, event: str, **fields: Any) -> None:
        """Write one event with the seconds since the start."""
        self._write({"event": event, **fields, "time_s": round(time.monotonic() - self._started, 4)})

    def output(self, cell: int, output: dict[str, Any]) -> None:
        """Write one nbformat output; past the total limit, write `output_limit` and exit with code 77."""
        size = self._write({"event": "output", "cell": cell, "output": output}, self._left)
        self._left -= size
        if size == 0 and not self._silent:
            self._write({"event": "output_limit"})
            os._exit(EXIT_OUTPUT_LIMIT)

    def _write(self, event: dict[str, Any], limit: int | None = None) -> int:
        """Return the bytes written; 0 when the line is longer than `limit`."""
        if self._silent:
            return 0
        line = (json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")
        if limit is not None and len(line) > limit:
            return 0
        with self._alarms, self._lock:
            self._append(b"\n" + line if self._torn else line)
        return len(line)

    def _append(self, line: bytes) -> None:
        rest = memoryview(line)
        reopened = False
        while rest:
            try:
                rest = rest[os.write(self._handle, rest) :]
            except OSError:
                if reopened:
                    # A full disk: later lines may fit again, and must not be glued to half a line.
                    self._torn = self._torn or len(rest) < len(line)
                    self.lost += 1
                    return
                reopened = True
                try:
                    self._handle = self._open()
                except OSError:
                    self.lost += 1
                    return
        self._torn = False

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def _fall_silent(self) -> None:
        self._silent = True
        self._lock = threading.RLock()
