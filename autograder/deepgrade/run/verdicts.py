"""Decide what became of a run: a pure function of what the sandbox saw and what the journal says."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deepgrade.evidence import Verdict
from deepgrade.lab import Limits
from deepgrade.run.journal import CellFacts, JournalFacts
from deepgrade.sandbox import SandboxOutcome

_EXIT_OUTPUT_LIMIT = 77
_EXIT_JOURNAL_LOST = 74
_STOPPED = {
    "timeout": Verdict.TIMEOUT,
    "cpu_time": Verdict.CPU_TIME,
    "memory": Verdict.MEMORY,
    "output_limit": Verdict.OUTPUT_LIMIT,
    "disk_limit": Verdict.DISK_LIMIT,
    "process_limit": Verdict.PROCESS_LIMIT,
}
_REFUSED_FORK = ("Resource temporarily unavailable", "can't start new thread", "pthread_create", "[Errno 11]")
_ERRORS = {
    errno.EFBIG: Verdict.FILE_SIZE,
    errno.ENOSPC: Verdict.DISK_LIMIT,
    errno.EMFILE: Verdict.OPEN_FILES,
}
_GPU_FULL = ("RESOURCE_EXHAUSTED", "ResourceExhaustedError", "OutOfMemoryError", "CUDA out of memory")
_MESSAGE_CHARACTERS = 160
_MOST_PLACES = 3
_MOST_NAMED = 6


class Decision(NamedTuple):
    """A verdict and the sentence that goes with it."""

    verdict: Verdict
    detail: str


def decide(
    outcome: SandboxOutcome,
    journal: JournalFacts,
    *,
    owners: Mapping[int, str | None],
    limits: Limits,
    gpu: bool = False,
    kernel_works: bool = False,
) -> Decision:
    """Return the verdict of a run.

    A limit that stops the whole run is seen by the sandbox. One that only refuses a call (a file too large, no
    process more) shows as an error in a cell, which the process itself reports: such a verdict helps people to find
    the cause and is never worth more points than another error.

    Args:
        outcome: What the sandbox saw: the word that counts.
        journal: What the process says about itself.
        owners: Code cell -> question, for every cell that was to run.
        limits: What the run was allowed to use.
        gpu: Whether it was lent a GPU.
        kernel_works: Only asked when the journal has no beginning: whether an empty run on the same machine
            writes one. If so, the submission itself removed it, and that is no fault of ours.
    """
    if outcome.reason == "sandbox_failed":
        return Decision(Verdict.INTERNAL_ERROR, f"The sandbox failed: {outcome.detail}.")
    if not journal.started and not kernel_works:
        return Decision(Verdict.INTERNAL_ERROR, f"The notebook was not started: {_end(outcome)}.")
    where = _where(journal, owners)
    if outcome.reason in _STOPPED:
        return Decision(_STOPPED[outcome.reason], f"The run {outcome.detail}{where}{_denied(outcome)}.")
    if not journal.started:
        return Decision(
            Verdict.CRASHED,
            f"The journal of this run is gone ({_end(outcome)}): runs on this machine keep one, so the notebook removed it."
            " Nothing of the run can be graded without it.",
        )
    if outcome.exit_code == _EXIT_JOURNAL_LOST:
        return Decision(
            Verdict.DISK_LIMIT,
            f"The notebook filled its folder of {limits.disk_mib} MiB{where}, or lowered its own limits, and the run ended.",
        )
    if outcome.exit_code == _EXIT_OUTPUT_LIMIT:
        return Decision(Verdict.OUTPUT_LIMIT, f"The notebook printed more than allowed{where}.")
    if outcome.reason == "signal" or outcome.exit_code != 0 or not journal.ended:
        verdict = Verdict.PROCESS_LIMIT if outcome.processes_denied else Verdict.CRASHED
        return Decision(
            verdict, f"The Python process ended early ({_end(outcome)}){where}{_denied(outcome)}."
        )
    return _decide_by_cells(outcome, journal, owners, limits, gpu=gpu)


def decide_by_evidence(
    decision: Decision, journal: JournalFacts, missing: Sequence[str], limits: Limits
) -> Decision:
    """Return the verdict of a run that seems to have come to its end and lacks evidence.

    The kernel says why it could not keep a question's evidence. Where it gives no reason, its journal was not written
    by the kernel alone.

    Args:
        decision: What was decided without a look at the evidence; a run that was stopped stays what it is.
        journal: What the process says about itself.
        missing: Questions of which no evidence came back, in the lab's order.
        limits: What the run was allowed to use.
    """
    if not missing or decision.verdict not in (Verdict.OK, Verdict.CELL_ERROR):
        return decision
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    names = f"question{'s' if len(missing) > 1 else ''} {', '.join(missing[:_MOST_NAMED])}{more}"
    problem = next((text for question in missing if (text := journal.questions.get(question))), None)
    if problem is None:
        detail = f"The Python process says that it came to the end, and left no evidence of {names}."
        return Decision(Verdict.CRASHED, detail)
    verdict = _limit_named_in(problem)
    if verdict is not None:
        why = f"the notebook {_sentences(limits)[verdict]}"
    else:
        verdict = Verdict.TIMEOUT if problem.startswith("CellTimeout") else Verdict.CELL_ERROR
        why = problem[:_MESSAGE_CHARACTERS].rstrip(".")
    return Decision(verdict, f"The evidence of {names} could not be kept: {why}.")


def _decide_by_cells(
    outcome: SandboxOutcome,
    journal: JournalFacts,
    owners: Mapping[int, str | None],
    limits: Limits,
    *,
    gpu: bool,
) -> Decision:
    failed = {
        index: cell for index, cell in sorted(journal.cells.items()) if cell.status in ("error", "timeout")
    }
    struck: dict[Verdict, list[int]] = {}
    for index, cell in failed.items():
        verdict = _refused_by(cell, denied=outcome.processes_denied > 0, gpu=gpu)
        if verdict is not None:
            struck.setdefault(verdict, []).append(index)
    for verdict, what in _sentences(limits).items():
        if verdict in struck:
            return Decision(verdict, f"{_places(struck[verdict], owners)} {what}{_denied(outcome)}.")
    if failed:
        index, cell = next(iter(failed.items()))
        said = f": {cell.evalue}" if cell.evalue else ""
        what = f"{cell.ename}{said}"[:_MESSAGE_CHARACTERS]
        count = f"{len(failed)} of {len(owners)} cells stopped with an error"
        return Decision(Verdict.CELL_ERROR, f"{count}; the first was {_place(index, owners)}: {what}")
    return Decision(Verdict.OK, f"All {len(owners)} cells ran in {outcome.wall_s:.1f} s.")


def _sentences(limits: Limits) -> dict[Verdict, str]:
    """Return what cells did that met a limit and let the run go on, the one that explains most first."""
    share = f"{limits.gpu_memory_fraction:.0%} of the GPU's memory, the share of this notebook"
    return {
        Verdict.PROCESS_LIMIT: f"started more than {limits.processes} processes and threads",
        Verdict.TIMEOUT: f"ran longer than {limits.cell_s:g} s and was interrupted",
        Verdict.GPU_MEMORY: f"needed more than {share}",
        Verdict.DISK_LIMIT: f"found the folder of {limits.disk_mib} MiB full, or /tmp or /dev/shm",
        Verdict.FILE_SIZE: f"wrote a file of more than {limits.largest_file_mib} MiB",
        Verdict.OPEN_FILES: f"held more than {limits.open_files} files open",
    }


def _refused_by(cell: CellFacts, *, denied: bool, gpu: bool) -> Verdict | None:
    """Return the limit that a cell's error speaks of."""
    if cell.status == "timeout":
        return Verdict.TIMEOUT
    if denied and _is_refused_fork(cell):
        return Verdict.PROCESS_LIMIT
    named = _limit_named_in(cell.evalue)
    said = f"{cell.ename} {cell.evalue}"
    if named is None and gpu and any(text in said for text in _GPU_FULL):
        return Verdict.GPU_MEMORY
    return named


