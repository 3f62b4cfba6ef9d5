"""Take evidence in somebody else's kernel: what `kernel/session.py` does in ours.

Theory of operation: this runs in an ordinary IPython kernel that otter or nbgrader drives, beside the student's code, and
imports the standard library, IPython's own objects and `deepgrade.kernel` alone. It watches cells through IPython's events,
figures through its formatter and publisher, and writes the same evidence folder as a run in our sandbox; what it knows of
cells goes into `recording.json` there. As in our own kernel nothing of it is trusted: it says what the student's process says.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from deepgrade.kernel.capture import QuestionCapture
from deepgrade.kernel.data_shim import install as install_data
from deepgrade.kernel.devices import Devices
from deepgrade.kernel.figures import is_figure
from deepgrade.kernel.imports import AfterImport
from deepgrade.kernel.job import Capture
from deepgrade.kernel.limits import Alarms, class_name, text_of
from deepgrade.kernel.seeds import install_seeds
from deepgrade.kernel.shown import ShownFigures
from deepgrade.kernel.store import EvidenceStore
from deepgrade.native.facts import NativeFacts

RECORDING = "recording.json"
_CAPTURE_S = 180.0
_MAX_EVALUE = 2000


class Recorder:
    """Watches one notebook.

    Args:
        facts: The lab's.
        work: Folder for the evidence.
        data: Folder of the data sets; the notebook's Keras reads it.
        shell: The kernel's IPython shell.
        cells: `(index in the notebook, question)` of the code cells that will run, in order; where absent, cells are counted as
            they run and belong to the question that ends next.
    """

    def __init__(
        self,
        facts: NativeFacts,
        work: Path,
        data: Path,
        shell: Any,
        cells: Sequence[tuple[int, str | None]] = (),
    ) -> None:
        self.facts, self.work = facts, work
        self._shell = shell
        self._expected = list(cells)
        self._done: list[dict[str, Any]] = []
        self._finished: list[str] = []
        self._pictures: dict[int, int] = {}
        self._ours = False
        self._started = 0.0
        self._number = -1
        self._alarms = Alarms()
        self._store = EvidenceStore(work / "evidence", facts.evidence_bytes)
        self._figures = ShownFigures(self._alarms)
        self._devices = Devices(os.environ.get("CUDA_VISIBLE_DEVICES"))
        self._capture = QuestionCapture(shell.user_ns, self._store, self._alarms, _Mute(), facts.seed)
        hooks = AfterImport()
        install_seeds(hooks, facts.seed)
        self._devices.install(hooks)
        hooks.install()
        os.environ.setdefault("DEEPGRADE_SETS", ",".join(facts.sets))
        install_data(str(data))
        self._watch()

    def _watch(self) -> None:
        shell = self._shell
        shell.events.register("pre_run_cell", self._cell_begins)
        shell.events.register("post_run_cell", self._cell_ends)
        _after(shell.display_formatter, "format", self._formatted)
        _before(shell.display_pub, "publish", self._published)
        _before(shell.display_pub, "clear_output", self._cleared)
        _before(shell.displayhook, "write_format_data", self._shown)

    def end(self, question: str) -> None:
        """Take the evidence of a question; the cell that calls this is not one of the notebook's."""
        self._ours = True
        figures = self._figures.take()
        kept = self.facts.plan.get(question, {})
        capture = Capture(tuple(kept.get("names", ())), dict(kept.get("probes", {})))
        for cell in self._done:
            if cell["question"] is None and not self._expected:
                cell["question"] = question
        _, error = self._alarms.attempt(
            _CAPTURE_S,
            f"taking the evidence of {question} took longer than {_CAPTURE_S:g} seconds",
            lambda: self._capture.take(question, capture, figures),
        )
        if error is None and question not in self._finished:
            self._finished.append(question)
        self._store.write_json("devices.json", self._devices.facts(at_end=True))
        self.write()

    def write(self) -> None:
        """Write what is known of cells, for the grader."""
        recording = {
            "schema_version": 1,
            "questions_finished": self._finished,
            "cells": self._done,
            "pictures": {str(cell): count for cell, count in self._pictures.items()},
        }
        temporary = self.work / f".{RECORDING}"
        temporary.write_text(json.dumps(recording), encoding="utf-8")
        temporary.replace(self.work / RECORDING)

    def not_ours(self) -> None:
        """Leave the running cell out: it belongs to the grader."""
        self._ours = True

    def _cell_begins(self, *_: Any) -> None:
        self._ours = False
        self._started = time.monotonic()
        place = len(self._done)
        self._number = self._expected[place][0] if place < len(self._expected) else place

    def _cell_ends(self, result: Any = None) -> None:
        if self._ours or result is None:
            return
        place = len(self._done)
        question = self._expected[place][1] if place < len(self._expected) else None
        error = result.error_before_exec or result.error_in_exec
        self._done.append(
            {
                "cell": self._number,
                "question": question,
                "seconds": round(time.monotonic() - self._started, 4),
                "ename": None if error is None else class_name(type(error)),
                "evalue": None if error is None else text_of(error, _MAX_EVALUE),
            }
        )
        self._devices.look_for_training(self._shell.user_ns)

    def _formatted(self, made: Any, value: Any, *_: Any, **__: Any) -> None:
        bundle = made[0]
        if is_figure(value) and any(str(kind).startswith("image/") for kind in bundle):
            self._figures.formatted(bundle, value)

    def _published(self, data: Any = None, *_: Any, **named: Any) -> None:
        self._add(named.get("data", data))

    def _shown(self, format_dict: Any = None, *_: Any, **__: Any) -> None:
        self._add(format_dict)

    def _add(self, bundle: Any) -> None:
        self._figures.add(self._number, bundle)
        if isinstance(bundle, dict) and any(str(kind).startswith("image/") for kind in bundle):
            self._pictures[self._number] = self._pictures.get(self._number, 0) + 1

    def _cleared(self, *_: Any, **__: Any) -> None:
        self._figures.clear(self._number)
        self._pictures.pop(self._number, None)


def _after(owner: Any, name: str, hook: Callable[..., None]) -> None:
    """Call `hook(result, *arguments)` after each call of a method of one object; what it raises is dropped."""
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        with contextlib.suppress(Exception):
            hook(result, *arguments, **named)
        return result

    setattr(owner, name, wrapped)


def _before(owner: Any, name: str, hook: Callable[..., None]) -> None:
    """Call `hook(*arguments)` before each call of a method of one object; what it raises is dropped."""
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        with contextlib.suppress(Exception):
            hook(*arguments, **named)
        return original(*arguments, **named)

    setattr(owner, name, wrapped)


class _Mute:
    """Drops what libraries print while objects are looked at."""

    @contextlib.contextmanager
    def muted(self) -> Iterator[None]:
        """Drop what is printed in the block."""
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
