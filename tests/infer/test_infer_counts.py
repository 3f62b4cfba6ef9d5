"""Parameter counts and shapes from the description alone, against the labs' figures and against Keras."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from infer_bundles import layer, sequential

from deepgrade.infer import ModelBounds, inspect_bundle
from deepgrade.infer.bounds import measure
from deepgrade.infer.convert import convert


def dense(units: int, activation: str = "relu") -> dict[str, Any]:
    return layer("Dense", units=units, activation=activation)


def drop(rate: float = 0.5) -> dict[str, Any]:
    return layer("Dropout", rate=rate)


CONVOLUTIONS = [
    item
    for filters in (32, 64, 128, 256)
    for item in (
        layer("Conv2D", filters=filters, kernel_size=[3, 3], padding="same", activation="relu"),
        layer("MaxPooling2D", pool_size=[2, 2], strides=[2, 2]),
    )
]
LABS: list[tuple[int, list[int | None], list[dict[str, Any]]]] = [
    (407_050, [None, 784], [dense(512), dense(10, "softmax")]),
    (160_305, [None, 10_000], [dense(16), dense(16), dense(1, "sigmoid")]),
    (1_101, [None, 20], [dense(50), drop(0.4), dense(1, "linear")]),
    (235_146, [None, 784], [dense(256), drop(0.4), dense(128), drop(0.3), dense(10, "softmax")]),
    (7_850, [None, 784], [dense(10, "softmax")]),
    (
        964_516,
        [None, 32, 32, 3],
        [*CONVOLUTIONS, layer("Flatten"), drop(), dense(512), dense(100, "softmax")],
    ),
    (
        328_353,
        [None, 500],
        [layer("Embedding", input_dim=10_000, output_dim=32), layer("LSTM", units=32), dense(1, "sigmoid")],
    ),
    (205, [None, 5, 3], [layer("SimpleRNN", units=12, dropout=0.1), dense(1, "linear")]),
    (16, [None, 5, 3], [layer("Flatten"), dense(1, "linear")]),
    (705, [None, 20], [dense(32), drop(), dense(1, "linear")]),
    (648_010, [None, 784], [dense(500), dense(500), dense(10, "softmax")]),
    (203_530, [None, 28, 28, 1], [layer("Flatten"), dense(256), drop(), dense(10, "softmax")]),
]


@pytest.mark.parametrize(("params", "shape", "layers"), LABS, ids=[str(lab[0]) for lab in LABS])
def test_the_labs_networks_have_their_published_parameter_counts(
    params: int, shape: list[int | None], layers: list[dict[str, Any]]
) -> None:
    result = inspect_bundle(json.dumps(sequential(*layers, shape=shape)).encode(), None, ModelBounds())
    assert result.params is not None
    assert result.params.total == params == result.params.trainable
    assert result.input_shape == shape


def test_the_layer_table_shows_what_people_look_for() -> None:
    l2 = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.01}, "registered_name": None}
    first = layer("Dense", units=512, activation="relu", kernel_regularizer=l2, use_bias=False)
    document = sequential(first, drop(0.3), dense(10, "softmax"), shape=[None, 784])
    result = inspect_bundle(json.dumps(document).encode(), None, ModelBounds())
    assert [row.model_dump(mode="json") for row in result.layers] == [
        {
            "name": "dense_0",
            "class": "Dense",
            "config": {
                "units": 512,
                "activation": "relu",
                "use_bias": False,
                "kernel_regularizer": {"class": "L2", "l2": 0.01},
            },
            "output_shape": [None, 512],
            "params": 401_408,
        },
        {
            "name": "dropout_1",
            "class": "Dropout",
            "config": {"rate": 0.3},
            "output_shape": [None, 512],
            "params": 0,
        },
        {
            "name": "dense_2",
            "class": "Dense",
            "config": {"units": 10, "activation": "softmax"},
            "output_shape": [None, 10],
            "params": 5130,
        },
    ]


def test_frozen_layers_and_moving_averages_are_not_trainable() -> None:
    frozen = layer("Dense", units=3, activation="relu", trainable=False)
    document = sequential(frozen, layer("BatchNormalization"), dense(2), shape=[None, 4])
    result = inspect_bundle(json.dumps(document).encode(), None, ModelBounds())
    assert result.params is not None
    assert (result.params.total, result.params.trainable, result.params.non_trainable) == (35, 14, 21)


SMALL = st.integers(1, 4)
ACTIVATIONS = st.sampled_from(["relu", "tanh", "linear", "softmax", "gelu", "leaky_relu"])
WINDOW = {"padding": st.sampled_from(["valid", "same"]), "strides": st.integers(1, 2)}


def _layers(rank: int) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    def make(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
        return st.tuples(st.just(name), st.fixed_dictionaries(fields))

    anywhere = [
        make("Dense", units=SMALL, activation=ACTIVATIONS, use_bias=st.booleans()),
        make("BatchNormalization", center=st.booleans(), scale=st.booleans()),
        make("LayerNormalization"),
        make("Dropout", rate=st.just(0.5)),
        make("LeakyReLU", negative_slope=st.just(0.1)),
        make("Flatten"),
    ]
    sequences = [
        make("Conv1D", filters=SMALL, kernel_size=st.integers(1, 2), activation=ACTIVATIONS, **WINDOW),
        make("MaxPooling1D", pool_size=st.integers(1, 2)),
        make("GlobalAveragePooling1D", keepdims=st.booleans()),
        make("LSTM", units=SMALL, return_sequences=st.booleans()),
        make("GRU", units=SMALL, return_sequences=st.booleans(), reset_after=st.booleans()),
        make("SimpleRNN", units=SMALL, return_sequences=st.booleans(), use_bias=st.booleans()),
        make("ZeroPadding1D", padding=st.integers(0, 2)),
    ]
    images = [
        make("Conv2D", filters=SMALL, kernel_size=st.integers(1, 3), use_bias=st.booleans(), **WINDOW),
        make("DepthwiseConv2D", kernel_size=st.integers(1, 2), depth_multiplier=st.integers(1, 2)),
        make("SeparableConv2D", filters=SMALL, kernel_size=st.integers(1, 2)),
        make("AveragePooling2D", pool_size=st.integers(1, 2)),
        make("GlobalMaxPooling2D", keepdims=st.booleans()),
        make("ZeroPadding2D", padding=st.integers(0, 2)),
        make("UpSampling2D", size=st.integers(1, 2)),
        make("Permute", dims=st.permutations([1, 2, 3]).map(tuple)),
    ]
    return st.one_of(anywhere + {1: [], 2: sequences, 3: images}[rank])


@settings(max_examples=25, deadline=None)
@given(st.data(), st.sampled_from([(5,), (6, 3), (7, 6, 3)]))
def test_random_stacks_are_counted_as_keras_counts_them(data: st.DataObject, shape: tuple[int, ...]) -> None:
    import keras

    source = value = keras.layers.Input(shape)
    for _ in range(data.draw(st.integers(1, 4))):
        axes = value.shape[1:]
        name, config = data.draw(_layers(len(axes)))
        if "kernel_size" in config and min(axes[:-1]) < 3:
            config = {**config, "padding": "same"}
        if "pool_size" in config:
            config = {**config, "padding": "same", "strides": 1}
        value = getattr(keras.layers, name)(**config)(value)
    model = keras.Model(source, value)
    measured = measure(convert(model.to_json().encode(), ModelBounds()), ModelBounds())
    assert measured.params == model.count_params()
    assert measured.trainable_params == sum(int(w.shape.num_elements()) for w in model.trainable_weights)
    assert [w.spec.shape for w in measured.weights] == [tuple(w.shape) for w in model.weights]
    assert measured.output_shapes == (tuple(model.output_shape[1:]),)
