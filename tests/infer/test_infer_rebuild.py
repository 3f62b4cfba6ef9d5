"""Rebuilt models predict what the notebook's own model predicts."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from infer_bundles import captured

from deepgrade.infer import ModelBounds
from deepgrade.infer.bounds import measure
from deepgrade.infer.build import build, predict
from deepgrade.infer.inspect import open_bundle

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
BOUNDS = ModelBounds()
ROWS = 10


def dense(keras: Any, layers: Any) -> Any:
    return keras.Sequential(
        [layers.Input((6,)), layers.Dense(5, "relu"), layers.Dropout(0.5), layers.Dense(3, "softmax")]
    )


def logits(keras: Any, layers: Any) -> Any:
    act = layers.LeakyReLU(negative_slope=0.1)
    return keras.Sequential([layers.Input((6,)), layers.Dense(5, activation=act), layers.Dense(3)])


def tensorflow_activation(keras: Any, layers: Any) -> Any:
    import tensorflow as tf

    return keras.Sequential([layers.Input((6,)), layers.Dense(5, tf.nn.relu), layers.Dense(3, tf.nn.softmax)])


def convolutions(keras: Any, layers: Any) -> Any:
    return keras.Sequential(
        [
            layers.Input((8, 9, 2)),
            layers.RandomFlip(),
            layers.Rescaling(1 / 7, offset=-0.5),
            layers.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer="l2"),
            layers.MaxPooling2D(),
            layers.SpatialDropout2D(0.2),
            layers.SeparableConv2D(3, (2, 1)),
            layers.DepthwiseConv2D(2, depth_multiplier=2, use_bias=False),
            layers.ZeroPadding2D(((1, 0), (2, 1))),
            layers.AveragePooling2D(2, strides=1),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ]
    )


def sequence_convolutions(keras: Any, layers: Any) -> Any:
    return keras.Sequential(
        [
            layers.Input((12, 3)),
            layers.Conv1D(4, 3, padding="causal", dilation_rate=2),
            layers.Activation("gelu"),
            layers.MaxPooling1D(2),
            layers.TimeDistributed(layers.Dense(4, "tanh")),
            layers.GlobalMaxPooling1D(),
            layers.Reshape((2, 2)),
            layers.Permute((2, 1)),
            layers.Flatten(),
            layers.Softmax(),
        ]
    )


def normalised(keras: Any, layers: Any) -> Any:
    adapted = layers.Normalization()
    adapted.adapt(np.random.default_rng(1).normal(3, 2, (50, 6)))
    given = layers.Normalization(mean=[1.0] * 5, variance=[2.0] * 5)
    model = keras.Sequential(
        [
            layers.Input((6,)),
            adapted,
            layers.Dense(5),
            given,
            layers.BatchNormalization(),
            layers.LayerNormalization(),
            layers.GaussianNoise(0.3),
            layers.Dense(2, "softmax"),
        ]
    )
    model.compile(loss="mse", optimizer="sgd")
    model.fit(np.random.default_rng(2).normal(size=(40, 6)), np.ones((40, 2)), epochs=2, verbose=0)
    return model


def lstm(keras: Any, layers: Any) -> Any:
    return keras.Sequential(
        [
            layers.Embedding(11, 4, mask_zero=True),
            layers.LSTM(3, return_sequences=True, dropout=0.2, recurrent_dropout=0.1),
            layers.Bidirectional(layers.LSTM(2)),
            layers.Dense(1, "sigmoid"),
        ]
    )


def gru(keras: Any, layers: Any) -> Any:
    return keras.Sequential(
        [layers.Input((None,)), layers.Embedding(11, 4), layers.GRU(3, reset_after=False), layers.Dense(1)]
    )


def simple_rnn(keras: Any, layers: Any) -> Any:
    return keras.Sequential(
        [
            layers.Input((5, 3)),
            layers.SimpleRNN(4, return_sequences=True),
            layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum"),
            layers.SimpleRNN(2, go_backwards=True),
        ]
    )


def two_branches(keras: Any, layers: Any) -> Any:
    source = layers.Input((6,))
    shared = layers.Dense(5, "relu")
    left, right = shared(source), layers.Dense(5, "tanh")(source)
    merged = layers.Concatenate()([left, right, layers.Multiply()([left, right])])
    again = shared(layers.Dense(6)(merged))
    summed = left + again
    return keras.Model(source, layers.Dense(3, "softmax")(layers.Subtract()([summed, right])))


def nested(keras: Any, layers: Any) -> Any:
    source = layers.Input((6,))
    inner = keras.Model(source, [layers.Dense(4, "relu")(source), layers.Dense(4)(source)], name="inner")
    small = keras.Sequential([layers.Dense(6, "elu"), layers.BatchNormalization()], name="small")
    outer = layers.Input((6,))
    first, second = inner(small(outer), training=False)
    third, _fourth = inner(outer)
    return keras.Sequential([keras.Model(outer, layers.Average()([first, second, third])), layers.Dense(2)])


def residual_network(keras: Any, layers: Any) -> Any:
    source = layers.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same")(source)
    for _ in range(2):
        y = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(layers.ReLU()(x)))
        x = layers.Add()([x, y])
    return keras.Model(source, layers.Dense(3, "softmax")(layers.GlobalAveragePooling2D()(x)))


def half_precision(keras: Any, layers: Any) -> Any:
    return keras.Sequential([layers.Input((6,)), layers.Dense(4, dtype="mixed_float16"), layers.Dense(2)])


MAKERS: list[tuple[Callable[..., Any], tuple[int, ...]]] = [
    (dense, (6,)),
    (logits, (6,)),
    (tensorflow_activation, (6,)),
    (convolutions, (8, 9, 2)),
    (sequence_convolutions, (12, 3)),
    (normalised, (6,)),
    (lstm, (7,)),
    (gru, (7,)),
    (simple_rnn, (5, 3)),
    (two_branches, (6,)),
    (nested, (6,)),
    (residual_network, (8, 8, 3)),
    (half_precision, (6,)),
]


@pytest.mark.parametrize(("maker", "shape"), MAKERS, ids=[maker.__name__ for maker, _shape in MAKERS])
def test_a_rebuilt_model_predicts_as_the_notebooks_own(
    maker: Callable[..., Any], shape: tuple[int, ...]
) -> None:
    import keras

    keras.utils.set_random_seed(5)
    rng = np.random.default_rng(0)
    tokens = maker in (lstm, gru)
    inputs = (rng.integers(0, 11, (ROWS, *shape)) if tokens else rng.normal(size=(ROWS, *shape))).astype(
        np.float32
    )
    model = maker(keras, keras.layers)
    model(inputs[:1])
    for weight in model.weights:  # fresh ones are 0 and 1: give the order of weights something to get wrong
        if weight.dtype == "float32":
            weight.assign(np.abs(rng.normal(size=weight.shape)) * 0.5 + 0.1)
    for item in model.layers:
        if isinstance(item, keras.layers.Normalization) and item.input_mean is None:
            item.finalize_state()
    own = model.predict(inputs, verbose=0)

    bundle = open_bundle(*captured(model), BOUNDS)
    assert bundle.measured.params == model.count_params()
    measured = measure(bundle.model, BOUNDS, [shape])
    rebuilt = build(bundle.model, measured, bundle.weights)
    assert rebuilt.count_params() == model.count_params()
    found = predict(rebuilt, ROWS, 4, lambda part: inputs[part], measured.output_shapes[0])
    np.testing.assert_allclose(found, own, rtol=0, atol=2e-3 if maker is half_precision else 1e-5)


def test_weights_follow_the_order_of_the_notebooks_model() -> None:
    import keras

    model = two_branches(keras, keras.layers)
    bundle = open_bundle(*captured(model), BOUNDS)
    assert [w.spec.shape for w in bundle.measured.weights] == [tuple(w.shape) for w in model.weights]
    assert [w.spec.name for w in bundle.measured.weights] == [w.name for w in model.weights]
