"""The master's solution with another random seed."""

from __future__ import annotations

import ast

from deepgrade.lab import LabError

_SETTER = "keras.utils.set_random_seed"
_TAKES_A_SEED = frozenset(
    {"default_rng", "RandomState", "SeedSequence", "SeedGenerator", "seed", "manual_seed"}
)
_SEED_WORDS = frozenset({"seed", "random_state"})


def with_seed(master: str, seed: int, *, lab: str) -> str:
    """Return a master's text with another seed: other initial weights, shuffles, splits and dropped units.

    The number in the master's one `keras.utils.set_random_seed(NUMBER)` is replaced. The same number is replaced too where the
    master gives it to another generator (`default_rng(353)`, `random_state=353`): a split that never changes would hide
    how much the split matters.

    The engine's own seed stays as it is: the master's call, in its first code cell, replaces what that seed set.

    Args:
        master: The master notebook, or an alternative's text.
        seed: The new number, 0 or more.
        lab: Its name, for the error.

    Raises:
        LabError: The text is not Python, or does not set the seed exactly once.
    """
    try:
        tree = ast.parse(master)
    except SyntaxError as error:
        raise LabError(f"The master of {lab} is not Python: {error.msg} (line {error.lineno}).") from None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    setters = [call for call in calls if ast.unparse(call.func) == _SETTER]
    numbers = [arg for call in setters for arg in _arguments(call) if _is_number(arg)]
    if len(setters) != 1 or len(numbers) != 1:
        raise LabError(
            f"The master of {lab} calls {_SETTER} with a number {len(numbers)} times; runs with other seeds need it exactly"
            f" once, in the first code cell: {_SETTER}(353)."
        )
    old = _value(numbers[0])
    places = [numbers[0]] + [
        arg
        for call in calls
        for arg in _seeds_of(call)
        if arg is not numbers[0] and _is_number(arg) and _value(arg) == old
    ]
    lines = [line.encode() for line in master.split("\n")]  # ast counts columns in bytes
    for node in sorted(places, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = line[: node.col_offset] + str(seed).encode() + line[node.end_col_offset :]
    return b"\n".join(lines).decode()


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _seeds_of(call: ast.Call) -> list[ast.expr]:
    """Return what a call takes as its seed."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[:1] if name in _TAKES_A_SEED else []
    return [*first, *(keyword.value for keyword in call.keywords if keyword.arg in _SEED_WORDS)]


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _value(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None
