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

import json
import math
import platform
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import deepgrade
from deepgrade.evidence import CellError, CellTime, DataFacts, RunRecord, SubmissionFacts, Verdict
from deepgrade.files import UntrustedFileError, read_untrusted, storage_errors
from deepgrade.lab import CapturePlan, Limits
from deepgrade.run.collect import Collected, collect_evidence, foreign_beside, real_folder
from deepgrade.run.inputs import Gpu
from deepgrade.run.job import QuestionSpans, evidence_budget_bytes, make_job, question_spans
from deepgrade.run.journal import JournalFacts, read_journal
from deepgrade.run.notebook import executed_notebook
from deepgrade.run.verdicts import Decision, decide, decide_by_evidence
from deepgrade.sandbox import (
    Box,
    Mount,
    Sandbox,
    SandboxError,
    SandboxLimits,
    SandboxOutcome,
    SandboxRequest,
    StudentEnvironment,
)
from deepgrade.submission import Submission

_JOURNAL_BYTES = 64 << 20
_KERNEL = Path(deepgrade.__file__).resolve().parent / "kernel"
_CANARY_S = 60.0
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip


@dataclass(frozen=True)
class _Run:
    """What stays the same while one run is prepared, done and read."""

    limits: Limits
    data: Path
    sandbox: Sandbox
    environment: StudentEnvironment
    gpu: Gpu | None
    seed: int


