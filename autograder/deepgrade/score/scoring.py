"""Score stored runs: sessions of their own processes, a part of the class each; results come as parts are done.

Theory of operation: a session holds one submission's evidence at a time, and some memory for every check of every submission
it is to score. So a class is cut into parts: memory does not grow with its size, and parts are scored beside each other, one a
processor. Scores wait in a file until they are asked for; no more parts are begun than are waited for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from deepgrade.lab import Lab, LabFiles, Size
from deepgrade.score.job import SessionJob
from deepgrade.score.results import QuestionResult, SubmissionScore

_SMALLEST_PART, _LARGEST_PART = 25, 500
"""Runs. Starting a session costs as much as scoring some twenty runs of a large lab."""
_MOST_SESSIONS = 8
_SAID_CHARACTERS = 4000
# Arrays of some MiB come and go with every submission. glibc would give each back to the system and get it anew, page by page:
# a sixth of a session's time. Other C libraries ignore these.
_KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 30)}


class ScoringError(Exception):
    """A session did not score every run; the message holds what it printed."""


def score_runs(
    files: LabFiles,
    runs: Sequence[Path],
    *,
    size: Size,
    public: Path,
    labels: Mapping[str, Path],
    scratch: Path | None = None,
) -> Iterator[SubmissionScore]:
    """Score stored runs with the lab's hidden checks, in pytest sessions of their own processes.

    Args:
        files: The lab.
        runs: Run folders.
        size: Size of the data that the runs saw.
        public: Folder with the public data sets.
        labels: Hidden evaluation -> labels.npy.
        scratch: A folder for what need not last; the machine's temporary one where absent.

    Yields:
        One score a run, in the order of `runs`.

    Raises:
        ScoringError: The check file does not import, or a session ended early.
    """
    if not runs:
        return
    sessions = min(len(os.sched_getaffinity(0)), _MOST_SESSIONS)
    parts = deque(parts_of(runs, sessions))
    done = 0
    with tempfile.TemporaryDirectory(prefix="deepgrade-score-", dir=scratch) as folder, ExitStack() as stack:
        begun: deque[_Session] = deque()
        while parts or begun:
            while parts and len(begun) < sessions:
                job = SessionJob(
                    root=files.root.resolve(),
                    lab=files.name,
                    size=size,
                    public=public.resolve(),
                    labels={name: path.resolve() for name, path in labels.items()},
                    runs=tuple(run.resolve() for run in parts.popleft()),
                )
                place = Path(folder, f"{done}-{len(parts)}")
                place.mkdir()
                begun.append(stack.enter_context(_Session(job, place)))
            session = begun.popleft()
            said, code = session.wait()
            count = 0
            for score in session.scores():
                count += 1
                done += 1
                yield score
            if count != len(session.job.runs):
                killed = f" The process that scored was killed by signal {-code}." if code < 0 else ""
                repair = "Give the command again" if killed else f"Mend {files.checks.name} and grade again"
                raise ScoringError(
                    f"The hidden checks of {files.name} scored {done} of {len(runs)} submissions.{killed}"
                    f" {repair}; no student code has to run again.\n{said}"
                )


def parts_of(runs: Sequence[Path], sessions: int) -> list[Sequence[Path]]:
    """Cut a class into parts of about equal size: a whole number of rounds of all sessions, one round where that will do."""
    if len(runs) < 2 * _SMALLEST_PART:
        rounds, sessions = 1, 1
    else:
        sessions = min(sessions, len(runs) // _SMALLEST_PART)
        rounds = -(-len(runs) // (sessions * _LARGEST_PART))
    count = rounds * sessions
    edges = [len(runs) * place // count for place in range(count + 1)]
    return [runs[start:end] for start, end in pairwise(edges)]


class _Session:
    """A process that scores a part; it is ended with the block.

    It holds the reading end of a pipe that nobody writes to: it ends when this process does, however that ends.
    """

    def __init__(self, job: SessionJob, folder: Path) -> None:
        self.job = job
        self._output, self._log = folder / "scores.jsonl", folder / "log.txt"
        job_file = folder / "job.json"
        job_file.write_text(job.model_dump_json(), encoding="utf-8")
        # A person's pytest options and plugins are for their own tests.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environment |= _KEEP_MEMORY | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deepgrade.score.session", str(job_file), str(self._output)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        with self._process:
            pass

    def wait(self) -> tuple[str, int]:
        """Wait for its end; return the end of what it printed and its exit code."""
        code = self._process.wait()
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - 4 * _SAID_CHARACTERS))
            said = log.read().decode("utf-8", "replace").strip()
        return said[-_SAID_CHARACTERS:], code

    def scores(self) -> Iterator[SubmissionScore]:
        """Yield what it found, and remove its file."""
        if self._output.exists():
            with self._output.open(encoding="utf-8") as lines:
                for line in lines:
                    yield SubmissionScore.model_validate_json(line)
            self._output.unlink()


def zero_questions(lab: Lab) -> tuple[QuestionResult, ...]:
    """Return the questions of a file that could not be taken as a notebook: nothing earned, nothing to review."""
    return tuple(
        QuestionResult(
            question=question.id,
            title=question.title,
            manual=question.manual,
            points=0.0,
            possible=question.points,
            assessed=question.points,
        )
        for question in lab.questions
    )
