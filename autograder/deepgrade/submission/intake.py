"""Take in what students handed in.

Theory of operation: files come from strangers, in folders that a learning platform's archive was unpacked into. First
only names are looked at, without following any link: which file is whose, and which of several counts. Then files are
opened one at a time, through `deepgrade.files.read_untrusted`, and each becomes a `Submission` or a `Refusal`; nothing that
stands in a file can raise. Memory holds one notebook at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from deepgrade.files import UntrustedFileError, read_untrusted, sha256_bytes
from deepgrade.lab import Lab
from deepgrade.submission.model import Cell, Flavour, Refusal, Submission
from deepgrade.submission.names import NameFacts, is_handed_in, name_facts, safe_name
from deepgrade.submission.parse import MAX_BYTES, NotANotebookError, parse_notebook
from deepgrade.submission.questions import find_questions
from deepgrade.submission.tools import Template, is_changed_test, is_tool_cell, normal

MAX_FILES = 20_000
"""The most entries of a folder, with its sub-folders, that are looked at."""
MAX_FOLDER_DEPTH = 6

_NOT_SUBMISSIONS = frozenset({"timestamp.txt", "readme.txt", "requirements.txt"})
_IGNORED_FOLDERS = frozenset({"__macosx", "__pycache__"})


@dataclass(frozen=True)
class _Candidate:
    path: Path
    shown: str
    facts: NameFacts
    notebook: bool
    changed_ns: int

    @property
    def rank(self) -> tuple[bool, tuple[int, int], int, str]:
        """A notebook before anything else, then the latest."""
        return (self.notebook, self.facts.rank, self.changed_ns, self.shown)


def collect(
    paths: Iterable[Path], *, lab: Lab, template: Template | None = None, max_bytes: int = MAX_BYTES
) -> Iterator[Submission | Refusal]:
    """Yield what each student handed in, in the order of their names; one result a student.

    Args:
        paths: Notebooks, or folders of them (flat, a folder per student, nbgrader's `submitted/`, or what Canvas, Moodle or
            Gradescope export).
        lab: Whose questions to look for.
        template: What the lab's templates hold (`load_template`); without it check cells are known by otter's and nbgrader's own
            marks alone.
        max_bytes: Larger files are refused.

    A file that cannot be graded is a `Refusal`; nothing is raised.
    """
    template = template or Template()
    candidates: list[_Candidate] = []
    for found in _candidates(paths, lab):
        if isinstance(found, Refusal):
            yield found
        else:
            candidates.append(found)
    by_student = _grouped(candidates)
    for student in sorted(by_student):
        files = sorted(by_student[student], key=lambda candidate: candidate.rank)
        yield _take(
            student, files[-1], [file for file in files[:-1] if file.notebook], lab, template, max_bytes
        )


def read_notebook(
    data: bytes,
    *,
    lab: Lab,
    student: str,
    filename: str,
    template: Template | None = None,
    notes: Iterable[str] = (),
) -> Submission | Refusal:
    """Make a submission of a file's content.

    Args:
        data: The file's bytes.
        lab: Whose questions to look for.
        student: Whose it is.
        filename: The name it was handed in under.
        template: What the lab's templates hold.
        notes: Warnings that are known already.
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
    )


def _grouped(candidates: list[_Candidate]) -> dict[str, list[_Candidate]]:
    """Group files by student.

    A name that was read off files (`homework.ipynb`) in several folders may be several people: then each folder's
    name is put before it, so that nobody's work is dropped as another's older file.
    """
    folders: dict[str, set[Path]] = {}
    for candidate in candidates:
        if candidate.facts.from_file:
            folders.setdefault(candidate.facts.student, set()).add(candidate.path.parent)
    by_student: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        student = candidate.facts.student
        if candidate.facts.from_file and len(folders[student]) > 1:
            student = safe_name(f"{candidate.path.absolute().parent.name}_{student}")
        by_student.setdefault(student, []).append(candidate)
    return by_student


def _take(
    student: str, chosen: _Candidate, others: list[_Candidate], lab: Lab, template: Template, max_bytes: int
) -> Submission | Refusal:
    notes = ["The learning platform marked this file as late."] if chosen.facts.late else []
    older = ""
    if others:
        names = ", ".join(other.shown for other in others[-3:])
        older = f"{len(others) + 1} notebooks of this student; the latest, {chosen.shown}, was taken and not {names}."
        notes.append(older)
    try:
        data = read_untrusted(chosen.path, max_bytes=max_bytes)
    except UntrustedFileError as error:
        sentence = (
            f"{_sentence(_readable(error.detail))} {_ADVICE.get(error.code, 'Hand in the notebook itself.')}"
        )
        return Refusal(student, chosen.shown, error.code, f"{sentence} {older}".strip(), None)
    result = read_notebook(
        data, lab=lab, student=student, filename=chosen.shown, template=template, notes=notes
    )
    if isinstance(result, Refusal) and older:
        return Refusal(student, result.filename, result.code, f"{result.sentence} {older}", result.sha256)
    return result


_ADVICE = {
    "too_large": "Clear the outputs of cells that show much (Edit, Clear Outputs of All Cells), save, and hand it in again.",
    "missing": "Hand it in again.",
}


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _readable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _candidates(paths: Iterable[Path], lab: Lab) -> Iterator[_Candidate | Refusal]:
    for path in paths:
        if path.is_symlink() or not path.is_dir():
            folder = path.absolute().parent.name
            yield _candidate(path, PurePath(path.name), folder, lab)
        else:
            yield from _walk(path, lab)


def _candidate(path: Path, relative: PurePath, folder: str, lab: Lab) -> _Candidate:
    try:
        changed_ns = path.lstat().st_mtime_ns
    except (OSError, ValueError):
        changed_ns = 0
    facts = name_facts(relative, folder, lab.name)
    return _Candidate(path, _readable(str(relative)), facts, relative.suffix.lower() == ".ipynb", changed_ns)


def _walk(root: Path, lab: Lab) -> Iterator[_Candidate | Refusal]:
    """Yield the files below a folder that could be submissions; links are named, never followed."""
    stack = [(root, PurePath(), 0)]
    seen = 0
    while stack:
        folder, relative, depth = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            sentence = f"The folder {_readable(str(relative)) or root.name} cannot be read: {error.strerror}."
            yield Refusal(safe_name(folder.name), _readable(str(relative)), "unreadable", sentence, None)
            continue
        seen += len(entries)
        if seen > MAX_FILES:
            sentence = f"{root.name} holds more than {MAX_FILES:,} files; name the folder that holds the submissions."
            yield Refusal(safe_name(root.name), root.name, "too_many_files", sentence, None)
            return
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in _IGNORED_FOLDERS:
                continue
            below = relative / entry.name
            if entry.is_dir(follow_symlinks=False):
                if depth < MAX_FOLDER_DEPTH:
                    stack.append((folder / entry.name, below, depth + 1))
            elif entry.is_symlink() or _could_be_submission(entry.name):
                yield _candidate(folder / entry.name, below, root.absolute().name, lab)


def _could_be_submission(name: str) -> bool:
    return is_handed_in(name) and name.lower() not in _NOT_SUBMISSIONS


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
    return _readable(name[:60]) if isinstance(name, str) else None


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
