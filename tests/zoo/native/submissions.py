"""What stands in the attack table: an honest and a blank submission, then the zoo, each in its form for each tool.

An attack of the zoo that looks for things where deepgrade or a home-made grader keeps them says nothing about a tool
that keeps them elsewhere. Where an attacker would only have to know the tool, `forms/<tool>/<name>.py` holds the same attack
written for it, in the zoo's format without a declaration; what it deserves is what the zoo's deserves.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from zoo.corpus import HOSTILE, Attack, Cell, read_cells, read_corpus
from zoo.lab import honest_cells

FORMS = Path(__file__).parent / "forms"
HELD = frozenset({"kills_everything"})
"""Too dangerous without walls, so that the zoo says it makes no sense natively; the outer container holds it."""
FOR_OURS = {
    "grader_package": "the package that it looks for is no part of the other tools",
    "behaves_in_the_sandbox": "the signs that it looks for are those of deepgrade's runs",
}
BY_CONTAINER = frozenset({"devices", "setuid_programs"})
"""What they look for is not in the outer container, whatever the tools do."""
FEIGNED = frozenset({"datasets_replaced"})
"""The honest solution's code in it runs on data that it has replaced, for the tests too: not honest work."""
_NOTHING = {"q1": 0, "q2": 0, "q3": 0}


@cache
def all_submissions() -> tuple[Attack, ...]:
    """Return the controls and all attacks, in the table's order."""
    honest = Attack(
        name="honest",
        group="controls",
        description="Hands in the instructor's solution.",
        verdict=("ok",),
        points={"q1": 1, "q2": 2, "q3": 3},
        cells=honest_cells(),
        needs=("keras",),
    )
    blank = Attack(
        name="blank",
        group="controls",
        description="Hands in the template as it is.",
        verdict=("ok",),
        points=dict(_NOTHING),
        cells={},
    )
    return (honest, blank, *read_corpus())


def form_of(attack: Attack, tool: str) -> dict[str, tuple[Cell, ...]] | None:
    """Return the cells that a tool is attacked with; None where the attack makes no sense there."""
    path = FORMS / tool / f"{attack.name}.py"
    if path.exists():
        return read_cells(path.read_text(encoding="utf-8"))
    if attack.name in FOR_OURS:
        return None
    return attack.cells if attack.native or attack.name in HELD else None


def text_of(attack: Attack, tool: str) -> str:
    """Return all text that decides what an attack does to a tool."""
    paths = [HOSTILE / attack.group / f"{attack.name}.py", FORMS / tool / f"{attack.name}.py"]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.exists())
