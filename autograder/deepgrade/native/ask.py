"""The grader process from the kernel's side. Standard library alone."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_PACKAGES = Path(__file__).resolve().parents[2]
_LAST = 2000
"""Characters of its log that are shown when it fails."""
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from deepgrade.native.grader import main; main()"


class GraderError(Exception):
    """The grader process ended or could not score; the message says why."""


class Grader:
    """Starts `grader.py` in a process of its own, which loads while the student's cells run.

    Args:
        bundle: The lab's bundle.
        data: Folder of the data sets.
        work: The recorder's folder.
    """

    def __init__(self, bundle: Path, data: Path, work: Path) -> None:
        command = [sys.executable, "-I", "-c", _START, str(_PACKAGES), str(bundle), str(data), str(work)]
        self._log = work / "grader.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        atexit.register(self.close)

    def ask(self, question: str) -> dict[str, Any]:
        """Return `{"points": earned, "lines": [...]}` of a question's hidden checks.

        Raises:
            GraderError: They could not be run.
        """
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101 - for mypy
        try:
            self._process.stdin.write(json.dumps({"question": question}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            answer: dict[str, Any] = json.loads(line)
        except (OSError, ValueError) as error:
            code = self._process.poll()
            ended = "is still running" if code is None else f"ended with code {code}"
            said = self._log.read_text(encoding="utf-8", errors="replace")[-_LAST:].strip()
            raise GraderError(
                f"the grader process {ended} and gave no answer ({type(error).__name__}). It said:\n{said}"
            ) from None
        if "problem" in answer:
            raise GraderError(str(answer["problem"]))
        return answer

    def close(self) -> None:
        """End the process: it does so by itself when its input closes."""
        if self._process.stdin is not None:
            self._process.stdin.close()
