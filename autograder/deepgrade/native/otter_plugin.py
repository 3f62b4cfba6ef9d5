"""The plugin that `otter run` loads from our autograder zip.

Before a notebook is executed, it finds the questions as intake does, takes the tool's own cells out, and puts calls of
`inside.py` at the start and where each question ends. When the notebook is over, it scores the evidence in otter's own
process and puts the results in the place of those that came out of the kernel: nothing that the student's process says
about its points counts.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from otter.plugins import AbstractOtterPlugin
from otter.test_files.abstract_test import TestCaseResult
from otter.test_files.exception_test import ExceptionTestFile

from deepgrade.lab import LabFiles, load_lab
from deepgrade.native.facts import BUNDLES, NativeFacts, find_data, read_facts
from deepgrade.native.scoring import NativeScorer
from deepgrade.native.words import is_granted, sentence
from deepgrade.run.job import question_spans, runs
from deepgrade.score import CheckResult, SubmissionScore
from deepgrade.submission import Refusal, Submission, load_template, read_notebook

_KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
CALL = "import deepgrade.native.inside as _deepgrade_inside\n_deepgrade_inside.{call}({argument!r})"


class DeepgradePlugin(AbstractOtterPlugin):  # type: ignore[misc]
    """Grades by evidence. Its configuration is `{"lab": name}`."""

    def before_grading(self, config: Any) -> None:
        """Look whether grading can work here, before anything of the student's runs.

        Raises:
            NativeSetupError: It cannot; otter ends without a result, and nobody gets a zero.
        """
        self._facts: NativeFacts = read_facts(_source() / BUNDLES / self.plugin_config["lab"])
        self._data = find_data(self._facts)
        self._work = Path(tempfile.mkdtemp(prefix="deepgrade-evidence-"))
        atexit.register(shutil.rmtree, self._work, ignore_errors=True)

    def before_execution(self, submission: Any) -> Any:
        """Return the notebook with our calls in it."""
        files = LabFiles(self._facts.folder, self._facts.lab)
        taken = read_notebook(
            nbformat.writes(submission).encode("utf-8"),
            lab=load_lab(files),
            student="student",
            filename="notebook.ipynb",
            template=load_template(files),
        )
        self._refused = taken.sentence if isinstance(taken, Refusal) else None
        return _notebook([]) if isinstance(taken, Refusal) else self._instrumented(taken, submission)

    def _instrumented(self, taken: Submission, submission: Any) -> Any:
        spans = question_spans(taken.cells, tuple(self._facts.plan))
        job = {
            "bundle": str(self._facts.folder),
            "data": str(self._data),
            "cells": [[cell.index, spans.owners.get(cell.index)] for cell in taken.cells if runs(cell)],
            "ends_at_start": list(spans.ends_at_start),
        }
        (self._work / "job.json").write_text(json.dumps(job), encoding="utf-8")
        cells = [_call("begin", str(self._work))]
        for cell, original in zip(taken.cells, submission.cells, strict=True):
            if runs(cell):
                cells.append(original)
            cells += [_call("end", question) for question in spans.ends.get(cell.index, ())]
        return _notebook(cells)

    def after_grading(self, results: Any) -> None:
        """Score the evidence and put the results into otter's."""
        with NativeScorer(self._facts, self._data, self._work, "otter") as scorer:
            score = scorer.score()
            carved = scorer.on_carved_rows
        results.results = {
            file.name: file
            for path in sorted((_source() / "tests").glob("*.py"))
            for file in [_scored(path, score, carved)]
        }
        # otter-grader 7.0.0: a results file that could not be read makes every point 0, whatever plugins find.
        results._catastrophic_error = None
        said = f"{self._refused}\n" if self._refused else ""
        results.set_output(f"{said}Graded by evidence (deepgrade), in otter's kernel.")


def _scored(path: Path, score: SubmissionScore, carved: frozenset[str]) -> Any:
    """Return a test file of otter's with the results of our checks in it."""
    file = ExceptionTestFile.from_file(str(path))
    found: dict[str, CheckResult] = {
        result.check: result for question in score.questions for result in question.checks
    }
    file.test_case_results = []
    for case in file.test_cases:
        result = found[case.body.test_func.__name__]
        said = sentence(result, result.check in carved)
        file.test_case_results.append(TestCaseResult(test_case=case, message=said, passed=is_granted(result)))
    return file


def _source() -> Path:
    """Return the autograder's folder; otter stands in `submission/` beside it while it grades."""
    return Path.cwd().parent / "source"


def _call(call: str, argument: str) -> Any:
    return nbformat.v4.new_code_cell(CALL.format(call=call, argument=argument))


def _notebook(cells: list[Any]) -> Any:
    """Return a notebook for this machine's kernel, whatever the student's one is called."""
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": _KERNEL})
