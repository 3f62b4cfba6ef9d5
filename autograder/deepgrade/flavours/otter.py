"""The otter flavour: otter's master format, then otter's own `assign`.

Theory of operation: the master's cells become a notebook in otter's format (raw cells with YAML open and close
questions, solutions and tests) in a temporary folder; `otter assign` writes its student version there; we take that
one notebook and throw the folder away. Otter is given visible checks only, so it cannot release a hidden one. It runs
in this process (its import alone takes seconds), with its temporary files inside our folder; since it changes the
working directory meanwhile, one build at a time. It is not asked to run the
tests: it reports success for a broken autograder, and `deepgrade verify` runs them for real.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from deepgrade.flavours.master import Master, MasterCell
from deepgrade.flavours.notebook import (
    MARK,
    SPARE_PREFIX,
    Cell,
    Notebook,
    finish,
    marked,
    new_cell,
    new_notebook,
    text_of,
)
from deepgrade.flavours.visible import VisibleCheck
from deepgrade.lab import Check, Lab, LabError

NAME = "otter"
T = TypeVar("T")
ANSWER_TAG = "otter_answer_cell"
PLACEHOLDER = "_Type your answer here, replacing this text._"
INIT_ID = "otter-init"
_CHECK_CALL = re.compile(r'grader\.check\("([a-z][a-z0-9_]*)"\)')
_END_COMMENT = "<!-- END QUESTION -->"


def make_template(
    lab: Lab, master: Master, checks: tuple[VisibleCheck, ...], every: tuple[Check, ...]
) -> Notebook:
    """Return the student's notebook in otter's flavour.

    Args:
        lab: The lab.
        master: Its master notebook.
        checks: Its visible checks.
        every: All checks; otter gets none of the hidden ones.

    Raises:
        LabError: Otter refused the master, or lost cells of it.
    """
    student = assign(lab.name, to_otter(lab, master, checks), _student_notebook)
    _identify(student, master)
    return finish(student, lab=lab.name, flavour=NAME, expected=_expected(lab, master, checks))


def to_otter(
    lab: Lab,
    master: Master,
    checks: tuple[VisibleCheck, ...],
    *,
    hidden: Sequence[Check] = (),
    generate: dict[str, Any] | None = None,
) -> Notebook:
    """Return the lab in otter's master format.

    Args:
        lab: The lab.
        master: Its master notebook.
        checks: Visible checks.
        hidden: Hidden checks that get a test case each; for the autograder alone, never for a notebook that is released.
        generate: Options of `otter generate`; nothing is generated where None.
    """
    config = {
        "name": lab.name,
        "init_cell": True,
        "export_cell": False,
        "generate": generate or False,
        "run_tests": False,
        "show_question_points": False,
        "suppress_no_tests_warning": True,
        "tests": {"ok_format": False, "files": False},
    }
    cells = [_raw("ASSIGNMENT CONFIG", config)]
    for question, group in grouped(master):
        if question is None:
            cells += [_cell(cell) for cell in group]
            continue
        facts = lab.question(question)
        cells.append(_raw("BEGIN QUESTION", {"name": question, "manual": facts.manual}))
        for cell in group:
            if cell.role == "answer":
                cells += [_raw("BEGIN SOLUTION"), _cell(cell), _raw("END SOLUTION")]
            else:
                cells.append(_cell(cell))
        own = [check for check in checks if check.check.question == question]
        tests = [_test(check) for check in own]
        tests += [_hidden_test(check) for check in hidden if check.question == question]
        if tests:
            cells += [_raw("BEGIN TESTS"), *tests, _raw("END TESTS")]
        cells.append(_raw("END QUESTION"))
    return new_notebook(cells)


def grouped(master: Master) -> list[tuple[str | None, list[MasterCell]]]:
    """Return the cells as runs of one question; unmarked cells between two of a question belong to its run."""
    last = {cell.question: number for number, cell in enumerate(master.cells) if cell.question is not None}
    groups: list[tuple[str | None, list[MasterCell]]] = []
    open_question: str | None = None
    for number, cell in enumerate(master.cells):
        if open_question is not None and number > last[open_question]:
            open_question = None
        if cell.question is not None:
            open_question = cell.question
        if not groups or groups[-1][0] != open_question:
            groups.append((open_question, []))
        groups[-1][1].append(cell)
    return groups


def _raw(title: str, config: dict[str, Any] | None = None) -> Cell:
    lines = [f"# {title}"] + [f"{key}: {json.dumps(value)}" for key, value in (config or {}).items()]
    return new_cell("raw", "\n".join(lines))


def _cell(cell: MasterCell) -> Cell:
    return marked(cell.kind, cell.source, cell_id=cell.id, question=cell.question, role=cell.role)


def _test(check: VisibleCheck) -> Cell:
    """Return a test cell. Otter pastes messages into Python source as they are, so they are escaped before."""
    messages = {
        "success_message": f"Right: {check.check.description}",
        "failure_message": f"Not yet: {check.check.description}",
    }
    lines = ['""" # BEGIN TEST CONFIG', f"points: {json.dumps(check.check.points)}"]
    for key, message in messages.items():
        pasted = json.dumps(message, ensure_ascii=False)[1:-1]
        lines.append(f"{key}: {json.dumps(pasted, ensure_ascii=False)}")
    return new_cell("code", "\n".join([*lines, '""" # END TEST CONFIG', check.environment_source]))


