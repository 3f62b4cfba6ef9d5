"""Time limits inside the process: SIGALRM raises an exception where the student's code stands.

Theory of operation: one interval timer serves a stack of deadlines (a probe inside a capture). It fires at the
nearest one and then every second, because student code may catch the first interrupt (`except:` around a
training loop is common). Python runs the handler between two bytecodes of the main thread, so our own code
could be cut in half as well: the journal and the streams hold a *shield*, under which the interrupt is kept
back until the shield is lowered. Student code can take the signal handler, or the timer, for itself; then only
the supervisor's wall limit is left, and that one is the final word anyway.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TypeVar

REPEAT_S = 1.0
_SOON_S = 0.001

T = TypeVar("T")


class CellTimeout(BaseException):
    """The code ran longer than it may. Like KeyboardInterrupt, not an `Exception`."""


class Alarms:
    """The process's one timer. Only the main thread sets limits; every thread may hold the shield."""

    def __init__(self) -> None:
        self._deadlines: list[tuple[float, str]] = []
        self._main = threading.get_ident()
        self._shield_depth = 0
        self._held_back = False
        self.fired = False
        """Whether an interrupt was raised since the caller last set this to False."""

    def attempt(
        self, limit_s: float, message: str, function: Callable[[], T]
    ) -> tuple[T | None, BaseException | None]:
        """Call a function under a time limit and return its result, or whatever it raised.

        Args:
            limit_s: Seconds; limits that are already set still hold.
            message: What `CellTimeout` says.
            function: Called without arguments.

        Returns:
            `(result, None)` or `(None, error)`. An interrupt that belongs to an outer limit comes back here as
            an error too; it is raised again a moment later.
        """
        level = len(self._deadlines)
        try:
            try:
                self._deadlines.append((time.monotonic() + limit_s, message))
                self._arm()
                return function(), None
            finally:
                self._drop(level)
        except BaseException as error:
            self._drop(level)
            return None, error

    def extend(self, seconds: float) -> None:
        """Give all limits that have passed a little longer, to show what happened."""
        later = time.monotonic() + seconds
        self._deadlines = [(max(deadline, later), message) for deadline, message in self._deadlines]
        self._arm()

    def _drop(self, level: int) -> None:
        self._shield_depth += 1
        try:
            del self._deadlines[level:]
            self._held_back = False
            self._arm()
        finally:
            self._shield_depth -= 1

    def _arm(self) -> None:
        if not self._deadlines:
            signal.setitimer(signal.ITIMER_REAL, 0)
            return
        signal.signal(signal.SIGALRM, self._on_alarm)
        left = min(self._deadlines)[0] - time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, max(left, _SOON_S), REPEAT_S)

    def _on_alarm(self, signum: int, frame: FrameType | None) -> None:
        if not self._deadlines:
            return
        deadline, message = min(self._deadlines)
        if deadline > time.monotonic() + 0.01:
            self._arm()  # student code had set the timer for itself
            return
        if self._shield_depth:
            self._held_back = True
            return
        self.fired = True
        raise CellTimeout(message)

    def __enter__(self) -> None:
        """Raise the shield: no interrupt until the block ends."""
        if threading.get_ident() == self._main:
            self._shield_depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lower the shield; an interrupt that was kept back is raised now."""
        if threading.get_ident() != self._main:
            return
        self._shield_depth -= 1
        if self._held_back and not self._shield_depth and self._deadlines:
            self._held_back = False
            self.fired = True
            raise CellTimeout(min(self._deadlines)[1])


def first_line(error: BaseException, limit: int = 2000) -> str:
    """Return `Type: message` of an error, whatever its `__str__` does."""
    return (
        f"{class_name(type(error))}: {text_of(error, limit)}"
        if text_of(error, 1)
        else class_name(type(error))
    )


def class_name(kind: type[Any]) -> str:
    """Return a class's bare name, not asking its metaclass."""
    return str(type.__dict__["__name__"].__get__(kind))


def text_of(error: BaseException, limit: int) -> str:
    """Return an error's message, cut to `limit` characters; a note when it has none that can be shown."""
    try:
        text = str.__str__(str(error))
    except Exception as problem:
        text = f"<its message raised {class_name(type(problem))}>"
    return text if len(text) <= limit else text[:limit] + " ..."
