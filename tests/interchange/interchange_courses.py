"""Courses of other tools for a small lab: made with the tools' own APIs, graded by them where a test asks for it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from deepgrade.lab import load_lab
from support.small_class import make_small_lab

LAB = "small"
CELLS = {"a1-check-1": 0.25, "a1-hidden": 0.75, "a2-hidden": 2.0}
MANUAL = {"a3-answer-1": 1.0}


def small_lab(root: Path):
    """Write the small lab and return it with its files."""
    files = make_small_lab(root)
    return files, load_lab(files)


def tests_of(question: str) -> list[tuple[str, str, float]]:
    """Return (name, assertion, points) of a question's tests."""
    return {
        "a1": [("visible", "max(pixels) >= 0", 0.25), ("hidden", "max(pixels) <= 1", 0.75)],
        "a2": [("hidden", "sum(counts) == 100", 2.0)],
    }[question]


ANSWERS = {
    "ada": {"a1": "pixels = [0.0, 0.5, 1.0]", "a2": "counts = [10] * 10", "a3": "Because of the scale."},
    "bob": {"a1": "pixels = [0, 128, 255]", "a2": "counts = [10] * 10", "a3": "No idea."},
    "cem": {"a1": "...", "a2": "counts = [1]", "a3": ""},
}


def new_cell(kind: str, source: str, **metadata: Any) -> dict[str, Any]:
    """Return a notebook's cell."""
    cell: dict[str, Any] = {
        "cell_type": kind,
        "metadata": metadata,
        "source": source,
        "id": f"c{os.urandom(4).hex()}",
    }
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def new_notebook(cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a notebook."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": list(cells)}


def made_gradebook(
    path: Path,
    students: Mapping[str, Mapping[str, Any]],
    *,
    assignment: str = LAB,
    cells: Mapping[str, float] | None = None,
    manual: Mapping[str, float] | None = None,
    change: Callable[[Any], None] | None = None,
) -> Path:
    """Write a gradebook with nbgrader's API, as if it had graded.

    Args:
        path: Where.
        students: Student -> cell -> auto score, or a mapping of columns of nbgrader's `grade` table.
        assignment: Its name.
        cells: Test cell -> points.
        manual: Graded answer cell -> points.
        change: Called with the open gradebook at the end.
    """
    from nbgrader.api import Gradebook

    cells, manual = CELLS if cells is None else cells, MANUAL if manual is None else manual
    path.write_bytes(_empty_gradebook())
    with Gradebook(f"sqlite:///{path}", "dl") as book:
        book.add_assignment(assignment)
        book.add_notebook(assignment, assignment)
        for name, points in (*cells.items(), *manual.items()):
            kind = "markdown" if name in manual else "code"
            book.add_grade_cell(name, assignment, assignment, max_score=points, cell_type=kind)
        for name in manual:
            book.add_solution_cell(name, assignment, assignment)
        for student, scores in students.items():
            book.add_student(student, first_name=student.capitalize(), last_name="Test")
            book.add_submission(assignment, student)
            for name in (*cells, *manual):
                value = scores.get(name)
                columns = value if isinstance(value, Mapping) else {"auto_score": value}
                grade = book.find_grade(name, assignment, assignment, student)
                grade.needs_manual_grade = value is None
                for column, number in columns.items():
                    setattr(grade, column, number)
        book.db.commit()
        if change is not None:
            change(book)
            book.db.commit()
    return path


@cache
def _empty_gradebook() -> bytes:
    """Return a new gradebook's bytes: nbgrader starts another program for each that it makes."""
    from nbgrader.api import Gradebook

    with tempfile.TemporaryDirectory() as folder, tools_on_path():
        Gradebook(f"sqlite:///{folder}/empty.db", "dl").close()
        return Path(folder, "empty.db").read_bytes()


@contextmanager
def tools_on_path():
    """Let nbgrader start alembic and jupyter by name."""
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def nbgrader_source() -> dict[str, Any]:
    """Return the lab in nbgrader's source format, hidden tests and all."""
    cells = []
    for question in ("a1", "a2"):
        cells += [
            new_cell("markdown", f"### Question {question}", **_facts(f"{question}-prompt-1", locked=True)),
            new_cell(
                "code",
                f"### BEGIN SOLUTION\n{ANSWERS['ada'][question]}\n### END SOLUTION",
                **_facts(f"{question}-answer-1", solution=True),
            ),
        ]
        for name, assertion, points in tests_of(question):
            grade_id = f"{question}-check-1" if name == "visible" else f"{question}-hidden"
            text = f"assert {assertion}"
            if name == "hidden":
                text = f"### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
            cells.append(new_cell("code", text, **_facts(grade_id, grade=True, locked=True, points=points)))
    cells.append(
        new_cell("markdown", "Say why.", **_facts("a3-answer-1", grade=True, solution=True, points=1.0))
    )
    return new_notebook(cells)


def _facts(name: str, **chosen: Any) -> dict[str, Any]:
    facts = {
        "grade": False,
        "locked": False,
        "solution": False,
        "task": False,
        "schema_version": 3,
        "grade_id": name,
    }
    return {"nbgrader": facts | chosen}


