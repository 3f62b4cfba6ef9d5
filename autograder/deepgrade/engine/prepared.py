"""The prepared kernel of one grading: started with the first run that needs it, and again where it ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType

from deepgrade.engine.one import Setup
from deepgrade.run import prepared_kernel
from deepgrade.sandbox import Prepared, SandboxError

_MOST_STARTS = 3


class PreparedKernel:
    """Gives runs a prepared kernel, as long as there is one; a context manager of the thread that deals out the runs.

    Args:
        setup: Of the grading; without libraries nothing is prepared.
        tell: Called with a sentence where runs are started plainly after all.
    """

    def __init__(self, setup: Setup, tell: Callable[[str], None]) -> None:
        self._setup = setup
        self._tell = tell
        self._open = ExitStack()
        self._starts = 0 if setup.libraries else _MOST_STARTS
        self._prepared: Prepared | None = None

    def __enter__(self) -> PreparedKernel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def setup(self) -> Setup:
        """Return the setup for the next run."""
        if (self._prepared is None or not self._prepared.is_alive) and self._starts < _MOST_STARTS:
            self._starts += 1
            self._start()
        return replace(self._setup, prepared=self._prepared)

    def _start(self) -> None:
        setup = self._setup
        self._open.close()
        self._prepared = None
        try:
            self._prepared = self._open.enter_context(
                prepared_kernel(
                    setup.sandbox,
                    setup.environment,
                    setup.run_limits,
                    data_sets=tuple(facts.name for facts in setup.data.facts),
                    libraries=setup.libraries,
                    gpu=bool(setup.cards.gpus),
                )
            )
        except SandboxError as error:
            self._tell(f"Every run imports its libraries itself: {error}")
        if self._prepared is None:
            self._starts = _MOST_STARTS
