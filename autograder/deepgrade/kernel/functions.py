"""Functions: what they answer to the probes that a check declares."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable
from typing import Any

from .limits import Alarms, first_line
from .seeds import random_state, restore_random_state

PROBE_S = 10.0


class ProbeRunner:
    """Calls student functions on probes and keeps what they return.

    Args:
        alarms: For the time limit of each call.
        capture: Turns a result into an item; never raises.
    """

    def __init__(self, alarms: Alarms, capture: Callable[[Any], dict[str, Any]]) -> None:
        self._alarms = alarms
        self._capture = capture

    def item(self, function: Any, probes: list[Any]) -> dict[str, Any]:
        """Return the item of a function; the notebook's random generators and figures stay as they were."""
        name, error = self._alarms.attempt(PROBE_S, "", lambda: getattr(function, "__name__", None))
        state = random_state()
        figures = _open_figures()
        try:
            results = [self._result(function, probe) for probe in probes]
        finally:
            restore_random_state(state)
            _close_new_figures(figures)
        return {
            "kind": "function",
            "name": name if error is None and type(name) is str else type(function).__name__,
            "parameters": self._parameters(function),
            "results": results,
        }

    def _parameters(self, function: Any) -> list[str]:
        names, _ = self._alarms.attempt(
            PROBE_S, "", lambda: [str(n) for n in inspect.signature(function).parameters]
        )
        return names or []

    def _result(self, function: Any, probe: Any) -> dict[str, Any]:
        args, kwargs = copy.deepcopy(probe)
        result, error = self._alarms.attempt(
            PROBE_S,
            f"the call was stopped after {PROBE_S:g} seconds",
            lambda: function(*args, **kwargs),
        )
        return {"error": first_line(error)} if error is not None else {"item": self._capture(result)}


def _open_figures() -> list[int] | None:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    return list(pyplot.get_fignums()) if pyplot is not None else None


def _close_new_figures(before: list[int] | None) -> None:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        for number in pyplot.get_fignums():
            if number not in (before or []):
                pyplot.close(number)
