"""A class graded by deepgrade, and an nbgrader course made by nbgrader from the same lab."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.flavours import blank_notebook, build_lab, master_text, read_master, solved_notebook
from deepgrade.flavours.nbgrader import to_nbgrader
from deepgrade.flavours.visible import compile_visible
from deepgrade.grading import GradeRequest, grade, open_gradebook
from deepgrade.lab import LabFiles, load_checks, load_lab
from deepgrade.records import Course
from deepgrade.report import ClassReport
from deepgrade.report.from_records import class_report
from flavours.flavours_small_lab import NAME, TOML, write_lab
from support.silent import Silent

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
ATTACK = f"""
from IPython.display import HTML, Javascript, display
display(HTML({HOSTILE!r}))
display(Javascript("document.title='owned'"))
print({HOSTILE!r})
"""


def notebooks(files: LabFiles) -> dict[str, str]:
    """Return a class: everything right, a mistake, blank, hostile, of otter's flavour, refused."""
    wrong = master_text(files).replace("np.arange(start, 10) ** 2", "np.arange(start, 10) * 2")
    hostile = solved_notebook(files, "nbgrader")
    for cell in hostile["cells"]:
        if cell["id"] == "b2-answer-1":
            cell["source"] += ATTACK
        if cell["id"] == "a1-answer-1":
            cell["source"] = f"The slope. {HOSTILE} [x](javascript:alert(1)) ![y](http://127.0.0.1:9/y.png)"
    hostile["cells"][0]["metadata"]["nbgrader"] = {"grade_id": HOSTILE, "grade": True, "points": HOSTILE}
    texts = {
        "ada": solved_notebook(files, "nbgrader"),
        "bert": solved_notebook(files, "nbgrader", wrong),
        "cleo": blank_notebook(files, "nbgrader"),
        "eve": hostile,
        "otto": solved_notebook(files, "otter"),
    }
    return {name: json.dumps(notebook) for name, notebook in texts.items()} | {"gus": '{"cells": ['}


def graded_class(folder: Path, store: DataStore) -> tuple[LabFiles, Course]:
    """Grade the class in a real sandbox; the store holds the quick synthetic MNIST."""
    files = write_lab(folder / "root", toml=TOML.replace("data = []", 'data = ["mnist"]'))
    build_lab(files)
    submissions = folder / "submissions"
    submissions.mkdir()
    for student, text in notebooks(files).items():
        (submissions / f"{student}.ipynb").write_text(text, encoding="utf-8")
    course = Course(folder / "course")
    grade(GradeRequest(files, [submissions], course, store, "synthetic", "quick", slots=2), Silent())
    return files, course


def report_of(
    files: LabFiles, course: Course, decisions: dict[str, dict[str, float]] | None = None
) -> ClassReport:
    """Return the class's report with decisions of people, student -> question -> points."""
    with open_gradebook(course) as gradebook:
        report = class_report(files, course, gradebook)
        entries = [
            replace(entry, decisions=(decisions or {}).get(entry.student, {})) for entry in report.students()
        ]
    return replace(report, students=lambda: iter(entries))


def nbgrader_source(files: LabFiles) -> dict:
    """Return the lab in nbgrader's source format."""
    lab, checks = load_lab(files), load_checks(files.checks)
    return to_nbgrader(lab, read_master(master_text(files), lab), compile_visible(checks), checks.checks)


def nbgrader_course(folder: Path, source: dict) -> Path:
    """Make an nbgrader course with nbgrader's own generate_assignment and return its gradebook."""
    path = folder / "source" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(source), encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'dl'\nc.Exchange.root = 'exchange'\n",
        encoding="utf-8",
    )
    run_nbgrader(folder, "generate_assignment", NAME)
    return folder / "gradebook.db"


def run_nbgrader(folder: Path, *words: str) -> str:
    """Run a command of nbgrader in a course and return what it said."""
    # Its first command calls alembic, which it looks for on PATH.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def nbgrader_rows(folder: Path) -> dict[str, dict[str, str]]:
    """Return what `nbgrader export` writes, student -> row."""
    run_nbgrader(folder, "export")
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as stream:
        return {row["student_id"]: row for row in csv.DictReader(stream)}
