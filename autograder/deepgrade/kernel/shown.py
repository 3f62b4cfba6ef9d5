"""Which figures the notebook has shown since its evidence was last taken.

Theory of operation: IPython turns a figure into a mime bundle (`formatted`), then publishes that very bundle; the two
calls are tied together by the bundle's identity, so a figure counts when it is shown, for the cell that shows it, and
not when someone only asks for its picture. What `clear_output` takes off the screen does not count any more.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from .figures import figure_facts
from .limits import Alarms, CellTimeout, first_line
from .plain import NotPlainError

MAX_FIGURES = 32
QUESTION_BYTES = 4 << 20
FIGURE_S = 5.0
_TOO_SLOW = f"looking at it took longer than {FIGURE_S:g} seconds"
_TOO_MUCH = f"the figures of one question may take {QUESTION_BYTES >> 20} MiB"

Facts = dict[str, Any]


class ShownFigures:
    """Takes the facts of figures as they are shown.

    Args:
        alarms: For the time limit of each look.
    """

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms
        self._main = threading.get_ident()
        self._latest: tuple[Any, Facts] | None = None
        self._shown: list[tuple[int, str | None, Facts]] = []

    def formatted(self, bundle: Any, figure: Any) -> None:
        """Take a figure's facts; it was turned into this mime bundle just now."""
        self._latest = (bundle, self._facts(figure))

    def add(self, cell: int, bundle: Any, update_of: str | None = None) -> None:
        """Count a figure as shown when this bundle is one's; other bundles are passed over.

        Args:
            cell: The cell that shows it.
            bundle: What was published.
            update_of: Id of a display that the figure takes the place of: only its last state counts.
        """
        if self._latest is None or self._latest[0] is not bundle:
            return
        facts = self._latest[1]
        if update_of is not None:
            self._shown = [entry for entry in self._shown if entry[:2] != (cell, update_of)]
        if len(self._shown) >= MAX_FIGURES:
            del self._shown[MAX_FIGURES // 2]  # the first and the last ones are kept
        self._shown.append((cell, update_of, facts))

    def clear(self, cell: int) -> None:
        """Forget what a cell has shown so far."""
        self._shown = [entry for entry in self._shown if entry[0] != cell]

    def take(self) -> list[dict[str, Any]]:
        """Return `{"cell", "title", "axes", "problem"}` of what was shown since the last call, at most 32."""
        shown, self._shown, self._latest = self._shown, [], None
        left = QUESTION_BYTES
        figures: list[dict[str, Any]] = []
        for cell, _, facts in shown[:MAX_FIGURES]:
            size = len(json.dumps(facts))
            figures.append({"cell": cell, **(facts if size <= left else _failed(_TOO_MUCH))})
            left -= size if size <= left else 0
        return figures

    def _facts(self, figure: Any) -> Facts:
        if threading.get_ident() != self._main:
            return _failed("it was shown by a thread of the notebook's own")
        fired = self._alarms.fired
        facts, error = self._alarms.attempt(FIGURE_S, _TOO_SLOW, lambda: figure_facts(figure))
        if facts is not None:
            return {**facts, "problem": None}
        if isinstance(error, CellTimeout):
            if str(error) == _TOO_SLOW:
                self._alarms.fired = fired  # our limit, not the cell's
            return _failed(_TOO_SLOW)
        if isinstance(error, NotPlainError):
            return _failed(str(error))
        return _failed("looking at it raised " + (first_line(error, 300) if error is not None else "nothing"))


def _failed(problem: str) -> Facts:
    return {"title": "", "axes": None, "problem": problem}
