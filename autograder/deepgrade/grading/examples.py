"""Submissions to try a pipeline with: what students could hand in, in the layout of the tool that takes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.flavours import blank_notebook, master_text, solved_notebook
from deepgrade.flavours.notebook import Notebook, to_text
from deepgrade.lab import LabFiles, Size, load_mistakes

FOLDERS = {"otter": "submissions", "nbgrader": "submitted"}
"""Where a tool looks for submissions, or people usually put them."""


def examples(files: LabFiles, flavour: str, size: Size, mistakes: int) -> Iterator[tuple[str, Notebook]]:
    """Yield `(name, notebook)`: the solution, the blank template, and a lab's first known mistakes.

    Args:
        files: The lab, built before.
        flavour: `otter` or `nbgrader`.
        size: Mistakes that need another size of data are left out.
        mistakes: How many at most.

    Raises:
        LabError: The lab's files are wrong, or a template has not been built.
    """
    yield "solution", solved_notebook(files, flavour)
    yield "blank", blank_notebook(files, flavour)
    master = master_text(files)
    fitting = [one for one in load_mistakes(files.mistakes) if one.size in ("any", size)]
    for mistake in fitting[:mistakes]:
        yield mistake.name, solved_notebook(files, flavour, mistake.apply(master))


def write_examples(
    files: LabFiles, flavour: str, folder: Path, *, size: Size = "full", mistakes: int = 2
) -> list[Path]:
    """Write a lab's examples and return their paths: `<name>.ipynb`, or `<name>/<lab>/<lab>.ipynb` for nbgrader.

    Arguments and errors as `examples`.
    """
    written = []
    for name, notebook in examples(files, flavour, size, mistakes):
        path = (
            folder / name / files.name / f"{files.name}.ipynb"
            if flavour == "nbgrader"
            else folder / f"{name}.ipynb"
        )
        write_atomic(path, to_text(notebook))
        written.append(path)
    return written
