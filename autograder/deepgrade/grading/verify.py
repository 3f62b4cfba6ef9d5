"""Prove a lab fair: what the solution, the blank template and every known mistake get."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.files import sha256_json, write_atomic
from deepgrade.flavours import blank_notebook, solved_notebook
from deepgrade.grading.grade import GradeRequest, Progress, grade, load_parts, open_gradebook
from deepgrade.lab import LabError, LabFiles, Mistake, Origin, Size, load_mistakes
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
    members: tuple[str, ...] = ()
    """Mistakes made together in one notebook."""


@dataclass(frozen=True)
class CaseResult:
    """What a case got beside what it must."""

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


def cases_of(
    files: LabFiles, size: Size, only: Sequence[str] = (), *, together: int = 1
) -> Iterator[tuple[Case, dict[str, object]]]:
    """Yield a lab's cases with their notebooks.

    Args:
        files: The lab.
        size: Mistakes that need another size of data are left out.
        only: Names of cases to keep; all when empty.
        together: Most mistakes in one notebook. Several must lose exactly what all of them name: as strict,
            and several times as fast.
    """
    master = files.master.read_text(encoding="utf-8")
    for flavour in FLAVOURS:
        if _wanted(f"solution-{flavour}", only):
            yield (
                Case(f"solution-{flavour}", "The master's solution.", frozenset()),
                solved_notebook(files, flavour),
            )
        if _wanted(f"blank-{flavour}", only):
            yield (
                Case(f"blank-{flavour}", "The template as handed out.", None),
                blank_notebook(files, flavour),
            )
    mistakes = [
        mistake
        for mistake in load_mistakes(files.mistakes)
        if mistake.size in ("any", size) and _wanted(f"mistake-{mistake.name}", only)
    ]
    for group in _groups(mistakes, master, together):
        text = master
        for mistake in group:
            text = mistake.apply(text)
        yield _case_of(group), solved_notebook(files, "otter", text)


def _case_of(group: Sequence[Mistake]) -> Case:
    names = tuple(mistake.name for mistake in group)
    name = f"mistake-{names[0]}" if len(names) == 1 else f"mistakes-{sha256_json(list(names))[:8]}"
    loses = frozenset().union(*(mistake.loses for mistake in group))
    return Case(name, " ".join(mistake.description for mistake in group), loses, names)


def _groups(mistakes: Sequence[Mistake], master: str, most: int) -> list[list[Mistake]]:
    """Put mistakes together that touch different places and lose different checks.

    Neighbours in the list are mostly about one question and would hide each other, so they are dealt out.
    """
    count = -(-len(mistakes) // most)
    groups: list[list[Mistake]] = [[] for _ in range(count)]
    for place, mistake in enumerate(mistakes):
        turns = (groups[(place + step) % count] for step in range(count))
        fits = (
            group
            for group in turns
            if not group or (len(group) < most and _fit_together([*group, mistake], master))
        )
        group = next(fits, None)
        if group is None:
            groups.append([mistake])
        else:
            group.append(mistake)
    return [group for group in groups if group]


def _fit_together(group: Sequence[Mistake], master: str) -> bool:
    losses = [check for mistake in group for check in mistake.loses]
    if len(losses) != len(set(losses)) or not all(mistake.loses for mistake in group):
        return False
    try:
        for mistake in group:
            master = mistake.apply(master)
    except LabError:
        return False
    return True


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
    together: int = 1,
) -> Verification:
    """Grade every case and compare with what it must get; a later call goes on where one stopped.

    Mistakes that were put together and lose something else are run again one by one: only then is it known
    which of them is not as it must be.

    Raises:
        LabError: The lab's files are wrong.
    """
    parts = load_parts(files)
    bench = _Bench(
        files,
        course,
        GradeRequest(files, (), course, store, origin, size, sandbox, slots, fresh=True),
        progress,
    )
    results = bench.results(cases_of(files, size, only, together=together))
    alone = [
        name for row in results if row.problems and len(row.case.members) > 1 for name in row.case.members
    ]
    if alone:
        results = [row for row in results if not (row.problems and len(row.case.members) > 1)]
        results += bench.results(cases_of(files, size, alone))
    worth = [check.id for check in parts.checks.checks if check.points > 0]
    named = set().union(*(row.case.loses or () for row in results if row.case.members))
    return Verification(
        results=tuple(results),
        unkilled=() if only else tuple(check for check in worth if check not in named),
        not_assessed=_unassessed(results),
    )


@dataclass(frozen=True)
class _Bench:
    """Grades cases in a course folder of their own."""

    files: LabFiles
    course: Course
    request: GradeRequest
    progress: Progress

    def results(self, cases: Iterable[tuple[Case, dict[str, object]]]) -> list[CaseResult]:
        """Grade the cases and compare."""
        folder = self.course.root / "cases" / self.files.name
        wanted: list[Case] = []
        paths: list[Path] = []
        for case, notebook in cases:
            path = folder / f"{case.name}.ipynb"
            write_atomic(path, json.dumps(notebook, indent=1))
            wanted.append(case)
            paths.append(path)
        grade(replace(self.request, paths=paths), self.progress)
        with open_gradebook(self.course) as gradebook:
            scores = [gradebook.entry(self.files.name, case.name).score for case in wanted]
        return [
            CaseResult(case, score, _problems(case, score))
            for case, score in zip(wanted, scores, strict=True)
        ]


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
    problems += [
        f"{name} fails: {_why(results[name].hint, results[name].found)}" for name in sorted(lost - case.loses)
    ]
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
