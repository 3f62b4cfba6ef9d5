"""Every way in which a run can end has its verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepgrade.evidence import Verdict
from deepgrade.lab import Limits
from deepgrade.run import CellFacts, JournalFacts, decide
from deepgrade.run.verdicts import Decision, decide_by_evidence
from deepgrade.sandbox import SandboxOutcome

FINE = SandboxOutcome(
    exit_code=0, signal=None, reason="exit", detail="", wall_s=2.0, cpu_s=1.0, peak_memory_mib=100.0, peak_processes=4,
    processes_denied=0, log=b"", log_bytes=0, limits_enforced_by="control groups version 2",
)  # fmt: skip
LIMITS = Limits(cell_s=5, disk_mib=64, file_mib=8, open_files=128, gpu_memory_fraction=0.25)
OWNERS = {1: "a1", 3: "b1", 4: None}


def _journal(*, started=True, ended=True, **cells):
    facts = JournalFacts(started=started, ended=ended)
    facts.cells[1] = CellFacts(0.1, "ok", 0.1)
    for name, cell in cells.items():
        facts.cells[int(name.removeprefix("cell"))] = cell
    return facts


NAME_ERROR = CellFacts(0.2, "error", 0.1, ename="NameError", evalue="name 'x' is not defined")
NO_FORK = CellFacts(
    0.2, "error", 0.1, ename="BlockingIOError", evalue="[Errno 11] Resource temporarily unavailable"
)
NO_THREAD = CellFacts(0.2, "error", 0.1, ename="RuntimeError", evalue="can't start new thread")
SLOW = CellFacts(0.2, "timeout", 5.0, ename="CellTimeout", evalue="too long")
OPEN = CellFacts(0.2)
BIG_FILE = CellFacts(0.2, "error", 0.1, ename="OSError", evalue="[Errno 27] File too large")
FULL = CellFacts(0.2, "error", 0.1, ename="OSError", evalue="[Errno 28] No space left on device: 'a'")
MANY_OPEN = CellFacts(0.2, "error", 0.1, ename="OSError", evalue="[Errno 24] Too many open files")
GPU_FULL = CellFacts(0.2, "error", 0.1, ename="ResourceExhaustedError", evalue="OOM when allocating tensor")

TABLE = [
    # what the sandbox saw, what the journal says, the verdict, a part of the sentence
    ({}, _journal(), Verdict.OK, "All 3 cells"),
    ({}, _journal(cell3=NAME_ERROR), Verdict.CELL_ERROR, "cell 4 (question b1): NameError"),
    ({}, _journal(cell3=SLOW), Verdict.TIMEOUT, "cell 4 (question b1) ran longer than 5 s"),
    ({}, _journal(cell3=SLOW, cell4=NAME_ERROR), Verdict.TIMEOUT, "cell 4"),
    ({"reason": "timeout", "exit_code": None, "detail": "reached the time limit of 20 s"},
     _journal(ended=False, cell3=OPEN), Verdict.TIMEOUT, "in cell 4 (question b1)"),
    ({"reason": "memory", "exit_code": 137, "detail": "used more than 512 MiB of memory"},
     _journal(ended=False, cell4=OPEN), Verdict.MEMORY, "512 MiB of memory in cell 5."),
    ({"reason": "output_limit", "exit_code": None, "detail": "wrote"}, _journal(ended=False), Verdict.OUTPUT_LIMIT, "wrote"),
    ({"reason": "cpu_time", "exit_code": None, "detail": "used more than 9 s of processor time"},
     _journal(ended=False, cell3=OPEN), Verdict.CPU_TIME, "processor time in cell 4"),
    ({"reason": "disk_limit", "exit_code": None, "detail": "wrote more than 64 MiB of files"},
     _journal(ended=False, cell3=OPEN), Verdict.DISK_LIMIT, "64 MiB of files in cell 4"),
    ({"exit_code": 74}, _journal(ended=False, cell3=OPEN), Verdict.DISK_LIMIT, "filled its folder of 64 MiB in cell 4"),
    ({}, _journal(cell3=FULL, cell4=NAME_ERROR), Verdict.DISK_LIMIT, "cell 4 (question b1) found the folder of 64 MiB full"),
    ({}, _journal(cell3=NAME_ERROR, cell4=BIG_FILE), Verdict.FILE_SIZE, "cell 5 wrote a file of more than 8 MiB"),
    ({}, _journal(cell3=MANY_OPEN), Verdict.OPEN_FILES, "more than 128 files open"),
    ({}, _journal(cell3=GPU_FULL), Verdict.CELL_ERROR, "OOM when allocating"),
    ({"exit_code": 77}, _journal(ended=False, cell3=OPEN), Verdict.OUTPUT_LIMIT, "printed more than allowed in cell 4"),
    ({"reason": "process_limit", "exit_code": None, "detail": "more"}, _journal(ended=False), Verdict.PROCESS_LIMIT, "more"),
    ({"processes_denied": 9}, _journal(cell3=NO_FORK), Verdict.PROCESS_LIMIT, "9 times"),
    ({"processes_denied": 9}, _journal(cell3=NO_THREAD), Verdict.PROCESS_LIMIT, "9 times"),
    ({"processes_denied": 9}, _journal(), Verdict.OK, "All"),
    ({"processes_denied": 9}, _journal(cell3=NAME_ERROR), Verdict.CELL_ERROR, "NameError"),
    ({"processes_denied": 0}, _journal(cell3=NO_FORK), Verdict.CELL_ERROR, "BlockingIOError"),
    ({"processes_denied": 9, "exit_code": 134}, _journal(ended=False), Verdict.PROCESS_LIMIT, "ended early"),
    ({"reason": "signal", "signal": 11, "exit_code": 139, "detail": "ended by signal 11"},
     _journal(ended=False, cell3=OPEN), Verdict.CRASHED, "ended by signal 11) in cell 4"),
    ({"exit_code": 1}, _journal(ended=False), Verdict.CRASHED, "exit code 1"),
    ({"exit_code": 0}, _journal(ended=False, cell3=OPEN), Verdict.CRASHED, "exit code 0"),
    ({"reason": "sandbox_failed", "exit_code": None, "detail": "no mount"}, _journal(), Verdict.INTERNAL_ERROR, "no mount"),
    ({"exit_code": 1}, JournalFacts(), Verdict.INTERNAL_ERROR, "not started"),
    ({"exit_code": 0}, JournalFacts(), Verdict.INTERNAL_ERROR, "not started"),
]  # fmt: skip


@pytest.mark.parametrize(("seen", "journal", "verdict", "part"), TABLE)
def test_verdict_table(seen, journal, verdict, part):
    decision = decide(replace(FINE, **seen), journal, owners=OWNERS, limits=LIMITS)
    assert decision.verdict is verdict
    assert part in decision.detail


def test_gpu_that_is_full_is_a_verdict_where_one_was_lent():
    decision = decide(FINE, _journal(cell3=GPU_FULL), owners=OWNERS, limits=LIMITS, gpu=True)
    assert decision.verdict is Verdict.GPU_MEMORY
    assert "25% of the GPU's memory" in decision.detail


def test_submission_that_removes_its_journal_does_not_get_away_as_our_failure():
    decision = decide(
        replace(FINE, exit_code=1), JournalFacts(), owners=OWNERS, limits=LIMITS, kernel_works=True
    )
    assert decision.verdict is Verdict.CRASHED
    assert "the notebook removed it" in decision.detail


def test_journal_that_claims_success_does_not_outweigh_what_the_sandbox_saw():
    for reason, verdict in (("timeout", Verdict.TIMEOUT), ("memory", Verdict.MEMORY)):
        outcome = replace(FINE, reason=reason, detail="was stopped")
        assert decide(outcome, _journal(), owners=OWNERS, limits=LIMITS).verdict is verdict


SEEMS_FINE = Decision(Verdict.OK, "All 3 cells ran.")


def test_run_that_says_all_went_well_and_left_no_evidence_is_a_crash():
    decision = decide_by_evidence(SEEMS_FINE, JournalFacts(questions={"a1": None}), ["a1", "b1"], LIMITS)
    assert decision.verdict is Verdict.CRASHED
    assert "no evidence of questions a1, b1" in decision.detail


@pytest.mark.parametrize(
    ("problem", "verdict", "why"),
    [
        ("OSError: [Errno 28] No space left", Verdict.DISK_LIMIT, "found the folder of 64 MiB full"),
        ("OSError: [Errno 27] File too large", Verdict.FILE_SIZE, "wrote a file of more than 8 MiB"),
        ("OSError: [Errno 24] Too many open files", Verdict.OPEN_FILES, "held more than 128 files open"),
        ("CellTimeout: it took longer than 180 seconds", Verdict.TIMEOUT, "longer than 180 seconds"),
        ("ValueError: odd", Verdict.CELL_ERROR, "ValueError: odd"),
    ],
)
def test_evidence_that_could_not_be_kept_has_the_verdict_of_what_kept_it(problem, verdict, why):
    journal = JournalFacts(questions={"a1": None, "b1": problem})
    decision = decide_by_evidence(SEEMS_FINE, journal, ["b1"], LIMITS)
    assert decision.verdict is verdict
    assert decision.detail.startswith("The evidence of question b1 could not be kept: ")
    assert why in decision.detail


def test_missing_evidence_changes_nothing_where_the_run_was_stopped_or_nothing_is_missing():
    stopped = Decision(Verdict.MEMORY, "The run used more than 512 MiB of memory.")
    assert decide_by_evidence(stopped, JournalFacts(), ["a1"], LIMITS) == stopped
    assert decide_by_evidence(SEEMS_FINE, JournalFacts(), [], LIMITS) == SEEMS_FINE
