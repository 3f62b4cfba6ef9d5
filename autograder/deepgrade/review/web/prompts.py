"""What a question asks, as students read it: from the built template."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from deepgrade.files import UntrustedFileError, parse_strict_json, read_untrusted
from deepgrade.lab import LabFiles
from deepgrade.report.notebook import joined
from deepgrade.report.prose import prose

_MOST_BYTES = 32 << 20
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"\A\s*#{1,6} [^\n]*\n?")


def prompt_of(files: LabFiles, question: str) -> Markup | None:
    """Return a question's prompt without its heading; None where the lab is not built here."""
    for flavour in ("otter", "nbgrader"):
        path = files.template(flavour)
        if path.is_file():
            return _prompts(path, path.stat().st_mtime_ns).get(question)
    return None


@lru_cache(maxsize=32)
def _prompts(path: Path, _changed: int) -> dict[str, Markup]:
    try:
        document: Any = parse_strict_json(read_untrusted(path, max_bytes=_MOST_BYTES))
    except (UntrustedFileError, ValueError):
        return {}
    cells = document.get("cells") if isinstance(document, dict) else None
    texts: dict[str, list[str]] = {}
    for cell in cells if isinstance(cells, list) else ():
        mark = cell.get("metadata", {}).get("deepgrade") if isinstance(cell, dict) else None
        if isinstance(mark, dict) and mark.get("role") == "prompt" and isinstance(mark.get("question"), str):
            text = _HEADING.sub("", _COMMENT.sub("", joined(cell.get("source"))).strip())
            texts.setdefault(mark["question"], []).append(text)
    return {question: prose("\n\n".join(parts)) for question, parts in texts.items()}
