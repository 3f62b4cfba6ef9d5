"""Let `keras.datasets` and `keras.utils.get_file` read a local folder, and show its files beside the notebook.

Theory of operation: this file lies beside `main.py` in the sandbox, and with `data_files.py` it imports the standard
library and numpy alone. `install(folder)` puts a finder in front of Python's own. When student code imports Keras (by any of
its names), the modules `keras.src.datasets.<name>` are executed as usual and their loaders are then replaced, before
anything can take the originals out of them: so `from keras.datasets import mnist`, `tf.keras.datasets.mnist` and the other
spellings all get the replaced ones; so is `get_file`. Keras itself is never imported here. The loaders do what Keras's do,
argument for argument, and return what those return; they read `<folder>/<name>/*.npy` instead of a cache file, which Keras would
compare with its own checksum and then download again. A data set that has no folder raises an error that names those that do.

The folder is read-only data made by the instructor; this runs with the student's rights, so nothing here is a secret or a wall.
"""

from __future__ import annotations

import atexit
import importlib.abc
import importlib.machinery
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from .data_files import DataSetNotAvailableError, file_finder, link_files, remove_links, set_names

SETS_VARIABLE = "DEEPGRADE_SETS"
"""Environment variable with the lab's data sets, separated by commas; absent: all that the folder holds."""

_KERAS = r"(?:keras|tf_keras|tensorflow)(?:\.\w+)*"
_DATASETS_MODULE = re.compile(_KERAS + r"\.datasets\.(\w+)")
_GET_FILE_MODULE = re.compile(_KERAS + r"\.(?:file_utils|data_utils)")
_KERAS_SETS = frozenset(
    (
        "boston_housing",
        "california_housing",
        "cifar10",
        "cifar100",
        "fashion_mnist",
        "imdb",
        "mnist",
        "reuters",
    )
)
# The group that each of CIFAR-100's classes belongs to.
_CIFAR100_GROUPS = (
    4, 1, 14, 8, 0, 6, 7, 7, 18, 3, 3, 14, 9, 18, 7, 11, 3, 9, 7, 11, 6, 11, 5, 10, 7, 6, 13, 15, 3, 15, 0, 11, 1, 10,
    12, 14, 16, 9, 11, 5, 5, 19, 8, 8, 15, 13, 14, 17, 18, 10, 16, 4, 17, 4, 2, 0, 17, 4, 18, 17, 10, 3, 2, 12, 12, 16,
    12, 1, 9, 19, 2, 10, 0, 1, 16, 12, 9, 13, 15, 13, 16, 19, 2, 4, 6, 19, 5, 5, 8, 19, 18, 1, 2, 15, 6, 0, 17, 8, 14, 13,
)  # fmt: skip
_folder = Path()


def _set_names() -> list[str]:
    wanted = os.environ.get(SETS_VARIABLE)
    return set_names(_folder, None if wanted is None else wanted.split(","))


_get_file = file_finder(lambda: (_folder, _set_names()))


def _set_folder(name: str) -> Path:
    folder = _folder / name
    there = _set_names()
    if name not in there:
        raise DataSetNotAvailableError(
            f"The data set {name!r} is not available here: there is no network, and this lab comes with "
            f"{', '.join(there) or 'no data set'} only. Use the data set that the lab names."
        )
    return folder


def _array(folder: Path, name: str) -> Any:
    return np.load(folder / f"{name}.npy", allow_pickle=False)


def _arrays_loader(name: str) -> Callable[..., Any]:
    def load_data(path: str = f"{name}.npz") -> Any:
        """Return `(x_train, y_train), (x_test, y_test)` from the lab's data folder."""
        folder = _set_folder(name)
        train, test = (
            (_array(folder, f"x_{split}"), _array(folder, f"y_{split}")) for split in ("train", "test")
        )
        return train, test

    return load_data