@dataclass(frozen=True)
class _Result:
    """What came out of the sandbox."""

    outcome: SandboxOutcome
    journal: JournalFacts
    collected: Collected


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

    Returns:
        The record. A sandbox that fails is the verdict `internal_error`, not an exception.

    Raises:
        StorageError: The sandbox's own folder is full: no run is possible here.
    """
    run = _Run(limits, data, sandbox, environment, gpu, seed)
    spans = question_spans(submission.cells, plan.order)
    job = make_job(submission.cells, spans, plan=plan, limits=limits, seed=seed, gpu=gpu)
    started_at = datetime.now(UTC)
    result = _run_in_sandbox(run, job, spans, questions=plan.order, evidence=destination / "evidence")
    if _killed(result.outcome):
        shutil.rmtree(destination / "evidence", ignore_errors=True)
        started_at = datetime.now(UTC)
        result = _run_in_sandbox(run, job, spans, questions=plan.order, evidence=destination / "evidence")
    works = not result.journal.started and result.outcome.reason != "sandbox_failed" and _kernel_works(run)
    verdict, detail = decide(
        result.outcome,
        result.journal,
        owners=spans.owners,
        limits=limits,
        gpu=gpu is not None,
        kernel_works=works,
    )
    finished = _finished(result, plan)
    missing = [question for question in plan.order if question not in finished]
    verdict, detail = decide_by_evidence(Decision(verdict, detail), result.journal, missing, limits)
    stopped = None if verdict in (Verdict.OK, Verdict.CELL_ERROR) else result.outcome.detail or verdict.value
    notebook = executed_notebook(
        submission.notebook, result.journal, stopped=stopped, most_bytes=limits.output_mib << 21
    )
    (destination / "notebook.ipynb").write_bytes(notebook)
    (destination / "log.txt").write_text(_log(result), encoding="utf-8")
    errors, times = _cells(result, spans)
    return RunRecord(
        key=key,
        lab=lab_name,
        submission=_facts_of(submission),
        verdict=verdict,
        detail=detail,
        started_at=started_at,
        wall_s=result.outcome.wall_s,
        cpu_s=result.outcome.cpu_s,
        peak_memory_mib=result.outcome.peak_memory_mib,
        peak_processes=result.outcome.peak_processes,
        limits=limits.in_force(),
        cell_errors=errors,
        cell_times=times,
        questions_finished=finished,
        foreign_files=result.collected.foreign,
        plan={question: capture.names for question, capture in plan.questions.items()},
        plan_sha256=plan.sha256,
        data=data_facts,
        environment=environment.versions,
        sandbox=f"{sandbox.name}, {result.outcome.limits_enforced_by}",
        image=image,
        seed=seed,
        device=gpu.description if gpu else f"{platform.machine()} processor, {limits.cpus:g} cores",
        gpu=gpu is not None,
        deepgrade_version=deepgrade.__version__,
    )


def _killed(outcome: SandboxOutcome) -> bool:
    """Return whether SIGKILL ended the process and no limit of ours explains it.

    No honest bug does that. The machine ran out of memory, somebody killed the wrong process, or the notebook killed
    itself: a second run, which is the one that counts, tells the first two from the last.
    """
    return outcome.reason == "signal" and outcome.signal == signal.SIGKILL


def _facts_of(submission: Submission) -> SubmissionFacts:
    return SubmissionFacts(
        student=submission.student,
        filename=submission.filename,
        sha256=submission.sha256,
        flavour=submission.flavour,
        warnings=submission.warnings,
        answers=submission.answers,
    )


def _finished(result: _Result, plan: CapturePlan) -> tuple[str, ...]:
    """Return the questions that the journal says ended and whose evidence came back."""
    return tuple(
        question
        for question in plan.order
        if question in result.journal.questions and question in result.collected.questions
    )


def _run_in_sandbox(
    run: _Run, job: dict[str, Any], spans: QuestionSpans, *, questions: tuple[str, ...], evidence: Path
) -> _Result:
    nothing = Collected(frozenset(), 0, ())
    try:
        with run.sandbox.open_box(disk_mib=run.limits.disk_mib) as box:
            with storage_errors(box.staging):
                outcome = run.sandbox.run(_request(run, job, box))
            out = box.path / "out"
            foreign = foreign_beside(out)
            if not real_folder(out):
                return _Result(outcome, JournalFacts(), nothing._replace(foreign=foreign))
            journal = _read_journal(out, spans, questions)
            budget = evidence_budget_bytes(run.limits)
            collected = collect_evidence(out / "evidence", evidence, questions=questions, budget_bytes=budget)
            return _Result(outcome, journal, collected._replace(foreign=foreign + collected.foreign))
    except SandboxError as error:
        return _Result(_failed(str(error)), JournalFacts(), nothing)
    finally:
        evidence.mkdir(exist_ok=True)


def _request(run: _Run, job: dict[str, Any], box: Box) -> SandboxRequest:
    for name in ("work", "out"):
        box.make_folder(name)
    kernel, job_folder = box.staging / "kernel", box.staging / "job"
    # A copy, since a checkout or an installation may not be readable for the user id of the run.
    shutil.copytree(_KERNEL, kernel)
    job_folder.mkdir()
    (job_folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    for path in (box.staging, *box.staging.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    arguments = ["--job", "/job/job.json", "--out", "/box/out", "--data", "/data"]
    limits = run.limits
    return SandboxRequest(
        command=[str(run.environment.python), "-I", "/kernel/main.py", *arguments],
        limits=SandboxLimits(
            wall_s=limits.wall_s,
            memory_mib=limits.memory_mib,
            processes=limits.processes,
            disk_mib=limits.disk_mib,
            cpus=limits.cpus,
            cpu_s=limits.total_cpu_s,
            file_mib=limits.largest_file_mib,
            open_files=limits.open_files,
        ),
        mounts=(
            *run.environment.mounts,
            Mount(kernel, Path("/kernel")),
            Mount(job_folder, Path("/job")),
            Mount(run.data, Path("/data")),
        ),
        masks=run.environment.masks,
        cwd=Path("/box/work"),
        env=_environment_variables(run),
        box=box,
        gpu_devices=run.gpu.devices if run.gpu else (),
    )


def _environment_variables(run: _Run) -> dict[str, str]:
    threads = str(max(1, math.ceil(run.limits.cpus)))
    variables = {
        "PATH": f"{run.environment.python.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/box/work",
        "TMPDIR": "/tmp",  # noqa: S108 - private to the sandbox
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",  # noqa: S108
        "IPYTHONDIR": "/tmp/ipython",  # noqa: S108
        "KERAS_HOME": "/tmp/keras",  # noqa: S108
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        # For programs that the notebook starts; the kernel itself runs isolated from such variables.
        "PYTHONHASHSEED": str(run.seed % (1 << 32)),
    } | dict.fromkeys(_THREAD_VARIABLES, threads)
    if run.gpu is not None:
        variables |= {
            "CUDA_VISIBLE_DEVICES": run.gpu.cuda_visible_devices,
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{run.limits.gpu_memory_fraction:.3f}",
        }
    return variables


def _kernel_works(run: _Run) -> bool:
    """Return whether an empty run on this machine writes a journal: tells our failures from a removed journal."""
    limits = run.limits.model_copy(update={"wall_s": max(_CANARY_S, 0.0)})
    job = make_job((), QuestionSpans({}, {}, ()), plan=_EMPTY, limits=limits, seed=run.seed, gpu=None)
    with suppress(SandboxError), run.sandbox.open_box(disk_mib=limits.disk_mib) as box:
        outcome = run.sandbox.run(_request(replace(run, limits=limits, gpu=None), job, box))
        journal = _read_journal(box.path / "out", QuestionSpans({}, {}, ()), ())
        return outcome.exit_code == 0 and journal.started and journal.ended
    return False


_EMPTY = CapturePlan(lab="none", order=(), questions={})


def _read_journal(out: Path, spans: QuestionSpans, questions: tuple[str, ...]) -> JournalFacts:
    try:
        data = read_untrusted(out / "journal.jsonl", max_bytes=_JOURNAL_BYTES)
    except (UntrustedFileError, OSError):
        return JournalFacts()
    return read_journal(data, cells=spans.owners.keys(), questions=questions)


def _failed(detail: str) -> SandboxOutcome:
    return SandboxOutcome(
        exit_code=None, signal=None, reason="sandbox_failed", detail=detail, wall_s=0.0, cpu_s=None,
        peak_memory_mib=None, peak_processes=None, processes_denied=0, log=b"", log_bytes=0, limits_enforced_by="nothing",
    )  # fmt: skip


def _cells(result: _Result, spans: QuestionSpans) -> tuple[tuple[CellError, ...], tuple[CellTime, ...]]:
    errors: list[CellError] = []
    times: list[CellTime] = []
    unfinished = result.journal.unfinished_cell
    for index, question in spans.owners.items():
        cell = result.journal.cells.get(index)
        if cell is None:
            times.append(CellTime(cell=index, question=question, seconds=0.0, status="not_run"))
        elif cell.status is None:
            seconds = max(0.0, result.outcome.wall_s - cell.started_s) if index == unfinished else 0.0
            times.append(CellTime(cell=index, question=question, seconds=seconds, status="unfinished"))
        else:
            times.append(CellTime(cell=index, question=question, seconds=cell.seconds, status=cell.status))
            if cell.status != "ok":
                error = CellError(cell=index, question=question, ename=cell.ename, evalue=cell.evalue)
                errors.append(error)
    return tuple(errors), tuple(times)


def _log(result: _Result) -> str:
    text = result.outcome.log.decode("utf-8", "replace")
    notes = [f"[deepgrade] not taken: {sentence}" for sentence in result.collected.refused]
    if result.journal.ignored_lines:
        notes.append(f"[deepgrade] {result.journal.ignored_lines} lines of the journal were not understood")
    return text + "".join(f"\n{note}" for note in notes) + ("\n" if notes else "")
