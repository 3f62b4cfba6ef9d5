"""Measurements on disk: one JSON file each, written when it is done and never measured again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from deepgrade.files import write_atomic


class Todo(NamedTuple):
    """One measurement to be there."""

    dataset: str
    method: str
    number: int
    """Of the secret."""
    settings: dict[str, Any]

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{self.dataset}-{self.method}-{self.number}.json"


class Kept:
    """The folder of results.

    Args:
        folder: Made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def figures(self, todo: Todo) -> dict[str, Any] | None:
        """Return what was measured; None where it was not, or with other settings."""
        path = self.folder / todo.file
        if not path.exists():
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
        return found["figures"] if found["settings"] == todo.settings else None

    def put(self, todo: Todo, figures: dict[str, Any], seconds: float, date: str) -> None:
        """Keep what was measured."""
        content = {**todo._asdict(), "figures": figures, "seconds": round(seconds, 1), "date": date}
        write_atomic(self.folder / todo.file, json.dumps(content, indent=1))

    def all(self, todos: list[Todo]) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Return (data set, method) -> the figures of each secret that was measured."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for todo in todos:
            figures = self.figures(todo)
            if figures is not None:
                found.setdefault((todo.dataset, todo.method), []).append(figures)
        return found
