"""Read the zoo: hostile submissions as Python files with what each must get.

A file has a docstring (what the attack is, and what it would win), a line `# zoo: {...}` (JSON, may go on over
further comment lines), and cells in percent format: `# %% start`, `# %% q1`, `# %% q2`, `# %% q3`, `# %% end`; a
name that stands twice makes two cells, and `# %% [markdown] q1` makes a text cell out of comment lines. A question
that is not named keeps the blank template's cell; the word HONEST alone on a line becomes the honest solution.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
HOSTILE = HERE / "hostile"
GROUPS = ("reads", "reaches", "writes", "patches", "objects", "processes", "outputs", "cheats")
PLACES = ("start", "q1", "q2", "q3", "end")

_CELL = re.compile(r"^# %% (\[markdown\] )?(start|q1|q2|q3|end)\s*$", re.MULTILINE)
_DECLARATION = re.compile(r"^# zoo: (.*(?:\n# (?!%%).*)*)", re.MULTILINE)


class Cell(NamedTuple):
    """One cell of a submission."""

    kind: str
    """`code` or `markdown`."""
    source: str


@dataclass(frozen=True)
class Attack:
    """A hostile submission and what it must get.

    Attributes:
        name: The file's name; also the student's, unless `student` says otherwise.
        verdict: Any of these is right.
        points: Question -> points, exactly.
        flags: Codes of flags that must be raised; others may be.
        says: Texts that must stand in the run's sentence, a check's reason or a flag.
        needs: `keras`: imports Keras; others name what the machine must have.
        limits: What differs from the zoo lab's limits.
        loots: Canaries (arena.py) that it finds where nothing protects them.
        native: False where it makes no sense in otter's or nbgrader's own kernel; then `why` says why.
    """

    name: str
    group: str
    description: str
    verdict: tuple[str, ...]
    points: dict[str, float | None]
    cells: dict[str, tuple[Cell, ...]]
    flags: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)
    loots: tuple[str, ...] = ()
    student: str = ""
    native: bool = True
    why: str = ""

    @property
    def filename(self) -> str:
        """Under which name it is handed in."""
        return f"{self.student or self.name}.ipynb"


def read_corpus(folder: Path = HOSTILE) -> list[Attack]:
    """Return all attacks, sorted by group and name.

    Raises:
        ValueError: A file is not as the format says; the message names it.
    """
    order = {group: place for place, group in enumerate(GROUPS)}
    paths = sorted(folder.glob("*/*.py"), key=lambda path: (order.get(path.parent.name, 99), path.name))
    attacks = [read_attack(path) for path in paths]
    names = [attack.name for attack in attacks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two attacks share a name: {', '.join(twice)}")
    return attacks


def read_attack(path: Path) -> Attack:
    """Return the attack of one file.

    Raises:
        ValueError: The file is not as the format says.
    """
    text = path.read_text(encoding="utf-8")
    facts = _declaration(path, text)
    try:
        return Attack(
            name=path.stem,
            group=path.parent.name,
            description=(ast.get_docstring(ast.parse(text.split("\n# %% ")[0])) or "").strip(),
            verdict=tuple(facts.pop("verdict")),
            points=facts.pop("points"),
            cells=read_cells(text),
            student=facts.pop("student", ""),
            limits=facts.pop("limits", {}),
            native=facts.pop("native", True),
            why=facts.pop("why", ""),
            **{name: tuple(value) for name, value in facts.items()},
        )
    except (KeyError, TypeError, SyntaxError) as error:
        raise ValueError(f"{path}: {type(error).__name__}: {error}") from None


def read_cells(text: str) -> dict[str, tuple[Cell, ...]]:
    """Return place -> cells of a text in percent format."""
    marks = list(_CELL.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    cells: dict[str, tuple[Cell, ...]] = {}
    for mark, end in zip(marks, ends, strict=False):
        source = text[mark.end() : end].strip("\n")
        if mark.group(1):
            source = "\n".join(line.removeprefix("#").removeprefix(" ") for line in source.split("\n"))
        cell = Cell("markdown" if mark.group(1) else "code", source)
        cells[mark.group(2)] = (*cells.get(mark.group(2), ()), cell)
    return cells


def _declaration(path: Path, text: str) -> dict[str, Any]:
    match = _DECLARATION.search(text)
    if match is None:
        raise ValueError(f"{path} has no line `# zoo: {{...}}`")
    try:
        facts: dict[str, Any] = json.loads(match.group(1).replace("\n# ", "\n"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: what stands after `# zoo:` is not JSON: {error}") from None
    return facts