def graded_nbgrader_course(root: Path) -> Path:
    """Make a course, release the small lab, hand in for three students, autograde, and return the gradebook."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    source = root / "source" / LAB / f"{LAB}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(nbgrader_source()))
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "dl"
    config.Exchange.root = str(root / "exchange")
    with tools_on_path():
        api = NbGraderAPI(config=config)
        made = api.generate_assignment(LAB)
        assert made["success"], made
        released = json.loads((root / "release" / LAB / f"{LAB}.ipynb").read_text())
        for student, answers in ANSWERS.items():
            handed_in = root / "submitted" / student / LAB / f"{LAB}.ipynb"
            handed_in.parent.mkdir(parents=True)
            handed_in.write_text(json.dumps(_answered(released, answers)))
            graded = api.autograde(LAB, student)
            assert graded["success"], graded
    return root / "gradebook.db"


def _answered(released: dict[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    notebook = json.loads(json.dumps(released))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name.endswith("-answer-1") and answers[name[:2]]:
            cell["source"] = answers[name[:2]]
    return notebook


def otter_master() -> dict[str, Any]:
    """Return the lab in otter's master format."""
    config = {
        "name": LAB, "init_cell": True, "export_cell": False, "check_all_cell": False, "environment": False,
        "tests": {"ok_format": False},
    }  # fmt: skip
    cells = [_raw("ASSIGNMENT CONFIG", config)]
    for question in ("a1", "a2"):
        cells += [
            _raw("BEGIN QUESTION", {"name": question}),
            new_cell("markdown", f"### Question {question}"),
            _raw("BEGIN SOLUTION"),
            new_cell("code", f"# BEGIN SOLUTION\n{ANSWERS['ada'][question]}\n# END SOLUTION"),
            _raw("END SOLUTION"),
            _raw("BEGIN TESTS"),
        ]
        for number, (name, assertion, points) in enumerate(tests_of(question)):
            head = f'""" # BEGIN TEST CONFIG\npoints: {points}\nhidden: {str(name == "hidden").lower()}\n""" # END TEST CONFIG\n'
            variable = "pixels" if question == "a1" else "counts"
            cells.append(
                new_cell("code", f"{head}def test_{question}_{number}({variable}):\n    assert {assertion}")
            )
        cells += [_raw("END TESTS"), _raw("END QUESTION")]
    return new_notebook(cells)


def _raw(title: str, config: Mapping[str, Any] | None = None) -> dict[str, Any]:
    lines = [f"# {title}"] + [f"{key}: {json.dumps(value)}" for key, value in (config or {}).items()]
    return new_cell("raw", "\n".join(lines))


def graded_otter_course(root: Path, students: Sequence[str] = ("ada", "bob")) -> Path:
    """Assign the small lab, run students' notebooks, and return the folder of results (`otter run -o`).

    `otter grade`'s table of them lies in the folder `table`: what it makes is made by its own function, without Docker.
    """
    from otter.assign import main as assign
    from otter.grade.utils import merge_scores_to_df
    from otter.run import main as run

    master = root / f"{LAB}.ipynb"
    root.mkdir(parents=True)
    master.write_text(json.dumps(otter_master()))
    assign(str(master), str(root / "dist"), no_pdfs=True, no_run_tests=True)
    (zipped,) = (root / "dist" / "autograder").glob("*.zip")
    released = json.loads((root / "dist" / "student" / f"{LAB}.ipynb").read_text())
    scores = []
    for student in students:
        notebook = json.loads(json.dumps(released))
        places = [
            cell for cell in notebook["cells"] if "otter_answer_cell" in cell["metadata"].get("tags", ())
        ]
        for cell, question in zip(places, ("a1", "a2"), strict=True):
            cell["source"] = ANSWERS[student][question]
        handed_in = root / "submissions" / student / f"{LAB}.ipynb"
        handed_in.parent.mkdir(parents=True)
        handed_in.write_text(json.dumps(notebook))
        (root / "results" / student).mkdir(parents=True)
        result = run(
            str(handed_in), autograder=str(zipped), output_dir=str(root / "results" / student), no_logo=True
        )
        result.file = f"{student}.ipynb"
        scores.append(result)
    (root / "table").mkdir()
    merge_scores_to_df(scores).to_csv(root / "table" / "final_grades.csv", index=False)
    return root / "results"


def results_json(folder: Path, scores: Mapping[str, tuple[float, float]], **more: Any) -> Path:
    """Write a results.json of otter's form."""
    tests: list[dict[str, Any]] = [
        {"name": "Public Tests", "visibility": "visible", "output": "a1 results: ...", "status": "passed"}
    ]
    tests += [
        {
            "name": name,
            "score": score,
            "max_score": most,
            "visibility": "hidden",
            "output": f"{name} results:",
        }
        for name, (score, most) in scores.items()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    path.write_text(json.dumps({"tests": tests, **more}))
    return path
