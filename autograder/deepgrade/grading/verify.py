"""Prove a lab fair: what the solution, the blank template and every known mistake get."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.files import write_atomic
from deepgrade.flavours import blank_notebook, solved_notebook
from deepgrade.grading.grade import GradeRequest, Progress, grade, load_parts, open_gradebook
from deepgrade.lab import LabFiles, Mistake, Origin, Size, load_mistakes
from deepgrade.records import Course
from deepgrade.score import CheckResult, CheckStatus, SubmissionScore

FLAVOURS = ("otter", "nbgrader")
_LOST = (CheckStatus.FAILED, CheckStatus.NEEDS_REVIEW)


@dataclass(frozen=True)
class Case:
    """A submission whose result is known beforehand.

    Attributes:
        name: `solution-otter`, `blank-nbgrader`, `mistake-<name>`.
        description: What it is.
        loses: The checks that must fail; None for all that are worth points.
    """

    name: str
    description: str
    loses: frozenset[str] | None


@dataclass(frozen=True)
class CaseResult:
    """What a case got beside what it should."""

    case: Case
    score: SubmissionScore | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """All cases of a lab, and the checks that no mistake fails."""

    results: tuple[CaseResult, ...]
    unkilled: tuple[str, ...]
    not_assessed: tuple[str, ...]
    """Checks that could not be assessed on the solution here (no GPU): not proven, and said so."""

    @property
    def ok(self) -> bool:
        """Whether everything came out as it must."""
        return not self.unkilled and not any(result.problems for result in self.results)


def cases_of(files: LabFiles, size: Size, only: Sequence[str] = ()) -> Iterator[tuple[Case, dict[str, object]]]:
    """Yield a lab's cases with their notebooks.

    Args:
        files: The lab.
        size: Mistakes that need another size of data are left out.
        only: Names of cases to keep; all when empty.
    """
    master = files.master.read_text(encoding="utf-8")
    for flavour in FLAVOURS:
        if _wanted(f"solution-{flavour}", only):
            yield Case(f"solution-{flavour}", "The master's solution.", frozenset()), solved_notebook(files, flavour)
        if _wanted(f"blank-{flavour}", only):
            yield Case(f"blank-{flavour}", "The template as handed out.", None), blank_notebook(files, flavour)
    for mistake in _mistakes(files, size):
        case = Case(f"mistake-{mistake.name}", mistake.description, mistake.loses)
        if _wanted(case.name, only):
            yield case, solved_notebook(files, "otter", mistake.apply(master))


def _mistakes(files: LabFiles, size: Size) -> list[Mistake]:
    return [mistake for mistake in load_mistakes(files.mistakes) if mistake.size in ("any", size)]


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or name in only or name.removeprefix("mistake-") in only


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
) -> Verification:
    """Grade every case and compare with what it must get; a later call goes on where one stopped.

    Raises:
        LabError: The lab's files are wrong.
    """
    parts = load_parts(files)
    folder = course.root / "cases" / files.name
    cases: list[Case] = []
    paths: list[Path] = []
    for case, notebook in cases_of(files, size, only):
        path = folder / f"{case.name}.ipynb"
        write_atomic(path, json.dumps(notebook, indent=1))
        cases.append(case)
        paths.append(path)
    request = GradeRequest(files, paths, course, store, origin, size, sandbox, slots)
    grade(request, progress)
    results = []
    with open_gradebook(course) as gradebook:
        for case in cases:
            score = gradebook.entry(files.name, case.name).score
            results.append(CaseResult(case, score, _problems(case, score)))
    worth = [check.id for check in parts.checks.checks if check.points > 0]
    named = set().union(*(case.loses or () for case in cases if case.name.startswith("mistake-")))
    return Verification(
        results=tuple(results),
        unkilled=() if only else tuple(check for check in worth if check not in named),
        not_assessed=_unassessed(results),
    )


def _problems(case: Case, score: SubmissionScore | None) -> tuple[str, ...]:
    if score is None:
        return ("it has no score",)
    results = {check.check: check for question in score.questions for check in question.checks}
    problems = [
        f"{name} failed by itself: {check.reason}"
        for name, check in results.items()
        if check.status is CheckStatus.INTERNAL_ERROR
    ]
    if case.loses is None:
        if score.automatic_points > 0:
            gained = [name for name, check in results.items() if check.points > 0]
            problems.append(f"it earns {score.automatic_points:g} points: {', '.join(gained)}")
        return tuple(problems)
    lost = {name for name, check in results.items() if check.status in _LOST}
    problems += [f"{name} fails: {_why(results[name].hint, results[name].found)}" for name in sorted(lost - case.loses)]
    problems += [f"{name} should fail and {_status(results, name)}" for name in sorted(case.loses - lost)]
    return tuple(problems)


def _status(results: Mapping[str, CheckResult], name: str) -> str:
    check = results.get(name)
    return "does not exist" if check is None else f"is {check.status.value}"


def _why(hint: str | None, found: str | None) -> str:
    return " | ".join(part.splitlines()[0] for part in (hint, found) if part)[:300]


def _unassessed(results: Sequence[CaseResult]) -> tuple[str, ...]:
    names = {
        check.check
        for result in results
        if result.case.name.startswith("solution-") and result.score is not None
        for question in result.score.questions
        for check in question.checks
        if check.status is CheckStatus.NOT_ASSESSED
    }
    return tuple(sorted(names))
