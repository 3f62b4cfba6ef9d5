"""What otter leaves: a `results.json` for each student (`otter run -o`), `final_grades.csv` (`otter grade`), or both.

Theory of operation: otter runs student code beside its tests, so a results file may be a student's own work. Files are
opened through `read_untrusted`, parsed as strict JSON or CSV, and only names, numbers and printed text are taken.
`results.pkl`, which otter writes too, is a pickle: opening it would run whatever a student put there, so it never is.
A folder's name is the student's: `results/alice/results.json`; in the CSV it is the notebook's: `alice.ipynb`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from deepgrade.files import (
    StrictJSONError,
    UntrustedFileError,
    parse_strict_json,
    read_untrusted,
    sha256_bytes,
)
from deepgrade.interchange.incoming.arriving import (
    EPSILON,
    NativeCell,
    NativeClass,
    NativeResult,
    Placing,
    ResultsError,
    head_and_tail,
    shown,
    some,
    unfit_points,
)
from deepgrade.interchange.incoming.otter_table import CLOSE, GRADES, UnfitError, other_total, read_table
from deepgrade.lab import Lab, listed
from deepgrade.submission.names import name_facts

RESULTS, PICKLE = "results.json", "results.pkl"
MAX_RESULTS_BYTES = 8 << 20
MAX_GRADES_BYTES = 32 << 20
MAX_TESTS = 1000
"""The most tests that one results.json may list."""
_MAX_ENTRIES = 50_000
_MAX_DEPTH = 4
_SHOWN_TO_STUDENTS = ("visible", "after_due_date", "after_published")
_FAILED = ("Autograder Failed", "Autograder Error")
"""What otter calls the entry that says that it has no result."""


class _Test(BaseModel):
    """An entry of results.json, as Gradescope specifies it; what it says besides is not used."""

    model_config = ConfigDict(strict=True)

    name: str = Field("", max_length=1000)
    score: FiniteFloat | None = None
    max_score: FiniteFloat | None = None
    visibility: str = "visible"
    output: str = ""


class _Results(BaseModel):
    model_config = ConfigDict(strict=True)

    tests: list[_Test] = Field(max_length=MAX_TESTS)
    score: FiniteFloat | None = None


def read_otter(place: Path, lab: Lab, *, renames: Mapping[str, str] | None = None) -> NativeClass:
    """Return everybody's results.

    Args:
        place: A folder with results.json files in folders named for students, final_grades.csv, or both; or such a
            CSV file.
        lab: The lab.
        renames: otter's name of a question -> the lab's.

    Raises:
        ResultsError: There are no results of otter's, or none that can be taken.
        UntrustedFileError: The CSV is no ordinary file, or too large.
    """
    placing = Placing(lab, renames or {})
    problems: list[str] = []
    found: dict[str, NativeResult] = {}
    tables, jsons, pickles = _files(place)
    for path in jsons:
        student = _student_of(path.relative_to(place), place, lab.name)
        try:
            if student in found:
                raise UnfitError(f"{found[student].file} is this student's too. Keep the one that counts")
            found[student] = _of_json(path, place, student, lab, placing)
        except (UnfitError, StrictJSONError, UntrustedFileError) as error:
            problems.append(f"{shown(student)}: {shown(str(path.relative_to(place)), 120)}: {error}")
    for path in tables:
        data = read_untrusted(path, max_bytes=MAX_GRADES_BYTES)
        _merge(found, problems, read_table(data, path, lab.name, placing))
    problems += _unlike_the_others(found, lab)
    if not found:
        raise ResultsError(_nothing(place, problems, pickles))
    return NativeClass("otter", tuple(found[name] for name in sorted(found)), tuple(problems))


def _nothing(place: Path, problems: Sequence[str], pickles: int) -> str:
    if problems:
        return f"No result in {place} can be taken:\n{listed(list(problems))}"
    if pickles:
        return (
            f"{place} holds only {PICKLE} of otter's. It is a pickle that student code could have written, and opening"
            f" it would run what is in it: it is never opened. {RESULTS} is written by `otter run -o FOLDER`, beside it."
        )
    return (
        f"{place} holds no results of otter's. Expected: {RESULTS} in a folder for each student (`otter run -o"
        f" results/alice ...`), or {GRADES} (`otter grade`)."
    )


def _files(place: Path) -> tuple[list[Path], list[Path], int]:
    """Return CSV files, JSON files and the number of pickles; no link is followed."""
    if not place.is_dir():
        if place.suffix.lower() != ".csv":
            raise ResultsError(f"{place} is neither a folder nor otter's {GRADES}.")
        return [place], [], 0
    tables: list[Path] = []
    jsons: list[Path] = []
    pickles = 0
    for seen, path in enumerate(_walk(place)):
        if seen > _MAX_ENTRIES:
            raise ResultsError(
                f"{place} holds more than {_MAX_ENTRIES:,} files; name the folder that holds the results."
            )
        if path.name == GRADES and path.parent == place:
            tables.append(path)
        elif path.name == RESULTS:
            jsons.append(path)
        elif path.name == PICKLE:
            pickles += 1
    return tables, sorted(jsons), pickles


def _walk(place: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(place):
        depth = len(Path(folder).relative_to(place).parts)
        folders[:] = sorted(folders) if depth < _MAX_DEPTH else []
        for name in names:
            yield Path(folder) / name


def _student_of(relative: Path, place: Path, lab: str) -> str:
    """Return whose results.json this is: the first folder's that is not the lab's, else the whole place's."""
    folders = [part for part in relative.parts[:-1] if part.lower() != lab.lower()]
    holder = folders[0] if folders else place.absolute().name
    return name_facts(PurePath(holder, f"{lab}.ipynb"), "", lab).student


