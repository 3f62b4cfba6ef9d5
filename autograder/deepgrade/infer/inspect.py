"""Check and count one bundle without Keras: description, bounds, weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray

from deepgrade.infer.bounds import Measured, ModelBounds, measure
from deepgrade.infer.convert import convert
from deepgrade.infer.graph import ModelSpec
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.report import Axes, LayerEntry, ModelEntry, Params
from deepgrade.infer.specs import Shape
from deepgrade.infer.weights import read_weights


class Bundle(NamedTuple):
    """A bundle that passed."""

    model: ModelSpec
    measured: Measured
    weights: list[NDArray[Any]]


def open_bundle(architecture: bytes, weights: bytes, bounds: ModelBounds) -> Bundle:
    """Return a bundle's spec, figures and weights.

    Raises:
        BundleError: It is refused.
    """
    model = convert(architecture, bounds)
    measured = measure(model, bounds)
    return Bundle(model, measured, read_weights(weights, [w.spec for w in measured.weights], bounds))


def inspect_bundle(
    architecture: bytes, weights: bytes | None, bounds: ModelBounds, *, weights_problem: str | None = None
) -> ModelEntry:
    """Return a bundle's entry for infer.json, without predictions. Never raises for a bad bundle.

    Args:
        architecture: What `model.to_json()` gave.
        weights: The safetensors file; None where it is missing.
        bounds: What a model may be.
        weights_problem: Why it is missing.
    """
    try:
        model = convert(architecture, bounds)
        measured = measure(model, bounds)
    except BundleError as error:
        return ModelEntry.without("refused", error)
    known = {
        "params": _params(measured),
        "input_shape": _shapes(measured.input_shapes),
        "output_shape": _shapes(measured.output_shapes),
        "layers": tuple(
            LayerEntry(
                name=row.name,
                class_name=row.class_name,
                config=row.facts,
                output_shape=[None, *row.output_shape],
                params=row.params,
            )
            for row in measured.rows
        ),
    }
    try:
        if weights is None:
            raise BundleError(Reason.BAD_WEIGHTS_FILE, weights_problem or "")
        read_weights(weights, [weight.spec for weight in measured.weights], bounds)
    except BundleError as error:
        return ModelEntry.without("refused", error, **known)
    return ModelEntry(status="ok", **known)


def _params(measured: Measured) -> Params:
    total, trainable = measured.params, measured.trainable_params
    return Params(total=total, trainable=trainable, non_trainable=total - trainable)


def _shapes(shapes: Sequence[Shape]) -> Axes | list[Axes]:
    listed: list[Axes] = [[None, *shape] for shape in shapes]
    return listed[0] if len(listed) == 1 else listed
