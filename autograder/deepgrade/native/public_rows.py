"""The public test set in the place of hidden rows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np

from deepgrade.data import load_labels, load_public_rows
from deepgrade.data.arrays import Ragged
from deepgrade.data.arrays import read_facts as read_set_facts
from deepgrade.lab import Lab, Size


class PublicRows(NamedTuple):
    """Folders as infer and score take them."""

    inputs: dict[str, Path]
    """Carved evaluation -> folder with inputs."""
    labels: dict[str, Path]
    """Carved evaluation -> labels.npy."""


def public_rows(lab: Lab, size: Size, data: Path, folder: Path) -> PublicRows:
    """Lay out rows of the public test sets, as many as `deepgrade grade` would carve, evenly spaced.

    Args:
        lab: Its carved evaluations say which sets and how many rows.
        size: Of the data.
        data: Folder of the data sets.
        folder: Where to write.

    Raises:
        DataError: A data folder is damaged.
    """
    inputs: dict[str, Path] = {}
    labels: dict[str, Path] = {}
    for name, evaluation in lab.carved.items():
        source, target = data / evaluation.dataset, folder / evaluation.dataset
        if not target.exists():
            wanted = evaluation.quick_rows if size == "quick" else evaluation.rows
            _write(source, evaluation.dataset, wanted, target)
        inputs[name], labels[name] = target, target / "labels" / "labels.npy"
    return PublicRows(inputs, labels)


def _write(source: Path, dataset: str, wanted: int, target: Path) -> None:
    available = read_set_facts(source).test_size
    count = min(wanted, available)
    places = np.arange(count) * available // count
    rows = load_public_rows(source, dataset, places)
    (target / "labels").mkdir(parents=True)
    if isinstance(rows, Ragged):
        np.save(target / "x_tokens.npy", rows.tokens, allow_pickle=False)
        np.save(target / "x_offsets.npy", rows.offsets, allow_pickle=False)
    else:
        np.save(target / "x.npy", rows, allow_pickle=False)
    shutil.copyfile(source / "facts.json", target / "facts.json")
    np.save(target / "labels" / "labels.npy", load_labels(source, "test")[places], allow_pickle=False)