def _of_json(path: Path, place: Path, student: str, lab: Lab, placing: Placing) -> NativeResult:
    data = read_untrusted(path, max_bytes=MAX_RESULTS_BYTES)
    value = parse_strict_json(data)
    try:
        results = _Results.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise UnfitError(
            f"not as otter writes it: {where}: {shown(first['msg'])}. Grade again with otter"
        ) from None
    cells = _cells([test for test in results.tests if test.max_score is not None or test.score is not None])
    unknown = [shown(cell.name) for cell in cells if placing.of(cell.name) is None]
    if unknown:
        raise UnfitError(
            f"{some(unknown)} is no question of {lab.name}; if it is one under another name: --map {unknown[0]}=QUESTION"
        )
    failed = [test for test in results.tests if test.name in _FAILED]
    if not cells and not failed:
        raise UnfitError("no question with points is in it. Grade again with otter")
    return NativeResult(
        student=student,
        file=str(path.relative_to(place)),
        sha256=sha256_bytes(data),
        cells=tuple(replace(cell, question=str(placing.of(cell.name))) for cell in cells),
        notes=other_total(cells, results.score),
        failure=shown(failed[-1].output.strip() or failed[-1].name, 300) if failed else None,
    )


def _cells(tests: Sequence[_Test]) -> list[NativeCell]:
    cells: list[NativeCell] = []
    for test in tests:
        name = shown(test.name)
        if test.score is None or test.max_score is None:
            raise UnfitError(
                f"{name} has {'no score' if test.score is None else 'no max_score'}. Grade again with otter"
            )
        if test.max_score < 0:
            raise UnfitError(f"{name} gives {test.max_score:g} points. Grade again with otter")
        unfit = unfit_points(test.score, test.max_score)
        if unfit:
            raise UnfitError(f"{name} has {unfit}. Grade again with otter")
        if any(cell.name == test.name for cell in cells):
            raise UnfitError(f"{name} stands twice. Grade again with otter")
        cells.append(
            NativeCell(
                test.name,
                "",
                test.score,
                test.max_score,
                visible=test.visibility in _SHOWN_TO_STUDENTS,
                printed=head_and_tail(test.output.strip()) or None,
            )
        )
    return cells


def _merge(
    found: dict[str, NativeResult], problems: list[str], table: Mapping[str, NativeResult | str]
) -> None:
    """Add the CSV's students; of those who have a results.json too, that one is kept where both say the same."""
    for student, row in table.items():
        if isinstance(row, str):
            found.pop(student, None)
            problems.append(f"{shown(student)}: {row}")
            continue
        other = found.get(student)
        if other is None:
            found[student] = row
        elif _points(other) != _points(row) or bool(other.failure) != bool(row.failure):
            del found[student]
            problems.append(
                f"{shown(student)}: {shown(other.file, 120)} and {row.file} differ. Remove the one that does not count"
            )


def _unlike_the_others(found: dict[str, NativeResult], lab: Lab) -> list[str]:
    """Take out whose results give other points for a question than most do: all are of one assignment.

    A submission that writes its own results.json could leave out what it fails, or make a question worth more.
    """
    worth = {student: _worth(result) for student, result in found.items() if result.failure is None}
    names = dict.fromkeys(name for points in worth.values() for name in points)
    questions = {cell.name: cell.question for result in found.values() for cell in result.cells}
    problems: dict[str, str] = {}
    for name in names:
        counts = Counter(points.get(name, 0.0) for points in worth.values())
        in_lab = lab.question(questions[name]).points
        usual = max(counts, key=lambda most: (counts[most], -abs(most - in_lab)))
        for student, points in worth.items():
            most = points.get(name, 0.0)
            if most != usual:
                problems.setdefault(
                    student,
                    f"{shown(student)}: {shown(found[student].file, 120)}: gives {most:g} points for {shown(name)}, and"
                    f" most others {usual:g}. Grade it again with otter; a submission may have written this file",
                )
    for student in problems:
        del found[student]
    return list(problems.values())


def _worth(result: NativeResult) -> dict[str, float]:
    return {cell.name: round(cell.most, 4) for cell in result.cells if cell.most > EPSILON}


def _points(result: NativeResult) -> dict[str, float]:
    return {cell.name: round((cell.earned or 0.0) / CLOSE) for cell in result.cells if cell.most > EPSILON}
