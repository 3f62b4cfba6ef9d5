"""What `deepgrade verify --record` keeps of a verification: figures, a date, versions. `docs/fairness/` holds them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from deepgrade import __version__
from deepgrade.files import write_atomic
from deepgrade.grading.headlines import HeadlineFigures, measure
from deepgrade.grading.verify import CaseResult, Verification
from deepgrade.lab import Lab, LabError, LabFiles, Origin, Size, load_checks, load_lab
from deepgrade.records import Course, RunStore

_SHOWN_VERSIONS = (
    "python",
    "numpy",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "torch",
    "keras_backend",
    "scikit-learn",
    "pandas",
    "image",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Points(_Strict):
    """What one notebook got."""

    earned: float
    possible: float
    ok: bool


class Tally(_Strict):
    """How many of some cases came out as they must."""

    passed: int
    total: int
    wrong: dict[str, tuple[str, ...]] = {}
    """Name -> what is wrong, of those that did not."""

    def __str__(self) -> str:
        return f"{self.passed}/{self.total}"


class FairnessRecord(_Strict):
    """A verification of one lab on one kind of data."""

    schema_version: Literal[1] = 1
    lab: str
    title: str
    origin: Origin
    size: Size
    date: date
    cores: int
    """Of the machine; runs shared them."""
    sandbox: str
    device: str
    gpu: bool = False
    """Whether the runs were lent a GPU."""
    versions: dict[str, str]
    visible_checks: int
    hidden_checks: int
    solution: dict[str, Points]
    """By flavour."""
    blank: dict[str, Points]
    alternatives: Tally
    mistakes: Tally
    left_out: tuple[str, ...]
    """Mistakes that need the other size of data."""
    seeds: Tally
    unkilled: tuple[str, ...]
    not_assessed: tuple[str, ...]
    complaints: tuple[str, ...]
    run_s: float
    """Seconds of all runs, one after the other."""
    solution_s: tuple[float, ...] = ()
    """Seconds of each run of the solution, seeds and all."""
    headlines: tuple[HeadlineFigures, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything came out as it must."""
        points = [*self.solution.values(), *self.blank.values()]
        tallies = (self.alternatives, self.mistakes, self.seeds)
        return (
            all(row.ok for row in points)
            and all(tally.passed == tally.total for tally in tallies)
            and not (self.unkilled or self.complaints)
        )


def record_of(
    files: LabFiles, result: Verification, course: Course, origin: Origin, size: Size
) -> FairnessRecord:
    """Put a verification into figures.

    Args:
        files: The lab.
        result: Its verification.
        course: Where that kept its runs.
        origin: Of the data.
        size: Of the data.

    Raises:
        LabError: The lab's files are wrong.
    """
    lab: Lab = load_lab(files)
    checks = load_checks(files.checks).checks
    run = next((row.run for row in result.results if row.run is not None), None)
    right = [row.run for row in (*result.of("solution"), *result.of("seed")) if row.run is not None]
    return FairnessRecord(
        lab=lab.name,
        title=lab.title,
        origin=origin,
        size=size,
        date=datetime.now(UTC).date(),
        cores=os.cpu_count() or 1,
        sandbox=run.sandbox if run is not None else "",
        device=run.device if run is not None else "",
        gpu=run is not None and run.gpu,
        versions=shown_versions(run.environment if run is not None else {}),
        visible_checks=sum(check.visible for check in checks),
        hidden_checks=sum(not check.visible for check in checks),
        solution=_points(result.of("solution")),
        blank=_points(result.of("blank")),
        alternatives=_tally(result.of("alternative")),
        mistakes=_tally(result.of("mistake")),
        left_out=result.left_out,
        seeds=_tally(result.of("seed")),
        unkilled=result.unkilled,
        not_assessed=result.not_assessed,
        complaints=result.complaints,
        run_s=round(result.run_s, 1),
        solution_s=tuple(round(run.wall_s, 1) for run in right),
        headlines=measure(lab.headlines, RunStore(course, lab.name), right),
    )


def shown_versions(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the versions that a figure may depend on, ours first."""
    shown = {name: environment[name] for name in _SHOWN_VERSIONS if name in environment}
    return {"deepgrade": __version__, **shown}


def _points(rows: Iterable[CaseResult]) -> dict[str, Points]:
    return {
        row.case.name.partition("-")[2]: Points(
            earned=round(row.score.automatic_points, 6) if row.score else 0.0,
            possible=round(row.score.automatic_possible, 6) if row.score else 0.0,
            ok=not row.problems,
        )
        for row in rows
    }


def _tally(rows: Iterable[CaseResult]) -> Tally:
    passed, total, wrong = 0, 0, {}
    for row in rows:
        members = row.case.members or (row.case.name.partition("-")[2],)
        total += len(members)
        if row.problems:
            wrong[", ".join(members)] = row.problems
        else:
            passed += len(members)
    return Tally(passed=passed, total=total, wrong=wrong)


def record_folder(root: Path) -> Path:
    """Where the records of all labs lie."""
    return root / "docs" / "fairness"


def write_record(root: Path, record: FairnessRecord) -> Path:
    """Write a record in the place of the older one of the same lab, data and kind of device.

    Raises:
        LabError: The older one is of more kinds of cases.
    """
    device = ".gpu" if record.gpu else ""
    path = record_folder(root) / f"{record.lab}.{record.origin}.{record.size}{device}.json"
    if path.is_file():
        lost = sorted(_kinds(_read(path)) - _kinds(record))
        if lost:
            raise LabError(
                f"{path} is a record with {' and '.join(lost)}, and the new one would have none: not written."
                " Give the command again with them (stored runs are found), or delete the file first."
            )
    write_atomic(path, record.model_dump_json(indent=1) + "\n")
    return path


def _kinds(record: FairnessRecord) -> set[str]:
    return {name for name in ("alternatives", "mistakes", "seeds") if getattr(record, name).total}


def _read(path: Path) -> FairnessRecord:
    try:
        return FairnessRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise LabError(
            f"{path} is no record of this deepgrade: {error.errors()[0]['msg']}. Delete it, and run"
            " `deepgrade verify LAB --record` again (stored runs are found)."
        ) from None


def read_records(root: Path) -> tuple[FairnessRecord, ...]:
    """Return all records, sorted by data and lab.

    Raises:
        LabError: A file is no record.
    """
    records = [_read(path) for path in sorted(record_folder(root).glob("*.json"))]
    return tuple(sorted(records, key=lambda r: (r.origin == "real", r.size, r.gpu, r.lab)))
