"""Compile visible checks into functions that stand alone.

A visible check goes to students, so its function carries what it needs: the imports, constants and helpers of the
check file that it names are put inside it; its decorators are dropped. In nbgrader's flavour it takes its variables
as arguments. Otter passes `None` for a name that is not defined, so there it takes the whole environment and says
itself which name is missing.
"""

from __future__ import annotations

import ast
import builtins
import copy
import symtable
from dataclasses import dataclass

from deepgrade.lab import LAB_ARGUMENT, Check, CheckSet, LabError, listed

_NOT_FOR_STUDENTS = {"deepgrade", "pytest", "hypothesis"}
_ENVIRONMENT = "env"


@dataclass(frozen=True)
class VisibleCheck:
    """A visible check as source code that needs nothing around it."""

    check: Check
    call_source: str
    """A function of the captured variables, followed by a call with the notebook's variables of these names."""
    environment_source: str
    """A function of one argument `env`, a dict of the notebook's variables."""


def compile_visible(checks: CheckSet) -> tuple[VisibleCheck, ...]:
    """Compile the visible checks of a lab, in the order of their file.

    Raises:
        LabError: A visible check needs something that a student's notebook does not have; all problems at once.
    """
    module = ast.parse(checks.path.read_text(encoding="utf-8"))
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    bindings = _bindings(module)
    captured = {name for check in checks.checks for name in check.arguments}
    compiled: list[VisibleCheck] = []
    problems: list[str] = []
    for check in checks.checks:
        if not check.visible:
            continue
        if check.id in captured:
            problems.append(
                f"{check.id}: a variable of students has this name and would be overwritten; rename the check"
            )
        node = functions.get(check.id)
        if node is None:
            problems.append(f"{check.id}: a visible check is written with def at the top level of the file")
            continue
        found = _problems_of(check, node)
        problems += found
        if not found:
            needed = _needed(node, bindings, check.id, problems)
            compiled.append(_compile(check, node, needed))
    if problems:
        raise LabError(f"{checks.path} has visible checks that students could not run:\n{listed(problems)}")
    return tuple(compiled)


def _problems_of(check: Check, node: ast.FunctionDef) -> list[str]:
    problems = []
    arguments = node.args
    names = [argument.arg for argument in arguments.args]
    if (
        arguments.posonlyargs
        or arguments.kwonlyargs
        or arguments.vararg
        or arguments.kwarg
        or arguments.defaults
    ):
        problems.append(f"{check.id}: it takes plain arguments only, without defaults")
    if LAB_ARGUMENT in names:
        problems.append(f"{check.id}: it takes {LAB_ARGUMENT!r}, which a student's notebook does not have")
    if _ENVIRONMENT in names:
        problems.append(
            f"{check.id}: an argument cannot be called {_ENVIRONMENT!r}, which otter keeps for itself"
        )
    if check.hidden:
        problems.append(f"{check.id}: a visible check cannot use hidden inputs")
    return problems


def _bindings(module: ast.Module) -> dict[str, ast.stmt]:
    """Map the names of a module to the statements that give them."""
    bindings: dict[str, ast.stmt] = {}
    for statement in module.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                single = copy.deepcopy(statement)
                single.names = [alias]
                bindings[alias.asname or alias.name.split(".")[0]] = single
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bindings[statement.name] = statement
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                bindings.update({n.id: statement for n in ast.walk(target) if isinstance(n, ast.Name)})
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            bindings[statement.target.id] = statement
    return bindings


def _needed(node: ast.stmt, bindings: dict[str, ast.stmt], check: str, problems: list[str]) -> list[ast.stmt]:
    """Return the statements of the check file that the function needs, in the order of the file."""
    wanted: set[int] = set()
    queue = [_bare(node)]
    while queue:
        for name in sorted(_global_names(queue.pop())):
            binding = bindings.get(name)
            if binding is None:
                if not hasattr(builtins, name):
                    problems.append(
                        f"{check}: {name!r} is not defined in the check file or the check's arguments"
                    )
                continue
            package = _package(binding)
            if package in _NOT_FOR_STUDENTS:
                problems.append(
                    f"{check}: it uses {name!r} of {package}, which students do not have; use plain asserts"
                )
            elif id(binding) not in wanted:
                wanted.add(id(binding))
                queue.append(binding)
    ordered: list[ast.stmt] = []
    for binding in bindings.values():
        if id(binding) in wanted and binding not in ordered:
            ordered.append(binding)
    return sorted(ordered, key=lambda statement: statement.lineno)


def _package(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Import):
        return statement.names[0].name.split(".")[0]
    if isinstance(statement, ast.ImportFrom):
        return (statement.module or "").split(".")[0] if statement.level == 0 else "deepgrade"
    return None


def _global_names(statement: ast.stmt) -> set[str]:
    """Return the names that a statement looks up in its module."""
    table = symtable.symtable(ast.unparse(statement), "<check>", "exec")
    names: set[str] = set()
    stack = [table]
    while stack:
        scope = stack.pop()
        stack.extend(scope.get_children())
        top = scope.get_type() == "module"
        names.update(
            symbol.get_name()
            for symbol in scope.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or (top and not symbol.is_assigned()))
        )
    return names


def _bare(node: ast.stmt) -> ast.stmt:
    """Return a function without decorators and annotations of its arguments."""
    bare = copy.deepcopy(node)
    if isinstance(bare, ast.FunctionDef):
        bare.decorator_list = []
        bare.returns = None
        for argument in bare.args.args:
            argument.annotation = None
    return bare


def _compile(check: Check, node: ast.FunctionDef, needed: list[ast.stmt]) -> VisibleCheck:
    function = _bare(node)
    assert isinstance(function, ast.FunctionDef)  # noqa: S101 - _bare keeps the type; for mypy
    docstring = function.body[:1] if ast.get_docstring(function) is not None else []
    body = [*needed, *function.body[len(docstring) :]] or [ast.Pass()]
    function.body = [*docstring, *body]
    names = list(check.arguments)
    call = f"{ast.unparse(function)}\n\n{check.id}({', '.join(names)})"
    lookups = [
        statement
        for name in names
        for statement in ast.parse(
            f"assert {name!r} in {_ENVIRONMENT}, {f'{name} is not defined: run the cells of this question first.'!r}\n"
            f"{name} = {_ENVIRONMENT}[{name!r}]"
        ).body
    ]
    function.args.args = [ast.arg(arg=_ENVIRONMENT)]
    function.body = [*docstring, *lookups, *body]
    return VisibleCheck(check, call, ast.unparse(ast.fix_missing_locations(function)))
