"""Decide what became of a run: a pure function of what the sandbox saw and what the journal says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from deepgrade.evidence import Verdict
from deepgrade.run.journal import CellFacts, JournalFacts
from deepgrade.sandbox import SandboxOutcome

_EXIT_OUTPUT_LIMIT = 77
_EXIT_JOURNAL_LOST = 74
_STOPPED = {
    "timeout": Verdict.TIMEOUT,
    "memory": Verdict.MEMORY,
    "output_limit": Verdict.OUTPUT_LIMIT,
    "process_limit": Verdict.PROCESS_LIMIT,
}
_REFUSED_FORK = ("Resource temporarily unavailable", "can't start new thread", "pthread_create", "[Errno 11]")
_MESSAGE_CHARACTERS = 160


class Decision(NamedTuple):
    """A verdict and the sentence that goes with it."""

    verdict: Verdict
    detail: str


def decide(
    outcome: SandboxOutcome,
    journal: JournalFacts,
    *,
    owners: Mapping[int, str | None],
    cell_s: float,
    kernel_works: bool = False,
) -> Decision:
    """Return the verdict of a run.

    Args:
        outcome: What the sandbox saw: the word that counts.
        journal: What the process says about itself.
        owners: Code cell -> question, for every cell that was to run.
        cell_s: The time limit of one cell.
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
    if outcome.exit_code == _EXIT_OUTPUT_LIMIT:
        return Decision(Verdict.OUTPUT_LIMIT, f"The notebook printed more than allowed{where}.")
    if outcome.reason == "signal" or outcome.exit_code != 0 or not journal.ended:
        verdict = Verdict.PROCESS_LIMIT if outcome.processes_denied else Verdict.CRASHED
        return Decision(
            verdict, f"The Python process ended early ({_end(outcome)}){where}{_denied(outcome)}."
        )
    return _decide_by_cells(outcome, journal, owners, cell_s)


def _decide_by_cells(
    outcome: SandboxOutcome, journal: JournalFacts, owners: Mapping[int, str | None], cell_s: float
) -> Decision:
    failed = {
        index: cell for index, cell in sorted(journal.cells.items()) if cell.status in ("error", "timeout")
    }
    refused = [index for index, cell in failed.items() if _is_refused_fork(cell)]
    if outcome.processes_denied and refused:
        place = _place(refused[0], owners)
        return Decision(
            Verdict.PROCESS_LIMIT, f"{place} started more processes than allowed{_denied(outcome)}."
        )
    slow = [index for index, cell in failed.items() if cell.status == "timeout"]
    if slow:
        names = ", ".join(_place(index, owners) for index in slow[:3]) + (
            " and others" if len(slow) > 3 else ""
        )
        return Decision(
            Verdict.TIMEOUT, f"{names} ran longer than {cell_s:g} s and was interrupted{_denied(outcome)}."
        )
    if failed:
        index, cell = next(iter(failed.items()))
        what = f"{cell.ename}: {cell.evalue}"[:_MESSAGE_CHARACTERS]
        count = f"{len(failed)} of {len(owners)} cells stopped with an error"
        return Decision(Verdict.CELL_ERROR, f"{count}; the first was {_place(index, owners)}: {what}")
    return Decision(Verdict.OK, f"All {len(owners)} cells ran in {outcome.wall_s:.1f} s.")


def _is_refused_fork(cell: CellFacts) -> bool:
    return cell.ename == "BlockingIOError" or any(text in cell.evalue for text in _REFUSED_FORK)


def _end(outcome: SandboxOutcome) -> str:
    if outcome.exit_code == _EXIT_JOURNAL_LOST:
        return "the folder that it may write to was full"
    return outcome.detail or f"exit code {outcome.exit_code}"


def _where(journal: JournalFacts, owners: Mapping[int, str | None]) -> str:
    index = journal.unfinished_cell
    return "" if index is None else f" in {_place(index, owners)}"


def _place(index: int, owners: Mapping[int, str | None]) -> str:
    """Return a cell in words; people count from one."""
    question = owners.get(index)
    return f"cell {index + 1}" + (f" (question {question})" if question else "")


def _denied(outcome: SandboxOutcome) -> str:
    count = outcome.processes_denied
    return f"; {count} times a process or thread was refused" if count else ""
