"""Read the journal that came out of a sandbox.

Theory of operation: the process that wrote it ran a stranger's code, which can write there too. So it is a
claim, not a fact: lines that are no JSON object of a known kind are counted and passed over, numbers must be
finite and in range, strings are bounded and made valid UTF-8, outputs are rebuilt from the few fields that
nbformat knows. What the journal decides is small: the outputs that people see, which cells are said to have
raised, and whether the process says that it came to the end. Points come from the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from deepgrade.files import parse_strict_json

CellStatus = Literal["ok", "error", "timeout"]

_MOST_LINES = 200_000
_LINE_BYTES = 8 << 20
"""A line of brackets takes twenty times its length in memory once it is parsed."""
_NAME_CHARACTERS = 200
_MESSAGE_CHARACTERS = 2_000
_TRACEBACK_LINES = 200
_TEXT_CHARACTERS = 4 << 20
_MIME_TYPES = (
    "text/plain", "text/html", "text/markdown", "text/latex",
    "image/png", "image/jpeg", "image/gif", "image/svg+xml",
)  # fmt: skip


@dataclass
class CellFacts:
    """What the journal says about one cell."""

    started_s: float
    """Seconds after the process began."""
    status: CellStatus | None = None
    """None: the cell began and never ended."""
    seconds: float = 0.0
    execution_count: int | None = None
    ename: str = ""
    evalue: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class JournalFacts:
    """What the journal says about the run."""

    started: bool = False
    ended: bool = False
    output_limit: bool = False
    cells: dict[int, CellFacts] = field(default_factory=dict)
    questions: dict[str, str | None] = field(default_factory=dict)
    """Question whose evidence was taken -> what was wrong with it, if anything."""
    ignored_lines: int = 0

    @property
    def unfinished_cell(self) -> int | None:
        """The cell that was running when the process ended."""
        open_cells = [index for index, cell in self.cells.items() if cell.status is None]
        return open_cells[-1] if open_cells else None


def read_journal(data: bytes, *, cells: Collection[int], questions: Collection[str]) -> JournalFacts:
    """Parse a journal as far as it can be understood; never raises for what stands in it.

    Args:
        data: The file's content, already bounded.
        cells: Indices of the code cells that were to run; others are ignored.
        questions: Ids that were asked for; others are ignored.
    """
    facts = JournalFacts()
    lines = data.split(b"\n", _MOST_LINES)
    for line in lines[:_MOST_LINES]:
        if not line.strip():
            continue
        if len(line) > _LINE_BYTES:
            facts.ignored_lines += 1
            continue
        try:
            event = parse_strict_json(line)
        except (ValueError, RecursionError):
            facts.ignored_lines += 1
            continue
        if not (isinstance(event, dict) and _take(facts, event, cells, questions)):
            facts.ignored_lines += 1
    return facts


def _take(
    facts: JournalFacts, event: dict[str, Any], cells: Collection[int], questions: Collection[str]
) -> bool:
    """Enter one event; False when it is not understood."""
    kind = event.get("event")
    if kind == "start":
        facts.started = True
    elif kind == "end":
        facts.ended = True
    elif kind == "output_limit":
        facts.output_limit = True
    elif kind == "question_end":
        question = event.get("question")
        if not isinstance(question, str) or question not in questions:
            return False
        facts.questions.setdefault(question, _text(event.get("problem"), _MESSAGE_CHARACTERS) or None)
    else:
        index = event.get("cell")
        if not isinstance(index, int) or isinstance(index, bool) or index not in cells:
            return False
        return _take_cell(facts, str(kind), index, event)
    return True


def _take_cell(facts: JournalFacts, kind: str, index: int, event: dict[str, Any]) -> bool:
    if kind == "cell_start":
        facts.cells.setdefault(index, CellFacts(started_s=_seconds(event.get("time_s"))))
        return True
    cell = facts.cells.get(index)
    if cell is None:
        return False
    if kind == "clear_output":
        cell.outputs.clear()
    elif kind == "output":
        output = clean_output(event.get("output"))
        if output is None:
            return False
        cell.outputs.append(output)
    elif kind == "cell_end" and cell.status is None and event.get("status") in ("ok", "error", "timeout"):
        cell.status = event["status"]
        cell.seconds = _seconds(event.get("seconds"))
        count = event.get("execution_count")
        cell.execution_count = count if isinstance(count, int) and 0 <= count < 1_000_000 else None
        cell.ename = _text(event.get("ename"), _NAME_CHARACTERS)
        cell.evalue = _text(event.get("evalue"), _MESSAGE_CHARACTERS)
    else:
        return False
    return True


def clean_output(output: Any) -> dict[str, Any] | None:
    """Return an nbformat 4 output rebuilt from known fields, or None when it is none."""
    if not isinstance(output, dict):
        return None
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _text(output.get("text"), _TEXT_CHARACTERS)}
    if kind == "error":
        trace = output.get("traceback")
        lines = trace[:_TRACEBACK_LINES] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": _text(output.get("ename"), _NAME_CHARACTERS),
            "evalue": _text(output.get("evalue"), _MESSAGE_CHARACTERS),
            "traceback": [_text(line, _TEXT_CHARACTERS) for line in lines],
        }
    if kind not in ("display_data", "execute_result"):
        return None
    data = output.get("data")
    shown = data if isinstance(data, dict) else {}
    known = {
        name: _text(shown[name], _TEXT_CHARACTERS)
        for name in _MIME_TYPES
        if isinstance(shown.get(name), str | list)
    }
    if not known:
        return None
    cleaned: dict[str, Any] = {"output_type": kind, "data": known, "metadata": {}}
    if kind == "execute_result":
        count = output.get("execution_count")
        cleaned["execution_count"] = count if isinstance(count, int) and 0 <= count < 1_000_000 else None
    return cleaned


def _text(value: Any, most: int) -> str:
    """Return a bounded string of valid Unicode; nbformat also allows text as a list of lines."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    # A lone surrogate is valid JSON and cannot be written as UTF-8.
    return value[:most].encode("utf-8", "replace").decode("utf-8")


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        number = float(value)
    except OverflowError:
        return 0.0
    return number if math.isfinite(number) and 0 <= number < 1e7 else 0.0
