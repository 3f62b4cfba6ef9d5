"""The executed notebook as part of a page.

Theory of operation: the file holds a student's sources and outputs. It is read as plain JSON, never validated or
executed; every cell and output is taken by the fields it should have. Text goes through `ansi`, Markdown and HTML through
`prose`, pictures through `images`; JavaScript, JSON, SVG, widgets and every other type are named, not shown. A
page has a budget of text and of pictures; past it, cells are cut short and say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from deepgrade.report.ansi import terminal_html
from deepgrade.report.captured import read_json_file
from deepgrade.report.images import PictureRefused, check_picture
from deepgrade.report.prose import html_output, prose
from deepgrade.report.remembered import remembered
from deepgrade.report.text import clean, head_and_tail, one_line

_NOTEBOOK_BYTES = 48 << 20
_MOST_CELLS = 400
_MOST_OUTPUTS = 40
_SOURCE_CHARACTERS = 20_000
_OUTPUT_CHARACTERS = 24_000
_PAGE_CHARACTERS = 500_000
_PAGE_PICTURE_BYTES = 8_000_000
_PAGE_PICTURES = 60

_formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True, classprefix="hl-")
_lexer = PythonLexer(stripnl=False, ensurenl=False)


@dataclass
class Budget:
    """What one page may still hold."""

    characters: int = _PAGE_CHARACTERS
    picture_bytes: int = _PAGE_PICTURE_BYTES
    pictures: int = _PAGE_PICTURES

    def take(self, most: int) -> int:
        """Return how many characters a text may have; at least a few, so that it can say that it is cut."""
        return max(min(most, self.characters), 200)


@dataclass(frozen=True)
class OutputView:
    """One output of a cell."""

    kind: str
    """`text`, `error`, `stderr`, `html`, `picture` or `left_out`."""
    body: Markup


@dataclass(frozen=True)
class CellView:
    """One cell."""

    index: int
    kind: str
    source: Markup
    count: str
    outputs: tuple[OutputView, ...]


@dataclass(frozen=True)
class NotebookView:
    """The cells that a page shows."""

    cells: tuple[CellView, ...]
    left_out: int
    problem: str | None


def read_notebook(path: Path) -> NotebookView:
    """Return an executed notebook for showing; with a problem and no cells where it cannot be read."""
    document, problem = read_json_file(path, _NOTEBOOK_BYTES)
    raw = document.get("cells")
    cells = [cell for cell in raw if isinstance(cell, dict)] if isinstance(raw, list) else []
    if problem is None and not isinstance(raw, list):
        problem = "the notebook has no list of cells"
    budget = Budget()
    views = tuple(_cell(index, cell, budget) for index, cell in enumerate(cells[:_MOST_CELLS]))
    return NotebookView(views, max(0, len(cells) - _MOST_CELLS), problem)


def joined(value: Any) -> str:
    """Return a notebook's multi-line text, which is a string or a list of strings."""
    if isinstance(value, str):
        return value
    return "".join(part for part in value if isinstance(part, str)) if isinstance(value, list) else ""


@remembered
def code_html(source: str) -> Markup:
    """Return Python source with its words marked for colour."""
    return Markup(highlight(clean(source), _lexer, _formatter))  # noqa: S704 - Pygments escapes


