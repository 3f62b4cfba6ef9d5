"""A course with boards: the tiny lab, its competition, and graded runs made by hand whose models have chosen accuracies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from deepgrade.board.competition import load_competition
from deepgrade.board.opened import OpenBoard, open_board
from deepgrade.board.prepare import prepare_board
from deepgrade.data import DataStore
from deepgrade.evidence import DataFacts, Verdict
from deepgrade.files import sha256_bytes
from deepgrade.lab import LabFiles, load_lab
from deepgrade.records import Course, Gradebook, RunStore
from support.made_runs import good_items, inferred, make_lab, make_record, npy, write_run

COMPETITION = """
schema_version = 1
[policy]
daily_limit = 3
%(policy)s
[[boards]]
id = "models"
title = "Digits"
entry = "model"
model = "a2/network"
hidden = "digits"
metric = "accuracy"
direction = "higher"
tie_break = ["log_loss"]
points = { possible = 1.0, curve = { kind = "step", steps = [[0.7, 0.5], [0.9, 1.0]] } }
[[boards]]
id = "files"
title = "Digits, by file"
entry = "file"
dataset = "mnist"
quick_rows = 60
ignored_rows = 10
metric = "accuracy"
direction = "higher"
[[baselines]]
board = "models"
title = "A published figure"
value = 0.8
kind = "published"
source = "A book, page 7"
origin = "synthetic"
size = "quick"
"""


@dataclass
class MadeCourse:
    """A course whose boards are prepared."""

    files: LabFiles
    course: Course
    store: DataStore

    def open(self, gradebook: Gradebook, board: str) -> OpenBoard:
        """Open a board."""
        return open_board(self.files, self.course, gradebook, board)

    def gradebook(self) -> Gradebook:
        """Open the gradebook."""
        return Gradebook(self.course.gradebook)

    def labels(self, board: str) -> np.ndarray:
        """Return a board's labels, in the order of its rows."""
        from deepgrade.board.prepare import open_prepared

        return open_prepared(self.course, self.files.name, board).solution().targets.astype(int)


def make_course(
    folder: Path, store: DataStore, *, policy: str = "", competition: str | None = None
) -> MadeCourse:
    """Write the tiny lab with a competition, and prepare its boards on quick synthetic digits."""
    files = make_lab(folder / "root")
    place = files.folder / "competition"
    place.mkdir()
    text = COMPETITION % {"policy": policy} if competition is None else competition
    (place / "competition.toml").write_text(text)
    (place / "description.md").write_text("# Digits\n\nName the **digit**.\n")
    made = MadeCourse(files, Course(folder / "course"), store)
    lab = load_lab(files)
    for board in load_competition(files, lab).boards:
        prepare_board(files, lab, board, made.course, store, origin="synthetic", size="quick")
    return made


def hand_in(
    made: MadeCourse,
    gradebook: Gradebook,
    student: str,
    outputs: np.ndarray | None,
    *,
    handed_in_at: datetime | None = None,
    verdict: Verdict = Verdict.OK,
    group: tuple[str, ...] = (),
) -> str:
    """Store a graded run whose network gives these outputs `(rows, 10)` on the hidden rows; None: no such model."""
    key = sha256_bytes(f"{student} {handed_in_at}".encode())
    runs = RunStore(made.course, made.files.name)
    facts = DataFacts(name="mnist", origin="synthetic", size="quick", fingerprint="0" * 64)
    record = make_record(made.files, student=student, key=key, verdict=verdict, data=(facts,))
    folder = runs.folder(key)
    items = good_items(folder)
    infer = inferred(folder)
    if outputs is None:
        items["a2"]["network"] = {"kind": "missing"}
        infer["models"] = {}
    else:
        file = npy(folder / "predictions", outputs.astype(np.float32))
        infer["models"]["a2/network"]["predictions"]["digits"] |= {"file": file, "rows": len(outputs)}
    write_run(folder, record, items, infer)
    gradebook.add_submission(
        made.files.name,
        student,
        f"{student}.ipynb",
        sha256=sha256_bytes(key.encode()),
        run_key=key,
        handed_in_at=handed_in_at,
    )
    if group:
        from deepgrade.records import Attribution

        gradebook.attribute(made.files.name, {student: Attribution(group, "a group", "{}")})
    return key


def outputs_with(labels: np.ndarray, wrong: np.ndarray | list[int], *, sure: float = 0.9) -> np.ndarray:
    """Return class probabilities that name the right class but for the rows in `wrong`."""
    named = labels.copy()
    named[wrong] = (named[wrong] + 1) % 10
    outputs = np.full((len(labels), 10), (1 - sure) / 9)
    outputs[np.arange(len(labels)), named] = sure
    return outputs


def submission_csv(ids: tuple[str, ...], classes: np.ndarray | list[int]) -> str:
    """Return a file of predictions."""
    return "Id,Label\n" + "".join(f"{i},{c}\n" for i, c in zip(ids, classes, strict=True))


def scores_by_name(lines) -> Mapping[str, float | None]:
    """Return who -> score of a standing's students."""
    return {
        line.who: None if line.figure is None else line.figure.value
        for line in lines
        if line.kind == "student"
    }
