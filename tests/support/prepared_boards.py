"""Small labs, data sets and boards for tests of competitions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepgrade.board.competition import Board
from deepgrade.board.prepare import Prepared, prepare_board
from deepgrade.board.scoring.metrics import METRICS
from deepgrade.data import DataSet, DataStore, Ragged
from deepgrade.data.arrays import write_data_folder
from deepgrade.lab import Lab, LabFiles, load_lab
from deepgrade.records import Course

HIDDEN = """
[hidden.{name}]
dataset = "{name}"
rows = {rows}
quick_rows = {rows}
inputs = "x_test"
inputs_question = "a"
input_adapters = ["image/unit"]
"""
CAPTURED = """
[hidden.own]
source = "captured"
inputs = "x_test"
inputs_question = "a"
targets = "y_test"
metric = "mae"
"""


def small_images(
    train: int = 80, test: int = 600, classes: int = 10, *, colour: bool = False, seed: int = 1
) -> DataSet:
    """Pictures of noise on a ground that says the class."""
    rng = np.random.default_rng(seed)
    shape = (32, 32, 3) if colour else (28, 28)

    def split(count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = rng.permutation(np.arange(count) % classes)
        x = rng.integers(0, 120, (count, *shape)) + (labels * (120 // classes)).reshape(-1, *[1] * len(shape))
        return x.astype(np.uint8), labels.reshape(-1, 1) if colour else labels.astype(np.uint8)

    return DataSet.of(split(train), split(test))


def small_reviews(train: int = 80, test: int = 600, seed: int = 1) -> DataSet:
    """Reviews of 20 to 60 of 300 words, positive ones first, as the real ones are stored."""
    rng = np.random.default_rng(seed)

    def split(count: int) -> tuple[Ragged, np.ndarray]:
        rows = [rng.integers(1, 301, rng.integers(20, 61)) for _ in range(count)]
        return Ragged.from_rows(rows), np.repeat([1, 0], [count - count // 2, count // 2])

    return DataSet.of(split(train), split(test), {f"word{number}": number for number in range(1, 301)})


def stored(store: DataStore, name: str, data: DataSet, classes: int) -> None:
    """Put a set into a store, as synthetic and quick."""
    folder = store.size_folder("synthetic", "quick") / name
    folder.mkdir(parents=True)
    write_data_folder(folder, data, data.facts(name, "synthetic", "quick", classes))


def a_store(root: Path) -> DataStore:
    """A store with small pictures, reviews and photos, and with the synthetic tables."""
    store = DataStore(root)
    stored(store, "mnist", small_images(), 10)
    stored(store, "imdb", small_reviews(), 2)
    stored(store, "cifar100", small_images(200, 900, 100, colour=True), 100)
    for name in ("hitters", "nyse"):
        store.synthetic(name, "quick")
    return store


def a_lab(
    root: Path, name: str = "digits", data: str = "mnist", rows: int = 100, *, own: bool = False
) -> tuple[LabFiles, Lab]:
    """A lab of one question on one data set, which hides `rows` of it, or whose notebook sets its own rows apart."""
    files = LabFiles(root, name)
    files.folder.mkdir(parents=True)
    files.toml.write_text(
        f'schema_version = 1\nname = "{name}"\ntitle = "A lab"\ndata = ["{data}"]\n'
        '[[questions]]\nid = "a"\ntitle = "Train"\npoints = 1\n'
        + (CAPTURED if own else HIDDEN.format(name=data, rows=rows) if rows else "")
    )
    return files, load_lab(files)


def a_board(entry: str = "file", metric: str = "accuracy", **more: object) -> Board:
    """A board; of files on MNIST unless said otherwise."""
    facts: dict[str, object] = {"id": "board", "title": "A board", "entry": entry, "metric": metric}
    facts["direction"] = "higher" if METRICS[metric].higher_is_better else "lower"
    if entry == "model":
        facts |= {"model": "a/network", "hidden": "mnist"}
    elif "dataset" not in more and "table" not in more:
        facts["dataset"] = "mnist"
    return Board.model_validate({"quick_rows": 100} | facts | more)


def prepared(
    folder: Path,
    store: DataStore,
    board: Board,
    *,
    data: str = "mnist",
    own: bool = False,
    table: Path | None = None,
) -> Prepared:
    """A board prepared in a course of its own below `folder`."""
    rows = 0 if data in ("hitters", "nyse") else 100
    files, lab = a_lab(folder / "root", data=data, rows=rows, own=own)
    course = Course(folder / "course")
    return prepare_board(files, lab, board, course, store, origin="synthetic", size="quick", table=table)
