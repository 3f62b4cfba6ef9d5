"""Hidden sets: what is carved out, what stands in its place, and who may read it."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from data_small_sets import SECRET, images, real_data, reviews, store_as

from deepgrade.data import (
    DataStore,
    HiddenSet,
    HiddenSetError,
    Ragged,
    hidden_count,
    hidden_rows,
    load_hidden_inputs,
    load_labels,
    prepare_hidden,
    read_data_folder,
    read_facts,
    verify_hidden,
)
from deepgrade.data.loading import as_loaded, row_order
from deepgrade.data.stream import Stream
from deepgrade.data.warp import distort

SETS = {"mnist": images, "imdb": reviews}
ROWS = {"mnist": 120, "imdb": 90}


def made(tmp_path: Path, name: str, *, secret: bytes = SECRET, to: str = "hidden") -> tuple[Path, HiddenSet]:
    """A stored small set and a hidden set made from it."""
    source = tmp_path / "store" / name
    if not source.exists():
        store_as(tmp_path / "store", name, SETS[name]())
    return source, prepare_hidden(source, name, ROWS[name], secret, tmp_path / to)


def replaced_rows(source: Path, hidden: HiddenSet) -> np.ndarray:
    """Places of `load_data()` whose test row is not the stored one."""
    before, after = read_data_folder(source).inputs("test"), read_data_folder(hidden.public).inputs("test")
    order = row_order(source, "test")
    return np.array([place for place, row in enumerate(order) if not np.array_equal(before[row], after[row])])


def test_a_short_secret_too_many_rows_and_another_name_are_refused(tmp_path: Path) -> None:
    source = store_as(tmp_path, "mnist", images())
    with pytest.raises(HiddenSetError, match="at least 16"):
        prepare_hidden(source, "mnist", 10, b"short", tmp_path / "h")
    for rows in (0, -3, 401):
        with pytest.raises(HiddenSetError, match="cannot be hidden"):
            prepare_hidden(source, "mnist", rows, SECRET, tmp_path / "h")
    with pytest.raises(HiddenSetError, match="a third of each class has to stay"):
        prepare_hidden(source, "mnist", 300, SECRET, tmp_path / "h")
    with pytest.raises(HiddenSetError, match="holds 'mnist', not 'imdb'"):
        prepare_hidden(source, "imdb", 10, SECRET, tmp_path / "h")
    assert not list((tmp_path / "h").rglob("*.*y"))
    assert not list((tmp_path / "h").rglob("*.json"))


def test_a_folder_with_another_hidden_set_is_not_touched(tmp_path: Path) -> None:
    _, hidden = made(tmp_path, "mnist")
    with pytest.raises(HiddenSetError, match="made from other data, rows or another secret"):
        made(tmp_path, "mnist", secret=b"another secret, also long")
    assert verify_hidden(hidden) == ()


@pytest.mark.parametrize("name", ["mnist", "imdb"])
def test_a_changed_hidden_set_and_open_folders_are_found(tmp_path: Path, name: str) -> None:
    _, hidden = made(tmp_path, name)
    hidden.labels.chmod(0o755)
    labels = np.load(hidden.labels / "labels.npy")
    np.save(hidden.labels / "labels.npy", labels[::-1])
    problems = verify_hidden(hidden)
    assert "its fingerprint differs" in problems[0]
    assert "can be read by others" in problems[1]
    (hidden.inputs / "facts.json").unlink()
    (hidden.public / "y_test.npy").unlink()
    assert "cannot be read" in verify_hidden(hidden)[0]


@pytest.mark.parametrize("name", ["mnist", "imdb"])
def test_public_data_keep_counts_labels_and_the_first_hundred_rows(tmp_path: Path, name: str) -> None:
    source, hidden = made(tmp_path, name)
    before, after = read_data_folder(source), read_data_folder(hidden.public)
    np.testing.assert_array_equal(load_labels(source, "test"), load_labels(hidden.public, "test"))
    for key in (key for key in before.arrays if "train" in key):
        np.testing.assert_array_equal(before.arrays[key], after.arrays[key])
    assert before.word_index == after.word_index
    changed = replaced_rows(source, hidden)
    assert changed.min() >= 100
    # A distorted copy may by chance equal the short row whose place it takes.
    assert 0.9 * ROWS[name] <= len(changed) <= ROWS[name]
    facts = read_facts(hidden.public)
    assert (facts.name, facts.train_size, facts.test_size) == (
        name,
        len(before.labels("train")),
        len(before.labels("test")),
    )
    assert facts.fingerprint != read_facts(source).fingerprint


@pytest.mark.parametrize("name", ["mnist", "imdb"])
def test_hidden_rows_keep_the_balance_of_classes_in_an_order_that_says_nothing(
    tmp_path: Path, name: str
) -> None:
    source, hidden = made(tmp_path, name)
    labels = np.load(hidden.labels / "labels.npy")
    assert labels.dtype == np.int64
    classes = read_facts(source).classes
    assert np.bincount(labels).tolist() == [ROWS[name] // classes] * classes
    assert len(load_hidden_inputs(hidden.inputs)) == ROWS[name]
    in_public_order = load_labels(hidden.public, "test")[replaced_rows(source, hidden)]
    share = (in_public_order == labels[: len(in_public_order)]).mean()
    assert share < 1 / classes + 0.2, "the labels in public order would be the answers"


@pytest.mark.parametrize("name", ["mnist", "imdb"])
def test_which_rows_are_hidden_can_be_asked_without_making_anything(tmp_path: Path, name: str) -> None:
    source, hidden = made(tmp_path, name)
    before, after = read_data_folder(source).inputs("test"), read_data_folder(hidden.public).inputs("test")
    replaced = {row for row in range(len(before)) if not np.array_equal(before[row], after[row])}
    rows = hidden_rows(source, name, ROWS[name], SECRET)
    assert len(rows) == ROWS[name]
    assert replaced <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()
    assert not set(rows.tolist()) & set(row_order(source, "test")[:100].tolist())
    assert set(rows.tolist()) != set(hidden_rows(source, name, ROWS[name], SECRET[::-1]).tolist())
    assert hidden_count(tmp_path / "hidden", name) == ROWS[name]
    assert hidden_count(tmp_path / "elsewhere", name) is None
    with pytest.raises(HiddenSetError, match="cannot be hidden"):
        hidden_rows(source, name, 401, SECRET)


def test_no_hidden_image_stands_in_the_public_set(tmp_path: Path) -> None:
    _, hidden = made(tmp_path, "mnist")
    public = {row.tobytes() for row in read_data_folder(hidden.public).inputs("test")}
    assert not any(row.tobytes() in public for row in np.asarray(load_hidden_inputs(hidden.inputs)))


def test_hidden_reviews_come_as_load_data_returns_them(tmp_path: Path) -> None:
    source, hidden = made(tmp_path, "imdb")
    inputs = load_hidden_inputs(hidden.inputs)
    assert isinstance(inputs, Ragged)
    rows = inputs.to_lists()
    assert all(row[0] == 1 and len(row) >= 2 and min(row[1:]) >= 4 for row in rows)
    originals = as_loaded(read_data_folder(source).inputs("test")).to_lists()
    lengths = sorted(map(len, originals))
    assert max(map(len, rows)) <= lengths[-1]


@pytest.mark.parametrize("name", ["mnist", "imdb"])
def test_the_same_secret_makes_the_same_set_and_another_secret_another(tmp_path: Path, name: str) -> None:
    _, first = made(tmp_path, name)
    _, again = made(tmp_path, name, to="elsewhere")
    _, other = made(tmp_path, name, to="other", secret=b"another secret, also long")
    assert first.fingerprint == again.fingerprint != other.fingerprint
    changed = (first.inputs / "facts.json").stat().st_mtime_ns
    _, cached = made(tmp_path, name)
    assert cached == first
    assert (cached.inputs / "facts.json").stat().st_mtime_ns == changed


@pytest.mark.parametrize("name", ["mnist", "imdb"])
def test_only_the_owner_reads_inputs_and_labels_and_no_secret_is_written(tmp_path: Path, name: str) -> None:
    _, hidden = made(tmp_path, name)
    for private in (hidden.inputs, hidden.labels):
        assert private.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in private.iterdir()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in hidden.public.iterdir()} == {0o644}
    for path in (tmp_path / "hidden").rglob("*"):
        assert not path.is_file() or SECRET not in path.read_bytes()
    assert not any(path.suffix == ".npy" and "label" in path.name for path in hidden.public.iterdir())


def test_what_an_interrupted_call_left_is_never_mixed_with_the_next_set(tmp_path: Path) -> None:
    _, wanted = made(tmp_path, "mnist", to="whole")
    _, hidden = made(tmp_path, "mnist", secret=b"another secret, also long")
    (tmp_path / "hidden" / "keys" / "mnist.json").unlink()
    shutil.rmtree(hidden.public)
    _, finished = made(tmp_path, "mnist")
    assert finished.fingerprint == wanted.fingerprint
    assert verify_hidden(finished) == ()


def test_two_processes_that_make_the_same_set_at_once_get_the_same_one(tmp_path: Path) -> None:
    source = store_as(tmp_path / "store", "imdb", reviews())
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(prepare_hidden, source, "imdb", 90, SECRET, tmp_path / "h") for _ in range(4)]
        assert len({call.result() for call in calls}) == 1
    assert verify_hidden(calls[0].result()) == ()


def test_a_distortion_of_nothing_changes_nothing_and_a_mild_one_little() -> None:
    rows = images().inputs("test")[:20]
    np.testing.assert_array_equal(distort(rows, Stream(SECRET, "x"), degrees=0, shift_hundredths=0), rows)
    mild = distort(rows, Stream(SECRET, "x"), degrees=5, shift_hundredths=30)
    assert (mild != rows).any(axis=(1, 2)).all()
    assert np.abs(mild.astype(int).sum(axis=(1, 2)) / rows.astype(int).sum(axis=(1, 2)) - 1).max() < 0.05


@pytest.mark.full
def test_a_look_up_scores_at_chance_on_hidden_rows_of_the_real_set(tmp_path: Path) -> None:
    store = DataStore(tmp_path / "store")
    store.import_folder(real_data())
    hidden = prepare_hidden(store.size_folder("real", "full"), "mnist", 5000, SECRET, tmp_path / "hidden")
    images_, labels = np.asarray(load_hidden_inputs(hidden.inputs)), np.load(hidden.labels / "labels.npy")
    public = read_data_folder(hidden.public)
    known = {
        row.tobytes(): label for row, label in zip(public.inputs("test"), public.labels("test"), strict=True)
    }
    found = np.array([known.get(row.tobytes(), 0) for row in images_])
    assert (found == labels).mean() < 0.13
