"""Look at what students would get, before they get it.

The tools remove solutions; this looks again, with other eyes: nothing of a solution, a hidden check, a rubric or of the
instructor's machine stands in a template, and the template is a valid notebook of valid Python.
"""

from __future__ import annotations

import ast
import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deepgrade.flavours.master import Master
from deepgrade.flavours.notebook import Notebook, text_of
from deepgrade.flavours.visible import VisibleCheck
from deepgrade.lab import CheckSet, Lab, LabError, LabFiles, listed

MIN_SECRET = 12
"""Shorter lines (`x = 1`) say nothing and occur by chance."""

_MAGIC = re.compile(r"^(\s*)[%!].*$")


def audit(
    files: LabFiles,
    lab: Lab,
    master: Master,
    checks: CheckSet,
    visible: tuple[VisibleCheck, ...],
    notebook: Notebook,
) -> None:
    """Refuse a template that would show what must stay hidden, or would not work.

    Raises:
        LabError: All that was found.
    """
    problems = [*_leaks(files, lab, master, checks, visible, notebook), *_defects(notebook)]
    if problems:
        flavour = notebook["metadata"]["deepgrade"]["flavour"]
        raise LabError(f"The {flavour} notebook of {lab.name} must not be released:\n{listed(problems)}")


def _leaks(
    files: LabFiles,
    lab: Lab,
    master: Master,
    checks: CheckSet,
    visible: tuple[VisibleCheck, ...],
    notebook: Notebook,
) -> list[str]:
    given = {_squeezed(line) for cell in master.cells for line in cell.given_lines}
    given |= {_squeezed(line) for check in visible for line in check.call_source.split("\n")}
    given |= {_squeezed(check.check.description) for check in visible}
    allowed = "\n".join(sorted(given))
    released = [(text, _squeezed(text)) for value in _strings(notebook) for text in value.split("\n")]
    secrets = [(line, f"the solution of {cell.id}") for cell in master.cells for line in cell.solution_lines]
    secrets += [(line, f"the rubric of {q.id}") for q in lab.questions for line in q.rubric.split("\n")]
    secrets += list(_hidden_texts(checks))
    problems = []
    for secret, what in dict(secrets).items():
        squeezed = _squeezed(secret)
        if (
            len(squeezed) >= MIN_SECRET
            and squeezed not in allowed
            and any(squeezed in line for _, line in released)
        ):
            problems.append(f"{what} stands in it: {secret.strip()[:80]!r}")
    problems += [
        f"it names the hidden check {check.id}"
        for check in checks.checks
        if not check.visible and any(re.search(rf"\b{check.id}\b", line) for line, _ in released)
    ]
    return problems + [
        f"it names a path of this machine: {path}"
        for path in _private_paths(files)
        if any(path in line for line, _ in released)
    ]


def _squeezed(line: str) -> str:
    return re.sub(r"\s+", "", line)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _hidden_texts(checks: CheckSet) -> Iterator[tuple[str, str]]:
    """Yield what hidden checks say: their docstrings and the texts in them (hints among these)."""
    hidden = {check.id for check in checks.checks if not check.visible}
    for node in ast.parse(checks.path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef) or node.name not in hidden:
            continue
        for constant in ast.walk(node):
            if (
                isinstance(constant, ast.Constant)
                and isinstance(constant.value, str)
                and " " in constant.value.strip()
            ):
                for line in constant.value.split("\n"):
                    yield line, f"a text of the hidden check {node.name}"


def _private_paths(files: LabFiles) -> list[str]:
    paths = {str(files.root.resolve()), f"{tempfile.gettempdir()}/deepgrade-"}
    with contextlib.suppress(RuntimeError):
        paths.add(f"{Path.home()}/")
    return sorted(path for path in paths if len(path) > 3)


def _defects(notebook: Notebook) -> list[str]:
    import nbformat

    problems = []
    try:
        nbformat.validate(nbformat.from_dict(notebook))
    except nbformat.ValidationError as error:
        problems.append(f"it is not a valid notebook: {str(error).splitlines()[0]}")
    ids = [cell["id"] for cell in notebook["cells"]]
    problems += [f"two cells have the id {name}" for name in sorted({n for n in ids if ids.count(n) > 1})]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"] is not None):
            problems.append(f"{cell['id']} holds outputs")
        if cell["cell_type"] == "code":
            problems += _syntax(cell["id"], text_of(cell))
    for question, source in notebook["metadata"].get("otter", {}).get("tests", {}).items():
        problems += _syntax(f"otter's tests of {question}", source)
    return problems


def _syntax(where: str, source: str) -> list[str]:
    plain = "\n".join(_MAGIC.sub(r"\1pass", line) for line in source.split("\n"))
    if source.lstrip().startswith("%%"):
        return []
    try:
        ast.parse(plain)
    except SyntaxError as error:
        return [f"{where} is not valid Python once the solution is blank: {error.msg} (line {error.lineno})"]
    return []
