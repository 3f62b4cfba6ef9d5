"""A course that uses otter: a master for `otter assign`, a submission for `otter run`."""

from __future__ import annotations

import json

from zoo.corpus import Cell
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
from zoo.native.hidden_tests import HIDDEN_FILES, PUBLIC, NativeTest, native_tests

TOOL = "otter"
STUDENT_NOTEBOOK = f"course/dist/student/{NAME}.ipynb"
EXECUTED = "/box/work/executed.ipynb"
ZIP = "autograder.zip"
OWN_FOLDERS = ("course/results/{student}", "course/submissions/{student}", "executed.ipynb")
"""What `otter run` writes for a submission."""


def build_files(canary: str) -> dict[str, str]:
    """Return the instructor's files, but for the hidden data: name below the home folder -> text."""
    return {f"course/{NAME}.ipynb": master(canary)}


def build_commands(prove: bool) -> list[list[str]]:
    """Return what the instructor runs, in the course's folder.

    Args:
        prove: Also run the solution against the tests, as otter does when it is not told otherwise.
    """
    assign = ["otter", "assign", f"{NAME}.ipynb", "dist", *([] if prove else ["--no-run-tests"])]
    return [assign, ["sh", "-c", f"cp dist/autograder/*-autograder_*.zip {ZIP}"]]


def master(canary: str) -> str:
    """Return the master notebook in otter's format."""
    config = {
        "name": NAME,
        "init_cell": True,
        "export_cell": False,
        "check_all_cell": False,
        "autograder_files": list(HIDDEN_FILES),
        "environment": False,
        "tests": {"ok_format": False},
        "plugins": ["keep_notebook.KeepNotebook"],
    }
    cells = [_raw("ASSIGNMENT CONFIG", config), new_cell("code", start_source())]
    for test in native_tests(canary):
        cells += [
            _raw("BEGIN QUESTION", {"name": test.question, "points": test.points}),
            new_cell("markdown", prompt(test.question)),
            _raw("BEGIN SOLUTION"),
            new_cell("code", f"# BEGIN SOLUTION\n{honest_source(test.question)}\n# END SOLUTION"),
            _raw("END SOLUTION"),
            _raw("BEGIN TESTS"),
            _test(
                test,
                f"def public_{test.question}({test.variable}):\n    assert {PUBLIC[test.question]}",
                0,
                hidden=False,
            ),
            _test(test, test.source, test.points, hidden=True),
            _raw("END TESTS"),
            _raw("END QUESTION"),
        ]
    return new_notebook(cells)


def submission(student: Notebook, cells: dict[str, tuple[Cell, ...]]) -> str:
    """Return a student's notebook with these cells."""
    return fill(student, cells, _answers)


def submission_files(student: str, text: str) -> dict[str, str]:
    """Return where a submission lies, and where its results go."""
    # `otter run` wants the notebook to be called as the master was: else its first cell fails.
    return {f"course/submissions/{student}/{NAME}.ipynb": text, f"course/results/{student}/readme": "results"}


def grade_command(student: str) -> list[str]:
    """Return how one submission is graded, in the course's folder."""
    return [
        "otter",
        "run",
        "-a",
        ZIP,
        "-o",
        f"results/{student}",
        "--no-logo",
        f"submissions/{student}/{NAME}.ipynb",
    ]


def _answers(student: Notebook) -> list[int]:
    return [
        number
        for number, cell in enumerate(student["cells"])
        if "otter_answer_cell" in cell["metadata"].get("tags", ())
    ]


def _test(test: NativeTest, source: str, points: float, *, hidden: bool) -> dict[str, object]:
    head = [
        '""" # BEGIN TEST CONFIG',
        f"points: {points:g}",
        f"hidden: {str(hidden).lower()}",
        '""" # END TEST CONFIG',
    ]
    return new_cell("code", "\n".join([*head, source]))


def _raw(title: str, config: dict[str, object] | None = None) -> dict[str, object]:
    return new_cell(
        "raw",
        "\n".join([f"# {title}"] + [f"{key}: {json.dumps(value)}" for key, value in (config or {}).items()]),
    )
