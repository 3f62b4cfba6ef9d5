"""Build what students get, from what the instructor wrote."""

from __future__ import annotations

import ast
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.flavours import nbgrader, otter
from deepgrade.flavours.audit import audit
from deepgrade.flavours.master import Master
from deepgrade.flavours.notebook import Notebook, read, text_of, to_text
from deepgrade.flavours.readme import readme_text
from deepgrade.flavours.source import read_source
from deepgrade.flavours.visible import VisibleCheck
from deepgrade.lab import Check, Lab, LabError, LabFiles, make_plan

FLAVOURS = ("otter", "nbgrader")

_MAKERS: dict[str, Callable[[Lab, Master, tuple[VisibleCheck, ...], tuple[Check, ...]], Notebook]] = {
    "otter": otter.make_template,
    "nbgrader": nbgrader.make_template,
}


@dataclass(frozen=True)
class BuildReport:
    """What a build wrote."""

    lab: str
    written: tuple[Path, ...]
    """All files of the build, templates first."""
    changed: tuple[Path, ...]
    """Those that were not there before with the same content."""
    questions: int
    visible_checks: int
    hidden_checks: int
    seconds: float


def build_lab(files: LabFiles, *, flavours: Sequence[str] = FLAVOURS) -> BuildReport:
    """Write the templates of a lab and its capture plan below `assignments/<lab>/`, and `solutions/<lab>/README.md`.

    Everything is made and audited before the first file is written; equal input gives equal bytes.

    Args:
        files: The lab.
        flavours: Which templates to write: `otter`, `nbgrader`.

    Raises:
        LabError: The lab's files are wrong, a tool refuses them, or a template would show what must stay hidden.
    """
    started = time.monotonic()
    unknown = [flavour for flavour in flavours if flavour not in _MAKERS]
    if unknown:
        raise LabError(f"There is no flavour {', '.join(unknown)}. Flavours: {', '.join(FLAVOURS)}.")
    contents, lab, counts = _make(files, flavours)
    changed = [path for path, text in contents.items() if _current(path) != text]
    for path in changed:
        write_atomic(path, contents[path])
    return BuildReport(
        lab=lab.name,
        written=tuple(contents),
        changed=tuple(changed),
        questions=len(lab.questions),
        visible_checks=counts[0],
        hidden_checks=counts[1],
        seconds=time.monotonic() - started,
    )


def check_lab(files: LabFiles, *, flavours: Sequence[str] = FLAVOURS) -> list[str]:
    """Return how the committed templates, README and plan differ from what `build_lab` would write now; nothing is written.

    Raises:
        LabError: As `build_lab`.
    """
    contents, _, _ = _make(files, flavours)
    stale = []
    for path, text in contents.items():
        name = path.relative_to(files.root)
        if not path.is_file():
            stale.append(f"{name} is missing. Run: deepgrade build {files.name}")
        elif path.suffix != ".ipynb":
            if _current(path) != text:
                stale.append(f"{name} is stale. Run: deepgrade build {files.name}")
        elif difference := _difference(path, json.loads(text)):
            stale.append(f"{name} is stale ({difference}). Run: deepgrade build {files.name}")
    return stale


def _make(files: LabFiles, flavours: Sequence[str]) -> tuple[dict[Path, str], Lab, tuple[int, int]]:
    lab, checks, master, visible = read_source(files)
    plan = make_plan(lab, checks.checks)
    contents: dict[Path, str] = {}
    for flavour in flavours:
        notebook = _MAKERS[flavour](lab, master, visible, checks.checks)
        audit(files, lab, master, checks, visible, notebook)
        contents[files.template(flavour)] = to_text(notebook)
    contents[files.readme] = readme_text(files, lab, checks.checks)
    contents[files.plan] = json.dumps(plan.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    return contents, lab, (len(visible), len(checks.checks) - len(visible))


def _current(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _difference(path: Path, fresh: Notebook) -> str | None:
    """Say what differs first; spelling of equal Python (another interpreter's `ast.unparse`) does not count."""
    try:
        old = read(path)
        before = {cell["id"]: _canonical(cell) for cell in old["cells"]}
        if [cell["id"] for cell in old["cells"]] != [cell["id"] for cell in fresh["cells"]]:
            return "its cells are others"
        for cell in fresh["cells"]:
            if before[cell["id"]] != _canonical(cell):
                return f"cell {cell['id']} differs"
        if _canonical_metadata(old) != _canonical_metadata(fresh):
            return "its metadata differs"
    except (LabError, KeyError, TypeError):
        return "it is not a notebook that build wrote"
    return None


def _canonical(cell: Notebook) -> str:
    metadata = dict(cell["metadata"])
    source = text_of(cell)
    if metadata["deepgrade"]["role"] == "check":
        source = _canonical_code(source)
        metadata["nbgrader"] = {k: v for k, v in metadata.get("nbgrader", {}).items() if k != "checksum"}
    return json.dumps([cell["cell_type"], source, metadata, cell.get("outputs")], sort_keys=True)


def _canonical_metadata(notebook: Notebook) -> str:
    metadata = json.loads(json.dumps(notebook["metadata"]))
    tests = metadata.get("otter", {}).get("tests", {})
    for question, source in tests.items():
        tests[question] = _canonical_code(source)
    return json.dumps(metadata, sort_keys=True)


def _canonical_code(source: str) -> str:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return source
