"""Output streams for libraries that are imported before there is a notebook.

A logger that a library makes at import keeps the stream that it finds then. In a run that begins with the notebook, that is the
notebook's own stream; these find it later.
"""

from __future__ import annotations

import io
import sys
from typing import Any


class LateStream(io.TextIOBase):
    """Passes on what is written, to the process's own stream until it is told where.

    Args:
        name: `stdout` or `stderr`.
    """

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, name: str) -> None:
        self.name = f"<{name}>"
        self._number = 1 if name == "stdout" else 2
        self._target: Any = sys.__stdout__ if name == "stdout" else sys.__stderr__

    def become(self, target: io.TextIOBase) -> None:
        """Pass on to this stream from now on."""
        self._target = target

    def write(self, text: str) -> int:
        """Take text."""
        if self._target is not None:
            self._target.write(text)
        return len(text)

    def flush(self) -> None:
        """Have the stream behind show what it holds."""
        if self._target is not None:
            self._target.flush()

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return False: no terminal."""
        return False

    def fileno(self) -> int:
        """Return the process's own descriptor."""
        return self._number

    def close(self) -> None:
        """Do nothing."""
