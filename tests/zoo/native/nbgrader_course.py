"""A course that uses nbgrader: a source for `generate_assignment`, a submission for `autograde`."""

from __future__ import annotations

from typing import Any

from zoo.corpus import Cell
from zoo.lab import QUESTIONS
from zoo.native.course import (
    NAME,
    Notebook,
    fill,
    honest_source,
    new_cell,
    new_notebook,
    prompt,
    start_source,
)
from zoo.native.hidden_tests import HIDDEN_FILES, PUBLIC, native_tests

TOOL = "nbgrader"
STUDENT_NOTEBOOK = f"course/release/{NAME}/{NAME}.ipynb"
EXECUTED = f"/box/work/course/autograded/{{student}}/{NAME}/{NAME}.ipynb"
PAGE = f"/box/work/course/feedback/{{student}}/{NAME}/{NAME}.html"
OWN_FOLDERS = ("course/autograded/{student}", "course/submitted/{student}", "course/gradebook.db")
"""What `nbgrader autograde` writes for a submission; other students' grades are compared one by one."""
HIDDEN_FOLDER = f"course/source/{NAME}"
_CONFIG = f'c = get_config()\nc.CourseDirectory.course_id = "{NAME}"\n'


def build_files(canary: str) -> dict[str, str]:
    """Return the instructor's files, but for the hidden data: name below the home folder -> text."""
    return {"course/nbgrader_config.py": _CONFIG, f"course/source/{NAME}/{NAME}.ipynb": source(canary)}


def build_commands(prove: bool) -> list[list[str]]:
    """Return what the instructor runs, in the course's folder; nbgrader does not run the solution."""
    # `autograde` copies files of the source beside each notebook; so does `generate_assignment` into what is released.
    hidden = [f"release/{NAME}/{name}" for name in HIDDEN_FILES]
    return [["nbgrader", "generate_assignment", NAME], ["rm", *hidden]]


def source(canary: str) -> str:
    """Return the source notebook in nbgrader's format."""
    cells = [new_cell("code", start_source(), **_facts("start", locked=True))]
    for test in native_tests(canary):
        answer = f"### BEGIN SOLUTION\n{honest_source(test.question)}\n### END SOLUTION"
        hidden = f"{test.source}\n\n\n{test.name}({test.variable})"
        text = f"assert {PUBLIC[test.question]}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
        cells += [
            new_cell("markdown", prompt(test.question), **_facts(f"{test.question}-prompt", locked=True)),
            new_cell("code", answer, **_facts(f"{test.question}-answer", solution=True)),
            new_cell(
                "code", text, **_facts(f"{test.question}-test", grade=True, locked=True, points=test.points)
            ),
        ]
    return new_notebook(cells)


def submission(student: Notebook, cells: dict[str, tuple[Cell, ...]]) -> str:
    """Return a student's notebook with these cells."""
    return fill(student, cells, _answers)


def submission_files(student: str, text: str) -> dict[str, str]:
    """Return where a submission lies."""
    return {f"course/submitted/{student}/{NAME}/{NAME}.ipynb": text}


def grade_command(student: str = "") -> list[str]:
    """Return how all submissions are graded that are not yet, or one student's, in the course's folder."""
    return ["nbgrader", "autograde", NAME] + ([f"--student={student}"] if student else [])


def page_command(student: str) -> list[str]:
    """Return how the page is made that the student and the TA look at."""
    return ["nbgrader", "generate_feedback", NAME, f"--student={student}"]


def _answers(student: Notebook) -> list[int]:
    names = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): number
        for number, cell in enumerate(student["cells"])
    }
    return [names[f"{question}-answer"] for question in QUESTIONS]


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
