"""Convolutions. Channels stand last; other layouts are refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import model_validator

from deepgrade.infer.specs.activations import Activation_, activation_argument
from deepgrade.infer.specs.base import (
    Count,
    Flag,
    LayerSpec,
    Pair,
    Shape,
    Single,
    WeightSpec,
    last_axis,
    rank,
    size,
)

_PARTS = ("kernel", "bias", "depthwise", "pointwise")
_NEUTRAL = frozenset(
    f"{part}_{kind}" for part in _PARTS for kind in ("initializer", "regularizer", "constraint")
) | {"activity_regularizer"}


def window_length(
    spec: LayerSpec, length: int | None, window: int, stride: int, padding: str, dilation: int = 1
) -> int | None:
    """Return how many places a window takes along one axis.

    Raises:
        BundleError: None fits (`bad_config`).
    """
    if length is None:
        return None
    if padding != "valid":
        return -(-length // stride)
    reach = dilation * (window - 1) + 1
    if reach > length:
        raise spec.bad(f"a window of {reach} does not fit into an axis of {length}")
    return (length - reach) // stride + 1


class _Convolution(LayerSpec):
    """What all convolutions share: they slide a window over every axis but the last."""

    dropped: ClassVar[frozenset[str]] = _NEUTRAL
    kernel_size: tuple[int, ...]
    strides: tuple[int, ...] = ()
    padding: Literal["valid", "same", "causal"] = "valid"
    data_format: Literal["channels_last"] | None = "channels_last"
    dilation_rate: tuple[int, ...] = ()
    activation: Activation_ = "linear"
    use_bias: Flag = True

    @model_validator(mode="after")
    def _stride_or_dilation(self) -> _Convolution:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError("strides and dilation cannot both be larger than 1")
        return self

    def channels(self) -> int | None:
        """Return how many filters there are, None where the input decides."""
        raise NotImplementedError

    def _spatial(self, shape: Shape) -> Shape:
        rank(self, shape, len(self.kernel_size) + 1)
        last_axis(self, shape)
        axes = zip(shape, self.kernel_size, self.strides, self.dilation_rate, strict=False)
        return tuple(window_length(self, n, k, s, self.padding, d) for n, k, s, d in axes)

    def scratch(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the numbers of a row of windows, as an unrolled convolution holds them."""
        return size(output[:-1]) * math.prod(self.kernel_size) * last_axis(self, shapes[0])

    def _arguments(self, layers: Any) -> dict[str, Any]:
        return {
            "strides": self.strides,
            "padding": self.padding,
            "data_format": "channels_last",
            "dilation_rate": self.dilation_rate,
            "activation": activation_argument(self.activation, layers),
            "use_bias": self.use_bias,
        }


class _Filters(_Convolution):
    """Conv1D and Conv2D."""

    filters: Count
    groups: Count = 1

    def shape(self, shape: Shape) -> Shape:
        """Return the places of the window, with `filters` as last axis."""
        spatial = self._spatial(shape)
        if last_axis(self, shape) % self.groups or self.filters % self.groups:
            raise self.bad(
                f"{shape[-1]} channels and {self.filters} filters do not divide into {self.groups} groups"
            )
        return (*spatial, self.filters)

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return kernel and bias."""
        kernel = (*self.kernel_size, last_axis(self, shapes[0]) // self.groups, self.filters)
        bias = (WeightSpec("bias", (self.filters,)),) if self.use_bias else ()
        return (WeightSpec("kernel", kernel), *bias)

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds of one row."""
        return size(output) * math.prod(self.kernel_size) * (last_axis(self, shapes[0]) // self.groups)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        maker = getattr(layers, self.class_name)
        arguments = self._arguments(layers)
        return maker(
            self.filters, self.kernel_size, groups=self.groups, kernel_initializer="zeros", **arguments
        )


class Conv1D(_Filters):
    """`keras.layers.Conv1D`."""

    shown: ClassVar[tuple[str, ...]] = ("filters", "kernel_size", "strides", "padding", "activation")
    kernel_size: Single
    strides: Single = (1,)
    dilation_rate: Single = (1,)


class Conv2D(_Filters):
    """`keras.layers.Conv2D`."""

    shown: ClassVar[tuple[str, ...]] = ("filters", "kernel_size", "strides", "padding", "activation")
    kernel_size: Pair
    strides: Pair = (1, 1)
    dilation_rate: Pair = (1, 1)
    padding: Literal["valid", "same"] = "valid"


class DepthwiseConv2D(_Convolution):
    """`keras.layers.DepthwiseConv2D`."""

    shown: ClassVar[tuple[str, ...]] = ("depth_multiplier", "kernel_size", "strides", "padding", "activation")
    kernel_size: Pair
    strides: Pair = (1, 1)
    dilation_rate: Pair = (1, 1)
    padding: Literal["valid", "same"] = "valid"
    depth_multiplier: Count = 1

    def shape(self, shape: Shape) -> Shape:
        """Return the places of the window, with `depth_multiplier` filters for each channel."""
        return (*self._spatial(shape), last_axis(self, shape) * self.depth_multiplier)

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return kernel and bias."""
        channels = last_axis(self, shapes[0])
        kernel = WeightSpec("kernel", (*self.kernel_size, channels, self.depth_multiplier))
        bias = (WeightSpec("bias", (channels * self.depth_multiplier,)),) if self.use_bias else ()
        return (kernel, *bias)

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds of one row."""
        return size(output) * math.prod(self.kernel_size)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.DepthwiseConv2D(
            self.kernel_size,
            depth_multiplier=self.depth_multiplier,
            depthwise_initializer="zeros",
            **self._arguments(layers),
        )


class SeparableConv2D(_Convolution):
    """`keras.layers.SeparableConv2D`: a depthwise convolution, then one of size 1 over the channels."""

    shown: ClassVar[tuple[str, ...]] = ("filters", "kernel_size", "strides", "padding", "activation")
    filters: Count
    kernel_size: Pair
    strides: Pair = (1, 1)
    dilation_rate: Pair = (1, 1)
    padding: Literal["valid", "same"] = "valid"
    depth_multiplier: Count = 1

    def shape(self, shape: Shape) -> Shape:
        """Return the places of the window, with `filters` as last axis."""
        return (*self._spatial(shape), self.filters)

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return both kernels and the bias."""
        channels = last_axis(self, shapes[0])
        depthwise = WeightSpec("depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier))
        pointwise = WeightSpec("pointwise_kernel", (1, 1, channels * self.depth_multiplier, self.filters))
        bias = (WeightSpec("bias", (self.filters,)),) if self.use_bias else ()
        return (depthwise, pointwise, *bias)

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds of one row."""
        between = last_axis(self, shapes[0]) * self.depth_multiplier
        return size(output[:-1]) * between * (math.prod(self.kernel_size) + self.filters)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.SeparableConv2D(
            self.filters,
            self.kernel_size,
            depth_multiplier=self.depth_multiplier,
            depthwise_initializer="zeros",
            pointwise_initializer="zeros",
            **self._arguments(layers),
        )
