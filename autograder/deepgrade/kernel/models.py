"""Keras models and histories as data: architecture as JSON, weights as safetensors, compile facts by name."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

from .compile_facts import compile_facts
from .limits import CellTimeout, class_name, first_line
from .plain import Budget, NotPlainError, plain
from .store import EvidenceFullError, EvidenceStore

MAX_ARCHITECTURE_BYTES = 8 << 20
_MAX_HISTORY_BYTES = 256 * 1024
_HEADER_ALIGNMENT = 8
_SAFETENSORS_DTYPES = {
    "float16": ("F16", 2),
    "float32": ("F32", 4),
    "float64": ("F64", 8),
    "int8": ("I8", 1),
    "int16": ("I16", 2),
    "int32": ("I32", 4),
    "int64": ("I64", 8),
    "uint8": ("U8", 1),
    "uint16": ("U16", 2),
    "uint32": ("U32", 4),
    "uint64": ("U64", 8),
    "bool": ("BOOL", 1),
}
_WIDENED = {"bfloat16": "float32"}


def is_keras_model(value: Any) -> bool:
    """Return whether a value is a model of the Keras that the notebook imported."""
    return _is_instance(value, "Model")


def is_history(value: Any) -> bool:
    """Return whether a value is what `fit` returns."""
    callbacks = getattr(sys.modules.get("keras"), "callbacks", None)
    base = getattr(callbacks, "History", None)
    return isinstance(base, type) and issubclass(type(value), base)


def _is_instance(value: Any, name: str) -> bool:
    base = getattr(sys.modules.get("keras"), name, None)
    return isinstance(base, type) and issubclass(type(value), base)


def optimizer_iterations(model: Any) -> int:
    """Return how many steps a model was trained for; 0 when that cannot be told."""
    try:
        optimizer = model.optimizer
        return 0 if optimizer is None else int(_numpy_of(optimizer.iterations))
    except Exception:
        return 0


def history_item(history: Any) -> dict[str, Any]:
    """Return the item of a Keras history.

    Raises:
        NotPlainError: It holds something that is no number.
    """
    budget = Budget(_MAX_HISTORY_BYTES)
    fields = {name: plain(getattr(history, name), budget) for name in ("history", "params", "epoch")}
    return {"kind": "history", **fields}


def model_item(model: Any, store: EvidenceStore) -> dict[str, Any]:
    """Return the item of a Keras model, its files written. Parts that cannot be taken are null, with the reason."""
    problems: list[str] = []

    def part(what: str, take: Any) -> Any:
        try:
            return take()
        except CellTimeout:
            raise
        except (EvidenceFullError, NotPlainError) as error:
            problems.append(f"{what}: {error}")
        except Exception as error:
            problems.append(f"{what}: {first_line(error, 300)}")
        return None

    built = bool(part("built", lambda: bool(model.built)))
    return {
        "kind": "model",
        "class": class_name(type(model)),
        "built": built,
        "architecture": part("architecture", lambda: _architecture(model, store)),
        "weights": part("weights", lambda: _weights(model, store, built)),
        "claimed": {"count_params": part("parameters", lambda: int(model.count_params()) if built else None)},
        "compile": part("compile", lambda: compile_facts(model)),
        "iterations": optimizer_iterations(model),
        "backend": part("backend", lambda: str(_keras().backend.backend())),
        "problem": "; ".join(problems) or None,
    }


def _architecture(model: Any, store: EvidenceStore) -> str:
    try:
        text = model.to_json()
    except Exception:
        # A loss or metric without a serial form must not cost the layers.
        compiled = model.compiled
        model.compiled = False
        try:
            text = model.to_json()
        finally:
            model.compiled = compiled
    data = json.dumps(json.loads(text), allow_nan=False).encode("utf-8")
    if len(data) > MAX_ARCHITECTURE_BYTES:
        raise NotPlainError(f"it takes more than {MAX_ARCHITECTURE_BYTES >> 20} MiB as JSON")
    return store.put([data], len(data), "json")


def _weights(model: Any, store: EvidenceStore, built: bool) -> str | None:
    if not built:
        raise NotPlainError("the model has no weights yet: it was never built, called or fitted")
    variables = list(model.weights)
    header: dict[str, Any] = {}
    offset = 0
    dtypes = []
    for index, variable in enumerate(variables):
        dtype = str(variable.dtype)
        dtypes.append(_WIDENED.get(dtype, dtype))
        name, item_bytes = _SAFETENSORS_DTYPES[dtypes[-1]]
        shape = [int(size) for size in variable.shape]
        end = offset + item_bytes * math.prod(shape)
        header[f"w{index:03d}"] = {"dtype": name, "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % _HEADER_ALIGNMENT)
    size = 8 + len(text) + offset
    return store.put(_safetensors(text, variables, dtypes), size, "safetensors")


def _safetensors(header: bytes, variables: list[Any], dtypes: list[str]) -> Iterator[bytes]:
    numpy: Any = sys.modules["numpy"]
    yield len(header).to_bytes(8, "little")
    yield header
    for variable, dtype in zip(variables, dtypes, strict=True):
        yield numpy.asarray(
            _numpy_of(variable), dtype=numpy.dtype(dtype).newbyteorder("<"), order="C"
        ).tobytes()


def _numpy_of(variable: Any) -> Any:
    return _keras().ops.convert_to_numpy(variable)


def _keras() -> Any:
    return sys.modules["keras"]
