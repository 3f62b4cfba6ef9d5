"""A lab that needs no training, and a class of small notebooks for it: honest, wrong, broken and hostile."""

import json
from pathlib import Path

from deepgrade.lab import LabFiles, load_checks, load_lab, make_plan

LAB_TOML = """
schema_version = 1
name = "small"
title = "Small"
gpu = "off"
data = ["mnist"]
[limits]
wall_s = 40
cell_s = 6
memory_mib = 700
processes = 64
output_mib = 1
disk_mib = 64
cpus = 1.0
[[questions]]
id = "a1"
title = "Scale"
points = 1.0
[[questions]]
id = "a2"
title = "Count"
points = 2.0
[[questions]]
id = "a3"
title = "Explain"
points = 1.0
manual = true
rubric = "Says why."
"""

CHECKS = '''"""The checks of a small lab. The word in this file that nobody may find: MARIGOLD."""

from deepgrade.lab import question, visible


@question("a1", points=1)
def test_pixels_are_scaled(pixels):
    """Pixels lie in [0, 1]."""
    assert pixels.max() <= 1, "pixels still go up to 255"


@question("a2", points=2)
def test_digits_are_counted(counts):
    """Every digit is counted."""
    assert sum(counts) == 100
'''

LOAD = "import numpy as np\npixels = np.arange(200).reshape(20, 10) % 256 / 255"
COUNT = "counts = [10] * 10\nprint(counts)"


def make_small_lab(root: Path) -> LabFiles:
    """Write the lab and its capture plan below a root."""
    files = LabFiles(root, "small")
    for path, text in ((files.toml, LAB_TOML), (files.checks, CHECKS)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    plan = make_plan(load_lab(files), load_checks(files.checks).checks)
    files.plan.parent.mkdir(parents=True)
    files.plan.write_text(plan.model_dump_json())
    return files


def notebook(*, load: str = LOAD, count: str = COUNT, answer: str = "Because.") -> str:
    """Return a notebook that answers the lab, as text."""
    cells = [
        _markdown("### Question a1: Scale (1 point)"),
        _code(load),
        _markdown("### Question a2: Count (2 points)"),
        _code(count),
        _markdown("### Question a3: Explain (1 point)"),
        _markdown(answer),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": kernel, "cells": cells})


def _markdown(text: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> dict:
    return {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None}


def write_class(folder: Path, notebooks: dict[str, str]) -> Path:
    """Write one file a student and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for student, text in notebooks.items():
        (folder / f"{student}.ipynb").write_text(text)
    return folder


ORDINARY = {
    "ada": notebook(),
    "bert": notebook(load=LOAD.replace(" / 255", "")),
    "cleo": notebook(load="raise ValueError('no pixels')"),
    "dan": notebook(load="while True:\n    pass"),
    "gus": '{"cells": [',
    "hal": notebook(count=COUNT + "\ndata = bytearray(3 << 30)"),
}
"""All points, a mistake, an error, an endless loop, no notebook, too much memory."""
