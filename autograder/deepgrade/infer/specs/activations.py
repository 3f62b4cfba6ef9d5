"""Activations: the fixed set of names, and the activation layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from deepgrade.infer.specs.base import Axis, LayerSpec, Number, Shape, place

ActivationName = Literal[
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
]

NotNegative = Annotated[float, Field(strict=True, ge=0, le=1e30, allow_inf_nan=False)]


class ReLU(LayerSpec):
    """`keras.layers.ReLU`."""

    shown: ClassVar[tuple[str, ...]] = ()
    max_value: NotNegative | None = None
    negative_slope: NotNegative = 0.0
    threshold: NotNegative = 0.0

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.ReLU(
            max_value=self.max_value, negative_slope=self.negative_slope, threshold=self.threshold
        )


class LeakyReLU(LayerSpec):
    """`keras.layers.LeakyReLU`."""

    shown: ClassVar[tuple[str, ...]] = ("negative_slope",)
    negative_slope: NotNegative = 0.3

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.LeakyReLU(negative_slope=self.negative_slope)


class ELU(LayerSpec):
    """`keras.layers.ELU`."""

    alpha: Number = 1.0

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.ELU(alpha=self.alpha)


class Softmax(LayerSpec):
    """`keras.layers.Softmax`."""

    axis: Axis = -1

    def shape(self, shape: Shape) -> Shape:
        """Return the same shape; the axis has to exist."""
        place(self, self.axis, shape)
        return shape

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Softmax(axis=self.axis)


ActivationLayer = ReLU | LeakyReLU | ELU | Softmax
Activation_ = ActivationName | ActivationLayer
"""What an `activation` argument may be: one of the names, or an activation layer."""


def activation_argument(activation: Activation_, layers: Any) -> Any:
    """Return what Keras's constructors take for `activation`."""
    return activation if isinstance(activation, str) else activation.make(layers)


class Activation(LayerSpec):
    """`keras.layers.Activation`."""

    shown: ClassVar[tuple[str, ...]] = ("activation",)
    activation: Activation_ = "linear"

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the operations of one row: a few for each value."""
        return 4 * super().work(shapes, output)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Activation(activation_argument(self.activation, layers))
