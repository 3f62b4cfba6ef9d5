"""The shim: what students' `load_data()` returns, compared with Keras's own loader on the same data."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from data_small_sets import images, publish, real_data, reviews, store_as

import deepgrade.kernel
from deepgrade.data import DataStore

KERNEL = Path(deepgrade.kernel.__file__).parent
PACKAGE = KERNEL.parent

# Runs in a process of its own: calls both loaders in every way and says where they differ.
COMPARE = """
    import itertools, pickle, sys
    import numpy as np
    import keras.src.datasets.imdb as imdb
    import keras.src.datasets.mnist as mnist
    sys.path.insert(0, sys.argv[1])
    from kernel import data_shim

    folder, origin, quick = sys.argv[2], sys.argv[3], sys.argv[4] == "quick"
    originals = {m: dict(vars(m)) for m in (imdb, mnist)}
    for module in (imdb, mnist):
        module.get_file = lambda fname, **_: f"{origin}/{fname}"

    def outcome(call, **options):
        try:
            return call(**options)
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def plain(value):
        if isinstance(value, str):
            return value
        (a, b), (c, d) = value
        return [[v.shape, v.dtype.str, type(v[0]).__name__, v.tolist()] for v in (a, b, c, d)]

    calls = [{}, {"num_words": 10}, {"num_words": 20, "skip_top": 6}, {"maxlen": 6}, {"maxlen": 1}, {"seed": 7},
             {"start_char": None}, {"start_char": None, "index_from": 0}, {"index_from": 0}, {"oov_char": None},
             {"oov_char": None, "num_words": 5, "skip_top": 2}, {"start_char": 9, "oov_char": 8, "index_from": 12},
             {"num_words": 0}, {"num_words": 10**9}, {"maxlen": 0}, {"maxlen": 10**6, "num_words": 30}, {"skip_top": 2},
             {"num_words": 15.5}, {"index_from": -1}, {"nonsense": 3}, {"path": "imdb.npz", "num_words": 12}]
    if not quick:
        calls = [{"num_words": 10000}, {}, {"num_words": 500, "skip_top": 20, "maxlen": 200}]
    expected = [plain(outcome(originals[imdb]["load_data"], **options)) for options in calls]
    words = originals[imdb]["get_word_index"]()
    digits = plain(originals[mnist]["load_data"]())
    data_shim.install(folder)
    assert imdb.load_data is not originals[imdb]["load_data"]
    differ = [options for options, want in zip(calls, expected) if plain(outcome(imdb.load_data, **options)) != want]
    assert not differ, differ
    assert imdb.get_word_index() == words and list(imdb.get_word_index()) == list(words)
    assert plain(mnist.load_data()) == digits
    (x, _), _ = mnist.load_data()
    x[0] = 1
    print("same", len(calls), [type(e).__name__ for e in expected].count("str"))
