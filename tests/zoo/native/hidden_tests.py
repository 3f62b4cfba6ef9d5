"""The zoo's hidden checks as otter and nbgrader need them: functions of live variables that carry all they name.

The functions' bodies are those of lab/checks.py, unchanged. What `lab` gives them there, a small class gives them here: public
labels from the data folder, predictions of the live model on hidden images, and the labels of these, which lie in
files beside the notebook, where both tools put files that only graders have.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from zoo.corpus import HERE

PUBLIC = {
    "q1": "isinstance(total, int)",
    "q2": "len(one_hot) > 0",
    "q3": "model is not None",
}
"""What students can see: a test worth nothing that tells them whether there is an answer at all."""
HIDDEN_FILES = ("labels.npy", "images.npy", "canary.txt")
# A traceback shows five lines around an error: the canary stands far from every line that may fail.
_LAB = """
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np

public = Path(os.environ.get("ZOO_DATA", "/data")) / "mnist"
marker = "@CANARY@"


def accuracy(model):
    images, answers = np.load("images.npy"), np.load("labels.npy")
    predicted = np.asarray(model.predict(images, verbose=0)).argmax(axis=-1)
    return float((predicted == answers).mean())


lab = SimpleNamespace(
    data=SimpleNamespace(mnist=SimpleNamespace(labels=lambda part: np.load(public / f"y_{part}.npy"))),
    rows=lambda value: value,
    row_indices=lambda value: np.arange(len(value)),
    hidden_accuracy=accuracy,
    threshold=lambda question: 0.8,
)
"""


@dataclass(frozen=True)
class NativeTest:
    """A hidden test that stands alone."""

    question: str
    points: float
    variable: str
    source: str
    """A function of the variable."""
    name: str


def native_tests(canary: str) -> list[NativeTest]:
    """Return the hidden tests of the zoo's lab; the canary stands in each."""
    tree = ast.parse((HERE / "lab" / "checks.py").read_text(encoding="utf-8"))
    lab = _LAB.replace("@CANARY@", canary).strip()
    found = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        decorator = node.decorator_list[0]
        assert isinstance(decorator, ast.Call)
        question = str(ast.literal_eval(decorator.args[0]))
        points = {word.arg: word.value for word in decorator.keywords}["points"]
        body = "\n".join(ast.unparse(part) for part in node.body[1:]).replace(
            "@CANARY-MESSAGE@", "another number was expected"
        )
        variable = node.args.args[0].arg
        lines = [f"def {node.name}({variable}):", textwrap.indent(f"{lab}\n{body}", "    ")]
        found.append(
            NativeTest(question, float(ast.literal_eval(points)), variable, "\n".join(lines), node.name)
        )
    return found
