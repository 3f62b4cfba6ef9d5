"""The store: import, verify, list; and the catalogue it goes by."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from data_small_sets import catalogue, entry, images, publish, real_data, reviews

from deepgrade.data import ChecksumError, DataError, DataNotFoundError, DataSet, DataStore, load_catalogue
from deepgrade.data.arrays import array_sha256, rows_sha256
from deepgrade.data.catalogue import PATH
from deepgrade.data.published import read_npz
from deepgrade.data.store import quick_subset

REPOSITORY = Path(__file__).resolve().parents[2]


def small_store(tmp_path: Path) -> tuple[DataStore, Path]:
    """A store whose catalogue knows two small sets, and a folder with their published files."""
    source = tmp_path / "source"
    mnist, imdb = images(100, 400), reviews()
    entries = {
        "mnist": entry(mnist, publish(source / "deep" / "er", "mnist", mnist)),
        "imdb": entry(imdb, publish(source, "imdb", imdb)),
    }
    return DataStore(tmp_path / "store", catalogue(**entries)), source


def test_a_set_that_is_not_stored_is_reported_with_the_command_that_gets_it(tmp_path: Path) -> None:
    store = DataStore(tmp_path)
    with pytest.raises(DataNotFoundError, match="deepgrade data fetch mnist"):
        store.find("mnist", "real", "full")
    with pytest.raises(DataNotFoundError, match="deepgrade data synthetic imdb --size quick"):
        store.find("imdb", "synthetic", "quick")
    with pytest.raises(DataError, match=r"'mnits'.*imdb, mnist"):
        store.find("mnits", "real", "full")


def test_files_with_other_arrays_are_refused_and_the_array_is_named(tmp_path: Path) -> None:
    store, source = small_store(tmp_path)
    other = images(100, 400)
    other.arrays["y_test"][7] = 3
    publish(source / "deep" / "er", "mnist", other)
    with pytest.raises(ChecksumError, match=r"mnist\.npz.*y_test has the published shape, but other values"):
        store.import_folder(source)
    assert not (store.root / "real" / "full" / "mnist").exists()


def test_a_set_of_another_shape_or_type_is_refused_with_both(tmp_path: Path) -> None:
    data = images(100, 400)
    published = entry(data, publish(tmp_path, "mnist", data))
    short = DataSet(
        data.arrays | {"x_train": data.arrays["x_train"][:9], "y_test": data.arrays["y_test"].astype(float)}
    )
    differences = published.differences(short)
    assert "x_train has shape (9, 28, 28), published is (100, 28, 28)" in differences
    assert "y_test has type float64, published is uint8" in differences


def test_half_a_set_and_an_empty_folder_are_refused_with_the_missing_names(tmp_path: Path) -> None:
    store, source = small_store(tmp_path)
    (source / "imdb_word_index.json").unlink()
    with pytest.raises(DataError, match=r"imdb_word_index\.json is missing"):
        store.import_folder(source)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match=r"imdb\.npz, imdb_word_index\.json, mnist\.npz"):
        store.import_folder(empty)
    with pytest.raises(DataError, match="not a folder"):
        store.import_folder(tmp_path / "nowhere")


class Harmful:
    """Pickles as a call."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch harmed",)


def test_a_pickle_that_wants_to_run_code_is_refused_and_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "imdb.npz", x_train=np.array([Harmful(), [1, 2]], dtype=object))
    with pytest.raises(DataError, match=r"posix\.system"):
        read_npz(tmp_path / "imdb.npz")
    assert not (tmp_path / "harmed").exists()
    (tmp_path / "not.npz").write_bytes(pickle.dumps([1]))
    with pytest.raises(DataError, match="cannot be read as a data file"):
        read_npz(tmp_path / "not.npz")


def test_import_stores_both_sizes_and_a_second_import_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepgrade.data.store.QUICK_SIZES", {"mnist": (50, 100), "imdb": (30, 100)})
    store, source = small_store(tmp_path)
    first = store.import_folder(source)
    assert {(s.name, s.origin, s.size, s.facts.train_size) for s in first} == {
        ("mnist", "real", "full", 100),
        ("mnist", "real", "quick", 50),
        ("imdb", "real", "full", 50),
        ("imdb", "real", "quick", 30),
    }
    assert sorted(store.import_folder(source)) == sorted(first)
    assert store.verify() == ()
    assert store.find("imdb", "real", "full").path == store.size_folder("real", "full") / "imdb"
    assert [(s.size, s.name) for s in store.list()] == [
        ("full", "imdb"),
        ("full", "mnist"),
        ("quick", "imdb"),
        ("quick", "mnist"),
    ]
    facts = json.loads((store.root / "real" / "quick" / "mnist" / "facts.json").read_text())
    assert facts | {"fingerprint": ""} == {
        "schema_version": 1,
        "name": "mnist",
        "origin": "real",
        "size": "quick",
        "train_size": 50,
        "test_size": 100,
        "classes": 10,
        "fingerprint": "",
    }


