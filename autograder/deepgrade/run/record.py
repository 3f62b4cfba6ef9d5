"""The record of a run, from what came out of the sandbox and what was decided."""

from __future__ import annotations

import platform
from datetime import datetime

import deepgrade
from deepgrade.evidence import CellError, CellTime, DataFacts, RunRecord, SubmissionFacts
from deepgrade.lab import CapturePlan
from deepgrade.run.attempt import Result, Surroundings
from deepgrade.run.job import QuestionSpans
from deepgrade.run.verdicts import Decision
from deepgrade.submission import Submission


def record_of(
    submission: Submission,
    run: Surroundings,
    result: Result,
    decision: Decision,
    *,
    spans: QuestionSpans,
    plan: CapturePlan,
    data_facts: tuple[DataFacts, ...],
    lab_name: str,
    key: str,
    started_at: datetime,
    image: str | None,
) -> RunRecord:
    """Return the record of a run that is over."""
    errors, times = _cells(result, spans)
    outcome, gpu = result.outcome, run.gpu
    forked = ", forked from a prepared process" if outcome.forked else ""
    return RunRecord(
        key=key,
        lab=lab_name,
        submission=_facts_of(submission),
        verdict=decision.verdict,
        detail=decision.detail,
        started_at=started_at,
        wall_s=outcome.wall_s,
        cpu_s=outcome.cpu_s,
        peak_memory_mib=outcome.peak_memory_mib,
        peak_processes=outcome.peak_processes,
        limits=run.limits.in_force(),
        cell_errors=errors,
        cell_times=times,
        questions_finished=finished_questions(result, plan),
        foreign_files=result.collected.foreign,
        plan={question: capture.names for question, capture in plan.questions.items()},
        plan_sha256=plan.sha256,
        data=data_facts,
        environment=run.environment.versions,
        sandbox=f"{run.sandbox.name}, {outcome.limits_enforced_by}{forked}",
        image=image,
        seed=run.seed,
        device=gpu.description
        if gpu
        else f"{platform.machine()} processor, {run.limits.cpus:g} core{'' if run.limits.cpus == 1 else 's'}",
        gpu=gpu is not None,
        deepgrade_version=deepgrade.__version__,
    )


def finished_questions(result: Result, plan: CapturePlan) -> tuple[str, ...]:
    """Return the questions that the journal says ended and whose evidence came back."""
    return tuple(
        question
        for question in plan.order
        if question in result.journal.questions and question in result.collected.questions
    )


def _facts_of(submission: Submission) -> SubmissionFacts:
    return SubmissionFacts(
        student=submission.student,
        filename=submission.filename,
        sha256=submission.sha256,
        flavour=submission.flavour,
        warnings=submission.warnings,
        answers=submission.answers,
    )


def _cells(result: Result, spans: QuestionSpans) -> tuple[tuple[CellError, ...], tuple[CellTime, ...]]:
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
