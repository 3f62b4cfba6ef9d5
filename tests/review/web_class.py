"""One submission that attacks every page of the review app."""

import sys
from pathlib import Path

from deepgrade.lab import Lab
from deepgrade.records import Course, Gradebook, RunStore
from support.made_class import REPOSITORY


def add_hostile(course: Path, root: Path) -> str:
    """Add a submission whose every text attacks the page, with a run; write its lab below a root; return its student."""
    sys.path.insert(0, str(REPOSITORY / "tests" / "report"))
    try:
        from report_hostile import BAD, hostile_entry
        from report_lab import make_lab
    finally:
        sys.path.pop(0)
    lab = make_lab()
    folder = root / "solutions" / lab.name
    folder.mkdir(parents=True)
    (root / "tests" / "hidden").mkdir(parents=True)
    (folder / "lab.toml").write_text(_toml(lab), encoding="utf-8")
    entry = hostile_entry(course / "made")
    key = "f" * 64
    place = RunStore(Course(course), lab.name).folder(key)
    place.parent.mkdir(parents=True)
    entry.run_folder.rename(place)
    record = entry.run.model_copy(update={"key": key, "lab": lab.name})
    (place / "run.json").write_text(record.model_dump_json(), encoding="utf-8")
    (place / "log.txt").write_text(BAD * 50, encoding="utf-8", errors="replace")
    gradebook = Gradebook(Course(course).gradebook)
    submission = gradebook.add_submission(lab.name, BAD, BAD, sha256="a" * 64, run_key=key)
    score = entry.score.model_copy(update={"student": BAD, "run_key": key, "lab": lab.name})
    gradebook.add_score(submission, score)
    gradebook.close()
    return lab.name


def _toml(lab: Lab) -> str:
    import tomlkit

    return tomlkit.dumps(lab.model_dump(mode="json", exclude_defaults=True, exclude_none=True))
