"""Count a model before anything is built: shapes, parameters, activations, arithmetic; and bound them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from deepgrade.infer.graph import Layer, ModelSpec, Path, walk
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.specs import Shape, WeightSpec, show, size

_MIB = 1 << 20


@dataclass(frozen=True)
class ModelBounds:
    """What a model may be. The defaults leave room for ResNet50 (25.6 million parameters)."""

    architecture_mib: int = 8
    """The description's file."""
    layers: int = 1000
    calls: int = 5000
    """Uses of layers, those of shared and nested ones counted each time."""
    parameters: int = 50_000_000
    weights_mib: int = 512
    """The weights file, and what its header claims."""
    input_values: int = 4_000_000
    """Numbers in one row of input."""
    layer_values: int = 64_000_000
    """Numbers in one layer's output, and in what it holds besides, for one row."""
    multiply_adds_per_row: int = 30_000_000_000
    multiply_adds: int = 10_000_000_000_000
    """For all rows of a hidden set."""
    recurrent_steps: int = 20_000
    """Steps that follow one another in one row, all recurrent layers together."""
    batch_rows: int = 256
    batch_mib: int = 512
    """Activations of one batch, roughly; large rows make smaller batches."""
    outputs: int = 4096
    """Numbers that a model gives for one of the notebook's own rows."""
    output_mib: int = 64
    """The same for all of them together, as float32."""
    wall_s: float = 300.0
    """One model on one hidden set (`child_timeout`)."""
    cpu_s: int = 900
    memory_mib: int = 6144
    """The process that predicts (`child_memory`)."""


class LayerRow(NamedTuple):
    """A layer as it stands in the layer table."""

    name: str
    class_name: str
    facts: dict[str, Any]
    output_shape: Shape
    params: int


class PlacedWeight(NamedTuple):
    """A weight and the layer it belongs to."""

    path: Path
    spec: WeightSpec
    trainable: bool


