"""Read published data files.

Theory of operation: `imdb.npz` keeps lists of words as pickled object arrays, CIFAR-100's archive keeps dictionaries of arrays
and lists, and a pickle can run code when it is read. The files are the instructor's own (downloaded and checked, or imported
from a folder they named), yet reading them needs three numpy names only, so an unpickler that allows those three and refuses
every other name does the work. Nothing is read with `allow_pickle=True`.
"""

from __future__ import annotations

import io
import pickle
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepgrade.data.arrays import Array, DataSet, Ragged
from deepgrade.data.catalogue import CatalogueEntry
from deepgrade.data.errors import DataError
from deepgrade.data.tables import unix_lines
from deepgrade.files import StrictJSONError, parse_strict_json

_MAX_MEMBER_BYTES = 2 << 30
_MAX_FILE_BYTES = 512 << 20
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


def from_published(name: str, entry: CatalogueEntry, files: Mapping[str, Path]) -> DataSet:
    """Turn a data set's published files into what the store keeps.

    Args:
        name: The data set.
        entry: Its entry in the catalogue.
        files: Published file name -> where it lies; optional ones may be left out.

    Raises:
        DataError: A file does not hold what it should, or there is no reader for the set.
    """
    if name == "mnist":
        return _arrays_of(files["mnist.npz"])
    if name == "imdb":
        return _reviews_of(files["imdb.npz"], files["imdb_word_index.json"])
    if name == "cifar100":
        return _colour_images_of(files["cifar-100-python.tar.gz"])
    if entry.holds_files:
        return _files_of(name, entry, files)
    raise DataError(f"There is no reader for the files of {name!r} yet.")


def _colour_images_of(path: Path) -> DataSet:
    """Read the published archive of Python pickles, or an `.npz` of the same arrays."""
    if path.suffix == ".npz":
        arrays = _members(path)
        splits = {name: (arrays[f"x_{name}"], arrays[f"y_{name}"]) for name in ("train", "test")}
    else:
        splits = _batches_of(path)
    try:
        train, test = ((inputs, labels.astype(np.int64).reshape(-1, 1)) for inputs, labels in splits.values())
    except (TypeError, ValueError) as error:
        raise DataError(f"{path} does not hold pictures and their labels: {error}") from None
    return DataSet.of(train, test)


def _batches_of(path: Path) -> dict[str, tuple[Array, Array]]:
    """Read `train` and `test` of `cifar-100-python.tar.gz`: in each a row of 3,072 bytes a picture, one colour after another."""
    splits = {}
    try:
        with tarfile.open(path) as archive:
            for name in ("train", "test"):
                stream = archive.extractfile(f"cifar-100-python/{name}")
                if stream is None:
                    raise DataError(f"{path} has no file {name}")
                batch = _NumpyOnlyUnpickler(io.BytesIO(stream.read(_MAX_FILE_BYTES)), encoding="bytes").load()
                rows = batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
                splits[name] = (np.ascontiguousarray(rows), np.array(batch[b"fine_labels"], dtype=np.int64))
    except (
        OSError,
        tarfile.TarError,
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        raise DataError(f"{path} cannot be read as CIFAR-100: {error}") from None
    return splits


def _files_of(name: str, entry: CatalogueEntry, files: Mapping[str, Path]) -> DataSet:
    contents = {file.stored_path: _content(files[file.name]) for file in entry.files if file.name in files}
    if entry.kind == "table":
        contents = {path: unix_lines(content) for path, content in contents.items()}
    pictures = [file for file in entry.files if file.stored_path.endswith(".jpg")]
    if pictures and not any(file.name in files for file in pictures):
        files_text = ", ".join(file.name for file in entry.files if not file.optional)
        raise DataError(
            f"{name} needs at least one of its pictures ({', '.join(file.name for file in pictures)}), which have no address of"
            f" their own. Get them from {entry.homepage}, put them into one folder with {files_text}, and import that folder."
        )
    return DataSet({}, files=contents)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise DataError(f"{path} is larger than 512 MiB")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from None


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