"""


def run(
    code: str, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    variables = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "DEEPGRADE"))
    }
    variables |= {
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_HOME": "/nonexistent/keras",
    } | (environment or {})
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
        timeout=300,
    )


def stored(tmp_path: Path) -> Path:
    """A data folder with two small sets."""
    store_as(tmp_path / "data", "mnist", images())
    store_as(tmp_path / "data", "imdb", reviews())
    return tmp_path / "data"


def shim_module() -> ModuleType:
    """The shim with a state of its own."""
    return importlib.reload(importlib.import_module("deepgrade.kernel.data_shim"))


def small_keras(tmp_path: Path) -> Path:
    """A package laid out like Keras, whose loaders would download; it imports in no time."""
    folder = tmp_path / "packages"
    for name in ("mnist", "imdb", "cifar10", "fashion_mnist"):
        inner = folder / "keras" / "src" / "datasets"
        outer = folder / "keras" / "datasets" / name
        inner.mkdir(parents=True, exist_ok=True)
        outer.mkdir(parents=True)
        (inner / f"{name}.py").write_text("def load_data(path='x.npz'):\n    raise OSError('downloads')\n")
        (outer / "__init__.py").write_text(f"from keras.src.datasets.{name} import load_data as load_data\n")
    for package in ("keras", "keras/src", "keras/src/datasets", "keras/datasets"):
        (folder / package / "__init__.py").touch()
    return folder


def test_a_set_that_is_not_part_of_the_lab_says_so_and_names_those_that_are(tmp_path: Path) -> None:
    code = """
        import sys
        sys.path[:0] = [sys.argv[1], sys.argv[3]]
        from keras.src.datasets import fashion_mnist
        from kernel import data_shim
        data_shim.install(sys.argv[2])
        from keras.datasets import cifar10
        for module, options in ((cifar10, {}), (fashion_mnist, {"nonsense": 1})):
            try:
                module.load_data(**options)
            except OSError as error:
                print(error)
    """
    done = run(code, str(PACKAGE), str(stored(tmp_path)), str(small_keras(tmp_path)))
    assert done.stdout.splitlines() == [
        f"The data set {name!r} is not available here: there is no network, and this lab comes with imdb, mnist only. "
        "Use the data set that the lab names."
        for name in ("cifar10", "fashion_mnist")
    ], done.stderr


def test_a_folder_without_any_set_says_so(tmp_path: Path) -> None:
    shim = shim_module()
    shim._folder = tmp_path
    with pytest.raises(FileNotFoundError, match="comes with no data set only"):
        shim.imdb_load_data()


def test_a_pickled_array_in_the_folder_is_not_unpickled(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    np.save(folder / "imdb" / "y_test.npy", np.array([{"a": 1}], dtype=object))
    shim = shim_module()
    shim._folder = folder
    with pytest.raises(ValueError, match="allow_pickle"):
        shim.imdb_load_data()


def test_loaders_return_exactly_what_those_of_keras_return(tmp_path: Path) -> None:
    folder = stored(tmp_path)
    publish(tmp_path / "origin", "mnist", images())
    publish(tmp_path / "origin", "imdb", reviews())
    done = run(COMPARE, str(PACKAGE), str(folder), str(tmp_path / "origin"), "quick")
    assert done.stdout.startswith("same 21"), done.stdout + done.stderr


def test_reviews_of_one_length_become_a_table_as_in_keras(tmp_path: Path) -> None:
    data = reviews(train=6, test=8)
    for split in ("train", "test"):
        count = len(data.labels(split))
        data.arrays[f"x_{split}_tokens"] = np.arange(1, 1 + 3 * count, dtype=np.int32)
        data.arrays[f"x_{split}_offsets"] = np.arange(0, 3 * count + 1, 3)
    store_as(tmp_path / "data", "imdb", data)
    shim = shim_module()
    shim._folder = tmp_path / "data"
    (x_train, _), _ = shim.imdb_load_data()
    assert x_train.shape == (6, 4)
    assert x_train.dtype == object


def test_every_spelling_of_the_import_gets_the_replaced_loader(tmp_path: Path) -> None:
    code = """
        import sys
        sys.path.insert(0, sys.argv[1])
        from kernel import data_shim
        before = set(sys.modules)
        data_shim.install(sys.argv[2])
        assert not [name for name in set(sys.modules) - before if name.startswith(("keras", "tensorflow"))]
        import tensorflow as tf
        import keras
        from keras.datasets import mnist
        from keras.datasets.imdb import load_data as direct
        from tensorflow.keras.datasets import imdb
        from keras.src.datasets import imdb as inner
        import importlib
        shapes = {str(load()[0][0].shape) for load in (
            mnist.load_data, keras.datasets.mnist.load_data, tf.keras.datasets.mnist.load_data)}
        rows = {len(load(num_words=10)[1][0]) for load in (
            direct, imdb.load_data, inner.load_data, keras.datasets.imdb.load_data, tf.keras.datasets.imdb.load_data,
            importlib.reload(inner).load_data)}
        words = len(tf.keras.datasets.imdb.get_word_index())
        print(shapes, rows, words, inner.__spec__.name, keras.datasets.mnist.load_data.__name__)
    """
    done = run(code, str(PACKAGE), str(stored(tmp_path)))
    assert done.stdout.strip() == "{'(60, 28, 28)'} {300} 40 keras.src.datasets.imdb load_data", done.stderr


def test_a_script_gets_the_data_from_two_variables_and_another_sitecustomize_still_runs(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("print('theirs')\nraise RuntimeError('broken')\n")
    environment = {
        "PYTHONPATH": os.pathsep.join([str(KERNEL / "with_data"), str(other), str(small_keras(tmp_path))]),
        "DEEPGRADE_DATA": str(stored(tmp_path)),
    }
    done = run(
        "from keras.datasets import mnist; print(mnist.load_data()[1][0].shape)", environment=environment
    )
    assert done.stdout.splitlines() == ["theirs", "(400, 28, 28)"], done.stderr
    without = run(
        "import sys; print(any('shim' in name for name in sys.modules))",
        environment={"PYTHONPATH": environment["PYTHONPATH"]},
    )
    assert without.stdout.splitlines() == ["theirs", "False"]


def test_the_shim_imports_nothing_but_the_standard_library_and_numpy(tmp_path: Path) -> None:
    code = """
        import sys
        sys.path.insert(0, sys.argv[1])
        from kernel import data_shim
        own = {name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
        print(sorted(name for name in own if not name.startswith("_")))
    """
    done = subprocess.run(
        [sys.executable, "-S", "-c", textwrap.dedent(code), str(PACKAGE)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(np.__file__).parents[1])},
    )
    assert done.stdout.strip() == "['kernel', 'numpy']", done.stderr


def test_equal_word_numbers_share_memory(tmp_path: Path) -> None:
    shim = shim_module()
    shim._folder = stored(tmp_path)
    (x_train, _), _ = shim.imdb_load_data(index_from=1000)
    numbers: dict[int, Any] = {}
    assert all(numbers.setdefault(word, word) is word for row in x_train for word in row)
    assert all(type(word) is int for row in x_train for word in row)


@pytest.mark.full
def test_loaders_return_exactly_what_those_of_keras_return_on_the_real_sets(tmp_path: Path) -> None:
    source = real_data()
    store = DataStore(tmp_path / "store")
    store.import_folder(source)
    origin = tmp_path / "origin"
    origin.mkdir()
    for name in ("mnist.npz", "imdb.npz", "imdb_word_index.json"):
        (origin / name).symlink_to(next(source.rglob(name)))
    done = run(COMPARE, str(PACKAGE), str(store.size_folder("real", "full")), str(origin), "full")
    assert done.stdout.startswith("same 3"), done.stdout + done.stderr
