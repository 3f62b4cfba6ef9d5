"""Make a submission of a notebook's bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from deepgrade.files import sha256_bytes
from deepgrade.lab import Lab
from deepgrade.submission.model import Cell, Flavour, Refusal, Submission
from deepgrade.submission.parse import NotANotebookError, parse_notebook
from deepgrade.submission.places import readable
from deepgrade.submission.questions import find_questions
from deepgrade.submission.tools import Template, is_changed_test, is_tool_cell, normal


def read_notebook(
    data: bytes,
    *,
    lab: Lab,
    student: str,
    filename: str,
    template: Template | None = None,
    notes: Iterable[str] = (),
    handed_in_at: datetime | None = None,
) -> Submission | Refusal:
    """Make a submission of a file's content.

    Args:
        data: The file's bytes.
        lab: Whose questions to look for.
        student: Whose it is.
        filename: The name it was handed in under.
        template: What the lab's templates hold.
        notes: Warnings that are known already.
        handed_in_at: When, if that is known.
    """
    digest = sha256_bytes(data)
    template = template or Template()
    try:
        notebook = parse_notebook(data)
    except NotANotebookError as error:
        return Refusal(student, filename, error.code, error.sentence, digest)
    finding = find_questions(notebook, lab, template)
    if not finding.found:
        return Refusal(student, filename, "no_questions", _no_questions(notebook, lab), digest)
    cells = _cells(notebook, finding.questions, template)
    warnings = [*notes, *_notes(notebook, cells, lab, template), *finding.warnings]
    return Submission(
        student=student,
        filename=filename,
        sha256=digest,
        flavour=_flavour(notebook, template),
        warnings=tuple(warnings),
        answers=finding.answers,
        cells=cells,
        notebook=notebook,
        handed_in_at=handed_in_at,
    )


def _cells(notebook: dict[str, Any], questions: list[str | None], template: Template) -> tuple[Cell, ...]:
    cells = []
    for number, (cell, question) in enumerate(zip(notebook["cells"], questions, strict=True)):
        mark = cell["metadata"].get("deepgrade")
        role = mark.get("role") if isinstance(mark, dict) else None
        skip = cell["cell_type"] == "code" and is_tool_cell(cell["source"], cell["metadata"], template)
        known = role if isinstance(role, str) and role in ("prompt", "answer", "check", "given") else None
        cells.append(
            Cell(
                number,
                cell["cell_type"],
                cell["source"],
                question,
                "check" if skip and not known else known,
                skip,
            )
        )
    return tuple(cells)


def _notes(notebook: dict[str, Any], cells: tuple[Cell, ...], lab: Lab, template: Template) -> list[str]:
    notes = []
    other = _lab_of(notebook)
    if other is not None and other != lab.name:
        notes.append(f"The notebook says that it belongs to lab {other!r}, not {lab.name}.")
    changed = [
        str(cell.index + 1)
        for cell in cells
        if cell.kind == "code"
        and is_changed_test(cell.source, notebook["cells"][cell.index]["metadata"], template)
    ]
    if changed:
        notes.append(
            f"Test cells were changed by the student (cell {', '.join(changed[:10])}); they were run as ordinary cells."
        )
    return notes


def _lab_of(notebook: dict[str, Any]) -> str | None:
    mark = notebook["metadata"].get("deepgrade")
    name = mark.get("lab") if isinstance(mark, dict) else None
    return readable(name[:60]) if isinstance(name, str) else None


def _no_questions(notebook: dict[str, Any], lab: Lab) -> str:
    first = lab.questions[0]
    other = _lab_of(notebook)
    belongs = f" It says that it belongs to {other!r}." if other is not None and other != lab.name else ""
    return (
        f"None of the questions of {lab.title} stands in the notebook (no heading 'Question {first.id}: ...').{belongs}"
        " Hand in the notebook of this lab, with its headings."
    )


def _flavour(notebook: dict[str, Any], template: Template) -> Flavour:
    mark = notebook["metadata"].get("deepgrade")
    named = mark.get("flavour") if isinstance(mark, dict) else None
    if named == "otter":
        return "otter"
    if named == "nbgrader" or any(
        isinstance(cell["metadata"].get("nbgrader"), dict) for cell in notebook["cells"]
    ):
        return "nbgrader"
    code = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if "otter" in notebook["metadata"] or any(
        "otter.Notebook(" in source or "grader.check(" in source for source in code
    ):
        return "otter"
    nbgraders = any(
        normal(source) in template.checks or "raise NotImplementedError()" in source for source in code
    )
    return "nbgrader" if nbgraders else "unknown"
