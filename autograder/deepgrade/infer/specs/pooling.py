"""Pooling, local and global. Channels stand last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from deepgrade.infer.specs.base import Flag, LayerSpec, Pair, Shape, Single, rank, size
from deepgrade.infer.specs.conv import window_length


class _Pooling(LayerSpec):
    """A window that slides over every axis but the last."""

    shown: ClassVar[tuple[str, ...]] = ("pool_size", "strides", "padding")
    pool_size: tuple[int, ...]
    strides: tuple[int, ...] | None = None
    padding: Literal["valid", "same"] = "valid"
    data_format: Literal["channels_last"] | None = "channels_last"

    def shape(self, shape: Shape) -> Shape:
        """Return the places of the window, with the input's channels."""
        rank(self, shape, len(self.pool_size) + 1)
        axes = zip(shape, self.pool_size, self.strides or self.pool_size, strict=False)
        return (*(window_length(self, n, k, s, self.padding) for n, k, s in axes), shape[-1])

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the operations of one row."""
        return size(output) * math.prod(self.pool_size)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        maker = getattr(layers, self.class_name)
        return maker(self.pool_size, strides=self.strides, padding=self.padding, data_format="channels_last")


class _Pooling1D(_Pooling):
    pool_size: Single = (2,)
    strides: Single | None = None


class _Pooling2D(_Pooling):
    pool_size: Pair = (2, 2)
    strides: Pair | None = None


class MaxPooling1D(_Pooling1D):
    """`keras.layers.MaxPooling1D`."""


class AveragePooling1D(_Pooling1D):
    """`keras.layers.AveragePooling1D`."""


class MaxPooling2D(_Pooling2D):
    """`keras.layers.MaxPooling2D`."""


class AveragePooling2D(_Pooling2D):
    """`keras.layers.AveragePooling2D`."""


class _GlobalPooling(LayerSpec):
    axes: ClassVar[int]
    data_format: Literal["channels_last"] | None = "channels_last"
    keepdims: Flag = False

    def shape(self, shape: Shape) -> Shape:
        """Return the channels alone."""
        rank(self, shape, self.axes + 1)
        return (*(1 for _ in range(self.axes)), shape[-1]) if self.keepdims else shape[-1:]

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the operations of one row."""
        return size(shapes[0])

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return getattr(layers, self.class_name)(data_format="channels_last", keepdims=self.keepdims)


class GlobalAveragePooling1D(_GlobalPooling):
    """`keras.layers.GlobalAveragePooling1D`."""

    axes: ClassVar[int] = 1


class GlobalMaxPooling1D(_GlobalPooling):
    """`keras.layers.GlobalMaxPooling1D`."""

    axes: ClassVar[int] = 1


class GlobalAveragePooling2D(_GlobalPooling):
    """`keras.layers.GlobalAveragePooling2D`."""

    axes: ClassVar[int] = 2


class GlobalMaxPooling2D(_GlobalPooling):
    """`keras.layers.GlobalMaxPooling2D`."""

    axes: ClassVar[int] = 2
