"""From bytes to a notebook as plain data.

Theory of operation: the bytes come from a stranger. They are counted before they are parsed (a few MiB of `[[[[` or of
`{},{},` would fill the memory), parsed without duplicate keys, and reduced at once to what grading uses: cells of three
kinds with a text and metadata, nothing of outputs. Real notebooks hold `NaN` in outputs and floats everywhere: that is
accepted, and becomes null. Whatever is left has only strings that UTF-8 can write.
"""

from __future__ import annotations

import json
from typing import Any

MAX_BYTES = 50 << 20
"""The largest notebook that is accepted, bytes."""
MAX_CELLS = 2000
"""The most cells that a notebook may have."""
MAX_DEPTH = 64
"""The deepest nesting of lists and objects."""
MAX_CONTAINERS = 1_000_000
"""The most lists and objects in one file."""
MAX_VALUES = 10_000_000
"""The most values in one file, counted as commas."""

_KINDS = ("code", "markdown", "raw")
_PYTHON = ("python", "ipython", "python3", "python2")


class NotANotebookError(Exception):
    """The bytes are not a notebook that can be graded; carries the code and the sentence of a refusal."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def parse_notebook(data: bytes) -> dict[str, Any]:
    """Return an nbformat 4 notebook with cells of known kinds, string sources and no outputs.

    Raises:
        NotANotebookError: It is anything else.
    """
    if not data.strip():
        raise NotANotebookError(
            "empty", "The file is empty. Save the notebook, check that it opens, and hand it in again."
        )
    _refuse_other_kinds(data)
    return _checked(_parse_json(data))


_MAGIC_BYTES = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)


def _refuse_other_kinds(data: bytes) -> None:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    what = next((name for magic, name in _MAGIC_BYTES if head.startswith(magic)), None)
    if what is None and head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotANotebookError(
            "not_utf8",
            "The file is UTF-16 text; a notebook is UTF-8. Download the notebook from Jupyter itself.",
        )
    if what is None and head[:1] == b"<":
        what = "a web page"
    if what is None and not head.startswith((b"{", b"[")):
        what = "not a notebook, but some other text or data"
    if what is not None:
        raise NotANotebookError(
            "not_a_notebook",
            f"The file is {what}. Hand in the notebook itself, the file that ends in .ipynb"
            " (in Jupyter: File, Download).",
        )


def _parse_json(data: bytes) -> Any:
    if sum(data.count(mark) for mark in (b"[", b"{")) > MAX_CONTAINERS or data.count(b",") > MAX_VALUES:
        raise NotANotebookError(
            "too_complex",
            "The file holds more data than a notebook should. Clear all outputs, save, and hand it in again.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotANotebookError(
            "not_utf8",
            f"The file is damaged: byte {error.start} is not UTF-8 text. Download the notebook again and hand that in.",
        ) from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=lambda _: None,
            parse_int=_integer,
            parse_float=_float,
        )
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        end = "it ends" if error.pos >= len(text.rstrip()) - 1 else "it is damaged"
        raise NotANotebookError(
            "broken_json",
            f"The notebook cannot be read: {end} at line {error.lineno}, column {error.colno} ({error.msg})."
            " It was probably cut off or edited by hand; open it in Jupyter, save it, and hand it in again.",
        ) from None


def _too_deep() -> NotANotebookError:
    return NotANotebookError(
        "too_deep",
        f"The file nests data deeper than {MAX_DEPTH} levels; no notebook does. Hand in the notebook itself.",
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1) if len(keys) < 1000 else "?"
        raise NotANotebookError(
            "broken_json",
            f"The notebook is damaged: {_clean(twice[:40])!r} stands twice in one place. Open it in Jupyter, save it,"
            " and hand it in again.",
        )
    return result


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= 18 else None


def _float(digits: str) -> float | None:
    value = float(digits)
    return value if abs(value) <= 1e300 else None


def _clean(text: str) -> str:
    """Replace what UTF-8 cannot write (halves of surrogate pairs)."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _plain(value: Any) -> Any:
    """Return JSON data with clean strings.

    Raises:
        NotANotebookError: It is nested too deep.
    """

    def walk(item: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(item, str):
            return _clean(item)
        if isinstance(item, list):
            return [walk(child, depth + 1) for child in item]
        if isinstance(item, dict):
            return {_clean(key): walk(child, depth + 1) for key, child in item.items()}
        return item

    return walk(value, 1)


def _checked(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not ("cells" in value or "nbformat" in value or "worksheets" in value):
        raise NotANotebookError(
            "not_a_notebook", "The file is JSON, but not a notebook. Hand in the file that ends in .ipynb."
        )
    _check_format(value)
    cells = value.get("cells")
    if not isinstance(cells, list):
        raise NotANotebookError(
            "bad_cells", f"The notebook is damaged: it has no list of cells. {_SAVE_AGAIN}"
        )
    if len(cells) > MAX_CELLS:
        raise NotANotebookError(
            "too_many_cells", f"The notebook has {len(cells):,} cells; at most {MAX_CELLS:,} are accepted."
        )
    metadata = _plain(value["metadata"]) if isinstance(value.get("metadata"), dict) else {}
    _check_language(metadata)
    minor = value.get("nbformat_minor")
    return {
        "cells": [_cell(cell, number) for number, cell in enumerate(cells, start=1)],
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": minor if type(minor) is int and 0 <= minor <= 5 else 5,
    }


_SAVE_AGAIN = "Open it in Jupyter, save it, and hand it in again."


def _check_format(value: dict[str, Any]) -> None:
    version = value.get("nbformat")
    if type(version) is int and 0 < version < 4:
        raise NotANotebookError(
            "old_format",
            f"The notebook is in the old format {version}. Open it in JupyterLab, save it, and hand it in again.",
        )
    if type(version) is not int or version != 4:
        shown = version if type(version) is int else "unknown"
        raise NotANotebookError("unknown_format", f"The notebook's format is {shown}, not 4. {_SAVE_AGAIN}")


def _check_language(metadata: dict[str, Any]) -> None:
    language = _text(metadata, "language_info", "name") or _text(metadata, "kernelspec", "language")
    kernel = _text(metadata, "kernelspec", "name") or ""
    if language is None and (kernel.lower() == "ir" or kernel.lower().startswith("julia")):
        language = "R" if kernel.lower() == "ir" else "Julia"
    if language is not None and language.strip().lower() not in _PYTHON:
        raise NotANotebookError(
            "wrong_language",
            f"The notebook is set to the language {language[:40]!r}; this lab is in Python."
            " Choose a Python kernel, run it, save it, and hand it in again.",
        )


def _text(metadata: dict[str, Any], *keys: str) -> str | None:
    value: Any = metadata
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value.strip() else None


def _cell(cell: Any, number: int) -> dict[str, Any]:
    if not isinstance(cell, dict) or cell.get("cell_type") not in _KINDS:
        raise NotANotebookError(
            "bad_cells", f"The notebook is damaged: cell {number} is not a cell. {_SAVE_AGAIN}"
        )
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise NotANotebookError(
            "bad_cells", f"The notebook is damaged: cell {number} has no text. {_SAVE_AGAIN}"
        )
    metadata = cell.get("metadata")
    result: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "metadata": _plain(metadata) if isinstance(metadata, dict) else {},
        "source": _clean(source),
    }
    if isinstance(cell.get("id"), str):
        result["id"] = _clean(cell["id"])
    if isinstance(cell.get("attachments"), dict) and cell["cell_type"] != "code":
        result["attachments"] = _plain(cell["attachments"])
    if cell["cell_type"] == "code":
        result |= {"execution_count": None, "outputs": []}
    return result
