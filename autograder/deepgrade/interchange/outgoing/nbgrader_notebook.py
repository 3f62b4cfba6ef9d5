"""A submission as formgrader shows it: the executed notebook of our run, made harmless.

Theory of operation: formgrader opens `autograded/<student>/<assignment>/<notebook>.ipynb`, turns it into HTML with nbconvert,
and serves that from the TA's own Jupyter server. nbgrader 0.9.6 sanitises nothing on the way: HTML and JavaScript outputs,
HTML in Markdown cells and even grade ids go into the page as they are, so a submission could act as the TA (run code,
change grades). So the notebook is not copied but made anew. Of the student's file only texts are taken: sources, streams,
errors, plain text results, and pictures that are PNG or JPEG. Whatever metadata nbgrader needs comes from the gradebook.
Markdown keeps its text, but nothing in it can begin an HTML tag or a script address. Test cells show the instructor's source,
and in place of an output what deepgrade's checks said. Sources of hidden checks are left out: `nbgrader generate_feedback` would
show them to students.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepgrade.interchange.outgoing.nbgrader_cells import natural, question_of
from deepgrade.report.captured import read_json_file
from deepgrade.report.images import PictureRefused, check_picture
from deepgrade.report.notebook import joined

Cell = dict[str, Any]

_WRITTEN_HERE = {"deepgrade": {"written_by": "export"}}
"""In the metadata of notebooks that come from here; templates have other facts under that name."""

_NOTEBOOK_BYTES = 64 << 20
_MOST_CELLS = 2_000
_MOST_OUTPUTS = 60
_MOST_CHARACTERS = 200_000
_SCHEMA = 3
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ADDRESS = re.compile(r"\](?=[(\[:])")
_OTTER_COMMENT = re.compile(r"^<!-- (?:BEGIN|END) QUESTION -->$", re.MULTILINE)


@dataclass(frozen=True)
class SourceCell:
    """A cell of the released notebook, as the gradebook has it."""

    name: str
    cell_type: str
    source: str
    """Without hidden tests."""
    checksum: str | None
    grade: bool
    solution: bool
    locked: bool
    points: float | None


def harmless_markdown(text: str) -> str:
    """Return Markdown that looks the same and can become no tag, no link and no picture.

    A zero-width space stands behind what would begin one. No parser is asked, so that no difference between two
    parsers lets anything through: HTML begins a tag only where a letter, `/`, `!` or `?` follows `<` at once. Formulas are
    left to MathJax, which nbconvert loads with its `Safe` extension.
    """
    text = _TAG.sub(f"<{_ZERO_WIDTH_SPACE}", _OTTER_COMMENT.sub("", text))
    return _ADDRESS.sub(f"]{_ZERO_WIDTH_SPACE}", text)


def read_executed(run_folder: Path | None) -> list[Cell]:
    """Return the cells of a run's notebook; none where there is nothing that can be read."""
    if run_folder is None:
        return []
    cells = read_json_file(run_folder / "notebook.ipynb", _NOTEBOOK_BYTES)[0].get("cells")
    return [cell for cell in cells if isinstance(cell, dict)][:_MOST_CELLS] if isinstance(cells, list) else []


def autograded_notebook(
    executed: list[Cell], sources: Mapping[str, SourceCell], said: Mapping[str, str], note: str
) -> bytes:
    """Return the notebook that formgrader opens.

    Args:
        executed: The student's cells, of either flavour; a cell is known by its grade id or its own id.
        sources: Name -> cell of the released notebook.
        said: Name of a test cell -> what deepgrade's checks found.
        note: A sentence above all cells; empty for none.
    """
    cells: list[Cell] = [_markdown(harmless_markdown(note))] if note else []
    ends: dict[str, int] = {}
    used: set[str] = set()
    for cell in executed:
        name = _name(cell, sources, used)
        if name is None:
            cells.append(_own(cell))
            continue
        used.add(name)
        cells.append(_known(cell, sources[name], said.get(name)))
        ends[question_of(name)] = len(cells)
    _add_missing(
        cells, ends, [sources[name] for name in sorted(sources, key=natural) if name not in used], said
    )
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    document = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **_WRITTEN_HERE,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def was_written_here(path: Path) -> bool:
    """Return whether a notebook came from here, and may be replaced."""
    metadata = read_json_file(path, 2 * _NOTEBOOK_BYTES)[0].get("metadata")
    return isinstance(metadata, dict) and _WRITTEN_HERE.items() <= metadata.items()


