"""More students for the demo: a class that TAs practise on before the real one comes in.

Each has the solution, another honest way of solving the lab, or one of its known mistakes, with a seed of its own. What they
wrote is the text of the solution, cut: some wrote all of it, some the beginning, some next to nothing. Two of three
stopped programming in the middle, so that a class of thirty is graded in minutes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from deepgrade.flavours import blank_notebook, master_text, read_alternatives, solved_notebook
from deepgrade.grading.seeds import with_seed
from deepgrade.lab import LabFiles, Mistake, load_mistakes

_SOLUTION_EVERY = 4
"""One in so many has the solution."""
_WHOLE_EVERY = 3
"""One in so many programmed all of it."""
_NOTHING = ("I do not know.", "I ran out of time.", "See above.")


def practice_notebooks(
    files: LabFiles, count: int, *, without: Sequence[Mistake] = ()
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names of students, `student-001-functional`, and their notebooks: always the same for a lab and a count.

    Args:
        files: The lab.
        count: How many.
        without: Mistakes that others of the class have made.

    Raises:
        LabError: The lab has not been built, or its files are wrong.
    """
    master = master_text(files)
    alternatives = [(one.name, one.text, True) for one in read_alternatives(files)]
    mistakes = [
        (one.name, one.apply(master), False)
        for one in load_mistakes(files.mistakes)
        if one.size != "full" and one not in without
    ]
    in_turn = itertools.chain(*itertools.zip_longest(mistakes, alternatives))
    others = itertools.cycle([one for one in in_turn if one is not None])
    template = blank_notebook(files, "otter")
    prompts = {cell["id"]: cell["source"] for cell in template["cells"]}
    for number in range(1, count + 1):
        if number % _SOLUTION_EVERY == 0:
            name, text, adds = "solution", master, False
        else:
            name, text, adds = next(others)
        notebook = solved_notebook(files, "otter", with_seed(text, number, lab=files.name), adds_cells=adds)
        for place, cell in enumerate(notebook["cells"]):
            if (
                cell["cell_type"] == "markdown"
                and cell["metadata"].get("deepgrade", {}).get("role") == "answer"
            ):
                cell["source"] = _as_written(cell["source"], number + place, prompts.get(cell["id"], ""))
        if number % _WHOLE_EVERY:
            notebook = half_done(notebook, template)
        yield f"student-{number:03}-{name.replace('_', '-')}", notebook


def half_done(solved: dict[str, Any], blank: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook of which the first half is programmed; what people wrote stays."""
    middle = start_of_second_part(solved["cells"])
    templates = {cell["id"]: cell for cell in blank["cells"]}
    rest = (
        cell if cell["cell_type"] == "markdown" else templates.get(cell["id"])
        for cell in solved["cells"][middle:]
    )
    return {**solved, "cells": [*solved["cells"][:middle], *(cell for cell in rest if cell is not None)]}


def start_of_second_part(cells: list[dict[str, Any]]) -> int:
    """Return a place after the first half of the code cells, behind an answer."""
    code = [index for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    return code[len(code) // 2] + 1


def _as_written(text: str, turn: int, prompt: str) -> str:
    """Return what somebody wrote: all, half, a sentence, next to nothing, or nothing at all."""
    paragraphs = text.split("\n\n")
    match turn % 7:
        case 0 | 1 | 2:
            return text
        case 3 | 4:
            return "\n\n".join(paragraphs[: max(1, len(paragraphs) // 2)])
        case 5:
            return re.split(r"(?<=[.:])\s", paragraphs[0])[0]
        case _:
            return _NOTHING[turn // 7 % len(_NOTHING)] if turn % 2 else prompt
