"""Which of the files of one student is the notebook to grade.

Theory of operation: all files in the folder are one student's (or one group's), and a stranger's: links are named and never
followed, and a file is only opened through intake. A notebook counts when questions of the lab stand in it. Where several do,
the one with the lab's own name is taken; without one there is no telling which was meant, and students can hand in again at
once, so they are asked to.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import NamedTuple

from deepgrade.lab import Lab
from deepgrade.submission import Refusal, Submission, Template, collect
from deepgrade.submission.places import readable

_MOST_FILES = 5000
_MOST_NOTEBOOKS = 20
_DEPTH = 6
_NAMED = 5
_IGNORED = frozenset({"__macosx", "__pycache__"})


class Picked(NamedTuple):
    """The notebook, or why there is none."""

    path: Path | None
    """None where nothing can be graded."""
    sentence: str
    """Why not, and what to do; or which of several was taken; for the student."""


def pick_notebook(folder: Path, lab: Lab, template: Template | None = None) -> Picked:
    """Return the notebook to grade.

    Args:
        folder: What the student handed in.
        lab: Whose questions to look for.
        template: What the lab's templates hold.
    """
    files = _files(folder)
    if files is None:
        return Picked(
            None, f"More than {_MOST_FILES:,} files were handed in. Hand in {lab.name}.ipynb alone."
        )
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    if not notebooks:
        there = f"There is no notebook among {_names(folder, files)}." if files else "No file was handed in."
        return Picked(None, f"{there} Hand in {lab.name}.ipynb.")
    if len(notebooks) > _MOST_NOTEBOOKS:
        return Picked(None, f"{len(notebooks)} notebooks were handed in. Hand in {lab.name}.ipynb alone.")
    read = {path: _read(path, lab, template) for path in notebooks}
    found = [path for path, result in read.items() if isinstance(result, Submission)]
    own = [path for path in found or notebooks if path.name.lower() == f"{lab.name}.ipynb"]
    if len(found) == 1:
        return Picked(found[0], "")
    if not found:
        refusal = read[(own or notebooks)[0]]
        sentence = refusal.sentence if isinstance(refusal, Refusal) else "It cannot be read."
        name = _names(folder, (own or notebooks)[:1])
        return Picked(None, sentence if len(notebooks) == 1 else f"{name}: {sentence}")
    if len(own) == 1:
        return Picked(own[0], f"{_names(folder, own)} was graded, of {_names(folder, found)}.")
    return Picked(
        None,
        f"Several notebooks hold questions of this lab: {_names(folder, found)}. Hand in one, named {lab.name}.ipynb.",
    )


def _read(path: Path, lab: Lab, template: Template | None) -> Submission | Refusal | None:
    return next(iter(collect([path], lab=lab, template=template)), None)


def _files(folder: Path) -> list[Path] | None:
    """Return what lies in a folder and below, links among it, sorted; None where there is too much."""
    found: list[Path] = []
    waiting = [(folder, 0)]
    seen = 0
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    seen += 1
                    if seen > _MOST_FILES:
                        return None
                    if entry.name.startswith(".") or entry.name.lower() in _IGNORED:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        if depth < _DEPTH:
                            waiting.append((place / entry.name, depth + 1))
                    else:
                        found.append(place / entry.name)
        except OSError:
            continue
    return sorted(found, key=lambda path: (len(path.parts), str(path)))


def _names(folder: Path, paths: list[Path]) -> str:
    shown = [_readable(PurePath(path).relative_to(folder)) for path in paths[:_NAMED]]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(shown) + more


def _readable(path: PurePath) -> str:
    text = readable(str(path))
    return text if len(text) <= 80 else f"{text[:79]}…"
