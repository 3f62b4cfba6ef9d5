"""The labs' networks as Keras makes them: captured, counted, bounded, and rebuilt to predict the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from infer_bundles import captured, layer, sequential

from deepgrade.infer import ModelBounds, Reason, inspect_bundle
from deepgrade.infer.bounds import check_work, measure
from deepgrade.infer.build import build, predict
from deepgrade.infer.inspect import open_bundle
from deepgrade.infer.reasons import BundleError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
BOUNDS = ModelBounds()


def cifar100(layers: Any) -> list[Any]:
    convolutions = [
        part
        for filters in (32, 64, 128, 256)
        for part in (layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D())
    ]
    head = [layers.Flatten(), layers.Dropout(0.5), layers.Dense(512, "relu"), layers.Dense(100, "softmax")]
    return [layers.Input((32, 32, 3)), *convolutions, *head]


def cifar100_rescaled(layers: Any) -> list[Any]:
    first, *rest = cifar100(layers)
    return [first, layers.Rescaling(1 / 255), layers.RandomFlip("horizontal"), *rest]


def reviews(layers: Any) -> list[Any]:
    return [layers.Input((40,)), layers.Embedding(10_000, 32), layers.LSTM(32), layers.Dense(1, "sigmoid")]


def reviews_without_input(layers: Any) -> list[Any]:
    masked = layers.Embedding(10_000, 32, mask_zero=True)
    return [masked, layers.LSTM(32, dropout=0.2, recurrent_dropout=0.2), layers.Dense(1, "sigmoid")]


def returns(layers: Any) -> list[Any]:
    recurrent = layers.SimpleRNN(12, dropout=0.1, recurrent_dropout=0.1)
    return [layers.Input((5, 3)), recurrent, layers.Dense(1)]


def autoregression(layers: Any) -> list[Any]:
    return [layers.Input((5, 3)), layers.Flatten(), layers.Dense(1)]


def autoregression_with_day(layers: Any) -> list[Any]:
    return [layers.Input((20,)), layers.Dense(32, "relu"), layers.Dropout(0.5), layers.Dense(1)]


def digits(layers: Any) -> list[Any]:
    start = [layers.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()]
    return [*start, layers.Dense(256, "relu"), layers.Dropout(0.5), layers.Dense(10, "softmax")]


LABS: list[tuple[Callable[[Any], list[Any]], int]] = [
    (cifar100, 964_516),
    (cifar100_rescaled, 964_516),
    (reviews, 328_353),
    (reviews_without_input, 328_353),
    (returns, 205),
    (autoregression, 16),
    (autoregression_with_day, 705),
    (digits, 203_530),
]


@pytest.mark.parametrize(("maker", "params"), LABS, ids=[maker.__name__ for maker, _ in LABS])
def test_a_labs_network_is_counted_and_predicts_as_in_the_notebook(
    maker: Callable[[Any], list[Any]], params: int
) -> None:
    import keras

    keras.utils.set_random_seed(7)
    rng = np.random.default_rng(0)
    model = keras.Sequential(maker(keras.layers))
    tokens = "reviews" in maker.__name__
    shape = (40,) if tokens else tuple(model.input_shape[1:])
    rows = rng.integers(0, 10_000, (6, *shape)) if tokens else rng.random((6, *shape))
    rows = rows.astype(np.float32)
    own = model.predict(rows, verbose=0)

    bundle = open_bundle(*captured(model), BOUNDS)
    entry = inspect_bundle(*captured(model), BOUNDS)
    assert entry.params is not None
    assert (entry.status, entry.params.total, entry.params.trainable) == ("ok", params, params)
    measured = measure(bundle.model, BOUNDS, [shape])
    check_work(measured, 5000, BOUNDS)
    rebuilt = build(bundle.model, measured, bundle.weights)
    found = predict(rebuilt, 6, 4, lambda part: rows[part], measured.output_shapes[0])
    np.testing.assert_allclose(found, own, atol=1e-5)


@pytest.mark.long
def test_resnet50_is_counted_from_its_description_alone_and_rebuilt_with_its_weights() -> None:
    import keras

    resnet = keras.applications.ResNet50(weights=None)
    architecture, weights = captured(resnet)
    alone = inspect_bundle(architecture, None, BOUNDS, weights_problem="the run's evidence is full")
    assert (alone.status, alone.reason) == ("refused", Reason.BAD_WEIGHTS_FILE)
    counts = {"total": 25_636_712, "trainable": 25_583_592, "non_trainable": 53_120}
    assert alone.params is not None and alone.params.model_dump() == counts
    assert (alone.input_shape, alone.output_shape) == ([None, 224, 224, 3], [None, 1000])
    assert sum(row.params for row in alone.layers) == counts["total"]

    bundle = open_bundle(architecture, weights, BOUNDS)
    check_work(bundle.measured, 500, BOUNDS)
    photos = np.random.default_rng(1).random((2, 224, 224, 3)).astype(np.float32) * 255
    rebuilt = build(bundle.model, bundle.measured, bundle.weights)
    found = predict(rebuilt, 2, 2, lambda part: photos[part], (1000,))
    np.testing.assert_allclose(found, resnet.predict(photos, verbose=0), atol=1e-5)


def test_a_frozen_base_trains_only_what_stands_on_it() -> None:
    import keras

    base = keras.Sequential(
        [keras.layers.Input((8,)), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    )
    base.trainable = False
    model = keras.Sequential([keras.layers.Input((8,)), base, keras.layers.Dense(2)])
    params = inspect_bundle(*captured(model), BOUNDS).params
    assert params is not None
    assert params.model_dump() == {"total": 62, "trainable": 10, "non_trainable": 52}


@pytest.mark.parametrize("rows", [500, 5000])
def test_the_bounds_leave_room_for_reviews_of_500_words_and_none_for_novels(rows: int) -> None:
    def reviews_of(words: int) -> bytes:
        layers = [
            layer("Embedding", input_dim=10_000, output_dim=32),
            layer("LSTM", units=32),
            layer("Dense", units=1, activation="sigmoid"),
        ]
        return json.dumps(sequential(*layers, shape=[None, words])).encode()

    from deepgrade.infer.convert import convert

    check_work(measure(convert(reviews_of(500), BOUNDS), BOUNDS), rows, BOUNDS)
    with pytest.raises(BundleError, match="time steps"):
        measure(convert(reviews_of(30_000), BOUNDS), BOUNDS)
