"""How a check is declared, and what can be read from its declaration.

A check is a plain pytest function. Naming an argument captures the variable of that name when the check's
question ends. Running checks is the work of `deepgrade.score`; here they are only declared and listed.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from deepgrade.files import sha256_bytes
from deepgrade.lab.errors import LabError, listed

LAB_ARGUMENT = "lab"
"""The one argument that is not a captured variable."""

MARK = "__deepgrade_check__"
VISIBLE_MARK = "__deepgrade_visible__"

# Fixtures that pytest defines by itself: a variable of this name would be shadowed without a word.
PYTEST_FIXTURES = frozenset(
    {"cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "capteesys", "doctest_namespace"}
    | {"monkeypatch", "pytestconfig", "record_property", "record_testsuite_property", "record_xml_attribute"}
    | {
        "recwarn",
        "request",
        "subtests",
        "testdir",
        "tmp_path",
        "tmp_path_factory",
        "tmpdir",
        "tmpdir_factory",
    }
)

F = TypeVar("F", bound=Callable[..., None])
Probe = tuple[Sequence[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Declaration:
    """What `@question` says about a check."""

    question: str
    points: float
    hidden: Mapping[str, str]
    probes: Mapping[str, Sequence[Probe]]


@dataclass(frozen=True)
class Check:
    """A declared check."""

    id: str
    """The function's name: the stable id of the check."""
    question: str
    points: float
    description: str
    """The docstring's first paragraph: the sentence that students read."""
    arguments: tuple[str, ...]
    """Captured variables, without `lab`."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Captured model -> name of the hidden evaluation."""
    probes: Mapping[str, Sequence[Probe]] = field(default_factory=dict)
    """Captured function -> calls whose results are kept."""
    visible: bool = False
    wants_lab: bool = False
    """Whether it takes the reserved argument `lab`."""
    source: str = ""
    """The function's source without decorators' effects, for the compiler of visible checks."""


def question(
    question_id: str,
    *,
    points: float,
    hidden: Mapping[str, str] | None = None,
    probes: Mapping[str, Sequence[Probe]] | None = None,
) -> Callable[[F], F]:
    """Declare a function as a check of a question.

    Args:
        question_id: The question, as in lab.toml.
        points: What passing is worth; 0 for a check that only informs.
        hidden: Captured models to score on a hidden set: variable name -> name of the hidden evaluation.
        probes: Captured functions to call: variable name -> list of `(args, kwargs)`, plain JSON values.
    """

    def declare(function: F) -> F:
        setattr(function, MARK, Declaration(question_id, points, dict(hidden or {}), dict(probes or {})))
        return function

    return declare


def visible(function: F) -> F:
    """Mark a check as one that students see and can run in their notebook."""
    setattr(function, VISIBLE_MARK, True)
    return function


@dataclass(frozen=True)
class CheckSet:
    """The checks of one lab, in the order of their file."""

    path: Path
    checks: tuple[Check, ...]
    sha256: str
    """Of the file: which checks a score was made with."""

    def of(self, question_id: str) -> tuple[Check, ...]:
        """Return the checks of one question."""
        return tuple(check for check in self.checks if check.question == question_id)


def describe(function: Callable[..., None]) -> Check | None:
    """Return a function's declaration as a check; None for a function that is no check."""
    declaration: Declaration | None = getattr(function, MARK, None)
    if declaration is None:
        return None
    description = inspect.cleandoc(function.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()
    parameters = tuple(inspect.signature(function).parameters)
    try:
        source = inspect.getsource(function)
    except OSError:
        source = ""
    return Check(
        id=function.__name__,
        question=declaration.question,
        points=declaration.points,
        description=description,
        arguments=tuple(name for name in parameters if name != LAB_ARGUMENT),
        hidden=declaration.hidden,
        probes=declaration.probes,
        visible=bool(getattr(function, VISIBLE_MARK, False)),
        wants_lab=LAB_ARGUMENT in parameters,
        source=source,
    )


def load_checks(path: Path) -> CheckSet:
    """Import a check file (an instructor's: trusted) and list its checks.

    Raises:
        LabError: The file is missing, does not import, or declares checks wrongly; all problems at once.
    """
    if not path.is_file():
        raise LabError(f"There is no check file {path}. Write the lab's hidden checks there.")
    module_name = f"deepgrade_checks_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise LabError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise LabError(f"{path} does not import: {type(error).__name__}: {error}") from error
    finally:
        del sys.modules[module_name]
    text = path.read_text(encoding="utf-8")
    checks: list[Check] = []
    problems: list[str] = []
    for name, value in vars(module).items():
        if not callable(value) or not name.startswith("test_"):
            continue
        check = describe(value)
        if check is None:
            problems.append(f"{name} has no @question(...): say which question it checks and its points")
            continue
        checks.append(check)
        problems += _problems_of(check)
    twice = {check.id for check in checks if text.count(f"def {check.id}(") > 1}
    problems += [f"{name} is defined twice; the first definition would be lost" for name in sorted(twice)]
    if problems:
        raise LabError(f"{path} declares checks that cannot work:\n{listed(problems)}")
    return CheckSet(path=path, checks=tuple(checks), sha256=sha256_bytes(text.encode("utf-8")))


def _problems_of(check: Check) -> list[str]:
    problems = []
    if not check.description:
        problems.append(f"{check.id} has no docstring: students read it in their report")
    if check.points < 0:
        problems.append(f"{check.id} has negative points")
    problems += [
        f"{check.id} takes {name!r}, which is a pytest fixture and cannot be a captured variable; rename it"
        for name in check.arguments
        if name in PYTEST_FIXTURES
    ]
    named = {**check.hidden, **check.probes}
    problems += [
        f"{check.id} declares hidden inputs or probes for {name!r}, which is not one of its arguments"
        for name in named
        if name not in check.arguments
    ]
    try:
        json.dumps(check.probes)
    except TypeError as error:
        problems.append(f"{check.id} has probes that are not plain JSON values: {error}")
    return problems