@dataclass(frozen=True)
class Measured:
    """A model's figures. `weights` stands in the order of Keras's `model.weights`."""

    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]
    rows: tuple[LayerRow, ...]
    weights: tuple[PlacedWeight, ...]
    largest: int
    """Numbers in the largest layer for one row, with what it holds besides."""
    work: int
    """Multiply-adds for one row."""
    steps: int

    @property
    def params(self) -> int:
        """All parameters."""
        return sum(size(weight.spec.shape) for weight in self.weights)

    @property
    def trainable_params(self) -> int:
        """Parameters that training changes."""
        return sum(size(weight.spec.shape) for weight in self.weights if weight.trainable)

    def batch_rows(self, bounds: ModelBounds) -> int:
        """Return how many rows to predict at a time."""
        per_row = 4 * 3 * max(1, self.largest)
        return max(1, min(bounds.batch_rows, bounds.batch_mib * _MIB // per_row))


class _Tally:
    """What `measure` gathers on its way through the model."""

    def __init__(self, bounds: ModelBounds) -> None:
        self.bounds = bounds
        self.calls = 0
        self.largest = 0
        self.work = 0
        self.steps = 0
        self.outputs: dict[Path, Shape] = {}
        self.weights: dict[Path, tuple[WeightSpec, ...]] = {}
        self.params = 0

    def count_call(self) -> None:
        self.calls += 1
        if self.calls > self.bounds.calls:
            raise BundleError(Reason.TOO_MANY_LAYERS, f"More than {self.bounds.calls} uses of layers.")

    def apply(self, path: Path, layer: Layer, shapes: list[Shape]) -> Shape:
        self.count_call()
        spec = layer.spec
        assert not isinstance(spec, ModelSpec)  # noqa: S101  (walk enters nested models itself)
        try:
            output = spec.output(shapes)
            weights = spec.weights(shapes)
            held = size(output) + spec.scratch(shapes, output)
            self.work += spec.work(shapes, output)
            self.steps += spec.steps(shapes)
        except BundleError as error:
            raise BundleError(error.reason, f"Layer {layer.name!r}: {error.detail}") from None
        if self.weights.setdefault(path, weights) != weights:
            raise BundleError(
                Reason.BAD_CONFIG, f"Layer {layer.name!r} is shared between inputs of different shapes."
            )
        if path not in self.outputs:
            self.outputs[path] = output
            self.params += sum(size(weight.shape) for weight in weights)
        self.largest = max(self.largest, held)
        self._check(layer, held)
        return output

    def _check(self, layer: Layer, held: int) -> None:
        bounds, name = self.bounds, repr(layer.name)
        if self.params > bounds.parameters:
            found = f"{_count(self.params)} or more; at most {_count(bounds.parameters)} (at layer {name})."
            raise BundleError(Reason.TOO_MANY_PARAMETERS, found)
        if held > bounds.layer_values:
            found = f"Layer {name}: {_count(held)}; at most {_count(bounds.layer_values)}."
            raise BundleError(Reason.ACTIVATIONS_TOO_LARGE, found)
        if self.work > bounds.multiply_adds_per_row:
            found = (
                f"{_count(self.work)} multiply-adds a row; at most {_count(bounds.multiply_adds_per_row)}."
            )
            raise BundleError(Reason.TOO_MUCH_WORK, found)
        if self.steps > bounds.recurrent_steps:
            found = f"{_count(self.steps)} time steps; at most {_count(bounds.recurrent_steps)}."
            raise BundleError(Reason.TOO_MUCH_WORK, found)

    def enter(self, path: Path, model: ModelSpec, shapes: list[Shape]) -> None:
        self.count_call()
        check_inputs(model, shapes)


def check_inputs(model: ModelSpec, shapes: Sequence[Shape]) -> None:
    """Refuse inputs that a model does not take.

    Raises:
        BundleError: `bad_config`.
    """
    if len(shapes) != len(model.inputs):
        found = f"Model {model.name!r} takes {len(model.inputs)} inputs, {len(shapes)} are connected to it."
        raise BundleError(Reason.BAD_CONFIG, found)
    for declared, shape in zip(model.inputs, shapes, strict=True):
        if declared.shape is not None and not matches(declared.shape, shape):
            found = f"Model {model.name!r} takes {show(declared.shape)}, {show(shape)} is connected to it."
            raise BundleError(Reason.BAD_CONFIG, found)


def matches(declared: Shape, shape: Shape) -> bool:
    """Tell whether a shape is one of those that a declared shape (None: any length) allows."""
    pairs = zip(declared, shape, strict=False)
    return len(declared) == len(shape) and all(a is None or b is None or a == b for a, b in pairs)


def measure(model: ModelSpec, bounds: ModelBounds, input_shapes: Sequence[Shape] | None = None) -> Measured:
    """Count a model from its description alone.

    Args:
        model: The model.
        bounds: What it may be.
        input_shapes: Shapes of the rows that it will get; the declared ones where absent. With declared
            shapes, axes of unknown length count as 1.

    Raises:
        BundleError: The layers do not fit together, or a bound is exceeded.
    """
    if input_shapes is None:
        if any(declared.shape is None for declared in model.inputs):
            raise BundleError(Reason.NOT_BUILT)
        input_shapes = [declared.shape for declared in model.inputs if declared.shape is not None]
    else:
        check_inputs(model, input_shapes)
    for shape in input_shapes:
        if size(shape) > bounds.input_values:
            found = f"{_count(size(shape))}; at most {_count(bounds.input_values)}."
            raise BundleError(Reason.INPUT_TOO_LARGE, found)
    tally = _Tally(bounds)
    outputs = walk(model, list(input_shapes), tally.apply, tally.enter)
    rows: list[LayerRow] = []
    weights: list[PlacedWeight] = []
    for path, names, layer, trainable in _leaves(model, (), (), model.trainable):
        spec = layer.spec
        assert not isinstance(spec, ModelSpec)  # noqa: S101  (leaves are no models)
        own = tally.weights.get(path, ())
        weights += [PlacedWeight(path, weight, weight.trainable and trainable) for weight in own]
        params = sum(size(weight.shape) for weight in own)
        facts = {**spec.facts(), **layer.notes}
        rows.append(LayerRow("/".join(names), spec.class_name, facts, tally.outputs.get(path, ()), params))
    return Measured(
        tuple(input_shapes),
        tuple(outputs),
        tuple(rows),
        tuple(weights),
        tally.largest,
        tally.work,
        tally.steps,
    )


def check_work(measured: Measured, rows: int, bounds: ModelBounds) -> None:
    """Refuse a prediction that takes too much arithmetic.

    Raises:
        BundleError: `too_much_work`.
    """
    total = measured.work * rows
    if total > bounds.multiply_adds:
        found = f"{_count(total)} multiply-adds for {rows} rows; at most {_count(bounds.multiply_adds)}."
        raise BundleError(Reason.TOO_MUCH_WORK, found)


def _leaves(
    model: ModelSpec, path: Path, names: tuple[str, ...], trainable: bool
) -> Iterator[tuple[Path, tuple[str, ...], Layer, bool]]:
    for index, layer in enumerate(model.layers):
        place, called = (*path, index), (*names, layer.name)
        if isinstance(layer.spec, ModelSpec):
            yield from _leaves(layer.spec, place, called, trainable and layer.spec.trainable)
        else:
            yield place, called, layer, trainable and layer.spec.trainable


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**15 else f"about 10^{math.floor(math.log10(number))}"