def _cell(index: int, cell: Mapping[str, Any], budget: Budget) -> CellView:
    kind = str(cell.get("cell_type"))
    source = head_and_tail(joined(cell.get("source")), budget.take(_SOURCE_CHARACTERS))
    budget.characters -= len(source)
    if kind == "markdown":
        attachments = cell.get("attachments")
        shown = prose(source, attachments if isinstance(attachments, dict) and budget.pictures > 0 else None)
        weight = len(shown)
        budget.pictures -= shown.count("<img")
        budget.characters -= max(0, weight - len(source)) if "<img" not in shown else 0
        return CellView(index, "markdown", shown, "", ())
    if kind != "code":
        return CellView(index, "raw", Markup("{}").format(clean(source)), "", ())
    raw = cell.get("outputs")
    outputs = [output for output in raw if isinstance(output, dict)] if isinstance(raw, list) else []
    views = [_output(index, output, budget) for output in _merged(outputs[:_MOST_OUTPUTS])]
    if len(outputs) > _MOST_OUTPUTS:
        views.append(_left_out(f"{len(outputs) - _MOST_OUTPUTS} more outputs are left out"))
    count = cell.get("execution_count")
    number = str(count) if isinstance(count, int) and 0 <= count < 100_000 else " "
    return CellView(index, "code", code_html(source), number, tuple(views))


def _merged(outputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return outputs with neighbours of one stream joined, so that rewritten lines meet their carriage return."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        if output.get("output_type") == "stream":
            text = joined(output.get("text"))
            last = merged[-1] if merged else {}
            if last.get("output_type") == "stream" and last.get("name") == output.get("name"):
                last["parts"].append(text)
                continue
            merged.append({"output_type": "stream", "name": output.get("name"), "parts": [text]})
        else:
            merged.append(dict(output))
    return [
        {**o, "text": "".join(o["parts"])} if "parts" in o and o["output_type"] == "stream" else o
        for o in merged
    ]


def _output(index: int, output: Mapping[str, Any], budget: Budget) -> OutputView:
    kind = output.get("output_type")
    if kind == "stream":
        return _text(
            "stderr" if output.get("name") == "stderr" else "text", joined(output.get("text")), budget
        )
    if kind == "error":
        lines = output.get("traceback")
        trace = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        head = f"{joined(output.get('ename'))}: {joined(output.get('evalue'))}"
        return _text("error", trace or head, budget)
    data = output.get("data")
    if not isinstance(data, dict):
        return _left_out("an output of an unknown kind is left out")
    return _rich(index, data, budget)


def _rich(index: int, data: Mapping[str, Any], budget: Budget) -> OutputView:
    for mime in ("image/png", "image/jpeg"):
        if mime in data:
            return _picture(index, joined(data[mime]), budget)
    if "text/html" in data:
        source = joined(data["text/html"])
        shown = html_output(source) if len(source) <= budget.characters else None
        if shown is not None and shown.strip():
            budget.characters -= len(shown)
            return OutputView("html", shown)
    if "text/markdown" in data:
        source = joined(data["text/markdown"])
        if len(source) <= budget.characters:
            shown = prose(source)
            budget.characters -= len(shown)
            return OutputView("html", shown)
    if "text/plain" in data and "image/svg+xml" not in data:
        return _text("text", joined(data["text/plain"]), budget)
    names = ", ".join(one_line(str(mime), 40) for mime in list(data)[:4])
    return _left_out(f"an output of type {names} is left out; open the notebook to see it")


def _picture(index: int, encoded: str, budget: Budget) -> OutputView:
    try:
        picture = check_picture(encoded)
    except PictureRefused as error:
        return _left_out(f"a picture is left out: {error}")
    if budget.pictures <= 0 or picture.size > budget.picture_bytes:
        return _left_out("a picture is left out: the page has its share of pictures")
    budget.pictures -= 1
    budget.picture_bytes -= picture.size
    alt = f"Picture from cell {index}, {picture.width} by {picture.height} pixels"
    wide, tall = str(picture.width), str(picture.height)
    return OutputView(
        "picture",
        Markup('<img src="{}" alt="{}" width="{}" height="{}" loading="lazy">').format(
            picture.address, alt, wide, tall
        ),
    )


def _text(kind: str, text: str, budget: Budget) -> OutputView:
    shown = terminal_html(text, most=budget.take(_OUTPUT_CHARACTERS))
    budget.characters -= len(shown)
    return OutputView(kind, shown)


def _left_out(sentence: str) -> OutputView:
    return OutputView("left_out", Markup("{}").format(sentence))
