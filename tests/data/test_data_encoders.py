"""Encoders and loading: rows as students feed them, in the order in which they got them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data_small_sets import images, reviews, store_as
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.data import (
    DataError,
    Ragged,
    adapt,
    fits_shape,
    in_batches,
    limit_words,
    load_labels,
    load_public_rows,
    parse_adapter,
)

ROWS = st.lists(st.lists(st.integers(1, 60), max_size=9), min_size=1, max_size=12)


@pytest.mark.parametrize(
    "name",
    [
        "flat",
        "flat/half",
        "multi_hot",
        "multi_hot:",
        "multi_hot:0",
        "multi_hot:2",
        "multi_hot:-5",
        "multi_hot:9999999",
        "padded",
        "padded:5:6:7",
        "padded:²",
        "padded:+5",
        "cube/unit",
        "/",
    ],
)
def test_a_name_that_is_no_adapter_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(DataError, match="multi_hot:WORDS"):
        parse_adapter(name)


def test_an_adapter_of_the_other_kind_of_data_is_refused() -> None:
    with pytest.raises(DataError, match="the other kind"):
        adapt("flat/unit", Ragged.from_rows([[1, 2]]))
    with pytest.raises(DataError, match="the other kind"):
        adapt("multi_hot:10", np.zeros((2, 28, 28)))


def test_offsets_that_do_not_fit_the_tokens_are_refused() -> None:
    for offsets in ([0, 2], [1, 3], [0, 3, 2, 3], []):
        with pytest.raises(DataError, match="offsets"):
            Ragged(np.arange(3), np.array(offsets, dtype=np.int64))


def test_a_row_that_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = store_as(tmp_path, "mnist", images())
    for index in (-1, 400):
        with pytest.raises(DataError, match="400 test rows"):
            load_public_rows(folder, "mnist", [0, index])


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("flat/unit", (3, 784)),
        ("flat/raw", (3, 784)),
        ("square/unit", (3, 28, 28)),
        ("square/raw", (3, 28, 28)),
        ("channel/unit", (3, 28, 28, 1)),
        ("channel/raw", (3, 28, 28, 1)),
    ],
)
def test_images_keep_their_pixels_in_every_shape(name: str, shape: tuple[int, ...]) -> None:
    rows = images().inputs("test")[:3]
    made = adapt(name, rows)
    assert made.shape == shape
    assert made.dtype == np.float32
    np.testing.assert_allclose(
        made.reshape(3, 28, 28), rows / (255 if name.endswith("unit") else 1), rtol=1e-6
    )


@given(ROWS)
def test_multi_hot_is_what_the_loop_of_the_textbook_makes(rows: list[list[int]]) -> None:
    expected = np.zeros((len(rows), 20), np.float32)
    for i, row in enumerate(rows):
        for word in row:
            expected[i, word if word < 20 else 2] = 1
    np.testing.assert_array_equal(adapt("multi_hot:20", Ragged.from_rows(rows)), expected)


@given(ROWS, st.integers(1, 11))
def test_padded_is_what_keras_pads_by_default(rows: list[list[int]], length: int) -> None:
    expected = np.array([([0] * length + row)[-length:] for row in rows], dtype=np.float32)
    np.testing.assert_array_equal(adapt(f"padded:{length}", Ragged.from_rows(rows)), expected)
    limited = [[word if word < 30 else 2 for word in row] for row in rows]
    np.testing.assert_array_equal(
        adapt(f"padded:{length}:30", Ragged.from_rows(rows)),
        adapt(f"padded:{length}", Ragged.from_rows(limited)),
    )


@given(ROWS, st.integers(0, 12), st.integers(0, 12))
def test_ragged_rows_behave_like_a_list_of_lists(rows: list[list[int]], start: int, stop: int) -> None:
    ragged = Ragged.from_rows(rows)
    assert ragged.to_lists() == rows
    assert ragged.shape == (len(rows),)
    assert ragged[start:stop].to_lists() == rows[start:stop]
    assert ragged[::-2].to_lists() == rows[::-2]
    assert [row.tolist() for row in ragged] == rows
    assert ragged[-1].tolist() == rows[-1]
    assert Ragged.concatenate([ragged, ragged[start:stop]]).to_lists() == rows + rows[start:stop]
    with pytest.raises(IndexError):
        ragged[len(rows)]
    assert limit_words(ragged, 7).to_lists() == [[w if w < 7 else 2 for w in row] for row in rows]


@given(ROWS, st.integers(1, 5))
def test_batches_put_together_are_the_whole(rows: list[list[int]], batch_rows: int) -> None:
    ragged = Ragged.from_rows(rows)
    parts: list[np.ndarray] = []
    in_batches("multi_hot:61", ragged, batch_rows, parts.append)
    np.testing.assert_array_equal(np.concatenate(parts), adapt("multi_hot:61", ragged))


def test_a_models_input_shape_says_which_adapters_fit() -> None:
    fitting = {
        name: [
            shape
            for shape in ((None, 784), (None, 28, 28), (None, 28, 28, 1), (None, 10000), (None, None))
            if fits_shape(name, shape)
        ]
        for name in ("flat/unit", "square/raw", "channel/unit", "multi_hot:10000", "padded:500")
    }
    assert fitting == {
        "flat/unit": [(None, 784), (None, None)],
        "square/raw": [(None, 28, 28)],
        "channel/unit": [(None, 28, 28, 1)],
        "multi_hot:10000": [(None, 10000), (None, None)],
        "padded:500": [(None, None)],
    }


def test_labels_and_rows_come_in_the_order_of_keras(tmp_path: Path) -> None:
    data = reviews()
    folder = store_as(tmp_path, "imdb", data)
    rng = np.random.RandomState(113)
    orders = {}
    for split, count in (("train", 50), ("test", 300)):
        orders[split] = np.arange(count)
        rng.shuffle(orders[split])
    for split in ("train", "test"):
        np.testing.assert_array_equal(load_labels(folder, split), data.labels(split)[orders[split]])
    stored = data.inputs("test").to_lists()
    wanted = [5, 299, 0, 5]
    expected = [[1] + [word + 3 for word in stored[orders["test"][i]]] for i in wanted]
    assert load_public_rows(folder, "imdb", wanted).to_lists() == expected
    limited = load_public_rows(tmp_path, "imdb", np.array(wanted), num_words=20)
    assert limited.to_lists() == [[word if word < 20 else 2 for word in row] for row in expected]


def test_images_come_in_their_stored_order(tmp_path: Path) -> None:
    data = images()
    folder = store_as(tmp_path, "mnist", data)
    np.testing.assert_array_equal(load_labels(folder, "test"), data.labels("test"))
    np.testing.assert_array_equal(load_public_rows(folder, "mnist", [3, 1]), data.inputs("test")[[3, 1]])
