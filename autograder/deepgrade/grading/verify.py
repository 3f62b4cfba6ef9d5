"""Prove a lab fair: what the solution, the blank template, every alternative and every known mistake get."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deepgrade.data import DataStore
from deepgrade.evidence import RunRecord, Verdict
from deepgrade.files import write_atomic
from deepgrade.grading.cases import Case, Kind, Made, cases_of
from deepgrade.grading.grade import GradeRequest, Progress, grade, load_parts, open_gradebook
from deepgrade.lab import LabError, LabFiles, Origin, Size, load_mistakes, mismatches
from deepgrade.records import Course, GradebookError, RunStore
from deepgrade.score import CheckResult, CheckStatus, SubmissionScore

_TRY = "deepgrade_try"
_LATE = (Verdict.TIMEOUT, Verdict.CPU_TIME)
_LOST = (CheckStatus.FAILED, CheckStatus.NEEDS_REVIEW)


@dataclass(frozen=True)
class CaseResult:
    """What a case got beside what it must."""

    case: Case
    score: SubmissionScore | None
    problems: tuple[str, ...]
    run: RunRecord | None = None


@dataclass(frozen=True)
class Verification:
    """All cases of a lab, and the checks that no mistake fails."""

    results: tuple[CaseResult, ...]
    unkilled: tuple[str, ...]
    not_assessed: tuple[str, ...]
    """Checks that could not be assessed on the solution here (no GPU): not proven, and said so."""
    complaints: tuple[str, ...] = ()
    """What is wrong with the lab's own figures, whatever the cases got."""
    left_out: tuple[str, ...] = ()
    """Mistakes that need the other size of data."""

    @property
    def ok(self) -> bool:
        """Whether everything came out as it must."""
        return not (self.unkilled or self.complaints or any(result.problems for result in self.results))

    def of(self, kind: Kind) -> tuple[CaseResult, ...]:
        """Return the results of one kind of case."""
        return tuple(result for result in self.results if result.case.kind == kind)

    @property
    def run_s(self) -> float:
        """Seconds that all runs took, one after the other, whenever they were made."""
        return sum(result.run.wall_s for result in self.results if result.run is not None)


def verify(
    files: LabFiles,
    *,
    course: Course,
    store: DataStore,
    origin: Origin,
    size: Size,
    progress: Progress,
    only: Sequence[str] = (),
    slots: int | None = None,
    sandbox: str | None = None,
    together: int = 1,
    alternatives: bool = True,
    mistakes: bool = True,
    seeds: int = 0,
    again: bool = False,
) -> Verification:
    """Grade every case and compare with what it must get; a later call goes on where one stopped.

    Mistakes that were put together and lose something else are run again one by one: only then is it known
    which of them is not as it must be.

    Raises:
        LabError: The lab's files are wrong.
        DataError: A data set is missing.
    """
    parts = load_parts(files)
    bench = Bench(
        files,
        course,
        GradeRequest(files, (), course, store, origin, size, sandbox, slots, fresh=True),
        progress,
        again,
    )
    made = list(
        cases_of(
            files,
            size,
            only,
            together=together,
            alternatives=alternatives,
            mistakes=mistakes,
            seeds=seeds,
        )
    )
    if not made:
        raise LabError(f"{files.name} has no case called {', '.join(only)} on {size} data.")
    results = bench.results(made)
    alone = [
        name for row in results if row.problems and len(row.case.members) > 1 for name in row.case.members
    ]
    if alone:
        results = [row for row in results if not (row.problems and len(row.case.members) > 1)]
        results += bench.results(
            cases_of(files, size, [f"mistake-{name}" for name in alone], alternatives=False)
        )
    worth = [check.id for check in parts.checks.checks if check.points > 0]
    named = set().union(*(row.case.loses or () for row in results if row.case.kind == "mistake"))
    return Verification(
        results=tuple(results),
        unkilled=() if only or not mistakes else tuple(check for check in worth if check not in named),
        not_assessed=_unassessed(row.score for row in results if row.case.kind == "solution"),
        complaints=tuple(mismatches(parts.lab.thresholds, parts.lab.calibration, files.name)),
        left_out=tuple(m.name for m in load_mistakes(files.mistakes) if m.size not in ("any", size)),
    )


