"""A model as data: layers, the order in which they are called, what is connected to what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from deepgrade.infer.specs import LayerSpec, Shape

Value = TypeVar("Value")

Path = tuple[int, ...]
"""A layer's place: its index in the model, preceded by those of the nested models around it."""


class InputSpec(NamedTuple):
    """One input of a model."""

    shape: Shape | None
    """None for a nested model that takes whatever it is connected to."""
    integer: bool = False
    """Values are whole numbers (token ids, bytes); fractions are cut off, as Keras does."""


class Call(NamedTuple):
    """One use of a layer; a shared layer is called more than once.

    Values are numbered: first the model's inputs, then each call's outputs in the order of the calls.
    """

    layer: int
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """A layer, or a nested model, in its model."""

    name: str
    spec: LayerSpec | ModelSpec
    notes: dict[str, Any] = field(default_factory=dict)
    """Settings without influence on predictions that people look for (regularisers)."""


@dataclass(frozen=True)
class ModelSpec:
    """A model with everything that is needed to count, bound and build it, and no code."""

    name: str
    trainable: bool
    inputs: tuple[InputSpec, ...]
    layers: tuple[Layer, ...]
    """In the order of the student's model: weights follow it."""
    calls: tuple[Call, ...]
    """In an order in which every input exists before it is used."""
    outputs: tuple[int, ...]


def walk(
    model: ModelSpec,
    inputs: Sequence[Value],
    apply: Callable[[Path, Layer, list[Value]], Value],
    enter: Callable[[Path, ModelSpec, list[Value]], None] | None = None,
    path: Path = (),
) -> list[Value]:
    """Carry values (shapes, Keras tensors) through a model and its nested models.

    Args:
        model: What to walk through.
        inputs: One value for each input of the model.
        apply: Called for every use of a layer; returns the layer's output.
        enter: Called before a nested model with the values that it gets.
        path: Where `model` itself stands.

    Returns:
        One value for each output.
    """
    values = list(inputs)
    for call in model.calls:
        layer, given = model.layers[call.layer], [values[number] for number in call.inputs]
        place = (*path, call.layer)
        if isinstance(layer.spec, ModelSpec):
            if enter is not None:
                enter(place, layer.spec, given)
            values += walk(layer.spec, given, apply, enter, place)
        else:
            values.append(apply(place, layer, given))
    return [values[number] for number in model.outputs]


def last_layer(model: ModelSpec) -> LayerSpec | None:
    """Return the layer that makes the first output, None where an input is passed on."""
    number = model.outputs[0] - len(model.inputs)
    for call in model.calls:
        spec = model.layers[call.layer].spec
        made = len(spec.outputs) if isinstance(spec, ModelSpec) else 1
        if 0 <= number < made:
            return last_layer(spec) if isinstance(spec, ModelSpec) else spec
        number -= made
    return None


def first_layer(model: ModelSpec) -> LayerSpec | None:
    """Return the first layer that the model's first input goes to."""
    for call in model.calls:
        if 0 in call.inputs:
            spec = model.layers[call.layer].spec
            return first_layer(spec) if isinstance(spec, ModelSpec) else spec
    return None
