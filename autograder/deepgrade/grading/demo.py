"""Submissions for trying things out. The first eight: honest, blank, mistaken, endless, hostile."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

from deepgrade.files import write_atomic
from deepgrade.flavours import blank_notebook, solved_notebook
from deepgrade.grading.practice import half_done, practice_notebooks, start_of_second_part
from deepgrade.lab import LabError, LabFiles, load_mistakes

DEMO_STUDENTS = 8
MISTAKES_SHOWN = 4

_ENDLESS = "# this cell never ends\nwhile True:\n    pass\n"

_HOSTILE = """\
# looks for the hidden checks, the labels and other people's results
import os, pathlib

wanted = {"labels.npy", "gradebook.db", "secret.key", "test_le5.py", "lab.toml", "mistakes.py"}
found = [
    os.path.join(folder, name)
    for root in ("/box", "/kernel", "/data", "/job", "/home", "/root", "/srv", "/opt", "/var", "/tmp")
    for folder, _, names in os.walk(root)
    if "site-packages" not in folder  # nbgrader ships a gradebook.db of its own tests
    for name in wanted & set(names)
]
print("secrets found:", found or "none")
for path in ("/etc/shadow", "/proc/1/environ", "/box/../tests/hidden/test_le5.py"):
    try:
        print(path, repr(pathlib.Path(path).read_bytes()[:60]))
    except OSError as error:
        print(path, "->", error.strerror)
try:
    import deepgrade.score
except ImportError as error:
    print("the grader:", error)
"""

_FORGERY = '''\
# writes itself a perfect result, where a careless grader would look for one
import json, os

perfect = {"score": 9, "tests": [{"name": "all", "score": 9, "max_score": 9, "status": "passed"}]}
for place in ("results.json", "/box/out/results.json", "/box/out/run.json", "/box/out/predictions/infer.json"):
    try:
        os.makedirs(os.path.dirname(place) or ".", exist_ok=True)
        with open(place, "w") as file:
            json.dump(perfect, file)
        print("wrote", place)
    except OSError as error:
        print(place, "->", error.strerror)
try:
    os.symlink("/labels/mnist/labels.npy", "/box/out/evidence/labels.npy")
    print("planted a link to the labels")
except OSError as error:
    print("link ->", error.strerror)

class Perfect(float):
    """Equal to everything."""
    __eq__ = lambda self, other: True
    __ge__ = lambda self, other: True
    __hash__ = float.__hash__

test_acc = Perfect(1.0)
print("<script>document.title = 'owned'</script>")
from IPython.display import HTML, display
display(HTML("<script>document.body.innerHTML = 'full points'</script><b onclick='alert(1)'>full points</b>"))
'''


def write_demo(files: LabFiles, folder: Path, students: int = DEMO_STUDENTS) -> list[Path]:
    """Write demo submissions into a folder and return their paths.

    Two of the four with a mistake stop in the middle, as some students do; so does the endless one.

    Args:
        files: The lab.
        folder: Is made.
        students: How many, 8 at least; those beyond make a class to practise reviewing on.

    Raises:
        LabError: The lab has not been built, or lists fewer than four mistakes.
    """
    mistakes = load_mistakes(files.mistakes)
    if len(mistakes) < MISTAKES_SHOWN:
        raise LabError(f"{files.mistakes} lists {len(mistakes)} mistakes; the demo shows {MISTAKES_SHOWN}.")
    master = files.master.read_text(encoding="utf-8")
    step = len(mistakes) // MISTAKES_SHOWN
    shown = mistakes[::step][:MISTAKES_SHOWN]
    notebooks = {
        "ada-solution": solved_notebook(files, "otter"),
        "blaise-blank": blank_notebook(files, "nbgrader"),
    }
    names = ("carl", "dora", "emil", "frida")
    for index, (name, mistake) in enumerate(zip(names, shown, strict=True)):
        flavour = "nbgrader" if index % 2 else "otter"
        made = solved_notebook(files, flavour, mistake.apply(master))
        if index < MISTAKES_SHOWN // 2:
            made = half_done(made, blank_notebook(files, flavour))
        notebooks[f"{name}-{mistake.name.replace('_', '-')}"] = made
    solved, blank = solved_notebook(files, "otter"), blank_notebook(files, "otter")
    # Its name comes early, so that the longest run is not the last.
    notebooks["anton-loops-for-ever"] = _with_cells(half_done(solved, blank), [_ENDLESS])
    notebooks["hedda-hostile"] = _with_cells(blank, [_HOSTILE, _FORGERY])
    paths = []
    more = practice_notebooks(files, students - len(notebooks), without=shown)
    for name, notebook in itertools.chain(notebooks.items(), more):
        path = folder / f"{name}.ipynb"
        write_atomic(path, json.dumps(notebook, indent=1))
        paths.append(path)
    return paths


def _with_cells(notebook: dict[str, Any], sources: list[str]) -> dict[str, Any]:
    result = copy.deepcopy(notebook)
    middle = start_of_second_part(result["cells"])
    for number, source in enumerate(sources):
        cell: dict[str, Any] = {
            "cell_type": "code",
            "id": f"added-{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        result["cells"].insert(middle + number, cell)
    return result
