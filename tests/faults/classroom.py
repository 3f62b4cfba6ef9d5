"""A class for fault injection, and `deepgrade` as a process that can be killed.

The class is the small lab's: notebooks that need no training, each with a pause between its cells, so that there is
something to kill. What every student must get is known from an undisturbed grading of the same files.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.lab import LabFiles
from support.small_class import COUNT, LOAD, make_small_lab, notebook, write_class

LAB = "small"
CLEAR_ERROR = 2
"""Exit code of an error that says what to do."""
_TESTS = Path(__file__).resolve().parents[1]


def class_notebooks(students: int, pause_s: float) -> dict[str, str]:
    """Return student -> notebook: good ones, wrong ones, one that kills itself, one that is no notebook."""
    wait = f"import time\ntime.sleep({pause_s})\n"
    kinds = [
        {"load": wait + LOAD},
        {"load": wait + LOAD.replace(" / 255", "")},
        {"count": f"{wait}{COUNT}"},
        {"count": f"{wait}raise ValueError('no digits')"},
        {"load": wait + LOAD, "count": wait + COUNT.replace("* 10", "* 9")},
    ]
    texts: dict[str, str] = {}
    for number in range(students):
        name = f"student{number:02}"
        kind = dict(kinds[number % len(kinds)])
        kind["load"] = f"# {name}\n" + kind.get("load", LOAD)
        texts[name] = notebook(**kind)
    if students > 3:
        # The last ones are special: a process that kills itself must not pass for one that we killed.
        name = f"student{students - 1:02}"
        texts[name] = notebook(
            load=f"# {name}\n{LOAD}", count=f"{wait}import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
        )
        texts[f"student{students - 2:02}"] = '{"cells": ['
    return texts


@dataclass
class Classroom:
    """A lab, data and notebooks in a folder; courses are made beside them.

    Attributes:
        root: Where all of it is.
        students: How many.
        pause_s: How long a notebook takes at least.
        slots: Runs beside each other.
    """

    root: Path
    students: int
    pause_s: float = 0.6
    slots: int = 2
    files: LabFiles = field(init=False)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        labs = self.root / "labs"
        self.files = LabFiles(labs, LAB) if labs.exists() else make_small_lab(labs)
        # A busy machine is not what is tested here: no honest notebook may meet a limit of time.
        toml = (
            self.files.toml.read_text()
            .replace("wall_s = 40", "wall_s = 300")
            .replace("cell_s = 6", "cell_s = 120")
        )
        self.files.toml.write_text(toml)
        self.temporary.mkdir(exist_ok=True)
        self.outputs.mkdir(exist_ok=True)
        store = DataStore(self.root / "store")
        if not store.list():
            store.synthetic("mnist", "quick")
        write_class(self.submissions, class_notebooks(self.students, self.pause_s))

    @property
    def submissions(self) -> Path:
        """The notebooks."""
        return self.root / "submissions"

    @property
    def temporary(self) -> Path:
        """Temporary folder of every process that is started: empty again when all is over."""
        return self.root / "tmp"

    @property
    def outputs(self) -> Path:
        """What processes printed, one file each."""
        return self.root / "outputs"

    def start(self, *words: str, course: Path, env: dict[str, str] | None = None) -> Head:
        """Start a `deepgrade` command of this class on a course folder."""
        command = [sys.executable, "-m", "deepgrade.cli.main", *words]
        command += ["--root", str(self.files.root), "--course", str(course)]
        surroundings = {**os.environ, "TMPDIR": str(self.temporary), "COLUMNS": "100", **(env or {})}
        return Head(command, self.outputs, surroundings)

    def grade(self, *, course: Path, env: dict[str, str] | None = None) -> Head:
        """Start `deepgrade grade`."""
        words = ["grade", LAB, str(self.submissions), "--data", "synthetic", "--size", "quick"]
        words += ["--slots", str(self.slots), "--sandbox", "bubblewrap"]
        return self.start(*words, "--store", str(self.root / "store"), course=course, env=env)


class Head:
    """A running `deepgrade` command with what it prints."""

    def __init__(self, command: Sequence[str], outputs: Path, env: dict[str, str]) -> None:
        self._log = outputs / f"{len(list(outputs.iterdir())):04}.txt"
        with self._log.open("wb") as stream:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, env=env
            )
        self.began = time.monotonic()

    @property
    def pid(self) -> int:
        """The process."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    @property
    def code(self) -> int | None:
        """Exit code; negative: killed by that signal."""
        return self.process.poll()

    @property
    def said(self) -> str:
        """All that it printed so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def finish(self, timeout_s: float = 600) -> Head:
        """Wait for its end."""
        self.process.wait(timeout_s)
        return self


def sandbox_student(job: Path) -> str | None:
    """Return whose run a sandbox's job folder is of; None for other uses of the sandbox."""
    try:
        cells = json.loads((job / "staging" / "job" / "job.json").read_text())["cells"]
    except (OSError, ValueError, KeyError):
        return None
    found = re.search(r"# (student\d+)", cells[0]["source"]) if cells else None
    return found[1] if found else None
