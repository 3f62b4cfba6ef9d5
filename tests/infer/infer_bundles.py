"""Helpers: capture a Keras model into the evidence format, and hand-written bundles that need no Keras."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save


def blob(folder: Path, data: bytes, suffix: str) -> str:
    """Write a blob under its hash; return its name."""
    name = f"{hashlib.sha256(data).hexdigest()}.{suffix}"
    (folder / name).write_bytes(data)
    return name


def weights_bytes(arrays: list[np.ndarray[Any, Any]]) -> bytes:
    return save({f"w{i:03d}": np.array(a, order="C") for i, a in enumerate(arrays)})


def safetensors(header: Any, payload: bytes = b"") -> bytes:
    """Assemble a safetensors file by hand; `header` may be text that is not proper JSON."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text)) + text + payload


def captured(model: Any) -> tuple[bytes, bytes]:
    """Return architecture and weights of a Keras model as the kernel captures them."""
    return model.to_json().encode(), weights_bytes([np.asarray(w) for w in model.weights])


def model_item(folder: Path, architecture: bytes, weights: bytes, /, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "model",
        "class": "Sequential",
        "built": True,
        "architecture": blob(folder, architecture, "json"),
        "weights": blob(folder, weights, "safetensors"),
        "claimed": {"count_params": 1},
        "compile": None,
        "iterations": 1,
        "backend": "tensorflow",
        "problem": None,
        **fields,
    }


def array_item(folder: Path, values: np.ndarray[Any, Any], rows: list[int] | None = None) -> dict[str, Any]:
    import io

    stream = io.BytesIO()
    np.save(stream, values if rows is None else values[rows])
    return {
        "kind": "array",
        "dtype": str(values.dtype),
        "shape": list(values.shape),
        "stored": "whole" if rows is None else "rows",
        "rows": rows,
        "file": blob(folder, stream.getvalue(), "npy"),
    }


def question(folder: Path, name: str, items: dict[str, Any]) -> None:
    document = {"schema_version": 1, "question": name, "items": items}
    (folder / f"{name}.json").write_text(json.dumps(document))


def layer(class_name: str, module: str = "keras.layers", **config: Any) -> dict[str, Any]:
    """A layer as Keras's JSON has it."""
    config.setdefault("name", class_name.lower())
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None}


def sequential(*layers: dict[str, Any], shape: list[int | None] | None = None) -> dict[str, Any]:
    """A Sequential model's JSON; `shape` is the input's, with the batch axis."""
    first = [] if shape is None else [layer("InputLayer", batch_shape=shape, dtype="float32", name="input")]
    named = [dict(item, config=dict(item["config"])) for item in layers]
    for number, item in enumerate(named):
        item["config"]["name"] = f"{item['config']['name']}_{number}"
    return layer("Sequential", module="keras", layers=[*first, *named])


def dense_bundle(*units: int, inputs: int, last: str = "softmax", seed: int = 0) -> tuple[bytes, bytes]:
    """A stack of Dense layers with random weights, made without Keras."""
    rng, sizes = np.random.default_rng(seed), [inputs, *units]
    activations = ["relu"] * (len(units) - 1) + [last]
    layers = [layer("Dense", units=n, activation=a) for n, a in zip(units, activations, strict=True)]
    arrays = []
    for before, after in zip(sizes, units, strict=False):
        arrays.append(rng.normal(size=(before, after)).astype(np.float32) / np.sqrt(before))
        arrays.append(rng.normal(size=after).astype(np.float32))
    document = sequential(*layers, shape=[None, inputs])
    return json.dumps(document).encode(), weights_bytes(arrays)


def dense_forward(weights: bytes, inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What `dense_bundle`'s network gives, in numpy."""
    from safetensors.numpy import load

    arrays = [array for _name, array in sorted(load(weights).items())]
    values = inputs.astype(np.float64)
    for kernel, bias in zip(arrays[::2], arrays[1::2], strict=True):
        values = values @ kernel + bias
        if kernel is not arrays[-2]:
            values = np.maximum(values, 0)
    exponents = np.exp(values - values.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)
