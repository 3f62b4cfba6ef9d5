"""A question's rubric: items with points, begun from the text in lab.toml."""

from __future__ import annotations

import re

from deepgrade.lab import Question
from deepgrade.records.decisions import RubricDefined, RubricItem

COPIED_BY = "deepgrade"
"""Who stands in the ledger for a rubric that was taken from lab.toml and that nobody decided."""
_ITEM = re.compile(r"(?P<points>[+-]?\d+(?:\.\d+)?)(?:\s+points?)?[\s:]+(?P<text>\S.*)")


def first_rubric(question: Question) -> RubricDefined:
    """Return the rubric that lab.toml's text makes.

    A line that begins with a number, no larger than the question's points, is an item of so many points (`0.2 says why`;
    `-0.1 no example`), up to the next such line or an empty one; every other line is guidance.
    """
    items: list[tuple[float, list[str]]] = []
    guidance: list[str] = []
    into: list[str] = guidance
    for line in question.rubric.splitlines():
        text = line.strip()
        match = _ITEM.fullmatch(text)
        if match and abs(float(match["points"])) <= question.points + 1e-9:
            into = [match["text"]]
            items.append((float(match["points"]), into))
        elif not text:
            into = guidance
        else:
            into.append(text)
    only_losses = bool(items) and all(points < 0 for points, _ in items)
    return RubricDefined(
        start="full" if only_losses else "none",
        items=tuple(
            RubricItem(id=f"r{number}", text=" ".join(lines), points=points)
            for number, (points, lines) in enumerate(items, start=1)
        ),
        guidance="\n".join(guidance),
    )
