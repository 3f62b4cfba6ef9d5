"""The executed notebook: what the student handed in, with the outputs of our run and none of theirs."""

from __future__ import annotations

import copy
import json
from typing import Any

from deepgrade.run.journal import JournalFacts

_NOTE_OF_CUT = "[deepgrade] More output of this run was left out here.\n"


def executed_notebook(
    notebook: dict[str, Any], facts: JournalFacts, *, stopped: str | None, most_bytes: int
) -> bytes:
    """Return the notebook as JSON with the run's outputs.

    Outputs that came with the submission are dropped: they show what happened on the student's machine, or what
    the student typed in there. Cells that the run did not reach have none.

    Args:
        notebook: nbformat 4 JSON; not changed.
        facts: What the journal says.
        stopped: Why the run ended early; it is noted in the cell that was running.
        most_bytes: Outputs past this size in all are left out, with a note.
    """
    result = copy.deepcopy(notebook)
    unfinished = facts.unfinished_cell
    left = most_bytes
    cells = result.get("cells")
    for index, cell in enumerate(cells if isinstance(cells, list) else []):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        cell["outputs"] = []
        cell["execution_count"] = None
        run = facts.cells.get(index)
        if run is None:
            continue
        cell["execution_count"] = run.execution_count
        for output in run.outputs:
            left -= len(json.dumps(output))
            if left < 0:
                cell["outputs"].append(_note(_NOTE_OF_CUT))
                break
            _append(cell["outputs"], output)
        if index == unfinished and stopped is not None:
            cell["outputs"].append(_note(f"[deepgrade] The run was stopped in this cell: {stopped}.\n"))
    return json.dumps(result, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _append(outputs: list[dict[str, Any]], output: dict[str, Any]) -> None:
    """Append an output; pieces of one stream become one, as Jupyter shows them."""
    last = outputs[-1] if outputs else {}
    if output["output_type"] == "stream" == last.get("output_type") and output["name"] == last["name"]:
        outputs[-1] = {**last, "text": last["text"] + output["text"]}
    else:
        outputs.append(output)


def _note(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stderr", "text": text}
