"""Steps that change a notebook's data: somewhere, or where it hurts."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Path = list[str | int]


def _odd(chance: random.Random) -> Any:
    """Return a value that nobody expects."""
    nested: Any = "x"
    for _ in range(chance.choice([2, 70, 400])):
        nested = [nested] if chance.random() < 0.5 else {"k": nested}
    values = [
        None,
        True,
        -1,
        0,
        4,
        10**17,
        10**400,
        0.1,
        float("nan"),
        float("-inf"),
        "",
        "\x00",
        "\ud800",
        "\U0010ffff",
    ]
    values += [
        [],
        {},
        [[]],
        [None],
        {"": None},
        "x" * 100_000,
        "\u202e",
        "../../etc",
        "<script>alert(1)</script>",
        nested,
    ]
    values += [
        "code",
        "markdown",
        ["a\n", 1],
        {"cells": []},
        "=HYPERLINK(1)",
        "### Question a2: x",
        "a" + "\n" * 5000,
    ]
    return chance.choice(values)


def _paths(value: Any, at: Path) -> list[Path]:
    found = [at] if at else []
    if isinstance(value, dict):
        for key, child in value.items():
            found += _paths(child, [*at, key])
    elif isinstance(value, list):
        for number, child in enumerate(value):
            found += _paths(child, [*at, number])
    return found


def _holder(data: Any, path: Path) -> Any:
    for key in path[:-1]:
        data = data[key]
    return data


def _cells(data: Any) -> list[Any]:
    cells = data.get("cells") if isinstance(data, dict) else None
    return cells if isinstance(cells, list) else []


def _replace(data: Any, chance: random.Random) -> Any:
    paths = _paths(data, [])
    if not paths:
        return _odd(chance)
    path = chance.choice(paths)
    _holder(data, path)[path[-1]] = _odd(chance)
    return data


def _delete(data: Any, chance: random.Random) -> Any:
    paths = _paths(data, [])
    if paths:
        path = chance.choice(paths)
        del _holder(data, path)[path[-1]]
    return data


def _add(data: Any, chance: random.Random) -> Any:
    holders = [data] + [_holder(data, path)[path[-1]] for path in _paths(data, [])]
    holder = chance.choice([value for value in holders if isinstance(value, dict | list)] or [{}])
    names = [
        "deepgrade",
        "nbgrader",
        "otter",
        "id",
        "source",
        "kernelspec",
        "attachments",
        "\ud800",
        "x",
        "__class__",
        "cells",
    ]
    if isinstance(holder, dict):
        holder[chance.choice(names)] = _odd(chance)
    else:
        holder.insert(chance.randrange(len(holder) + 1), _odd(chance))
    return data


def _format(data: Any, chance: random.Random) -> Any:
    if isinstance(data, dict):
        data["nbformat"] = chance.choice([3, 5, 0, -4, "4", 4.0, None, True, [4], 10**30, 4])
        data["nbformat_minor"] = chance.choice([0, 5, 9, -1, "5", None, 2.5, 10**30])
    return data


def _worksheets(data: Any, chance: random.Random) -> Any:
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": _cells(data)}]}


def _order(data: Any, chance: random.Random) -> Any:
    cells = _cells(data)
    action = chance.randrange(6)
    if action == 0:
        chance.shuffle(cells)
    elif action == 1:
        cells.reverse()
    elif action == 2:
        cells += cells[:]
    elif action == 3:
        del cells[chance.randrange(len(cells) + 1) :]
    elif action == 4 and cells:
        cells[:] = [chance.choice(cells)] * chance.choice([1, 50, 2100])
    else:
        del cells[::2]
    return data


def _kinds(data: Any, chance: random.Random) -> Any:
    for cell in _cells(data):
        if isinstance(cell, dict) and chance.random() < 0.5:
            cell["cell_type"] = chance.choice(
                ["code", "markdown", "raw", "heading", "html", "", None, 7, "Code", "\x00"]
            )
    return data


_LINES = (
    "%matplotlib inline", "!echo hello", "%%bash\necho hi", "%%html\n<script>alert(1)</script>", "?print", "print??",
    "%load_ext nothing", "%cd /", "%reset -f", "raise SystemExit", "exit()", "quit", "import os; os._exit(0)", "x = (",
    "\tif x:\n  y", "await something", "return 1", "yield", "from __future__ import nothing", "\x00", "\x0c", "\u2028", "é = 1",
    "print('\\ud800')", "input()", "1/0", "del pixels", "counts = None", "counts = 'x' * 10**7", "pixels = counts",
    "class pixels: pass", "pixels = lambda: 1", "import sys; sys.stdout = None", "print('\\x1b[2J')", "\\", "'''", "#" * 3000,
    "# -*- coding: rot13 -*-", "%%timeit\n1", "get_ipython().kernel", "from IPython.display import *; display(1)", "1;" * 999,
    "(" * 300, "[" * 90 + "]" * 90, "__name__ = 5", "import numpy as np; counts = np.array([object()])",
    "counts = {1: 2, 'a': {3}}",
    "counts = [float('nan')] * 10", "counts = [10**400]", "pixels = np.ones((0, 3))", "globals().clear()", "print = None",
)  # fmt: skip


def _source(data: Any, chance: random.Random) -> Any:
    """Change the text of cells: lines that are no Python, magics, control characters, other line ends."""
    for cell in _cells(data):
        if not isinstance(cell, dict) or chance.random() < 0.5:
            continue
        text = cell.get("source", "")
        lines = (
            text if isinstance(text, str) else "".join(map(str, text)) if isinstance(text, list) else ""
        ).split("\n")
        action = chance.randrange(5)
        if action == 0:
            lines.insert(chance.randrange(len(lines) + 1), chance.choice(_LINES))
        elif action == 1:
            chance.shuffle(lines)
        elif action == 2:
            del lines[chance.randrange(len(lines)) :]
        elif action == 3:
            lines = [chance.choice(_LINES), *lines, chance.choice(_LINES)]
        cell["source"] = chance.choice(["\n", "\n", "\r\n", "\r"]).join(lines)
        if chance.random() < 0.3:
            cell["source"] = cell["source"].splitlines(keepends=True)
    return data


def _headings(data: Any, chance: random.Random) -> Any:
    """Change the prompts: other ids, other dashes, several in one cell, none."""
    words = [
        "Question a1",
        "question A1",
        "Question a1 Question a2",
        "Question zz",
        "Q a1",
        "### Question a2: Count (2 points)",
    ]
    words += [
        "Question\u00a0a1",
        "Question a\u200b1",
        "# Question a3",
        "Question a1" * 500,
        "Questi\u043en a1",
    ]
    for cell in _cells(data):
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown" and chance.random() < 0.4:
            cell["source"] = (
                f"{chance.choice(['', '# ', '### ', '    ', '> '])}{chance.choice(words)}: x\n{cell.get('source', '')}"
            )
    return data


def _metadata(data: Any, chance: random.Random) -> Any:
    marks: list[Any] = [
        {"question": "a1", "role": "check"}, {"question": ["a1"], "role": {}}, {"question": "a9", "role": "answer"}, 7, None,
    ]  # fmt: skip
    facts = [
        {
            "grade": True,
            "locked": True,
            "grade_id": chance.choice(["x", 3, "\ud800"]),
            "points": chance.choice([1, "1", 1e308]),
        },
        [],
    ]
    for cell in _cells(data):
        if isinstance(cell, dict) and chance.random() < 0.5:
            cell["metadata"] = {
                "deepgrade": chance.choice(marks),
                "nbgrader": chance.choice(facts),
                "tags": _odd(chance),
            }
    if isinstance(data, dict) and chance.random() < 0.5:
        languages = ["R", "julia", "", None, 3, "PYTHON", "python3", {"name": "R"}, "\x00"]
        data["metadata"] = {
            "kernelspec": {"name": chance.choice(languages), "language": chance.choice(languages)},
            "language_info": {"name": chance.choice(languages)},
            "deepgrade": chance.choice([{"lab": "other"}, {"lab": 5, "flavour": []}, "x"]),
        }
    return data


def _outputs(data: Any, chance: random.Random) -> Any:
    for cell in _cells(data):
        if isinstance(cell, dict):
            big = {
                "image/png": "A" * chance.choice([10, 300_000]),
                "text/html": "<script>",
                "application/json": _odd(chance),
            }
            cell["outputs"] = chance.choice(
                [[{"output_type": "display_data", "data": big, "metadata": {}}], _odd(chance), [_odd(chance)]]
            )
            cell["execution_count"] = chance.choice([None, -1, "x", 10**30])
    return data


def _ids(data: Any, chance: random.Random) -> Any:
    same = chance.choice(["a", "", "x" * 500, 5, None, "\ud800", "../x"])
    for cell in _cells(data):
        if isinstance(cell, dict):
            cell["id"] = same
            cell["attachments"] = {"a.png": {"image/png": _odd(chance)}}
    return data


DATA_STEPS: dict[str, Callable[[Any, random.Random], Any]] = {
    "replace": _replace,
    "delete": _delete,
    "add": _add,
    "format": _format,
    "worksheets": _worksheets,
    "order": _order,
    "kinds": _kinds,
    "source": _source,
    "source too": _source,
    "headings": _headings,
    "metadata": _metadata,
    "outputs": _outputs,
    "ids": _ids,
}