@dataclass(frozen=True)
class Bench:
    """Grades cases in a course folder of their own.

    Attributes:
        files: The lab.
        course: The folder.
        request: With which data, slots and sandbox.
        progress: Hears what happens.
        again: Run once more what a limit of time ended: the machine may have been busy.
    """

    files: LabFiles
    course: Course
    request: GradeRequest
    progress: Progress
    again: bool = False

    def results(self, cases: Iterable[Made]) -> list[CaseResult]:
        """Grade the cases and compare."""
        folder = self.course.root / "cases" / self.files.name
        wanted: list[Case] = []
        paths: list[Path] = []
        late = self._ended_by_time() if self.again else frozenset()
        for case, notebook in cases:
            path = folder / f"{case.name}.ipynb"
            write_case(path, notebook, again=case.name in late)
            wanted.append(case)
            paths.append(path)
        grade(replace(self.request, paths=paths), self.progress)
        with open_gradebook(self.course) as gradebook:
            entries = [gradebook.entry(self.files.name, case.name) for case in wanted]
            try:
                known = gradebook.entry(self.files.name, "solution-otter").score
            except GradebookError:  # never run here
                known = None
        runs = RunStore(self.course, self.files.name)
        unassessed = frozenset(_unassessed([known]))
        results = []
        for case, entry in zip(wanted, entries, strict=True):
            run = runs.read(entry.run_key) if entry.run_key else None
            problems = problems_of(case, entry.score, run, unassessed)
            results.append(CaseResult(case, entry.score, problems, run))
        return results

    def _ended_by_time(self) -> frozenset[str]:
        runs = RunStore(self.course, self.files.name)
        with open_gradebook(self.course) as gradebook:
            stored = {
                entry.student: runs.read(entry.run_key)
                for entry in gradebook.entries(self.files.name)
                if entry.run_key is not None
            }
        return frozenset(name for name, run in stored.items() if run is not None and run.verdict in _LATE)


def write_case(path: Path, notebook: dict[str, Any], *, again: bool) -> None:
    """Write a case's notebook with the number of its try, which makes it another file and so another run.

    Args:
        path: Where; what stands there tells how often the same notebook was tried before.
        notebook: As made from the lab.
        again: Count one try more.
    """
    tries = 0
    if path.is_file():
        before = json.loads(path.read_bytes())
        tries = before["metadata"].pop(_TRY, 0)
        tries = tries + again if before == notebook else 0
    if tries:
        notebook = {**notebook, "metadata": {**notebook["metadata"], _TRY: tries}}
    write_atomic(path, json.dumps(notebook, indent=1))


def problems_of(
    case: Case,
    score: SubmissionScore | None,
    run: RunRecord | None = None,
    unassessed: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Say in what a case did not come out as it must.

    Args:
        case: What it must get.
        score: What it got.
        run: Its run, where there was one.
        unassessed: Checks that cannot be assessed on the solution here, so that no mistake can show that they work.
    """
    if run is not None and run.verdict is Verdict.INTERNAL_ERROR:
        return (f"the grader itself failed; the same command tries again: {run.detail}",)
    if score is None:
        return ("the grader itself failed before there was a result; the same command tries again",)
    results = {check.check: check for question in score.questions for check in question.checks}
    problems = [
        f"{name} failed by itself: {check.reason}"
        for name, check in results.items()
        if check.status is CheckStatus.INTERNAL_ERROR
    ]
    if case.is_right and run is not None and run.verdict is not Verdict.OK:
        busy = (
            " If the machine was busy, give the command again with --again." if run.verdict in _LATE else ""
        )
        problems.append(f"its run ended with {run.verdict.value}: {run.detail}{busy}")
    if case.loses is None:
        if score.automatic_points > 0:
            gained = [name for name, check in results.items() if check.points > 0]
            problems.append(f"it earns {score.automatic_points:g} points: {', '.join(gained)}")
        return tuple(problems)
    lost = {name for name, check in results.items() if check.status in _LOST}
    problems += [f"{name} fails: {_why(results[name])}" for name in sorted(lost - case.loses)]
    problems += [
        f"{name} should fail and {_status(results, name)}"
        for name in sorted(case.loses - lost)
        if not (name in unassessed and _is_unassessed(results, name))
    ]
    if case.is_right:
        problems += [
            f"{name} is not assessed, though it is on the master's solution: {check.reason}"
            for name, check in results.items()
            if check.status is CheckStatus.NOT_ASSESSED and case.kind != "solution" and name not in unassessed
        ]
    return tuple(problems)


def _is_unassessed(results: Mapping[str, CheckResult], name: str) -> bool:
    return name in results and results[name].status is CheckStatus.NOT_ASSESSED


def _status(results: Mapping[str, CheckResult], name: str) -> str:
    check = results.get(name)
    return "does not exist" if check is None else f"is {check.status.value}"


def _why(check: CheckResult) -> str:
    return " | ".join(part.splitlines()[0] for part in (check.hint, check.found, check.reason) if part)[:300]


def _unassessed(scores: Iterable[SubmissionScore | None]) -> tuple[str, ...]:
    names = {
        check.check
        for score in scores
        if score is not None
        for question in score.questions
        for check in question.checks
        if check.status is CheckStatus.NOT_ASSESSED
    }
    return tuple(sorted(names))
