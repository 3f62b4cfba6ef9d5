"""Large classes from a few runs: each submission differs in its file, and its stored run is a copy of a real one."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.engine import Cards, course_data
from deepgrade.evidence import RunRecord
from deepgrade.grading import GradeRequest
from deepgrade.grading.grade import load_parts, make_setup
from deepgrade.lab import LabFiles
from deepgrade.records import Course, RunStore
from deepgrade.records.run_store import SHARED_BYTES
from deepgrade.submission import Intake, Refusal, load_template


def clone_class(
    source: Course, notebooks: Path, target: Course, files: LabFiles, store: Path, count: int, folder: Path
) -> float:
    """Fill a course with `count` stored runs that `grade` finds when it is given `folder`.

    Files that many runs share (1 MiB and more) get a second name, as in any course; all others are copied.

    Args:
        source: A course with runs of the notebooks.
        notebooks: Folder with them.
        target: An empty course.
        files: The lab.
        store: Folder of the data sets.
        count: How many submissions.
        folder: Gets their notebooks.

    Returns:
        How long the originals of all copies ran, in seconds.
    """
    target.prepare()
    shutil.copytree(source.root / "data", target.root / "data")
    if (source.root / "secret.key").exists():  # labs without carved rows need none
        shutil.copy(source.root / "secret.key", target.root / "secret.key")
    originals = _originals(source, files, notebooks)
    folder.mkdir(parents=True)
    for place, (notebook, _) in zip(range(count), itertools.cycle(originals), strict=False):
        document = json.loads(notebook.read_text(encoding="utf-8"))
        document["metadata"]["copy"] = place
        (folder / f"student-{place:04}.ipynb").write_text(json.dumps(document), encoding="utf-8")
    parts = load_parts(files)
    data_store = DataStore(store)
    request = GradeRequest(files, [folder], target, data_store, "synthetic", "quick", slots=1)
    data = course_data(target, parts.lab, data_store, origin="synthetic", size="quick")
    setup = make_setup(request, parts, data, Cards())
    seconds = 0.0
    with Intake([folder], lab=parts.lab) as intake:
        template = load_template(files)
        for item, (_, original) in zip(intake.handed_in, itertools.cycle(originals), strict=False):
            submission = intake.read(item, template=template)
            if isinstance(submission, Refusal):
                raise SystemExit(f"a copy was refused: {submission.sentence}")
            record = RunRecord.model_validate_json((original / "run.json").read_bytes())
            facts = record.submission.model_copy(
                update={
                    "student": submission.student,
                    "filename": submission.filename,
                    "sha256": submission.sha256,
                }
            )
            key = setup.key(submission)
            place = setup.store.folder(key)
            shutil.copytree(original, place, copy_function=_copy)
            changed = record.model_copy(update={"key": key, "submission": facts})
            (place / "run.json").write_text(changed.model_dump_json(indent=1), encoding="utf-8")
            seconds += record.wall_s
    return seconds


def _originals(source: Course, files: LabFiles, notebooks: Path) -> list[tuple[Path, Path]]:
    """Return (notebook, run folder) of a course's submissions."""
    runs = RunStore(source, files.name)
    found = {}
    for key in runs.keys():  # noqa: SIM118 - a store is no dict
        record = runs.read(key)
        if record is not None:
            found[record.submission.student] = runs.folder(key)
    return [(path, found[path.stem]) for path in sorted(notebooks.glob("*.ipynb")) if path.stem in found]


def _copy(source: str, target: str) -> None:
    if Path(source).stat().st_size >= SHARED_BYTES:
        Path(target).hardlink_to(source)
    else:
        shutil.copyfile(source, target)


def edited_lab(files: LabFiles, root: Path) -> LabFiles:
    """Copy a lab and add an assert to its first check: its sense stays, its outcomes must be found anew."""
    copy = LabFiles(root, files.name)
    shutil.copytree(files.folder, copy.folder)
    copy.checks.parent.mkdir(parents=True)
    text = files.checks.read_text(encoding="utf-8")
    copy.checks.write_text(text.replace("    assert ", "    assert True\n    assert ", 1), encoding="utf-8")
    shutil.copytree(files.assignment, copy.assignment)
    return copy
