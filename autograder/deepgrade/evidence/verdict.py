"""What can become of a run: one enum, one table. Only the supervisor assigns a verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """How a run ended."""

    OK = "ok"
    CELL_ERROR = "cell_error"
    TIMEOUT = "timeout"
    CPU_TIME = "cpu_time"
    MEMORY = "memory"
    GPU_MEMORY = "gpu_memory"
    OUTPUT_LIMIT = "output_limit"
    DISK_LIMIT = "disk_limit"
    FILE_SIZE = "file_size"
    OPEN_FILES = "open_files"
    PROCESS_LIMIT = "process_limit"
    CRASHED = "crashed"
    INVALID_SUBMISSION = "invalid_submission"
    NO_GPU = "no_gpu"
    INTERNAL_ERROR = "internal_error"


class VerdictFacts(NamedTuple):
    """What a verdict means for people."""

    title: str
    sentence: str
    """What happened, for the student."""
    students_fault: bool
    """False: costs no points, is retried, shows in the TA's list."""


VERDICTS: dict[Verdict, VerdictFacts] = {
    Verdict.OK: VerdictFacts("ok", "Every cell ran without an error.", True),
    Verdict.CELL_ERROR: VerdictFacts(
        "cell error", "Some cells stopped with an error; the others still ran.", True
    ),
    Verdict.TIMEOUT: VerdictFacts(
        "timeout",
        "The notebook, or one of its cells, ran longer than allowed; what was finished was graded.",
        True,
    ),
    Verdict.CPU_TIME: VerdictFacts(
        "processor time",
        "The notebook used more processor time than allowed; questions finished before were graded.",
        True,
    ),
    Verdict.MEMORY: VerdictFacts(
        "memory", "The notebook needed more memory than allowed; questions finished before were graded.", True
    ),
    Verdict.GPU_MEMORY: VerdictFacts(
        "GPU memory",
        "A cell needed more than the notebook's share of the GPU's memory; the other cells still ran.",
        True,
    ),
    Verdict.DISK_LIMIT: VerdictFacts(
        "disk limit",
        "The notebook wrote more files than its folder may hold; what was finished was graded.",
        True,
    ),
    Verdict.FILE_SIZE: VerdictFacts(
        "file size", "The notebook wrote a larger file than allowed; what was finished was graded.", True
    ),
    Verdict.OPEN_FILES: VerdictFacts(
        "open files",
        "The notebook held more files open at one time than allowed; what was finished was graded.",
        True,
    ),
    Verdict.OUTPUT_LIMIT: VerdictFacts(
        "output limit", "The notebook printed more than allowed; questions finished before were graded.", True
    ),
    Verdict.PROCESS_LIMIT: VerdictFacts(
        "process limit",
        "The notebook started more processes than allowed; questions finished before were graded.",
        True,
    ),
    Verdict.CRASHED: VerdictFacts(
        "crashed",
        "The Python process ended in the middle of the notebook; questions finished before were graded.",
        True,
    ),
    Verdict.INVALID_SUBMISSION: VerdictFacts(
        "invalid submission", "The file could not be taken as a notebook.", True
    ),
    Verdict.NO_GPU: VerdictFacts(
        "no GPU", "The lab needs a GPU and the grading machine had none; it will be run again.", False
    ),
    Verdict.INTERNAL_ERROR: VerdictFacts(
        "internal error", "The grader itself failed; this costs no points and will be run again.", False
    ),
}