def cifar100_load_data(label_mode: str = "fine") -> Any:
    """Return `(x_train, y_train), (x_test, y_test)` as `keras.datasets.cifar100.load_data` does, from the lab's folder.

    Args:
        label_mode: `fine` for the 100 classes, `coarse` for the 20 groups of five that they belong to.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            f'`label_mode` must be one of `"fine"`, `"coarse"`. Received: label_mode={label_mode}.'
        )
    folder = _set_folder("cifar100")
    groups = np.array(_CIFAR100_GROUPS)
    splits = []
    for split in ("train", "test"):
        labels = _array(folder, f"y_{split}")
        splits.append((_array(folder, f"x_{split}"), groups[labels] if label_mode == "coarse" else labels))
    return tuple(splits)


def _missing_loader(name: str) -> Callable[..., Any]:
    def load_data(*args: Any, **kwargs: Any) -> Any:
        """Say that this data set is not part of the lab."""
        _set_folder(name)
        raise DataSetNotAvailableError(f"The data set {name!r} cannot be read here.")

    return load_data


def _shuffled_rows(folder: Path, split: str, rng: np.random.RandomState) -> tuple[Any, Any, Any]:
    tokens, offsets = _array(folder, f"x_{split}_tokens"), _array(folder, f"x_{split}_offsets")
    order = np.arange(len(offsets) - 1)
    rng.shuffle(order)
    lengths = np.diff(offsets)[order]
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
        offsets[:-1][order] - (ends - lengths), lengths
    )
    return tokens[places].astype(np.int64), lengths, _array(folder, f"y_{split}")[order]


def _with_start(tokens: Any, lengths: Any, start_char: Any, index_from: Any) -> tuple[Any, Any]:
    if start_char is None:
        return (tokens + index_from if index_from else tokens), lengths
    starts = np.cumsum(lengths) - lengths
    return np.insert(tokens + index_from, starts, start_char), lengths + 1


def _within(tokens: Any, lengths: Any, keep: Any) -> tuple[Any, Any]:
    kept = np.concatenate([[0], np.cumsum(keep)])
    ends = np.cumsum(lengths)
    return tokens[keep], kept[ends] - kept[ends - lengths]


def _as_lists(tokens: Any, lengths: Any) -> list[list[int]]:
    # One Python integer per distinct value, not per token: a quarter of the memory.
    low = int(tokens.min()) if len(tokens) else 0
    high = int(tokens.max()) if len(tokens) else 0
    if high - low > 10_000_000:
        flat = tokens.tolist()
    else:
        flat = np.array([*range(low, high + 1)], dtype=object)[tokens - low].tolist()
    ends = np.cumsum(lengths).tolist()
    return [flat[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def imdb_load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> Any:
    """Return `(x_train, y_train), (x_test, y_test)` as `keras.datasets.imdb.load_data` does, from the lab's folder.

    Args:
        path: Ignored; there is no cache.
        num_words: Words with this number or a higher one become `oov_char`; None for all (but the very last, as in Keras).
        skip_top: So do words below this number.
        maxlen: Reviews of this length or longer are left out.
        seed: Of the shuffle.
        start_char: Put in front of each review.
        oov_char: Stands for words that are left out; None drops them.
        index_from: Added to every word's number.
        **kwargs: Ignored, as in Keras.
    """
    folder = _set_folder("imdb")
    rng = np.random.RandomState(seed)
    splits = []
    for split in ("train", "test"):
        tokens, lengths, labels = _shuffled_rows(folder, split, rng)
        tokens, lengths = _with_start(tokens, lengths, start_char, index_from)
        if maxlen:
            short = lengths < maxlen
            tokens, _ = _within(tokens, lengths, np.repeat(short, lengths))
            lengths, labels = lengths[short], labels[short]
        splits.append((tokens, lengths, labels))
    if maxlen and not all(len(lengths) for _, lengths, _ in splits):
        raise ValueError(
            f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was kept. Increase maxlen."
        )
    limit = num_words or _highest(splits)
    labels = np.concatenate([labels for _, _, labels in splits])
    count = len(splits[0][1])
    inputs = []
    for tokens, lengths, _ in splits:
        known = (tokens >= skip_top) & (tokens < limit)
        if oov_char is None:
            tokens, lengths = _within(tokens, lengths, known)
        else:
            tokens = np.where(known, tokens, oov_char)
        inputs.append(np.array(_as_lists(tokens, lengths), dtype="object"))
    return (inputs[0], labels[:count]), (inputs[1], labels[count:])


def _highest(splits: Sequence[tuple[Any, Any, Any]]) -> int:
    if any((lengths == 0).any() for _, lengths, _ in splits):
        raise ValueError("max() arg is an empty sequence")
    return int(max(tokens.max() for tokens, _, _ in splits))


def imdb_get_word_index(path: str = "imdb_word_index.json") -> Any:
    """Return the words of the reviews with their numbers, from the lab's folder."""
    with (_set_folder("imdb") / "word_index.json").open(encoding="utf-8") as stream:
        return json.load(stream)


def _replacements(name: str) -> dict[str, Callable[..., Any]]:
    if name == "imdb":
        return {"load_data": imdb_load_data, "get_word_index": imdb_get_word_index}
    if name == "cifar100":
        return {"load_data": cifar100_load_data}
    if name == "mnist":
        return {"load_data": _arrays_loader(name)}
    return {"load_data": _missing_loader(name)}


def _replacements_in(module: str) -> dict[str, Callable[..., Any]]:
    """Return what is replaced in a module of this name."""
    match = _DATASETS_MODULE.fullmatch(module)
    if match is not None and match[1] in _KERAS_SETS:
        return _replacements(match[1])
    return {"get_file": _get_file} if _GET_FILE_MODULE.fullmatch(module) else {}


def _patch(module: ModuleType) -> None:
    for attribute, function in _replacements_in(module.__name__).items():
        if hasattr(module, attribute):
            function.__name__ = function.__qualname__ = attribute
            setattr(module, attribute, function)


def _patch_copies(name: str, module: ModuleType) -> None:
    """Replace a `get_file` that a module took from Keras before we came."""
    taken = vars(module).get("get_file")
    if name.startswith(("keras", "tf_keras", "tensorflow")) and _GET_FILE_MODULE.fullmatch(
        getattr(taken, "__module__", None) or ""
    ):
        vars(module)["get_file"] = _get_file


class _PatchingLoader(importlib.abc.Loader):
    """Python's own loader, with the loaders of data replaced after the module has run."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _patch(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules with loaders as Python would, and has them patched."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not _replacements_in(fullname):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _PatchingLoader(spec.loader)
        return spec


def watch() -> None:
    """Have the modules with loaders changed when they are imported, whatever imports them."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def install(data_folder: str) -> None:
    """Have Keras read this folder from now on, and link its files into the working folder.

    Calling it again changes the folder. The links go when Python ends.

    Args:
        data_folder: Holds one folder per data set, with `facts.json` and `.npy` files or `files/` (docs/formats.md).
    """
    global _folder
    _folder = Path(data_folder)
    watch()
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType):
            _patch(module)
            _patch_copies(name, module)
    links = link_files(_folder, _set_names(), Path.cwd())
    if links:
        atexit.register(_remove_links_of, os.getpid(), links)


def _remove_links_of(process: int, links: list[Path]) -> None:
    if os.getpid() == process:  # not in a child that the notebook forked
        remove_links(links)
