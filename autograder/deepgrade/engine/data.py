"""The data of one grading: what is mounted beside student code, and what never is."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deepgrade.data import DataStore, prepare_hidden
from deepgrade.evidence import DataFacts
from deepgrade.files import atomic_folder, parse_strict_json
from deepgrade.lab import Lab, LabError, Origin, Size
from deepgrade.records import Course


@dataclass(frozen=True)
class CourseData:
    """Folders of a lab's data sets in one course.

    Attributes:
        public: One folder a data set, as student code sees them; the hidden rows are carved out.
        inputs: Hidden evaluation -> folder of hidden inputs (for infer alone).
        labels: Hidden evaluation -> labels.npy (for score alone).
        facts: The public sets' facts.
    """

    public: Path
    inputs: Mapping[str, Path]
    labels: Mapping[str, Path]
    facts: tuple[DataFacts, ...]


def course_data(
    course: Course, lab: Lab, store: DataStore, *, origin: Origin, size: Size, as_made: bool = False
) -> CourseData:
    """Make or find the hidden sets of a lab's data in a course.

    The first call for an origin and size takes seconds; later ones find what it made.

    Args:
        course: Whose secret carves the hidden rows.
        lab: Which data sets, and how many hidden rows.
        store: Where the data sets are.
        origin: Real or synthetic.
        size: Full or quick.
        as_made: Take what an earlier call made without a look at the store: for scoring stored runs.

    Raises:
        LabError: Two hidden evaluations want different numbers of rows of one data set.
        DataError: A data set is not in the store; the message says how to get it.
    """
    folder = course.data(origin, size)
    rows: dict[str, int] = {}
    for evaluation in lab.carved.values():
        wanted = evaluation.quick_rows if size == "quick" else evaluation.rows
        if rows.setdefault(evaluation.dataset, wanted) != wanted:
            raise LabError(
                f"lab.toml of {lab.name}: the hidden evaluations on {evaluation.dataset} want different numbers of rows."
                " One data set has one hidden set; give them the same rows and quick_rows."
            )
    course.prepare()
    for name in lab.data:
        if as_made and _is_made(folder, name, hidden=name in rows):
            continue
        source = store.find(name, origin, size).path
        if name in rows:
            prepare_hidden(source, name, rows[name], course.secret, folder)
        elif not (folder / "public" / name).exists():
            with atomic_folder(folder / "public" / name) as temporary:
                shutil.copytree(source, temporary, dirs_exist_ok=True)
    return CourseData(
        public=folder / "public",
        inputs={name: folder / "inputs" / e.dataset for name, e in lab.carved.items()},
        labels={name: folder / "labels" / e.dataset / "labels.npy" for name, e in lab.carved.items()},
        facts=tuple(data_facts(folder / "public" / name) for name in lab.data),
    )


def _is_made(folder: Path, name: str, *, hidden: bool) -> bool:
    parts = ["public", "inputs", "labels"] if hidden else ["public"]
    return all((folder / part / name).is_dir() for part in parts)


def data_facts(folder: Path) -> DataFacts:
    """Return what a record says of a data set, from its folder."""
    facts = parse_strict_json((folder / "facts.json").read_bytes())
    return DataFacts(**{key: facts[key] for key in ("name", "origin", "size", "fingerprint")})
