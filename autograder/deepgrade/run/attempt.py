"""One attempt at a run: the box is prepared, the kernel process runs in it, and what it left is brought back."""

from __future__ import annotations

import json
import math
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import deepgrade
from deepgrade.files import UntrustedFileError, read_untrusted, storage_errors
from deepgrade.lab import CapturePlan, Limits
from deepgrade.run.collect import Collected, collect_evidence, foreign_beside, real_folder
from deepgrade.run.inputs import Gpu
from deepgrade.run.job import QuestionSpans, evidence_budget_bytes, make_job
from deepgrade.run.journal import JournalFacts, read_journal
from deepgrade.sandbox import (
    Box,
    Fork,
    Mount,
    Prepared,
    Sandbox,
    SandboxError,
    SandboxLimits,
    SandboxOutcome,
    SandboxRequest,
    StudentEnvironment,
    open_for_reading,
)

_JOURNAL_BYTES = 64 << 20
KERNEL_MAIN = Path("/kernel/main.py")
"""Inside."""
_KERNEL = Path(deepgrade.__file__).resolve().parent / "kernel"
_CANARY_S = 60.0
_EXITS_START_PLAINLY = (71, 75)
"""Of a fork: it could not join its sandbox (sandbox/inside/fork_server.py); the notebook needs a Python in which nothing was
imported before (kernel/preload.py)."""
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip


@dataclass(frozen=True)
class Surroundings:
    """What stays the same while one run is prepared, done and read."""

    limits: Limits
    data: Path
    sandbox: Sandbox
    environment: StudentEnvironment
    gpu: Gpu | None
    seed: int
    data_sets: tuple[str, ...]
    """The lab's; the folder may hold those of a course's other labs."""
    prepared: Prepared | None = None
    """The kernel with the lab's libraries, of which the run may be a fork."""


@dataclass(frozen=True)
class Result:
    """What came out of the sandbox."""

    outcome: SandboxOutcome
    journal: JournalFacts
    collected: Collected


def run_in_sandbox(
    run: Surroundings,
    job: dict[str, Any],
    spans: QuestionSpans,
    *,
    questions: tuple[str, ...],
    evidence: Path,
) -> Result:
    """Run a job in a box of its own and bring back what it left; `evidence` is there afterwards, empty or not.

    A sandbox that fails is an outcome, not an exception.
    """
    result = _attempt(run, job, spans, questions, evidence)
    if result.outcome.forked and result.outcome.exit_code in _EXITS_START_PLAINLY:
        shutil.rmtree(evidence, ignore_errors=True)
        return _attempt(replace(run, prepared=None), job, spans, questions, evidence)
    return result


def _attempt(
    run: Surroundings, job: dict[str, Any], spans: QuestionSpans, questions: tuple[str, ...], evidence: Path
) -> Result:
    nothing = Collected(frozenset(), 0, ())
    try:
        with run.sandbox.open_box(disk_mib=run.limits.disk_mib) as box:
            with storage_errors(box.staging):
                outcome = run.sandbox.run(_request(run, job, box))
            out = box.path / "out"
            foreign = foreign_beside(out)
            if not real_folder(out):
                return Result(outcome, JournalFacts(), nothing._replace(foreign=foreign))
            journal = _read_journal(out, spans, questions)
            budget = evidence_budget_bytes(run.limits)
            collected = collect_evidence(out / "evidence", evidence, questions=questions, budget_bytes=budget)
            return Result(outcome, journal, collected._replace(foreign=foreign + collected.foreign))
    except SandboxError as error:
        return Result(_failed(str(error)), JournalFacts(), nothing)
    finally:
        evidence.mkdir(exist_ok=True)


def _request(run: Surroundings, job: dict[str, Any], box: Box) -> SandboxRequest:
    for name in ("work", "out"):
        box.make_folder(name)
    kernel, job_folder = box.staging / "kernel", box.staging / "job"
    copy_kernel(kernel)
    job_folder.mkdir()
    (job_folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    open_for_reading(box.staging)
    arguments = ("--job", "/job/job.json", "--out", "/box/out", "--data", "/data")
    limits = run.limits
    return SandboxRequest(
        command=[str(run.environment.python), "-I", str(KERNEL_MAIN), *arguments],
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
            *(run.environment.gpu_mounts if run.gpu else ()),
            Mount(kernel, KERNEL_MAIN.parent),
            Mount(job_folder, Path("/job")),
            Mount(run.data, Path("/data")),
        ),
        masks=run.environment.masks,
        cwd=Path("/box/work"),
        env=_environment_variables(run),
        box=box,
        gpu_devices=run.gpu.devices if run.gpu else (),
        fork=Fork(run.prepared, arguments) if run.prepared is not None else None,
    )


def copy_kernel(folder: Path) -> None:
    """Copy the kernel's files, which a run may not be able to read where they are; what Python compiled comes along."""
    shutil.copytree(_KERNEL, folder)


def _environment_variables(run: Surroundings) -> dict[str, str]:
    variables = libraries_environment(run.environment, run.limits, run.data_sets) | {
        # For programs that the notebook starts; the kernel itself runs isolated from such variables.
        "PYTHONHASHSEED": str(run.seed % (1 << 32)),
    }
    if run.gpu is not None:
        variables |= {
            **run.environment.gpu_variables,
            "CUDA_VISIBLE_DEVICES": run.gpu.cuda_visible_devices,
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{run.limits.gpu_memory_fraction:.3f}",
        }
    return variables


def libraries_environment(
    environment: StudentEnvironment, limits: Limits, data_sets: tuple[str, ...]
) -> dict[str, str]:
    """Return the environment variables of a run without a GPU: what its libraries see when they are imported."""
    threads = str(max(1, math.ceil(limits.cpus)))
    return {
        "PATH": f"{environment.python.parent}:/usr/local/bin:/usr/bin:/bin",
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
        "DEEPGRADE_SETS": ",".join(data_sets),
        **environment.variables,
    } | dict.fromkeys(_THREAD_VARIABLES, threads)


def kernel_works(run: Surroundings) -> bool:
    """Return whether an empty run on this machine writes a journal: tells our failures from a removed journal."""
    limits = run.limits.model_copy(update={"wall_s": max(_CANARY_S, 0.0)})
    job = make_job((), QuestionSpans({}, {}, ()), plan=_EMPTY, limits=limits, seed=run.seed, gpu=None)
    with suppress(SandboxError), run.sandbox.open_box(disk_mib=limits.disk_mib) as box:
        outcome = run.sandbox.run(_request(replace(run, limits=limits, gpu=None, prepared=None), job, box))
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
