"""sys.stdout and sys.stderr of the notebook, and everything else that a cell shows.

Theory of operation: any thread may print at any time, and a progress bar rewrites its line a thousand times. Text
is gathered under one lock and passed on in whole lines: at once when nothing was passed on for a moment, else
when 8 KiB have come together, else by a small thread a moment later. A line that a carriage return overwrites
is dropped before anyone stores it; a line without an end (`print("...", end="")`) waits for its end, but not
longer than a second. A forked child prints to the process's own descriptors, which the supervisor keeps.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

from .journal import Journal
from .limits import Alarms
from .output import CellOutput
from .plain import MAX_DEPTH, Budget, NotPlainError, plain
from .shown import ShownFigures

_CHUNK_BYTES = 8192
_QUIET_S = 0.1
_UNFINISHED_LINE_S = 1.0
_HUGE_WRITE = 1 << 20
_BACKSPACE = re.compile("[^\b\n]\b")


def overwritten(text: str) -> str:
    """Return text as it looks after its carriage returns and backspaces, line by line."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if "\r" in line:
            line = next((part for part in reversed(line.split("\r")) if part), "")
        while "\b" in line:
            shorter = _BACKSPACE.sub("", line)
            line = shorter if shorter != line else line.replace("\b", "")
        lines[index] = line
    return "\n".join(lines)


