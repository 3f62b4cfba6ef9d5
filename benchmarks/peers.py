"""otter and nbgrader, as docs/otter.md and docs/nbgrader.md drive them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.commands import BIN, Took, run, tools
from benchmarks.subjects import Subject
from deepgrade.packages.nbgrader import fill_course
from deepgrade.packages.otter import write_autograder_zip


def otter(subject: Subject, count: int, folder: Path) -> list[Took]:
    """Grade submissions with `otter run`, one after the other; a later call grades them again."""
    archive = folder / "autograder.zip"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_autograder_zip(subject.files, archive, origin="synthetic", size="quick")
    submissions = subject.write_class(folder / "submissions", count, "otter")
    found = []
    for notebook in sorted(submissions.glob("*.ipynb"))[:count]:
        results = folder / "results" / notebook.stem
        results.mkdir(parents=True, exist_ok=True)
        command = [BIN / "otter", "run", notebook, "-a", archive, "-o", results, "--no-logo"]
        found.append(run(command, cwd=results, env=tools(subject.store)))
        if not (results / "results.json").is_file():
            raise SystemExit(f"otter graded nothing:\n{found[-1].said[-2000:]}")
    return found


def nbgrader(subject: Subject, count: int, folder: Path) -> Took:
    """Grade a class with `nbgrader autograde`; a later call grades all of it again."""
    if not (folder / "gradebook.db").exists():
        fill_course(subject.files, folder, origin="synthetic", size="quick")
    subject.write_class(folder / "submitted", count, "nbgrader")
    took = run([BIN / "nbgrader", "autograde", subject.lab, "--force"], cwd=folder, env=tools(subject.store))
    graded = len(list((folder / "autograded").glob(f"*/{subject.lab}/{subject.lab}.ipynb")))
    if graded < count:
        raise SystemExit(f"nbgrader graded {graded} of {count}:\n{took.said[-2000:]}")
    return took