def test_verify_names_what_was_changed_after_it_was_stored(tmp_path: Path) -> None:
    store, source = small_store(tmp_path)
    store.import_folder(source)
    folder = store.root / "real" / "full"
    labels = np.load(folder / "mnist" / "y_train.npy")
    labels[0] = 200
    np.save(folder / "mnist" / "y_train.npy", labels)
    (folder / "imdb" / "x_test_tokens.npy").write_bytes(b"not an array")
    (folder / ".mnist.stopped").mkdir()
    problems = "\n".join(store.verify())
    assert "y_train has labels outside 0 to 9" in problems
    assert "the arrays are not those that were stored" in problems
    assert "x_test_tokens.npy cannot be read" in problems
    assert "left over from a command that was stopped" in problems


def test_every_stored_file_can_be_read_by_the_user_of_a_sandbox(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        store, source = small_store(tmp_path)
        store.import_folder(source)
    finally:
        os.umask(before)
    files = [path for path in (store.root / "real" / "full").rglob("*") if path.is_file()]
    assert files
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in files)


def test_a_quick_subset_is_balanced_and_keeps_the_first_rows_in_order() -> None:
    data = images(200, 400)
    quick = quick_subset(data, 50, 100)
    assert np.bincount(quick.labels("test")).tolist() == [10] * 10
    np.testing.assert_array_equal(quick.inputs("test")[:10], data.inputs("test")[:10])
    words = quick_subset(reviews(), 20, 100)
    assert np.bincount(words.labels("train")).tolist() == [10, 10]
    assert len(words.inputs("test")) == 100


def test_a_set_without_a_published_order_is_recognised_in_any_order_but_not_with_exchanged_labels(
    tmp_path: Path,
) -> None:
    data = images(40, 30)
    arrays = {
        name: {
            "dtype": str(array.dtype),
            "shape": array.shape,
            "sha256": rows_sha256(data.arrays[f"x{name[1:]}"], array)
            if name[0] == "y"
            else rows_sha256(array),
        }
        for name, array in data.arrays.items()
    }
    published = entry(data, publish(tmp_path, "mnist", data), order="any", arrays=arrays)
    order = np.random.RandomState(3).permutation(40)
    mixed = DataSet(
        data.arrays | {"x_train": data.arrays["x_train"][order], "y_train": data.arrays["y_train"][order]}
    )
    assert published.differences(mixed) == ()
    exchanged = DataSet(data.arrays | {"y_train": data.arrays["y_train"][order]})
    assert published.differences(exchanged) == (
        "y_train has the published shape, but other values or another order",
    )


def test_array_hashes_do_not_depend_on_memory_order_or_byte_order() -> None:
    array = np.arange(12, dtype=np.int32).reshape(3, 4)
    assert array_sha256(array) == array_sha256(np.asfortranarray(array)) == array_sha256(array.astype(">i4"))
    assert array_sha256(array) != array_sha256(array + 1)
    assert len(array_sha256(np.zeros(0))) == 64


def test_the_catalogue_has_one_source_and_keras_knows_the_same_files() -> None:
    assert (REPOSITORY / "source_data" / "catalogue.toml").resolve() == PATH.resolve()
    known = load_catalogue()
    assert set(known.sets) >= {"mnist", "imdb"}
    keras = importlib.util.find_spec("keras")
    assert keras is not None and keras.origin is not None
    folder = Path(keras.origin).parent / "src" / "datasets"
    for name in ("mnist", "imdb"):
        source = (folder / f"{name}.py").read_text()
        data_file = known[name].files[0]
        assert data_file.sha256 in source
        assert data_file.url.rsplit("/", 1)[0] in source


@pytest.mark.full
def test_the_real_sets_are_the_catalogues(tmp_path: Path) -> None:
    store = DataStore(tmp_path)
    stored = store.import_folder(real_data())
    assert {"mnist", "imdb"} <= {each.name for each in stored if each.size == "quick"}
    assert store.verify() == ()