def _limit_named_in(text: str) -> Verdict | None:
    """Return the limit whose error number stands in a message."""
    return next((verdict for number, verdict in _ERRORS.items() if f"[Errno {number}]" in text), None)


def _is_refused_fork(cell: CellFacts) -> bool:
    return cell.ename == "BlockingIOError" or any(text in cell.evalue for text in _REFUSED_FORK)


def _end(outcome: SandboxOutcome) -> str:
    return outcome.detail or f"exit code {outcome.exit_code}"


def _where(journal: JournalFacts, owners: Mapping[int, str | None]) -> str:
    index = journal.unfinished_cell
    return "" if index is None else f" in {_place(index, owners)}"


def _places(indices: Sequence[int], owners: Mapping[int, str | None]) -> str:
    names = ", ".join(_place(index, owners) for index in indices[:_MOST_PLACES])
    return names + (" and others" if len(indices) > _MOST_PLACES else "")


def _place(index: int, owners: Mapping[int, str | None]) -> str:
    """Return a cell in words; people count from one."""
    question = owners.get(index)
    return f"cell {index + 1}" + (f" (question {question})" if question else "")


def _denied(outcome: SandboxOutcome) -> str:
    count = outcome.processes_denied
    return f"; {count} times a process or thread was refused" if count else ""
