"""Which libraries the notebooks of a lab import: what its template imports."""

from __future__ import annotations

import ast
import json
import sys
import warnings
from collections.abc import Iterator

from deepgrade.lab import LabFiles

_TOOLS = frozenset(("otter", "nbgrader"))


def template_libraries(files: LabFiles) -> tuple[str, ...]:
    """Return the modules that a lab's template imports, in its order, without the standard library's.

    Args:
        files: The lab; a template that was not built, or of whose cells one is no Python, has less to say.
    """
    found: dict[str, None] = {}
    for flavour in ("nbgrader", "otter"):
        path = files.template(flavour)
        if not path.is_file():
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                found |= dict.fromkeys(_imported("".join(cell["source"])))
    return tuple(found)


def _imported(source: str) -> Iterator[str]:
    lines = [line for line in source.splitlines() if not line.startswith(("%", "!"))]
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            names = [node.module]
        else:
            continue
        for name in names:
            package = name.partition(".")[0]
            if package not in sys.stdlib_module_names and package not in _TOOLS:
                yield name
