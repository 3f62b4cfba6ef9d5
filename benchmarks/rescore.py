"""How long does it take to score the runs of any course again after an edit of one hidden check?

    python -m benchmarks.rescore --course demo-course --lab le5 --count 200

Copies the stored runs of a course under other names until there are `count` of them, edits one assert of a copy of the
lab's check file, computes a re-grade set, and prints seconds, memory, the ratio to the time the runs took, and whether any
run was made again. (`make bench` measures classes of several sizes, from runs that it makes itself.)
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.clones import edited_lab
from benchmarks.driving import head
from deepgrade.evidence import RunRecord
from deepgrade.lab import LabFiles, find_root
from deepgrade.records import Course, Gradebook, RunStore


def copy_runs(source: Course, target: Course, lab: str, count: int) -> float:
    """Fill a course with copies of another's runs; return how long the originals ran, in seconds."""
    store = RunStore(source, lab)
    keys = list(filter(store.is_final, store.keys()))
    gradebook = Gradebook(target.gradebook)
    seconds = 0.0
    for place in range(count):
        original = store.folder(keys[place % len(keys)])
        record = RunRecord.model_validate_json((original / "run.json").read_bytes())
        key, student = f"{place:064x}", f"student-{place:04}"
        changed = record.model_copy(
            update={"key": key, "submission": record.submission.model_copy(update={"student": student})}
        )
        folder = RunStore(target, lab).folder(key)
        shutil.copytree(original, folder)
        (folder / "run.json").write_text(changed.model_dump_json())
        gradebook.add_submission(
            lab, student, f"{student}.ipynb", sha256=record.submission.sha256, run_key=key
        )
        seconds += record.wall_s
    gradebook.close()
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--course", type=Path, default=Path("demo-course"))
    parser.add_argument("--lab", default="le5")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--root", type=Path, default=Path())
    options = parser.parse_args()
    files = LabFiles(find_root(options.root), options.lab)
    with tempfile.TemporaryDirectory(prefix="deepgrade-bench-") as folder:
        target = Course(Path(folder, "course"))
        target.prepare()
        shutil.copytree(options.course / "data", target.root / "data")
        shutil.copy(options.course / "secret.key", target.root / "secret.key")
        ran = copy_runs(Course(options.course), target, options.lab, options.count)
        lab = edited_lab(files, Path(folder, "root"))
        times = {path: path.stat().st_mtime_ns for path in target.root.rglob("run.json")}
        found = head("regrade", lab, target, options.course / "store")
        same = times == {path: path.stat().st_mtime_ns for path in target.root.rglob("run.json")}
    print(json.dumps({
        "submissions": found["submissions"],
        "seconds": round(found["set_s"], 2),
        "seconds_a_submission": round(found["set_s"] / options.count, 4),
        "memory_of_the_head_mib": found["head_mib"],
        "memory_of_a_scoring_process_mib": found["largest_child_mib"],
        "the_runs_took_s": round(ran),
        "ratio": round(ran / found["set_s"]),
        "runs_made_again": 0 if same else "some",
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
