"""Read published data files.

Theory of operation: `imdb.npz` keeps lists of words as pickled object arrays, and a pickle can run code when it is
read. The file is the instructor's own (downloaded and checked, or imported from a folder they named), yet reading it
needs three numpy names only, so an unpickler that allows those three and refuses every other name does the work. Nothing is
read with `allow_pickle=True`.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepgrade.data.arrays import Array, DataSet, Ragged
from deepgrade.data.errors import DataError
from deepgrade.files import StrictJSONError, parse_strict_json

_MAX_MEMBER_BYTES = 2 << 30
_ALLOWED_GLOBALS = frozenset(
    {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
    }
)


class _NumpyOnlyUnpickler(pickle.Unpickler):
    """Rebuilds numpy arrays of lists of integers, and nothing that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED_GLOBALS:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"the file wants {module}.{name}, which no data set needs")


def read_npz(path: Path) -> dict[str, Array]:
    """Read the arrays of an `.npz` file, object arrays of lists included.

    Raises:
        DataError: The file is missing, not an `.npz`, too large, or holds a pickle that wants more than numpy arrays.
    """
    arrays: dict[str, Array] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.file_size > _MAX_MEMBER_BYTES:
                    raise DataError(f"{path}: {member.filename} unpacks to more than 2 GiB")
                arrays[member.filename.removesuffix(".npy")] = _read_npy(archive.read(member))
    except (OSError, zipfile.BadZipFile, pickle.UnpicklingError, ValueError, EOFError) as error:
        raise DataError(f"{path} cannot be read as a data file: {error}") from None
    return arrays


def _read_npy(content: bytes) -> Array:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    read_header = (
        np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    )
    shape, _, dtype = read_header(stream)
    if not dtype.hasobject:
        stream.seek(0)
        plain: Array = np.lib.format.read_array(stream, allow_pickle=False)
        return plain
    value = _NumpyOnlyUnpickler(stream).load()
    if not isinstance(value, np.ndarray) or value.shape != shape:
        raise ValueError("a pickled member is not the array that its header announces")
    return value


def from_published(name: str, files: Mapping[str, Path]) -> DataSet:
    """Turn a data set's published files into the arrays that the store keeps.

    Args:
        name: The data set.
        files: Published file name -> where it lies.

    Raises:
        DataError: A file does not hold what it should, or there is no reader for the set.
    """
    if name == "mnist":
        return _arrays_of(files["mnist.npz"])
    if name == "imdb":
        return _reviews_of(files["imdb.npz"], files["imdb_word_index.json"])
    raise DataError(f"There is no reader for the files of {name!r} yet.")


def _members(path: Path) -> dict[str, Array]:
    arrays = read_npz(path)
    missing = [key for key in ("x_train", "y_train", "x_test", "y_test") if key not in arrays]
    if missing:
        raise DataError(f"{path} has no {', '.join(missing)}")
    return arrays


def _arrays_of(path: Path) -> DataSet:
    arrays = _members(path)
    return DataSet.of((arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"]))


def _reviews_of(path: Path, index_path: Path) -> DataSet:
    arrays = _members(path)
    try:
        index = parse_strict_json(index_path.read_bytes())
        splits = [
            (Ragged.from_rows(arrays[f"x_{split}"]), arrays[f"y_{split}"].astype(np.int64))
            for split in ("train", "test")
        ]
    except (OSError, StrictJSONError, TypeError, ValueError) as error:
        raise DataError(f"{path} or {index_path.name} does not hold reviews: {error}") from None
    if not isinstance(index, dict):
        raise DataError(f"{index_path} is not an object of words and their numbers")
    return DataSet.of(splits[0], splits[1], index)
