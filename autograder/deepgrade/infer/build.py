"""Build a model from its spec by calling Keras's constructors, and predict with it.

The only file that touches Keras, and it is imported when a function is called, not before. It uses Keras's own
functions alone, so that any backend serves.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.infer.bounds import Measured
from deepgrade.infer.graph import Layer, ModelSpec, Path, walk
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.specs import Shape

Floats = NDArray[np.float32]


def build(model: ModelSpec, measured: Measured, weights: Sequence[NDArray[Any]]) -> Any:
    """Return a Keras model with the weights in it.

    Nested models are built flat; shared layers stay shared. Names are ours: the student's names do not
    reach Keras.

    Args:
        model: What `convert` made.
        measured: What `measure` found for the shapes that the model will get.
        weights: As `read_weights` returns them, in the order of `measured.weights`.
    """
    import keras

    made: dict[Path, Any] = {}

    def apply(path: Path, layer: Layer, values: list[Any]) -> Any:
        if path not in made:
            assert not isinstance(layer.spec, ModelSpec)  # noqa: S101  (walk enters nested models itself)
            made[path] = layer.spec.make(keras.layers)
        return made[path](values[0] if len(values) == 1 else values)

    inputs = [
        keras.layers.Input(shape, dtype="int32" if declared.integer else "float32")
        for declared, shape in zip(model.inputs, measured.input_shapes, strict=True)
    ]
    outputs = walk(model, inputs, apply)
    built = keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs if len(outputs) > 1 else outputs[0])
    pairs = zip(measured.weights, weights, strict=True)
    for path, group in itertools.groupby(pairs, key=lambda pair: pair[0].path):
        made[path].set_weights([values for _weight, values in group])
        if hasattr(made[path], "finalize_state"):
            made[path].finalize_state()
    return built


def predict(
    built: Any, rows: int, batch_rows: int, encode: Callable[[slice], Floats], output_shape: Shape
) -> Floats:
    """Return the model's outputs for all rows, float32.

    Every batch has the same length (the last one is filled up), so the prediction is traced once.

    Args:
        built: A Keras model with one input and one output.
        rows: How many rows there are.
        batch_rows: Rows at a time.
        encode: Gives the inputs of a slice of the rows.
        output_shape: The shape of one row's output.

    Raises:
        BundleError: The outputs are not finite, or do not have the shape that was computed (`predict_error`).
    """
    results: list[Floats] = []
    for start in range(0, rows, batch_rows):
        inputs = encode(slice(start, start + batch_rows))
        count = len(inputs)
        if count < batch_rows <= rows:
            inputs = np.concatenate([inputs, np.repeat(inputs[-1:], batch_rows - count, axis=0)])
        output = np.asarray(built.predict_on_batch(inputs), dtype=np.float32)[:count]
        if output.shape != (count, *output_shape):
            raise BundleError(Reason.PREDICT_ERROR, f"The output has shape {output.shape}.")
        results.append(output)
    outputs = (
        np.concatenate(results) if results else np.zeros((0, *(n or 0 for n in output_shape)), np.float32)
    )
    if not np.isfinite(outputs).all():
        bad = int(np.count_nonzero(~np.isfinite(outputs).all(axis=tuple(range(1, outputs.ndim)))))
        raise BundleError(Reason.NOT_FINITE, f"{bad} of {rows} predictions.")
    return outputs


def shapes_are_known(shape: Shape) -> bool:
    """Tell whether every axis has a length."""
    return None not in shape
