"""One scoring session: `python -m deepgrade.score.session JOB OUTPUT`.

A process of its own, started by `scoring.py`: the check file is imported afresh each time, and whatever a
check does to its process ends with it. Reads a `SessionJob`, appends one `SubmissionScore` a line to OUTPUT.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from deepgrade.evidence import RunRecord, Verdict
from deepgrade.files import sha256_bytes
from deepgrade.lab import Check, Lab, LabFiles, load_lab
from deepgrade.score.data_facts import DataFactsTable
from deepgrade.score.facts import LabFacts
from deepgrade.score.flags import flags_of, model_scores
from deepgrade.score.job import SessionJob
from deepgrade.score.plugin import ScorePlugin
from deepgrade.score.points import question_result
from deepgrade.score.reader import EvidenceReader
from deepgrade.score.results import CheckResult, Flag, ModelScore, SubmissionScore
from deepgrade.score.shared import SharedArrays
from deepgrade.score.unavailable import EvidenceUnavailable

_NOT_THEIR_FAULT = (Verdict.INTERNAL_ERROR, Verdict.NO_GPU)


class Session:
    """Scores the runs of one job, one submission's evidence at a time."""

    def __init__(self, job: SessionJob, output: Path) -> None:
        self.job = job
        self.files = LabFiles(job.root, job.lab)
        self.lab: Lab = load_lab(self.files)
        self.data = DataFactsTable(job.public, self.lab.data)
        self.labels: Mapping[str, NDArray[np.int64]] = {
            name: np.load(path, allow_pickle=False).astype(np.int64) for name, path in job.labels.items()
        }
        self.checks_sha256 = sha256_bytes(self.files.checks.read_bytes())
        self.output = output.open("a", encoding="utf-8")
        self.shared = SharedArrays()
        self.record: RunRecord
        self._opened: int | None = None
        self.facts: LabFacts
        self.plugin = ScorePlugin(len(job.runs), self.open, self.finish, job.questions)

    def open(self, place: int) -> Any:
        """Load a submission and return what gives a check its arguments."""
        folder = self.job.runs[place]
        self._opened = None
        self.record = RunRecord.model_validate_json((folder / "run.json").read_bytes())
        reader = EvidenceReader(folder, self.record, self.shared)
        self.facts = LabFacts(
            self.lab, self.job.size, self.data, reader, self.labels, self.job.training_to_come
        )
        self._opened = place
        return self.arguments

    def arguments(self, check: Check) -> dict[str, Any]:
        """Return a check's arguments, or raise what decides it without running it."""
        if self.record.verdict in _NOT_THEIR_FAULT:
            raise EvidenceUnavailable(f"the run itself failed and will be made again: {self.record.detail}")
        values = {name: self.facts.reader.object(check.question, name) for name in check.arguments}
        if check.wants_lab:
            self.facts.check_hidden = check.hidden
            values["lab"] = self.facts
        return values

    def finish(self, place: int, results: list[CheckResult]) -> None:
        """Write a submission's score.

        Raises:
            RuntimeError: The run was not opened: nothing may be written under another run's name.
        """
        if self._opened != place:
            raise RuntimeError(f"{self.job.runs[place] / 'run.json'} cannot be read")
        asked = [
            (check.question, name, hidden)
            for check in self.plugin.checks
            for name, hidden in check.hidden.items()
        ]
        scores: list[ModelScore] = []
        try:
            if self.record.verdict not in _NOT_THEIR_FAULT:
                scores = model_scores(self.facts, asked)
            flags = flags_of(self.record, self.lab, self.job.size, self.facts, scores, results)
        except Exception as error:
            # One submission's evidence must not end the scoring of the class.
            sentence = f"What a TA should look at could not be listed: {type(error).__name__}."
            flags = [Flag(code="internal_error", sentence=sentence)]
        questions = tuple(
            question_result(
                question,
                [result for result in results if result.question == question.id],
                answer=self.record.submission.answers.get(question.id) if question.manual else None,
            )
            for question in self.lab.questions
        )
        score = SubmissionScore(
            lab=self.lab.name,
            student=self.record.submission.student,
            run_key=self.record.key,
            scored_at=datetime.now(UTC),
            checks_sha256=self.checks_sha256,
            run_started_at=self.record.started_at,
            questions=questions,
            model_scores=tuple(scores),
            flags=tuple(flags),
        )
        self.output.write(score.model_dump_json() + "\n")
        self.output.flush()

    def run(self) -> int:
        """Run pytest on the lab's check file; return its exit code, 0 when every submission was scored."""
        np.set_printoptions(legacy="1.25")  # students read 255.0, not np.float64(255.0)
        options = [
            "--import-mode=importlib",
            "--noconftest",
            "--rootdir",
            str(self.files.checks.parent),
            # Else pytest lists every folder above the check file, up to the root.
            "--confcutdir",
            str(self.files.checks.parent),
        ]
        options += ["-c", "/dev/null", "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:doctest"]
        options += ["-p", "no:unittest", "-p", "no:unraisableexception"]
        code = pytest.main([*options, str(self.files.checks)], plugins=[_Named(self.plugin)])
        for problem in self.plugin.collection_errors:
            print(problem, file=sys.stderr)
        return int(code)


class _Named:
    """Registers the plugin under the name that its items look up."""

    def __init__(self, plugin: ScorePlugin) -> None:
        self.plugin = plugin

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self.plugin, "deepgrade-score")


def _end_with_parent() -> None:
    """End this process when the one that started it has ended: its end of our standard input closes then."""
    handle = os.dup(0)  # pytest puts something else in the place of 0

    def watch() -> None:
        while os.read(handle, 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main() -> int:
    """Score what the job file names."""
    # Evidence is a great many small lists without cycles: collecting less often saves a tenth of the time.
    gc.set_threshold(20_000, 50, 100)
    _end_with_parent()
    job = SessionJob.model_validate_json(Path(sys.argv[1]).read_bytes())
    return Session(job, Path(sys.argv[2])).run()


if __name__ == "__main__":
    sys.exit(main())
