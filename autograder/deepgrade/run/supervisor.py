"""One submission, one sandbox, one verdict.

Theory of operation: three processes matter. This one, the supervisor, is trusted: it prepares the mounts, starts
the sandbox, waits, reads what came out and decides. The kernel process inside runs the student's cells, and from
its first cell on nothing that it says is more than a claim. Between them lie read-only mounts on the way in (the
kernel's files, the job, the public data) and one folder on the way out, read after the last process is dead.
Hidden checks, hidden inputs, labels, other submissions and results are not mounted: they cannot be asked for.

The student's notebook never enters as a file; its cells are in the job. What the run leaves is written into a
folder that the caller gives: `notebook.ipynb`, `log.txt`, `evidence/`.
"""

from __future__ import annotations

import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

from deepgrade.evidence import DataFacts, RunRecord, Verdict
from deepgrade.lab import CapturePlan, Limits
from deepgrade.run.attempt import Result, Surroundings, kernel_works, run_in_sandbox
from deepgrade.run.inputs import Gpu
from deepgrade.run.job import QuestionSpans, make_job, question_spans
from deepgrade.run.notebook import executed_notebook
from deepgrade.run.record import finished_questions, record_of
from deepgrade.run.verdicts import Decision, decide, decide_by_evidence
from deepgrade.sandbox import Prepared, Sandbox, SandboxOutcome, StudentEnvironment
from deepgrade.submission import Submission


def run_submission(
    submission: Submission,
    *,
    plan: CapturePlan,
    limits: Limits,
    data: Path,
    data_facts: tuple[DataFacts, ...],
    lab_name: str,
    seed: int,
    key: str,
    sandbox: Sandbox,
    environment: StudentEnvironment,
    gpu: Gpu | None,
    destination: Path,
    image: str | None = None,
    prepared: Prepared | None = None,
) -> RunRecord:
    """Run a submission and return its record; what it leaves is in `destination`.

    Args:
        submission: What intake accepted.
        plan: Which variables are kept.
        limits: Each of them has its verdict.
        data: Folder of the public data sets, mounted read-only at /data.
        data_facts: Which data sets those are.
        lab_name: For the record.
        seed: Of the notebook's random numbers and of the samples that evidence keeps.
        key: The run's key.
        sandbox: What surrounds the process.
        environment: The student's Python.
        gpu: The GPU that the process may use, if any.
        destination: An existing folder for `notebook.ipynb`, `log.txt` and `evidence/`.
        image: The container image around all this, if any.
        prepared: The kernel with libraries imported, of which the run may be a fork.

    Returns:
        The record. A sandbox that fails is the verdict `internal_error`, not an exception.

    Raises:
        StorageError: The sandbox's own folder is full: no run is possible here.
    """
    data_sets = tuple(facts.name for facts in data_facts)
    run = Surroundings(limits, data, sandbox, environment, gpu, seed, data_sets, prepared)
    spans = question_spans(submission.cells, plan.order)
    job = make_job(submission.cells, spans, plan=plan, limits=limits, seed=seed, gpu=gpu)
    evidence = destination / "evidence"
    started_at = datetime.now(UTC)
    result = run_in_sandbox(run, job, spans, questions=plan.order, evidence=evidence)
    if _killed(result.outcome):
        shutil.rmtree(evidence, ignore_errors=True)
        started_at = datetime.now(UTC)
        result = run_in_sandbox(run, job, spans, questions=plan.order, evidence=evidence)
    decision = _decide(run, result, spans, plan)
    _leave(submission, run, result, decision, destination)
    return record_of(
        submission,
        run,
        result,
        decision,
        spans=spans,
        plan=plan,
        data_facts=data_facts,
        lab_name=lab_name,
        key=key,
        started_at=started_at,
        image=image,
    )


def _decide(run: Surroundings, result: Result, spans: QuestionSpans, plan: CapturePlan) -> Decision:
    """Return the verdict: what the sandbox saw, then what evidence is there."""
    works = not result.journal.started and result.outcome.reason != "sandbox_failed" and kernel_works(run)
    first = decide(
        result.outcome,
        result.journal,
        owners=spans.owners,
        limits=run.limits,
        gpu=run.gpu is not None,
        kernel_works=works,
    )
    finished = finished_questions(result, plan)
    missing = [question for question in plan.order if question not in finished]
    return decide_by_evidence(first, result.journal, missing, run.limits)


def _leave(
    submission: Submission, run: Surroundings, result: Result, decision: Decision, destination: Path
) -> None:
    """Write the executed notebook and the log."""
    went_on = decision.verdict in (Verdict.OK, Verdict.CELL_ERROR)
    notebook = executed_notebook(
        submission.notebook,
        result.journal,
        stopped=None if went_on else result.outcome.detail or decision.verdict.value,
        most_bytes=run.limits.output_mib << 21,
    )
    (destination / "notebook.ipynb").write_bytes(notebook)
    (destination / "log.txt").write_text(_log(result), encoding="utf-8")


def _killed(outcome: SandboxOutcome) -> bool:
    """Return whether SIGKILL ended the process and no limit of ours explains it.

    No honest bug does that. The machine ran out of memory, somebody killed the wrong process, or the notebook killed
    itself: a second run, which is the one that counts, tells the first two from the last.
    """
    return outcome.reason == "signal" and outcome.signal == signal.SIGKILL


def _log(result: Result) -> str:
    text = result.outcome.log.decode("utf-8", "replace")
    notes = [f"[deepgrade] not taken: {sentence}" for sentence in result.collected.refused]
    if result.journal.ignored_lines:
        notes.append(f"[deepgrade] {result.journal.ignored_lines} lines of the journal were not understood")
    return text + "".join(f"\n{note}" for note in notes) + ("\n" if notes else "")
