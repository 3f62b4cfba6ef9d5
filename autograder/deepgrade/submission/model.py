"""What intake makes of an uploaded file: a submission, or a refusal that says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

CellKind = Literal["code", "markdown", "raw"]
Flavour = Literal["otter", "nbgrader", "unknown"]


@dataclass(frozen=True)
class Cell:
    """One cell of a submitted notebook."""

    index: int
    """Its place in the notebook, counted from 0."""
    kind: CellKind
    source: str
    question: str | None
    """The question under which it stands; None before the first."""
    role: str | None
    """What the template says that it is (`prompt`, `answer`, `check`, `given`); None for a student's own cell."""
    skip: bool
    """A cell of otter's or nbgrader's that is not run when grading (`grader.check("b3")`, unchanged test cells)."""


@dataclass(frozen=True)
class Submission:
    """A notebook that can be graded."""

    student: str
    """The name under which it was handed in; whose it is, the gradebook's attributions say."""
    filename: str
    sha256: str
    """Of the notebook as it was handed in, in a zip or without."""
    flavour: Flavour
    warnings: tuple[str, ...]
    """Sentences for a TA: what looked unusual."""
    answers: dict[str, str]
    """Manual question -> text of its written answer, empty where nothing was written."""
    cells: tuple[Cell, ...]
    notebook: dict[str, Any]
    """The notebook (nbformat 4, sources as strings), without outputs; `cells[i]` is `notebook["cells"][i]`."""
    handed_in_at: datetime | None = None
    """When, where nbgrader's timestamp or Gradescope's metadata says it."""


@dataclass(frozen=True)
class Refusal:
    """A file that cannot be taken as a submission: the verdict is `invalid_submission`."""

    student: str
    filename: str
    code: str
    """One of `deepgrade.submission.REFUSALS`."""
    sentence: str
    """What is wrong and what to do, for the student."""
    sha256: str | None
    """Of the file, where it could be read."""


REFUSALS: dict[str, str] = {
    "missing": "the file is not there",
    "link": "a symbolic link",
    "hard_link": "a file with several names",
    "not_regular": "a pipe, device or folder",
    "unreadable": "the file cannot be opened",
    "bad_name": "not a file name",
    "too_large": "more bytes than accepted",
    "too_many_files": "a folder with more files than a class hands in",
    "empty": "no content",
    "not_a_notebook": "a PDF, web page, archive, program or other file",
    "not_utf8": "text in another encoding",
    "broken_json": "a notebook that was cut off or damaged",
    "too_deep": "data nested deeper than a notebook's",
    "too_complex": "more structure than a notebook's",
    "old_format": "notebook format 3 or older",
    "unknown_format": "not notebook format 4",
    "bad_cells": "cells that are not cells",
    "too_many_cells": "more cells than accepted",
    "wrong_language": "a notebook of another language",
    "no_questions": "none of the lab's questions",
    "broken_archive": "a zip file that is damaged, or whose parts contradict each other",
    "too_many_members": "a zip file that lists more files than a student hands in",
    "archive_bomb": "a zip file that would unpack to far more than it is",
    "overlapping_members": "a zip file whose members share bytes",
    "duplicate_member": "a zip file with two notebooks of one name",
    "bad_member_name": "a name in a zip file that leads out of it, or is no text",
    "encrypted": "a notebook in a zip file with a password",
    "archive_method": "a notebook in a zip file that is packed in an unusual way",
    "nested_archive": "a zip in a zip in a zip",
    "no_notebook_in_archive": "a zip file without a notebook",
    "class_archive": "a whole class's download where one student's zip should be",
}
"""Every code of a refusal, with what it means."""
