"""How the student fed the data set to the model: proven by captured inputs, or left by the input shape."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from infer_bundles import layer, sequential

from deepgrade.data.arrays import Ragged
from deepgrade.data.encoders import Rows, adapt, limit_words
from deepgrade.infer import BundleError, ModelBounds, Reason
from deepgrade.infer.convert import convert
from deepgrade.infer.match import Captured, Encoder, choose_encoder

RNG = np.random.default_rng(4)
IMAGES = RNG.integers(0, 256, (40, 6, 5)).astype(np.uint8)
HIDDEN = RNG.integers(0, 256, (9, 6, 5)).astype(np.uint8)
REVIEWS = Ragged.from_rows([[1, *RNG.integers(4, 50, n)] for n in RNG.integers(3, 30, 40)])
FLAT = ("flat/unit", "flat/raw")
ALL = ("flat/unit", "flat/raw", "square/unit", "square/raw", "channel/unit", "channel/raw")
DENSE = layer("Dense", units=2)


def choose(
    shape: list[int | None],
    adapters: tuple[str, ...],
    values: Any = None,
    *,
    first: dict[str, Any] = DENSE,
    rows: Rows = IMAGES,
    hidden: Rows = HIDDEN,
) -> Encoder:
    model = convert(json.dumps(sequential(first, shape=[None, *shape])).encode(), ModelBounds())
    taken = None if values is None else Captured(np.arange(len(values)), np.asarray(values))
    return choose_encoder(
        model,
        adapters,
        taken,
        lambda places: rows[places] if isinstance(rows, np.ndarray) else rows.take(places),
        hidden,
    )


def refusal(*arguments: Any, **options: Any) -> Reason:
    with pytest.raises(BundleError) as caught:
        choose(*arguments, **options)
    return caught.value.reason


def test_two_scalings_of_one_shape_are_ambiguous_without_captured_inputs() -> None:
    assert refusal([30], FLAT) == Reason.AMBIGUOUS_ADAPTER


def test_a_scaler_with_figures_for_each_column_is_not_guessed() -> None:
    flat = adapt("flat/raw", IMAGES)
    assert refusal([30], FLAT, (flat - flat.mean(0)) / flat.std(0)) == Reason.NO_ADAPTER_FITS
    assert refusal([30], ("flat/unit",), (flat - flat.mean(0)) / flat.std(0)) == Reason.NO_ADAPTER_FITS


def test_a_model_of_another_shape_fits_nothing() -> None:
    assert refusal([31], ALL) == Reason.NO_ADAPTER_FITS


def test_shuffled_rows_prove_nothing() -> None:
    assert refusal([30], FLAT, adapt("flat/unit", IMAGES)[::-1]) == Reason.NO_ADAPTER_FITS


def test_captured_rows_beyond_the_test_set_prove_nothing() -> None:
    values = np.zeros((60, 30))
    model = convert(json.dumps(sequential(DENSE, shape=[None, 30])).encode(), ModelBounds())

    def rows(places: Any) -> Rows:
        from deepgrade.data.errors import DataError

        raise DataError(f"row {places.max()}")

    with pytest.raises(BundleError) as caught:
        choose_encoder(model, FLAT, Captured(np.arange(60), values), rows, HIDDEN)
    assert caught.value.reason == Reason.NO_ADAPTER_FITS


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_captured_inputs_prove_their_adapter(name: str, dtype: Any) -> None:
    values = (adapt(name, IMAGES).astype(np.float64)).astype(dtype)
    found = choose(list(values.shape[1:]), ALL, values)
    assert found.name == name
    np.testing.assert_array_equal(found.encode(HIDDEN), adapt(name, HIDDEN))


def test_one_shift_and_one_factor_follow_from_the_captured_rows() -> None:
    raw = adapt("flat/raw", IMAGES)
    found = choose([30], ("flat/unit",), raw / np.float32(127.5) - 1)
    assert found.name == "flat/raw*0.00784314-1"
    np.testing.assert_allclose(found.encode(HIDDEN), adapt("flat/raw", HIDDEN) / 127.5 - 1, atol=1e-5)
    standard = choose([6, 5], ALL, (IMAGES - IMAGES.mean()) / IMAGES.std())
    expected = (HIDDEN.astype(np.float64) - IMAGES.mean()) / IMAGES.std()
    np.testing.assert_allclose(standard.encode(HIDDEN), expected, atol=1e-5)


@pytest.mark.parametrize("shape", [(6, 5, 3), (90,)])
def test_a_shift_and_a_factor_for_each_colour_follow_from_the_captured_rows(shape: tuple[int, ...]) -> None:
    rows = RNG.integers(0, 256, (40, 6, 5, 3)).astype(np.uint8)
    hidden = RNG.integers(0, 256, (9, 6, 5, 3)).astype(np.uint8)
    mean, deviation = rows.mean(axis=(0, 1, 2)), rows.std(axis=(0, 1, 2))
    adapters = ("image/unit", "image/raw", "flat/unit", "flat/raw")
    for values in ((rows - mean) / deviation, rows / np.float32(255)):
        found = choose(list(shape), adapters, values.reshape(40, *shape), rows=rows, hidden=hidden)
        expected = (
            (hidden - mean) / deviation
            if found.name.startswith(("image/raw*(", "flat/raw*("))
            else hidden / 255
        )
        np.testing.assert_allclose(found.encode(hidden), expected.reshape(9, *shape), atol=1e-5)
    assert found.name == ("image/unit" if len(shape) == 3 else "flat/unit")
    per_pixel = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    with pytest.raises(BundleError):
        choose(list(shape), adapters, per_pixel.reshape(40, *shape), rows=rows, hidden=hidden)


def test_captured_inputs_of_another_shape_leave_it_to_the_models_shape() -> None:
    assert choose([6, 5], ("flat/unit", "square/unit"), adapt("flat/unit", IMAGES)).name == "square/unit"


@pytest.mark.parametrize("scale", ["unit", "raw"])
def test_a_proven_scale_goes_over_to_the_shape_that_the_model_takes(scale: str) -> None:
    found = choose([6, 5, 1], ALL, adapt(f"flat/{scale}", IMAGES))
    assert found.name in (f"square/{scale}?", f"channel/{scale}?")
    assert found.row_shape == (6, 5, 1)


def test_a_model_that_scales_inside_takes_raw_pixels() -> None:
    inside = layer("Rescaling", scale=1 / 255)
    assert choose([6, 5], ALL, first=inside).name == "square/raw"
    assert choose([6, 5], ALL, adapt("flat/unit", IMAGES), first=inside).name == "square/raw"


def test_a_last_axis_of_one_comes_and_goes_as_in_keras() -> None:
    found = choose([6, 5, 1], ("square/unit",), adapt("square/unit", IMAGES))
    assert found.encode(HIDDEN).shape == (9, 6, 5, 1)


def test_reviews_are_matched_as_images_are() -> None:
    adapters = ("multi_hot:20", "padded:12", "padded:12:20")
    limited = limit_words(REVIEWS, 20)
    hidden = limit_words(Ragged.from_rows([[1, 5, 30, 7], [1, 45]]), 20)
    for name in adapters[:2]:
        values = adapt(name, limited)
        found = choose([values.shape[1]], adapters, values, rows=limited, hidden=hidden)
        assert found.name == name


def test_adapters_that_make_equal_inputs_are_not_ambiguous() -> None:
    embedding = layer("Embedding", input_dim=20, output_dim=2)
    hidden = limit_words(Ragged.from_rows([[1, 5, 30, 7], [1, 45]]), 20)
    adapters = ("multi_hot:20", "padded:12", "padded:12:20")
    assert choose([None], adapters, first=embedding, hidden=hidden).name == "padded:12"


def test_an_embedding_with_two_lengths_stays_ambiguous() -> None:
    embedding = layer("Embedding", input_dim=20, output_dim=2)
    assert (
        refusal([None], ("padded:3", "padded:12"), first=embedding, hidden=REVIEWS)
        == Reason.AMBIGUOUS_ADAPTER
    )


def test_other_reviews_in_the_usual_form_are_taken_with_a_question_mark() -> None:
    found = choose(
        [60],
        ("multi_hot:60", "counts:60"),
        adapt("multi_hot:60", REVIEWS)[::-1],
        rows=REVIEWS,
        hidden=REVIEWS,
    )
    assert (found.adapter, found.name, found.proven) == ("multi_hot:60", "multi_hot:60?", False)


def test_values_that_no_adapter_makes_are_not_taken_for_other_rows() -> None:
    halves = adapt("multi_hot:60", REVIEWS)[::-1] / 2
    assert refusal([60], ("multi_hot:60",), halves, rows=REVIEWS, hidden=REVIEWS) == Reason.NO_ADAPTER_FITS


def test_counted_words_are_taken_when_proven_and_never_by_shape_alone() -> None:
    adapters = ("multi_hot:60", "counts:60")
    counted = adapt("counts:60", REVIEWS)
    assert counted.max() > 1
    assert choose([60], adapters, counted, rows=REVIEWS, hidden=REVIEWS).name == "counts:60"
    assert choose([60], adapters, rows=REVIEWS, hidden=REVIEWS).name == "multi_hot:60"
