"""Small data sets for these tests."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from deepgrade.data.arrays import DataSet, Ragged, array_sha256, write_data_folder
from deepgrade.data.catalogue import Catalogue, CatalogueEntry, PublishedArray, PublishedFile
from deepgrade.files import sha256_json

SECRET = b"a secret of the tests only"


def images(train: int = 60, test: int = 400, seed: int = 1) -> DataSet:
    """Digits-like images: a blob whose place says the class."""
    rng = np.random.RandomState(seed)

    def split(count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(count) % 10
        x = np.zeros((count, 28, 28), np.uint8)
        for row, label in enumerate(labels):
            x[row, 6 + label : 10 + label, 8:20] = rng.randint(60, 255, (4, 12))
        return x, labels.astype(np.uint8)

    return DataSet.of(split(train), split(test))


def reviews(train: int = 50, test: int = 300, seed: int = 1, words: int = 40) -> DataSet:
    """Reviews of 1 to 12 words, positive ones first."""
    rng = np.random.RandomState(seed)

    def split(count: int) -> tuple[Ragged, np.ndarray]:
        rows = [rng.randint(1, words + 1, rng.randint(1, 13)) for _ in range(count)]
        return Ragged.from_rows(rows), np.repeat([1, 0], [count - count // 2, count // 2])

    return DataSet.of(split(train), split(test), {f"word{number}": number for number in range(1, words + 1)})


def store_as(folder: Path, name: str, data: DataSet) -> Path:
    """Write a data folder and return it."""
    path = folder / name
    path.mkdir(parents=True)
    write_data_folder(path, data, data.facts(name, "synthetic", "quick", 10 if name == "mnist" else 2))
    return path


def publish(folder: Path, name: str, data: DataSet) -> list[Path]:
    """Write the files that an origin would publish."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"y_{split}": data.labels(split) for split in ("train", "test")}
    for split in ("train", "test"):
        inputs = data.inputs(split)
        arrays[f"x_{split}"] = (
            np.array(inputs.to_lists(), dtype=object) if isinstance(inputs, Ragged) else inputs
        )
    paths = [folder / f"{name}.npz"]
    np.savez(paths[0], **arrays)
    if data.word_index is not None:
        paths.append(folder / f"{name}_word_index.json")
        paths[1].write_text(json.dumps(data.word_index))
    return paths


def entry(
    data: DataSet, published: list[Path], base_url: str = "http://127.0.0.1:9/", **changes: object
) -> CatalogueEntry:
    """Describe a set as the catalogue would."""
    facts: dict[str, object] = {
        "title": "small",
        "kind": "reviews" if data.is_ragged else "images",
        "classes": 2 if data.is_ragged else 10,
        "files": tuple(
            PublishedFile(
                name=path.name, url=base_url + path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest()
            )
            for path in published
        ),
        "arrays": {
            name: PublishedArray(dtype=str(array.dtype), shape=array.shape, sha256=array_sha256(array))
            for name, array in data.arrays.items()
        },
        "word_index_sha256": None if data.word_index is None else sha256_json(data.word_index),
        "licence": "none",
        "citation": "none",
        "homepage": "none",
    }
    return CatalogueEntry.model_validate(facts | changes)


def catalogue(**sets: CatalogueEntry) -> Catalogue:
    """A catalogue of these sets."""
    return Catalogue(schema_version=1, sets=sets)


def real_data() -> Path:
    """The folder of the real data sets; skips where there is none (tests marked `full`)."""
    folder = os.environ.get("DEEPGRADE_REAL_DATA")
    if not folder:
        pytest.skip("DEEPGRADE_REAL_DATA names no folder with the real data sets")
    return Path(folder)