class Outputs:
    """Where all outputs of the notebook come together.

    Args:
        journal: Where they are written.
        alarms: Whose shield is held while they are handled.
        limit: Bytes of text that each cell may show.
    """

    def __init__(self, journal: Journal, alarms: Alarms, limit: int) -> None:
        self._journal = journal
        self._alarms = alarms
        self._limit = limit
        self.figures = ShownFigures(alarms)
        """The facts of figures among what is shown."""
        self._lock = threading.RLock()
        self._cell: CellOutput | None = None
        self._number = -1
        self._name = "stdout"
        self._pieces: list[str] = []
        self._size = 0
        self._line_is_open = False
        self._clear_next = False
        self._passed_on = 0.0
        self._wake = threading.Event()
        self._has_flusher = False
        self._forked = False
        self._muted = 0
        os.register_at_fork(after_in_child=self._after_fork)

    def begin(self, cell: int) -> None:
        """Take outputs for this cell from now on."""
        with self._alarms, self._lock:
            self._cell = CellOutput(self._journal, cell, self._limit)
            self._number = cell
            self._clear_next = False

    def end(self) -> None:
        """Write all that the current cell has shown."""
        with self._alarms, self._lock:
            self._end_text()
            if self._cell is not None:
                self._cell.close()

    @property
    def takes(self) -> bool:
        """Whether what is shown now belongs to a cell."""
        return not (self._forked or self._muted or self._cell is None)

    @contextlib.contextmanager
    def muted(self) -> Iterator[None]:
        """Drop what is shown in the block: the grader's own calls of student functions are no part of a cell."""
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1

    def write(self, name: str, text: str) -> None:
        """Take text that was printed to `stdout` or `stderr`."""
        if self._forked or self._cell is None:
            with contextlib.suppress(OSError):
                os.write(1 if name == "stdout" else 2, text.encode("utf-8", "replace"))
            return
        if self._muted or not text:
            return
        with self._alarms, self._lock:
            if name != self._name:
                self._end_text()
                self._name = name
            self._pieces.append(text)
            self._size += len(text)
            if self._size > _CHUNK_BYTES:
                self._pass_on(unfinished=self._size > _HUGE_WRITE)
            elif "\n" in text and time.monotonic() - self._passed_on > _QUIET_S:
                self._pass_on()
            if self._pieces:
                self._wake_flusher()

    def rich(self, output: dict[str, Any], bundle: Any = None) -> None:
        """Take a figure, a table, a result or an error: an nbformat output that is plain JSON.

        Args:
            output: The output.
            bundle: The mime bundle that it was made of, if any.
        """
        if not self.takes or self._cell is None:
            return
        size = len(json.dumps(output, ensure_ascii=False).encode("utf-8", "replace"))
        with self._alarms, self._lock:
            self._end_text()
            self._clear_if_asked()
            self._cell.rich(output, size)
            self.figures.add(self._number, bundle)

    def display(self, data: Any, metadata: Any, **fields: Any) -> None:
        """Take a mime bundle, as `display_data` or what `fields` say; parts that are not plain JSON are dropped.

        Args:
            data: Mime type -> content.
            metadata: Anything; kept when plain.
            fields: Further fields of the output, such as `output_type` and `execution_count`.
        """
        bundle = _bundle(data)
        if bundle:
            kept = _plain_or_none(metadata)
            output = {
                "output_type": "display_data",
                "data": bundle,
                "metadata": kept if type(kept) is dict else {},
            }
            self.rich({**output, **fields}, data)

    def update(self, display_id: str, data: Any) -> None:
        """Take a new state of an output that was displayed with this id."""
        bundle = _bundle(data)
        if bundle and self.takes and self._cell is not None:
            output = {"output_type": "display_data", "data": bundle, "metadata": {}}
            size = len(json.dumps(output, ensure_ascii=False).encode("utf-8", "replace"))
            with self._alarms, self._lock:
                self._cell.update(display_id, output, size)
                self.figures.add(self._number, data, update_of=display_id)

    def clear(self, wait: bool) -> None:
        """Forget what the cell has shown: now, or when the next output comes."""
        if not self.takes:
            return
        with self._alarms, self._lock:
            self._end_text()
            self._clear_next = True
            if not wait:
                self._clear_if_asked()

    def _clear_if_asked(self) -> None:
        if self._clear_next and self._cell is not None:
            self._clear_next = False
            self._cell.clear()
            self.figures.clear(self._number)

    def _end_text(self) -> None:
        """Pass on what was printed so far: something else comes next."""
        self._pass_on(unfinished=True)
        self._line_is_open = False

    def _pass_on(self, *, unfinished: bool = False) -> None:
        """Give whole lines to the cell; the last, unfinished line as well when asked to."""
        if not self._pieces or self._cell is None:
            return
        text = "".join(self._pieces)
        ready, rest = (text, "") if unfinished else _whole_lines(text)
        if not ready:
            if len(rest) >= _CHUNK_BYTES:
                rest = ("\r" if self._line_is_open and "\r" in rest else "") + overwritten(rest)
            ready, rest = ("", rest) if len(rest) < _CHUNK_BYTES else (rest, "")
        self._pieces = [rest] if rest else []
        self._size = len(rest)
        if not ready:
            return
        returns = self._line_is_open and "\r" in ready.split("\n", 1)[0]
        shown = ("\r" if returns else "") + overwritten(ready)
        self._line_is_open = not shown.endswith("\n")
        self._passed_on = time.monotonic()
        self._clear_if_asked()
        for start in range(0, len(shown), _CHUNK_BYTES):
            self._cell.text(self._name, shown[start : start + _CHUNK_BYTES])

    def _wake_flusher(self) -> None:
        if not self._wake.is_set():
            self._wake.set()
        if not self._has_flusher:
            self._has_flusher = True
            try:
                threading.Thread(target=self._flush_later, name="outputs", daemon=True).start()
            except RuntimeError:  # no more threads: text waits for the next write or the cell's end
                self._has_flusher = False

    def _flush_later(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            time.sleep(_QUIET_S)
            waited = 0.0
            while self._pieces and not self._wake.is_set():
                with self._lock:
                    self._pass_on(unfinished=waited >= _UNFINISHED_LINE_S)
                time.sleep(_QUIET_S)
                waited += _QUIET_S
            with self._lock:
                self._pass_on()

    def _after_fork(self) -> None:
        self._forked = True
        self._lock = threading.RLock()


class Stream(io.TextIOBase):
    """A stream object like the one Jupyter puts in place of sys.stdout.

    Args:
        outputs: Where text goes.
        name: `stdout` or `stderr`.
    """

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs = outputs
        self.name = f"<{name}>"
        self._stream = name

    def write(self, text: str) -> int:
        """Take text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.write(self._stream, str.__str__(text))
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return False: no terminal."""
        return False

    def fileno(self) -> int:
        """Return the process's own descriptor; what is written to it lands in the log, not in the notebook."""
        return 1 if self._stream == "stdout" else 2

    def flush(self) -> None:
        """Do nothing: nothing waits longer than a moment."""

    def close(self) -> None:
        """Do nothing: a notebook that closes its stdout could not show its next cell."""


def _whole_lines(text: str) -> tuple[str, str]:
    end = text.rfind("\n") + 1
    return text[:end], text[end:]


def _plain_or_none(value: Any) -> Any:
    try:
        return plain(value, Budget(1 << 30), MAX_DEPTH // 2)
    except NotPlainError:
        return None


def _bundle(data: Any) -> dict[str, Any]:
    """Return the parts of a mime bundle that nbformat can hold."""
    kept: dict[str, Any] = {}
    if type(data) is not dict:
        return kept
    for mime, content in data.items():
        if type(mime) is not str:
            continue
        if isinstance(content, (bytes, bytearray)):
            kept[mime] = base64.b64encode(content).decode("ascii")
        elif isinstance(content, str):
            kept[mime] = str.__str__(content)
        elif mime.endswith("json"):
            value = _plain_or_none(content)
            if value is not None:
                kept[mime] = value
    return kept
