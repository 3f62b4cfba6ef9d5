"""Which cells belong to otter or nbgrader, and are therefore not run when grading.

Only a cell that the tool itself wrote is left out: one whose text stands in a template of ours, one whose nbgrader
checksum still holds, or one that does nothing but call otter with constants. A student's line added to such a cell makes it
an ordinary cell, which is run. (Leaving out a cell can only harm who forged it.)
"""

from __future__ import annotations

import ast
import hashlib
import json
import warnings
from dataclasses import dataclass
from typing import Any

from deepgrade.lab import LabFiles

_LONGEST_CALLS = 4000
_GRADER_METHODS = {"check", "check_all", "export"}
_INSTALLS = {"%pip install -q otter-grader", "%pip install otter-grader", "!pip install otter-grader"}


@dataclass(frozen=True)
class Template:
    """What intake knows about a lab's templates: texts that are not a student's."""

    checks: frozenset[str] = frozenset()
    """Normalised sources of check cells."""
    texts: frozenset[str] = frozenset()
    """Normalised sources of prompts and given Markdown."""
    lines: frozenset[str] = frozenset()
    """Stripped lines of these."""
    placeholders: frozenset[str] = frozenset()
    """Normalised sources of blank written answers."""
    code_questions: frozenset[str] = frozenset()
    """Questions that are answered in code."""
    written_questions: frozenset[str] = frozenset()
    """Questions that have a written answer."""


def load_template(files: LabFiles) -> Template:
    """Read what the templates of a lab hold; flavours that were not built are left out."""
    found: dict[str, set[str]] = {name: set() for name in Template.__dataclass_fields__}
    for flavour in ("otter", "nbgrader"):
        path = files.template(flavour)
        if not path.is_file():
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            mark = cell["metadata"].get("deepgrade", {})
            _sort_cell(
                found,
                cell["cell_type"],
                normal("".join(cell["source"])),
                mark.get("role"),
                mark.get("question"),
            )
    return Template(**{name: frozenset(values) for name, values in found.items()})


def _sort_cell(
    found: dict[str, set[str]], kind: str, text: str, role: str | None, question: str | None
) -> None:
    if role == "check":
        found["checks"].add(text)
    elif role == "answer" and question is not None:
        found["written_questions" if kind == "markdown" else "code_questions"].add(question)
        if kind == "markdown":
            found["placeholders"].add(text)
    elif kind == "markdown":
        found["texts"].add(text)
        found["lines"].update(line.strip() for line in text.split("\n"))


def normal(source: str) -> str:
    """Return a source without the differences that editors make: line ends, trailing blanks."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def is_tool_cell(source: str, metadata: dict[str, Any], template: Template) -> bool:
    """Return whether a code cell is otter's or nbgrader's own and unchanged."""
    text = normal(source)
    return bool(text) and (
        text in template.checks or _checksum_holds(source, metadata) or _only_calls_otter(text)
    )


def is_changed_test(source: str, metadata: dict[str, Any], template: Template) -> bool:
    """Return whether a code cell is marked as a test but was changed by the student."""
    return (_is_test(metadata) or _role(metadata) == "check") and not is_tool_cell(source, metadata, template)


def otter_question(source: str) -> str | None:
    """Return the question that a lone `grader.check("b3")` names."""
    tree = _small_tree(source) if "grader.check(" in source else None
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    call = tree.body[0].value
    if isinstance(call, ast.Call) and _is_grader_call(call) and len(call.args) == 1:
        value = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
        return value if isinstance(value, str) else None
    return None


def _role(metadata: dict[str, Any]) -> Any:
    mark = metadata.get("deepgrade")
    return mark.get("role") if isinstance(mark, dict) else None


def _is_test(metadata: dict[str, Any]) -> bool:
    facts = metadata.get("nbgrader")
    return (
        isinstance(facts, dict)
        and facts.get("grade") is True
        and facts.get("locked") is True
        and facts.get("solution") is not True
    )


def _checksum_holds(source: str, metadata: dict[str, Any]) -> bool:
    """Return whether nbgrader's own checksum of a test cell fits its text (so it is as the instructor wrote it)."""
    if not _is_test(metadata):
        return False
    facts = metadata["nbgrader"]
    grade_id, points = facts.get("grade_id"), facts.get("points")
    if not isinstance(grade_id, str) or not isinstance(points, int | float):
        return False
    digest = hashlib.md5(usedforsecurity=False)
    for part in (source, "code", "True", "False", "True", grade_id, str(float(points))):
        digest.update(part.encode("utf-8"))
    return bool(facts.get("checksum") == digest.hexdigest())


def _small_tree(text: str) -> ast.Module | None:
    if len(text) > _LONGEST_CALLS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _only_calls_otter(text: str) -> bool:
    if "otter" not in text and "grader." not in text:
        return False
    tree = _small_tree("\n".join(line for line in text.split("\n") if line.strip() not in _INSTALLS))
    return tree is not None and all(_is_otter(statement) for statement in tree.body)


def _is_otter(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import):
        return [(alias.name, alias.asname) for alias in statement.names] == [("otter", None)]
    if isinstance(statement, ast.Assign):
        targets = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        return (
            targets == ["grader"]
            and len(statement.targets) == 1
            and _is_call(statement.value, "otter", {"Notebook"})
        )
    return isinstance(statement, ast.Expr) and _is_grader_call(statement.value)


def _is_grader_call(node: ast.expr) -> bool:
    return _is_call(node, "grader", _GRADER_METHODS)


def _is_call(node: ast.expr, owner: str, methods: set[str]) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if (
        not isinstance(node.func.value, ast.Name)
        or node.func.value.id != owner
        or node.func.attr not in methods
    ):
        return False
    values = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg is not None)]
    constant = all(isinstance(value, ast.Constant) for value in values)
    return constant and all(keyword.arg is not None for keyword in node.keywords)
