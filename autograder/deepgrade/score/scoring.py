"""Score stored runs: starts a session and yields its results as they come."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deepgrade.lab import Lab, LabFiles, Size
from deepgrade.score.job import SessionJob
from deepgrade.score.results import QuestionResult, SubmissionScore


class ScoringError(Exception):
    """The session did not score every run; the message holds what it printed."""


def score_runs(
    files: LabFiles,
    runs: Sequence[Path],
    *,
    size: Size,
    public: Path,
    labels: Mapping[str, Path],
    scratch: Path | None = None,
) -> Iterator[SubmissionScore]:
    """Score stored runs with the lab's hidden checks, in one pytest session of its own process.

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
        ScoringError: The check file does not import, or the session ended early.
    """
    if not runs:
        return
    job = SessionJob(
        root=files.root.resolve(),
        lab=files.name,
        size=size,
        public=public.resolve(),
        labels={name: path.resolve() for name, path in labels.items()},
        runs=tuple(run.resolve() for run in runs),
    )
    with tempfile.TemporaryDirectory(prefix="deepgrade-score-", dir=scratch) as folder:
        job_file, output = Path(folder, "job.json"), Path(folder, "scores.jsonl")
        job_file.write_text(job.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "deepgrade.score.session", str(job_file), str(output)]
        # A person's pytest options are for their own tests.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        said, code = _run(command, environment)
        count = 0
        if output.exists():
            with output.open(encoding="utf-8") as lines:
                for line in lines:
                    count += 1
                    yield SubmissionScore.model_validate_json(line)
        if count != len(runs):
            killed = f" The process that scored was killed by signal {-code}." if code < 0 else ""
            repair = "Give the command again" if killed else f"Mend {files.checks.name} and grade again"
            raise ScoringError(
                f"The hidden checks of {files.name} scored {count} of {len(runs)} submissions.{killed}"
                f" {repair}; no student code has to run again.\n{said[-4000:]}"
            )


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[str, int]:
    """Run a session to its end; return what it printed and its exit code.

    The session holds the reading end of a pipe that nobody writes to: it ends when this process does, however that ends.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - tells the type checker
        try:
            said = process.stdout.read().strip()
        except BaseException:
            process.kill()
            raise
    return said, process.returncode


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
