"""`final_grades.csv`, the table that `otter grade` writes: a line of what could be had, then a line for each notebook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from deepgrade.files import sha256_bytes
from deepgrade.interchange.incoming.arriving import (
    NativeCell,
    NativeResult,
    Placing,
    ResultsError,
    shown,
    unfit_points,
)
from deepgrade.submission.names import name_facts

GRADES = "final_grades.csv"
CLOSE = 1e-4
"""otter rounds to five digits in one of its files and not in the other."""
_POSSIBLE = "points-per-question"
_TOTAL, _PERCENT, _STATUS, _FILE = "total_points_earned", "percent_correct", "grading_status", "file"
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)


class UnfitError(Exception):
    """One student's results are not as otter writes them."""


def read_table(data: bytes, path: Path, lab: str, placing: Placing) -> dict[str, NativeResult | str]:
    """Return students' results, or why one cannot be taken.

    Raises:
        ResultsError: It is not otter's table, or is of other questions.
    """
    header, rows = _table(data, path)
    questions = [name for name in header if name not in (_FILE, _TOTAL, _PERCENT, _STATUS)]
    placing.require(questions, what="questions", where=str(path))
    digest = sha256_bytes(data)
    possible = next((row for row in rows if row[_FILE] == _POSSIBLE), None)
    most = {}
    for name in questions if possible else ():
        number = _figure(possible[name] if possible else "")
        if number is None or number < 0:
            raise ResultsError(
                f"{path}: the line {_POSSIBLE} has no number for {shown(name)}. Grade again with otter."
            )
        most[name] = number
    found: dict[str, NativeResult | str] = {}
    for row in rows:
        if row is possible:
            continue
        student = name_facts(PurePath(row[_FILE]), "", lab).student
        if not row[_FILE].strip() or student.lower() == lab.lower():
            # `otter grade` keeps a file's own name alone: notebooks that all have the lab's name are nobody's.
            found[student] = (
                f"{path.name} names no student in {shown(repr(row[_FILE]), 60)}. Name files as students are called"
            )
            continue
        if student in found:
            found[student] = f"stands in several lines of {path.name}. Keep the one that counts"
            continue
        try:
            found[student] = _of_row(row, student, most, path.name, digest, placing)
        except UnfitError as error:
            found[student] = f"{path.name}: {error}"
    return found


def _of_row(
    row: Mapping[str, str], student: str, most: Mapping[str, float], file: str, sha256: str, placing: Placing
) -> NativeResult:
    if row[_STATUS] != "Completed":
        # otter writes zeros there: it has no result, and that is not the student's fault until a person has looked.
        why = shown(row[_STATUS].strip() or "no grading status", 300)
        return NativeResult(student, file, sha256, (), failure=why)
    if not most:
        raise UnfitError(
            f"there is no line {_POSSIBLE}, so nobody knows what could be had. Grade again with otter"
        )
    cells = []
    for name, worth in most.items():
        earned = _figure(row[name])
        if earned is None:
            raise UnfitError(
                f"{shown(name)}: {shown(repr(row[name]), 40)} is not a number. Grade again with otter"
            )
        unfit = unfit_points(earned, worth)
        if unfit:
            raise UnfitError(f"{shown(name)} has {unfit}. Grade again with otter")
        cells.append(NativeCell(name, str(placing.of(name)), earned, worth))
    return NativeResult(student, file, sha256, tuple(cells), notes=other_total(cells, _figure(row[_TOTAL])))


def _table(data: bytes, path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise ResultsError(f"{path} is not UTF-8 text ({error.reason} at byte {error.start}).") from None
    except csv.Error as error:
        raise ResultsError(f"{path} is not a CSV file: {error}.") from None
    lines = [line for line in lines if line]
    header = lines[0] if lines else []
    missing = [name for name in (_FILE, _TOTAL, _STATUS) if name not in header]
    if missing or len(set(header)) != len(header):
        why = f"it has no column {', '.join(missing)}" if missing else "a column stands twice"
        raise ResultsError(f"{path} is not {GRADES} as `otter grade` writes it: {why}.")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            raise ResultsError(f"{path}: row {number} has {len(line)} cells, the first row {len(header)}.")
    return header, [dict(zip(header, line, strict=True)) for line in lines[1:]]


def _figure(text: str) -> float | None:
    """Return a cell's number; None for anything else, a formula or an endless number included."""
    if len(text) > 64 or not _NUMBER.fullmatch(text.strip()):
        return None
    number = float(text)
    return number if abs(number) < float("inf") else None


def other_total(cells: Sequence[NativeCell], total: float | None) -> tuple[str, ...]:
    """Say where otter counts another total than its questions add up to (points_possible, score_threshold)."""
    added = sum(cell.earned or 0.0 for cell in cells)
    if total is None or abs(total - added) < CLOSE:
        return ()
    return (
        f"otter counts {total:g} in total (points_possible or score_threshold in its configuration); its questions add up"
        f" to {added:g}, and these count here.",
    )
