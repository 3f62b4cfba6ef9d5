"""Bundles shaped like the published attacks on Keras's loader: each refused with its own code, without Keras."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from infer_bundles import dense_bundle, layer, safetensors, sequential, weights_bytes

from deepgrade.infer import ModelBounds, Reason, inspect_bundle

GOOD_ARCHITECTURE, GOOD_WEIGHTS = dense_bundle(3, inputs=2)


def text(document: Any) -> bytes:
    return json.dumps(document).encode()


def one(item: dict[str, Any], shape: tuple[int | None, ...] = (None, 4)) -> bytes:
    return text(sequential(item, shape=list(shape)))


def functional(*layers: dict[str, Any], outputs: Any) -> dict[str, Any]:
    source = {**layer("InputLayer", batch_shape=[None, 4], dtype="float32", name="in"), "inbound_nodes": []}
    config = {
        "layers": [{**source, "name": "in"}, *layers],
        "input_layers": ["in", 0, 0],
        "output_layers": outputs,
    }
    return layer("Functional", module="keras.src.models.functional", **config)


def used(item: dict[str, Any], *sources: str, **kwargs: Any) -> dict[str, Any]:
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [s, 0, 0]}} for s in sources]
    node = {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": kwargs}
    return {**item, "name": item["config"]["name"], "inbound_nodes": [node]}


def function(name: str, module: str) -> dict[str, Any]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


DENSE = layer("Dense", units=2, activation="relu")
DEEP = sequential(DENSE, shape=[None, 4])
for _level in range(40):
    DEEP = sequential(DEEP, shape=[None, 4])

ARCHITECTURES: dict[str, tuple[bytes, Reason]] = {
    "lambda": (one(layer("Lambda", function={"code": "4wEAAAA="})), Reason.CUSTOM_CODE),
    "lambda over an exported function": (
        one(layer("Lambda", function=function("get_file", "keras.utils"))),
        Reason.CUSTOM_CODE,
    ),
    "external saved model": (one(layer("TFSMLayer", filepath="/tmp/x")), Reason.CUSTOM_CODE),
    "torch module": (one(layer("TorchModuleWrapper", module="x")), Reason.CUSTOM_CODE),
    "any module": (one(layer("Popen", module="subprocess", args=["id"])), Reason.CUSTOM_CODE),
    "subclassed model": (text(layer("Net", module="__main__")), Reason.CUSTOM_CODE),
    "registered layer": (
        one({**layer("Dense", units=2), "registered_name": "my>Dense"}),
        Reason.CUSTOM_CODE,
    ),
    "module missing": (
        one({key: value for key, value in DENSE.items() if key != "module"}),
        Reason.BAD_CONFIG,
    ),
    "keras function as layer": (one(layer("get_file", module="keras.utils")), Reason.UNKNOWN_LAYER),
    "string lookup": (one(layer("StringLookup", vocabulary="/etc/passwd")), Reason.UNKNOWN_LAYER),
    "function as activation": (
        one(layer("Dense", units=2, activation=function("to_categorical", "keras.utils"))),
        Reason.FUNCTION_ACTIVATION,
    ),
    "registered activation": (one(layer("Dense", units=2, activation="my>act")), Reason.FUNCTION_ACTIVATION),
    "huge units": (one(layer("Dense", units=2_000_000_000)), Reason.TOO_MANY_PARAMETERS),
    "units beyond any integer": (one(layer("Dense", units=10**30)), Reason.BAD_CONFIG),
    "negative units": (one(layer("Dense", units=-1)), Reason.BAD_CONFIG),
    "units as text": (one(layer("Dense", units="64")), Reason.BAD_CONFIG),
    "units as truth": (one(layer("Dense", units=True)), Reason.BAD_CONFIG),
    "unknown setting": (one(layer("Dense", units=2, surprise=1)), Reason.BAD_CONFIG),
    "rate as infinity": (
        one(layer("Dropout", rate=0.5)).replace(b"0.5", b"1e999"),
        Reason.BAD_CONFIG,
    ),
    "quantised": (
        one(
            layer("Dense", units=2, dtype={"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}})
        ),
        Reason.BAD_CONFIG,
    ),
    "not JSON": (b"\x80\x04\x95", Reason.BAD_JSON),
    "NaN in JSON": (
        b'{"module": "keras", "class_name": "Sequential", "config": {"a": NaN}}',
        Reason.BAD_JSON,
    ),
    "key twice": (b'{"module": "keras", "module": "os"}', Reason.BAD_JSON),
    "deep JSON": (b"[" * 100_000 + b"]" * 100_000, Reason.BAD_JSON),
    "deeply nested models": (text(DEEP), Reason.BAD_JSON),
    "endless number": (b'{"module": ' + b"9" * 10_000 + b"}", Reason.BAD_JSON),
    "megabytes of JSON": (b" " * (9 << 20), Reason.BAD_JSON),
    "a list": (b"[]", Reason.BAD_CONFIG),
    "only a layer": (text(DENSE), Reason.BAD_CONFIG),
    "no input shape": (text(sequential(DENSE)), Reason.NOT_BUILT),
    "no layers": (text(sequential(shape=[None, 4])), Reason.NOT_BUILT),
    "thousands of layers": (
        text(sequential(*[layer("ReLU")] * 1200, shape=[None, 4])),
        Reason.TOO_MANY_LAYERS,
    ),
    "huge input": (one(DENSE, shape=(None, 100_000, 1000)), Reason.INPUT_TOO_LARGE),
    "huge padding": (
        one(layer("ZeroPadding2D", padding=[[10**6, 10**6], [10**6, 10**6]]), shape=(None, 8, 8, 1)),
        Reason.ACTIVATIONS_TOO_LARGE,
    ),
    "repeated a billion times": (one(layer("RepeatVector", n=10**9)), Reason.ACTIVATIONS_TOO_LARGE),
    "unrolled convolution": (
        one(layer("Conv2D", filters=1, kernel_size=[2000, 2000], padding="same"), shape=(None, 500, 500, 1)),
        Reason.ACTIVATIONS_TOO_LARGE,
    ),
    "endless recurrence": (
        text(
            sequential(
                layer("Reshape", target_shape=[1_000_000, 1]), layer("LSTM", units=1), shape=[None, 10**6]
            )
        ),
        Reason.TOO_MUCH_WORK,
    ),
    "endless arithmetic": (
        text(sequential(*[layer("Dense", units=3000)] * 4, shape=[None, 900, 3000])),
        Reason.TOO_MUCH_WORK,
    ),
    "layers in a circle": (
        text(
            functional(
                used(layer("ReLU", name="a"), "b"), used(layer("ReLU", name="b"), "a"), outputs=["b", 0, 0]
            )
        ),
        Reason.UNSUPPORTED_TOPOLOGY,
    ),
    "constant as input": (
        text(
            functional(
                {**layer("ReLU", name="a"), "name": "a", "inbound_nodes": [{"args": [[1, 2]], "kwargs": {}}]},
                outputs=["a", 0, 0],
            )
        ),
        Reason.UNSUPPORTED_TOPOLOGY,
    ),
    "dropout that stays on": (
        text(
            functional(used(layer("Dropout", rate=0.5, name="a"), "in", training=True), outputs=["a", 0, 0])
        ),
        Reason.UNSUPPORTED_TOPOLOGY,
    ),
    "output that does not exist": (
        text(functional(used(layer("ReLU", name="a"), "in"), outputs=["a", 7, 0])),
        Reason.BAD_CONFIG,
    ),
    "two layers of one name": (
        text(
            functional(
                used(layer("ReLU", name="a"), "in"), used(layer("ReLU", name="a"), "in"), outputs=["a", 0, 0]
            )
        ),
        Reason.BAD_CONFIG,
    ),
    "window larger than the image": (
        one(layer("Conv2D", filters=1, kernel_size=[9, 9]), shape=(None, 8, 8, 1)),
        Reason.BAD_CONFIG,
    ),
    "shapes that do not add": (
        text(
            functional(
                used(layer("Dense", units=3, name="a"), "in"),
                used(layer("Add", name="b"), "in", "a"),
                outputs=["b", 0, 0],
            )
        ),
        Reason.BAD_CONFIG,
    ),
}


def entry(start: int, end: int, shape: list[int], dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


KERNEL, BIAS = entry(0, 24, [2, 3]), entry(24, 36, [3])
ZEROS = b"\0" * 36
NAN = np.array([np.nan, 0, 0], np.float32)
WEIGHTS: dict[str, tuple[bytes, Reason]] = {
    "name twice": (
        safetensors('{"w000": %s, "w000": %s}' % ((json.dumps(KERNEL),) * 2), ZEROS),
        Reason.DUPLICATE_WEIGHT_NAMES,
    ),
    "empty file": (b"", Reason.BAD_WEIGHTS_FILE),
    "truncated header": (GOOD_WEIGHTS[:40], Reason.BAD_WEIGHTS_FILE),
    "truncated data": (GOOD_WEIGHTS[:-4], Reason.BAD_WEIGHTS_FILE),
    "bytes after the end": (GOOD_WEIGHTS + b"\0", Reason.BAD_WEIGHTS_FILE),
    "header of 40 GB": ((40 << 30).to_bytes(8, "little") + b"{}", Reason.WEIGHTS_TOO_LARGE),
    "header of 300 MB": ((300 << 20).to_bytes(8, "little") + b"{}", Reason.BAD_WEIGHTS_FILE),
    "tensor of 40 GB": (
        safetensors({"w000": entry(0, 40 << 30, [2, 3]), "w001": BIAS}, ZEROS),
        Reason.WEIGHTS_TOO_LARGE,
    ),
    "overlap": (
        safetensors({"w000": KERNEL, "w001": entry(12, 24, [3])}, ZEROS[:24]),
        Reason.BAD_WEIGHTS_FILE,
    ),
    "gap": (safetensors({"w000": KERNEL, "w001": entry(28, 40, [3])}, b"\0" * 40), Reason.BAD_WEIGHTS_FILE),
    "size against shape": (
        safetensors({"w000": entry(0, 20, [2, 3]), "w001": entry(20, 32, [3])}, b"\0" * 32),
        Reason.BAD_WEIGHTS_FILE,
    ),
    "negative place": (
        safetensors({"w000": entry(-24, 0, [2, 3]), "w001": BIAS}, ZEROS),
        Reason.BAD_WEIGHTS_FILE,
    ),
    "other names": (safetensors({"a": KERNEL, "b": BIAS}, ZEROS), Reason.BAD_WEIGHTS_FILE),
    "deep header": (safetensors("[" * 100_000), Reason.BAD_WEIGHTS_FILE),
    "endless number in the header": (safetensors('{"w000": ' + "9" * 9000 + "}"), Reason.BAD_WEIGHTS_FILE),
    "one tensor too few": (weights_bytes([np.zeros((2, 3), np.float32)]), Reason.WEIGHT_SHAPE_MISMATCH),
    "transposed": (
        weights_bytes([np.zeros((3, 2), np.float32), np.zeros(3, np.float32)]),
        Reason.WEIGHT_SHAPE_MISMATCH,
    ),
    "whole numbers": (
        weights_bytes([np.zeros((2, 3), np.int32), np.zeros(3, np.float32)]),
        Reason.WEIGHT_DTYPE,
    ),
    "NaN": (weights_bytes([np.zeros((2, 3), np.float32), NAN]), Reason.NOT_FINITE),
    "double beyond float32": (weights_bytes([np.full((2, 3), 1e300), np.zeros(3)]), Reason.NOT_FINITE),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_hostile_description_is_refused_with_its_own_code(name: str) -> None:
    architecture, reason = ARCHITECTURES[name]
    started = time.process_time()
    result = inspect_bundle(architecture, b"", ModelBounds())
    assert (result.status, result.reason) == ("refused", reason), result.detail
    assert result.detail
    assert len(result.detail) < 700
    assert time.process_time() - started < 1


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_hostile_weights_file_is_refused_with_its_own_code(name: str) -> None:
    weights, reason = WEIGHTS[name]
    started = time.process_time()
    result = inspect_bundle(GOOD_ARCHITECTURE, weights, ModelBounds())
    assert (result.status, result.reason) == ("refused", reason), result.detail
    assert result.params is not None
    assert result.params.total == 9
    assert time.process_time() - started < 1


def test_the_good_bundle_of_this_file_is_accepted() -> None:
    assert inspect_bundle(GOOD_ARCHITECTURE, GOOD_WEIGHTS, ModelBounds()).status == "ok"


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_float_formats_are_accepted(dtype: Callable[..., Any]) -> None:
    weights = weights_bytes([np.zeros((2, 3), dtype), np.zeros(3, dtype)])
    assert inspect_bundle(GOOD_ARCHITECTURE, weights, ModelBounds()).status == "ok"


def test_nested_models_that_multiply_are_refused_at_once() -> None:
    inner = functional(used(layer("ReLU", name="a"), "in"), outputs=["a", 0, 0])
    for level in range(8):
        twice = {**inner, "name": "inner", "config": {**inner["config"], "name": "inner"}}
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": ["in", 0, 0]}}
        nodes = [{"args": [tensor], "kwargs": {}}]
        for use in range(9):
            previous = {"class_name": "__keras_tensor__", "config": {"keras_history": ["inner", use, 0]}}
            nodes.append({"args": [previous], "kwargs": {}})
        inner = functional({**twice, "inbound_nodes": nodes}, outputs=["inner", 9, 0])
        assert level < 8
    started = time.process_time()
    result = inspect_bundle(text(inner), b"", ModelBounds())
    assert result.reason == Reason.TOO_MANY_LAYERS
    assert time.process_time() - started < 1


def test_refusing_never_imports_keras() -> None:
    code = """
import sys
import test_infer_refusals
from deepgrade.infer import InferWorker, ModelBounds, inspect_bundle
for architecture, reason in test_infer_refusals.ARCHITECTURES.values():
    assert inspect_bundle(architecture, b"", ModelBounds()).reason == reason
for weights, reason in test_infer_refusals.WEIGHTS.values():
    assert inspect_bundle(test_infer_refusals.GOOD_ARCHITECTURE, weights, ModelBounds()).reason == reason
assert not {"keras", "tensorflow", "jax", "torch"} & set(sys.modules), sorted(sys.modules)
"""
    from pathlib import Path

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
