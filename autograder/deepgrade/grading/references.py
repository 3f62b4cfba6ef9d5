"""Honest models to compare a class with: the solution with several seeds, on the class's own hidden rows."""

from __future__ import annotations

from collections.abc import Sequence

from deepgrade.data import DataStore
from deepgrade.files import write_atomic
from deepgrade.flavours.master import master_text
from deepgrade.grading.cases import seed_case
from deepgrade.grading.grade import GradeRequest, Progress
from deepgrade.grading.verify import Bench, CaseResult
from deepgrade.lab import LabFiles, Origin, Size
from deepgrade.records import Course


def run_references(
    files: LabFiles,
    course: Course,
    store: DataStore,
    *,
    origin: Origin,
    size: Size,
    progress: Progress,
    runs: int,
    slots: int | None = None,
    sandbox: str | None = None,
) -> Sequence[CaseResult]:
    """Run the solution with seeds 1 to `runs` in a folder of their own below the course; what is stored is found again.

    Args:
        files: The lab.
        course: The class's: its secret carves the same hidden rows for the references.
        store: Where the data sets are.
        origin: Real or synthetic.
        size: Full or quick.
        progress: Hears what happens.
        runs: How many seeds.
        slots: Runs beside each other; what memory and cores allow where absent.
        sandbox: What surrounds a run.

    Raises:
        LabError: The lab's files are wrong.
        DataError: A data set is missing.
    """
    place = course.references
    place.prepare()
    key, data = place.root / "secret.key", place.root / "data"
    if not key.exists():
        write_atomic(key, course.secret.hex(), mode=0o600)
    if not data.exists():
        (course.root / "data").mkdir(mode=0o700, exist_ok=True)
        data.symlink_to("../data", target_is_directory=True)
    request = GradeRequest(files, (), place, store, origin, size, sandbox, slots, fresh=True)
    master = master_text(files)
    return Bench(files, place, request, progress).results(
        seed_case(files, master, seed) for seed in range(1, runs + 1)
    )
