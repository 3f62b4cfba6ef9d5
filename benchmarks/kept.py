"""Results so far, in a file: a benchmark that was interrupted goes on where it stopped."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine
from deepgrade.files import write_atomic

Figures = dict[str, Any]
"""Name -> number, list of numbers, or a word. No path, no name of a machine."""
QUIET = 0.1
"""Share of the processors' time that others may use without a word about it."""


class OtherMachineError(Exception):
    """The file's figures come from another machine or other versions."""


class Kept:
    """Figures by name, written after each measurement.

    Args:
        path: The file; made if it is missing.
        again: Forget what it holds.

    Raises:
        OtherMachineError: It holds figures that must not stand beside new ones.
    """

    def __init__(self, path: Path, *, again: bool = False) -> None:
        self.path = path
        here = machine.describe()
        document = json.loads(path.read_text()) if path.exists() and not again else {}
        if document and not machine.same_machine(document["machine"], here):
            raise OtherMachineError(
                f"{path} holds figures of another machine or of other versions:"
                f" {document['machine']} there, {here} here. Give --again to begin anew, or another --work."
            )
        self.machine: dict[str, object] = document.get("machine", here)
        self.figures: dict[str, Figures] = document.get("figures", {})

    def get(self, name: str, measure: Callable[[], Figures]) -> Figures:
        """Return the figures of a name, measured now unless they are there."""
        if name not in self.figures:
            busy = machine.busy_share()
            others = f" (others use {busy:.0%} of the processors)" if busy > QUIET else ""
            print(f"  measuring {name}{others}", file=sys.stderr, flush=True)
            self.figures[name] = {
                **measure(),
                "date": f"{datetime.now(UTC):%Y-%m-%d}",
                "busy_before": busy,
            }
            self.save()
        return self.figures[name]

    def save(self) -> None:
        """Write the file."""
        write_atomic(self.path, self.text())

    def text(self) -> str:
        """Return what the file holds."""
        document = {"schema_version": 1, "machine": self.machine, "figures": self.figures}
        return json.dumps(document, indent=1, sort_keys=True) + "\n"
