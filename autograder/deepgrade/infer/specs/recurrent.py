"""Recurrent layers and the wrappers around a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import SerializeAsAny, model_validator

from deepgrade.infer.specs.activations import Activation_, activation_argument
from deepgrade.infer.specs.base import Count, Flag, LayerSpec, Rate, Shape, WeightSpec, last_axis, rank, size

_NEUTRAL = frozenset(
    f"{part}_{kind}"
    for part in ("kernel", "recurrent", "bias")
    for kind in ("initializer", "regularizer", "constraint")
) | {"activity_regularizer", "seed", "unroll", "unit_forget_bias", "implementation"}


class _Recurrent(LayerSpec):
    """What SimpleRNN, LSTM and GRU share. `gates` kernels stand side by side in one weight."""

    dropped: ClassVar[frozenset[str]] = _NEUTRAL
    shown: ClassVar[tuple[str, ...]] = ("units", "activation")
    gates: ClassVar[int]

    units: Count
    activation: Activation_ = "tanh"
    use_bias: Flag = True
    return_sequences: Flag = False
    return_state: Literal[False] = False
    stateful: Literal[False] = False
    go_backwards: Flag = False
    zero_output_for_mask: Flag = False
    dropout: Rate = 0.0
    recurrent_dropout: Rate = 0.0

    def shape(self, shape: Shape) -> Shape:
        """Return `units` values for each row, or for each time step."""
        rank(self, shape, 2)
        last_axis(self, shape)
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def bias(self) -> tuple[int, ...]:
        """Return the bias's shape."""
        return (self.gates * self.units,)

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return kernel, recurrent kernel and bias."""
        width = self.gates * self.units
        kernels = (
            WeightSpec("kernel", (last_axis(self, shapes[0]), width)),
            WeightSpec("recurrent_kernel", (self.units, width)),
        )
        return (*kernels, WeightSpec("bias", self.bias())) if self.use_bias else kernels

    def steps(self, shapes: Sequence[Shape]) -> int:
        """Return the number of time steps."""
        return shapes[0][0] or 1

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds of one row."""
        return self.steps(shapes) * self.gates * self.units * (last_axis(self, shapes[0]) + self.units)

    def scratch(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the numbers held for all time steps, as they are when the steps are collected."""
        return self.steps(shapes) * self.gates * self.units

    def _arguments(self, layers: Any) -> dict[str, Any]:
        return {
            "activation": activation_argument(self.activation, layers),
            "use_bias": self.use_bias,
            "return_sequences": self.return_sequences,
            "go_backwards": self.go_backwards,
            "zero_output_for_mask": self.zero_output_for_mask,
            "kernel_initializer": "zeros",
            "recurrent_initializer": "zeros",
        }


class SimpleRNN(_Recurrent):
    """`keras.layers.SimpleRNN`."""

    gates: ClassVar[int] = 1

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.SimpleRNN(self.units, **self._arguments(layers))


class LSTM(_Recurrent):
    """`keras.layers.LSTM`."""

    gates: ClassVar[int] = 4
    recurrent_activation: Activation_ = "sigmoid"

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        recurrent = activation_argument(self.recurrent_activation, layers)
        return layers.LSTM(self.units, recurrent_activation=recurrent, **self._arguments(layers))


class GRU(_Recurrent):
    """`keras.layers.GRU`."""

    gates: ClassVar[int] = 3
    recurrent_activation: Activation_ = "sigmoid"
    reset_after: Flag = True

    def bias(self) -> tuple[int, ...]:
        """Return the bias's shape: two rows where the gate is reset after the product."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        recurrent = activation_argument(self.recurrent_activation, layers)
        return layers.GRU(
            self.units,
            recurrent_activation=recurrent,
            reset_after=self.reset_after,
            **self._arguments(layers),
        )


class Bidirectional(LayerSpec):
    """`keras.layers.Bidirectional` around a recurrent layer."""

    shown: ClassVar[tuple[str, ...]] = ("merge_mode",)
    layer: SimpleRNN | LSTM | GRU
    backward_layer: SimpleRNN | LSTM | GRU
    merge_mode: Literal["sum", "mul", "ave", "concat"] = "concat"

    @model_validator(mode="after")
    def _two_directions(self) -> Bidirectional:
        ahead, back = self.layer, self.backward_layer
        if ahead.go_backwards == back.go_backwards or ahead.return_sequences != back.return_sequences:
            raise ValueError("the two layers have to run in opposite directions and return alike")
        return self

    def shape(self, shape: Shape) -> Shape:
        """Return both directions side by side, or merged."""
        ahead, back = self.layer.shape(shape), self.backward_layer.shape(shape)
        if self.merge_mode == "concat":
            return (*ahead[:-1], self.layer.units + self.backward_layer.units)
        if ahead != back:
            raise self.bad("the two directions have different sizes and cannot be merged")
        return ahead

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return the forward layer's weights, then the backward layer's."""
        return (*self.layer.weights(shapes), *self.backward_layer.weights(shapes))

    def steps(self, shapes: Sequence[Shape]) -> int:
        """Return the time steps of both directions."""
        return self.layer.steps(shapes) + self.backward_layer.steps(shapes)

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds of one row, both directions."""
        return self.layer.work(shapes, output) + self.backward_layer.work(shapes, output)

    def scratch(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the numbers held for all time steps, both directions."""
        return self.layer.scratch(shapes, output) + self.backward_layer.scratch(shapes, output)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Bidirectional(
            self.layer.make(layers),
            merge_mode=self.merge_mode,
            backward_layer=self.backward_layer.make(layers),
        )

    def facts(self) -> dict[str, Any]:
        """Return how the directions are merged, and the layer inside."""
        return {
            "merge_mode": self.merge_mode,
            "layer": {"class": self.layer.class_name, **self.layer.facts()},
        }


class TimeDistributed(LayerSpec):
    """`keras.layers.TimeDistributed` around one layer."""

    layer: SerializeAsAny[LayerSpec]

    def shape(self, shape: Shape) -> Shape:
        """Return the inner layer's output for each time step."""
        if len(shape) < 2:
            raise self.bad("its input has no time axis")
        return (shape[0], *self.layer.shape(shape[1:]))

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return the inner layer's weights."""
        return self.layer.weights([shapes[0][1:]])

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds of one row, all time steps."""
        return (shapes[0][0] or 1) * self.layer.work([shapes[0][1:]], output[1:])

    def steps(self, shapes: Sequence[Shape]) -> int:
        """Return the steps of all time steps."""
        return (shapes[0][0] or 1) * max(1, self.layer.steps([shapes[0][1:]]))

    def scratch(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the numbers held for all time steps."""
        return (shapes[0][0] or 1) * self.layer.scratch([shapes[0][1:]], output[1:]) + size(output)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.TimeDistributed(self.layer.make(layers))

    def facts(self) -> dict[str, Any]:
        """Return the layer inside."""
        return {"layer": {"class": self.layer.class_name, **self.layer.facts()}}