def _name(cell: Cell, sources: Mapping[str, SourceCell], used: set[str]) -> str | None:
    metadata = cell.get("metadata")
    facts = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    names = (facts.get("grade_id") if isinstance(facts, dict) else None, cell.get("id"))
    return next((n for n in names if isinstance(n, str) and n in sources and n not in used), None)


def _add_missing(
    cells: list[Cell], ends: dict[str, int], missing: list[SourceCell], said: Mapping[str, str]
) -> None:
    """Put graded and answer cells that the student's notebook lacks behind their question's last cell, or at the end."""
    for source in missing:
        if not (source.grade or source.solution):
            continue
        place = ends.get(question_of(source.name), len(cells))
        cells.insert(place, _known({}, source, said.get(source.name)))
        for question, end in list(ends.items()):
            ends[question] = end + 1 if end >= place else end
        ends[question_of(source.name)] = place + 1


def _known(cell: Cell, source: SourceCell, said: str | None) -> Cell:
    facts: dict[str, Any] = {
        "grade_id": source.name,
        "grade": source.grade,
        "solution": source.solution,
        "locked": source.locked,
        "task": False,
        "cell_type": source.cell_type,
        "schema_version": _SCHEMA,
        "checksum": source.checksum,
    }
    if source.points is not None:
        facts["points"] = source.points
    is_test = source.grade and not source.solution
    if is_test or source.locked:
        made = _code(source.source) if source.cell_type == "code" else _markdown(source.source)
        if is_test and made["cell_type"] == "code":
            made["outputs"] = [_stream("stdout", said or "deepgrade: nothing was checked here.\n")]
    else:
        made = _own(cell) if cell else _own({"cell_type": source.cell_type, "source": ""})
    made["metadata"] = {"nbgrader": facts}
    return made


def _own(cell: Cell) -> Cell:
    source = joined(cell.get("source"))[:_MOST_CHARACTERS]
    if cell.get("cell_type") != "code":
        return _markdown(harmless_markdown(source))
    made = _code(source)
    count = cell.get("execution_count")
    made["execution_count"] = count if type(count) is int and count >= 0 else None
    outputs = cell.get("outputs")
    for output in (outputs if isinstance(outputs, list) else [])[:_MOST_OUTPUTS]:
        if isinstance(output, dict):
            made["outputs"].append(_output(output))
    return made


def _output(output: Cell) -> Cell:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return _stream(name, joined(output.get("text"))[:_MOST_CHARACTERS])
    if kind == "error":
        trace = output.get("traceback")
        lines = [line for line in trace if isinstance(line, str)] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": str(output.get("ename"))[:200],
            "evalue": str(output.get("evalue"))[:2000],
            "traceback": ["\n".join(lines)[:_MOST_CHARACTERS]],
        }
    data = output.get("data")
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": _data(data if isinstance(data, dict) else {}),
    }


def _data(data: Mapping[str, Any]) -> dict[str, str]:
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            try:
                address = check_picture(joined(data[kind])).address
            except PictureRefused:
                continue
            head, _, encoded = address.partition(";base64,")
            return {head.removeprefix("data:"): encoded}
    plain = joined(data.get("text/plain"))[:_MOST_CHARACTERS]
    kinds = sorted(str(kind)[:40] for kind in list(data)[:5])
    return {"text/plain": plain or f"[deepgrade] left out: {', '.join(kinds) or 'an output without content'}"}


def _stream(name: str, text: str) -> Cell:
    return {"output_type": "stream", "name": name, "text": text}


def _code(source: str) -> Cell:
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def _markdown(source: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": source}