def _hidden_test(check: Check) -> Cell:
    """Return the test cell of a hidden check: a place for its result, which our plugin fills in."""
    why = "Scored by the deepgrade plugin, which did not run: this autograder needs it."
    lines = ['""" # BEGIN TEST CONFIG', f"points: {json.dumps(check.points)}", "hidden: true"]
    lines += ['""" # END TEST CONFIG', f"def {check.id}(env):", f"    raise AssertionError({why!r})"]
    return new_cell("code", "\n".join(lines))


@contextlib.contextmanager
def _quiet(folder: Path) -> Iterator[None]:
    """Keep otter's prints, warnings and temporary folders to ourselves."""
    before, level = tempfile.tempdir, logging.root.manager.disable
    tempfile.tempdir = str(folder)
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        tempfile.tempdir = before
        logging.disable(level)


def assign(name: str, notebook: Notebook, take: Callable[[Path, str], T]) -> T:
    """Run `otter assign` on a notebook in otter's master format.

    Args:
        name: The lab's name.
        notebook: What `to_otter` made.
        take: Called with otter's output folder and the name, before the folder is thrown away.

    Returns:
        What `take` returned.

    Raises:
        LabError: Otter refused the notebook.
    """
    try:
        from otter.assign import main
    except ImportError as error:
        raise LabError(
            f"Building for otter needs otter-grader ({error}). Run: pip install 'deepgrade[build]'"
        ) from None
    with tempfile.TemporaryDirectory(prefix="deepgrade-otter-") as folder:
        work = Path(folder)
        source = work / "master" / f"{name}.ipynb"
        source.parent.mkdir()
        source.write_text(json.dumps(notebook), encoding="utf-8")
        (work / "tmp").mkdir()
        try:
            with _quiet(work / "tmp"):
                main(str(source), str(work / "dist"), no_pdfs=True, no_run_tests=True)
        except Exception as error:
            raise LabError(f"otter assign refused the lab {name}: {type(error).__name__}: {error}") from error
        return take(work / "dist", name)


def _student_notebook(folder: Path, name: str) -> Notebook:
    student: Notebook = json.loads((folder / "student" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return student


def _identify(notebook: Notebook, master: Master) -> None:
    """Name the cells that otter added: its start, one check cell a question, places for written answers."""
    written = iter([cell for cell in master.cells if cell.kind == "markdown" and cell.role == "answer"])
    ends = 0
    for number, cell in enumerate(notebook["cells"]):
        metadata, text = cell["metadata"], text_of(cell).strip()
        if MARK in metadata:
            continue
        call = _CHECK_CALL.fullmatch(text)
        mark: dict[str, str | None] | None = None
        if number == 0 and "otter.Notebook(" in text:
            mark = {"question": None, "role": "given", "id": INIT_ID}
        elif call:
            mark = {"question": call.group(1), "role": "check", "id": f"{call.group(1)}-check-1"}
        elif text == _END_COMMENT or not text:
            ends += 1
            mark = {"question": None, "role": "given", "id": f"{SPARE_PREFIX}{ends}"}
        elif ANSWER_TAG in metadata.get("tags", []) and (answer := next(written, None)):
            mark = {"question": answer.question, "role": "answer", "id": answer.id}
        if mark:
            metadata[MARK] = mark


def _expected(lab: Lab, master: Master, checks: tuple[VisibleCheck, ...]) -> list[str]:
    names = [INIT_ID]
    tested = {check.check.question for check in checks}
    for question, group in grouped(master):
        names += [cell.id for cell in group]
        if question in tested:
            names.append(f"{question}-check-1")
    return names
