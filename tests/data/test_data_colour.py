"""Colour pictures: CIFAR-100's files, its stand-in, its loader, and hidden sets made from photos."""

from __future__ import annotations

import importlib
import io
import os
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from data_small_sets import SECRET, catalogue, entry, store_as

from deepgrade.data import (
    DataError,
    DataSet,
    DataStore,
    adapt,
    fingerprint,
    load_hidden_inputs,
    load_labels,
    load_public_rows,
    prepare_hidden,
    read_data_folder,
    verify_hidden,
)
from deepgrade.data.arrays import rows_sha256
from deepgrade.data.stream import Stream
from deepgrade.data.synthetic_cifar100 import generate_cifar100
from deepgrade.data.warp import distort

# A change of the generator changes grades on synthetic data: raise its version when this has to change.
FINGERPRINT = "83fc5542bf6d0b552155087b534427b3e785aa30e4ed2dd7cddb6c20a7f82944"
ARCHIVE = "cifar-100-python.tar.gz"


def photos(train: int = 40, test: int = 400, seed: int = 1) -> DataSet:
    """Smooth colour pictures of ten classes, whose labels stand in one column as CIFAR's do."""
    rng = np.random.RandomState(seed)

    def split(count: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(count) % 10
        small = rng.randint(20, 236, (count, 8, 8, 3))
        return small.repeat(4, axis=1).repeat(4, axis=2).astype(np.uint8), labels.reshape(-1, 1).astype(
            np.int64
        )

    return DataSet.of(split(train), split(test))


def python2_pickle(data: np.ndarray, labels: list[int]) -> bytes:
    """What Python 2's pickle made of `{"data": data, "fine_labels": labels}`, as CIFAR was published."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    def number(value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    raw = data.tobytes()
    shape = b"(" + b"".join(map(number, data.shape)) + b"t"
    dtype = (
        b"cnumpy\ndtype\n("
        + text(b"u1")
        + b"K\x00K\x01tR(K\x03"
        + text(b"|")
        + b"NNN"
        + number(-1) * 2
        + b"K\x00tb"
    )
    empty = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00t" + text(b"b") + b"tR"
    state = b"(K\x01" + shape + dtype + b"I00\n" + b"T" + struct.pack("<i", len(raw)) + raw + b"tb"
    values = b"](" + b"".join(map(number, labels)) + b"e"
    return b"\x80\x02}(" + text(b"data") + empty + state + text(b"fine_labels") + values + b"u."


def archive(path: Path, **members: bytes) -> Path:
    """Write an archive as CIFAR-100 is published in."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(f"cifar-100-python/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def batch(data: DataSet, split: str) -> bytes:
    """One file of the archive: a row a picture, all red values first."""
    pictures = data.arrays[f"x_{split}"].transpose(0, 3, 1, 2).reshape(-1, 3072)
    return python2_pickle(np.ascontiguousarray(pictures), data.arrays[f"y_{split}"].ravel().tolist())


def photo_store(tmp_path: Path, data: DataSet) -> DataStore:
    """A store whose catalogue knows a small CIFAR-100, in any order."""
    arrays = {
        name: {
            "dtype": str(array.dtype),
            "shape": array.shape,
            "sha256": rows_sha256(data.arrays["x" + name[1:]], array)
            if name[0] == "y"
            else rows_sha256(array),
        }
        for name, array in data.arrays.items()
    }
    file = {"name": ARCHIVE, "also": ["cifar100.npz"], "url": "http://127.0.0.1:9/x", "sha256": "0" * 64}
    return DataStore(
        tmp_path / "store",
        catalogue(cifar100=entry(data, [], arrays=arrays, order="any", files=[file])),
    )


class Harmful:
    """Pickles as a call."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch harmed",)


def test_an_archive_that_wants_to_run_code_or_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = photo_store(tmp_path, photos())
    whole = batch(photos(), "train")
    cases = {
        "posix.system": {"train": pickle.dumps(Harmful()), "test": whole},
        "cifar-100-python/test' not found": {"train": whole},
        "cannot be read as CIFAR-100": {"train": whole[: len(whole) // 2], "test": whole},
        "cannot be read as": {"train": pickle.dumps([1], protocol=2), "test": whole},
    }
    for message, members in cases.items():
        archive(tmp_path / ARCHIVE, **members)
        with pytest.raises(DataError, match=message.replace("'", ".")):
            store.import_folder(tmp_path)
    (tmp_path / ARCHIVE).write_bytes(b"not an archive")
    with pytest.raises(DataError, match="cannot be read as CIFAR-100"):
        store.import_folder(tmp_path)
    assert not (tmp_path / "harmed").exists()


def test_the_published_archive_and_a_repacked_copy_in_another_order_are_both_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepgrade.data.store.QUICK_SIZES", {"cifar100": (20, 100)})
    data = photos()
    published, repacked = tmp_path / "published", tmp_path / "repacked"
    published.mkdir()
    repacked.mkdir()
    archive(published / ARCHIVE, train=batch(data, "train"), test=batch(data, "test"))
    first, quick = photo_store(tmp_path / "1", data).import_folder(published)
    np.testing.assert_array_equal(read_data_folder(first.path).arrays["x_train"], data.arrays["x_train"])
    assert quick.facts.test_size == 100
    order = np.random.RandomState(2).permutation(40)
    arrays = {name: array[order] if "train" in name else array for name, array in data.arrays.items()}
    arrays["y_train"] = arrays["y_train"].astype(np.uint8)
    np.savez(repacked / "cifar100.npz", **arrays)
    second, _ = photo_store(tmp_path / "2", data).import_folder(repacked)
    stored = read_data_folder(second.path).arrays
    assert stored["y_train"].dtype == np.int64
    np.testing.assert_array_equal(stored["x_train"], data.arrays["x_train"][order])


def test_the_loader_returns_what_keras_returns_and_coarse_labels_follow_from_fine_ones(
    tmp_path: Path,
) -> None:
    data = photos()
    store_as(tmp_path, "cifar100", data)
    shim = importlib.reload(importlib.import_module("deepgrade.kernel.data_shim"))
    shim._folder = tmp_path
    with pytest.raises(ValueError, match="label_mode"):
        shim.cifar100_load_data("rough")
    (x_train, y_train), (x_test, _) = shim.cifar100_load_data()
    np.testing.assert_array_equal(x_test, data.arrays["x_test"])
    assert (x_train.shape, y_train.shape, y_train.dtype) == ((40, 32, 32, 3), (40, 1), np.int64)
    (_, groups), _ = shim.cifar100_load_data(label_mode="coarse")
    assert (groups.shape, groups.dtype) == ((40, 1), np.int64)
    # Class 0 is a fruit (group 4), class 1 a fish (group 1), class 9 a container (group 3).
    assert groups.ravel()[[0, 1, 9, 10]].tolist() == [4, 1, 3, 4]
    assert np.bincount(shim._CIFAR100_GROUPS).tolist() == [5] * 20


def test_hidden_photos_are_new_and_the_public_ones_keep_shape_and_labels(tmp_path: Path) -> None:
    source = store_as(tmp_path / "store", "cifar100", photos())
    hidden = prepare_hidden(source, "cifar100", 120, SECRET, tmp_path / "hidden")
    before, after = read_data_folder(source), read_data_folder(hidden.public)
    np.testing.assert_array_equal(before.labels("test"), after.labels("test"))
    assert after.labels("test").shape == (400, 1)
    assert load_labels(hidden.public, "test").shape == (400,)
    changed = np.flatnonzero((before.inputs("test") != after.inputs("test")).any(axis=(1, 2, 3)))
    assert len(changed) == 120
    assert changed.min() >= 100
    inputs, labels = np.asarray(load_hidden_inputs(hidden.inputs)), np.load(hidden.labels / "labels.npy")
    assert (inputs.shape, inputs.dtype, labels.shape) == ((120, 32, 32, 3), np.uint8, (120,))
    assert np.bincount(labels).tolist() == [12] * 10
    public = {
        row.tobytes(): label
        for row, label in zip(after.inputs("test"), load_labels(source, "test"), strict=True)
    }
    known = {row.tobytes() for row in before.inputs("test")}
    assert not any(row.tobytes() in public or row.tobytes() in known for row in inputs)
    # Labels of the replaced rows in public order say nothing about the hidden ones: a look-up scores at chance.
    assert (load_labels(hidden.public, "test")[changed] == labels).mean() < 0.25
    assert verify_hidden(hidden) == ()
    np.testing.assert_array_equal(
        load_public_rows(hidden.public, "cifar100", [3, 1]), after.inputs("test")[[3, 1]]
    )


def test_photos_are_distorted_mildly_and_without_black_edges() -> None:
    rows = photos().inputs("test")[:50]
    assert isinstance(rows, np.ndarray)
    nothing = distort(rows, Stream(SECRET, "x"), degrees=0, shift_hundredths=0)
    np.testing.assert_array_equal(nothing, rows)
    mild = distort(rows, Stream(SECRET, "x"), degrees=3, shift_hundredths=100, brightness_per_mille=80)
    assert (mild != rows).any(axis=(1, 2, 3)).all()
    edge = np.concatenate([mild[:, 0], mild[:, -1], mild[:, :, 0], mild[:, :, -1]], axis=1)
    assert edge.min() >= 20 * 0.9
    share = mild.mean(axis=(1, 2, 3)) / rows.mean(axis=(1, 2, 3))
    assert 0.9 < share.min() < 0.97 < 1.03 < share.max() < 1.1
    again = distort(rows, Stream(SECRET, "x"), degrees=3, shift_hundredths=100, brightness_per_mille=80)
    np.testing.assert_array_equal(mild, again)


def test_grey_adapters_do_not_take_colour_and_the_other_way_round() -> None:
    colour, grey = photos().inputs("test")[:2], photos().inputs("test")[:2, :, :, 0]
    for name in ("square/unit", "channel/raw"):
        with pytest.raises(DataError, match="image does"):
            adapt(name, colour)
    with pytest.raises(DataError, match="square does"):
        adapt("image/unit", grey)
    assert adapt("image/unit", colour).shape == (2, 32, 32, 3)
    np.testing.assert_allclose(adapt("flat/raw", colour), np.asarray(colour, np.float32).reshape(2, 3072))


@pytest.fixture(scope="module")
def generated() -> DataSet:
    return generate_cifar100("quick")


def test_generated_pictures_have_the_recorded_fingerprint(generated: DataSet) -> None:
    assert fingerprint(generated) == FINGERPRINT


def test_generated_pictures_have_the_types_shapes_and_balance_of_cifar(generated: DataSet) -> None:
    for split, count in (("train", 5000), ("test", 1500)):
        x, y = generated.arrays[f"x_{split}"], generated.arrays[f"y_{split}"]
        assert (x.shape, x.dtype) == ((count, 32, 32, 3), np.uint8)
        assert (y.shape, y.dtype) == ((count, 1), np.int64)
        assert np.bincount(y.ravel()).tolist() == [count // 100] * 100
        assert 30 < x.std() < 90
        # Hidden rows are never among the first hundred, so these must not use up a class.
        assert np.bincount(y[:100].ravel(), minlength=100).max() <= 6
    both = np.concatenate([generated.arrays["x_train"], generated.arrays["x_test"]])
    assert len({row.tobytes() for row in both}) == len(both)


def test_colours_alone_say_something_about_the_class_and_far_from_all(generated: DataSet) -> None:
    def colours(x: np.ndarray) -> np.ndarray:
        small = x.reshape(-1, 4, 8, 4, 8, 3).mean(axis=(2, 4)).reshape(len(x), -1)
        return np.column_stack([small / 255, np.ones(len(x))])

    x, y = colours(generated.arrays["x_train"]), generated.arrays["y_train"].ravel()
    weights, *_ = np.linalg.lstsq(x, np.eye(100)[y], rcond=None)
    found = (colours(generated.arrays["x_test"]) @ weights).argmax(axis=1)
    assert 0.1 < (found == generated.arrays["y_test"].ravel()).mean() < 0.4
