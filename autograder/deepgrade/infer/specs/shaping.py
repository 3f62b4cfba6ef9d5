"""Layers that only move, pad, cut or repeat values."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from deepgrade.infer.specs.base import Count, EdgePairs, Edges, LayerSpec, Pair, Shape, rank, size

Target = Annotated[int, Field(strict=True, ge=-1, le=2**31 - 1)]
Targets = Annotated[
    tuple[Target, ...],
    Field(min_length=1, max_length=8),
    BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v),
]


class Flatten(LayerSpec):
    """`keras.layers.Flatten`."""

    data_format: Literal["channels_last"] | None = "channels_last"

    def shape(self, shape: Shape) -> Shape:
        """Return one axis."""
        return (None,) if None in shape else (size(shape),)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Flatten()


class Reshape(LayerSpec):
    """`keras.layers.Reshape`."""

    shown: ClassVar[tuple[str, ...]] = ("target_shape",)
    target_shape: Targets

    def shape(self, shape: Shape) -> Shape:
        """Return the target, with the open axis (-1) filled in."""
        fixed = size(tuple(axis for axis in self.target_shape if axis != -1))
        if self.target_shape.count(-1) > 1 or 0 in self.target_shape:
            raise self.bad(f"{list(self.target_shape)} is not a shape")
        if None in shape:
            return tuple(None if axis == -1 else axis for axis in self.target_shape)
        if size(shape) % fixed or (-1 not in self.target_shape and size(shape) != fixed):
            raise self.bad(f"{size(shape)} values do not fill {list(self.target_shape)}")
        return tuple(size(shape) // fixed if axis == -1 else axis for axis in self.target_shape)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Reshape(self.target_shape)


class Permute(LayerSpec):
    """`keras.layers.Permute`."""

    shown: ClassVar[tuple[str, ...]] = ("dims",)
    dims: Targets

    def shape(self, shape: Shape) -> Shape:
        """Return the axes in their new order."""
        if sorted(self.dims) != list(range(1, len(shape) + 1)):
            raise self.bad(f"{list(self.dims)} does not order {len(shape)} axes")
        return tuple(shape[axis - 1] for axis in self.dims)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Permute(self.dims)


class RepeatVector(LayerSpec):
    """`keras.layers.RepeatVector`."""

    shown: ClassVar[tuple[str, ...]] = ("n",)
    n: Count

    def shape(self, shape: Shape) -> Shape:
        """Return the vector `n` times."""
        rank(self, shape, 1)
        return (self.n, *shape)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.RepeatVector(self.n)


def _resized(length: int | None, change: int, spec: LayerSpec) -> int | None:
    if length is None:
        return None
    if length + change < 1:
        raise spec.bad(f"nothing is left of an axis of {length}")
    return length + change


class ZeroPadding1D(LayerSpec):
    """`keras.layers.ZeroPadding1D`."""

    shown: ClassVar[tuple[str, ...]] = ("padding",)
    padding: Edges = (1, 1)
    data_format: Literal["channels_last"] | None = "channels_last"

    def shape(self, shape: Shape) -> Shape:
        """Return the longer axis."""
        rank(self, shape, 2)
        return (_resized(shape[0], sum(self.padding), self), shape[1])

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.ZeroPadding1D(self.padding, data_format="channels_last")


class _Edges2D(LayerSpec):
    data_format: Literal["channels_last"] | None = "channels_last"

    def _changed(self, shape: Shape, edges: EdgePairs, sign: int) -> Shape:
        rank(self, shape, 3)
        rows, columns = (sign * sum(pair) for pair in edges)
        return (_resized(shape[0], rows, self), _resized(shape[1], columns, self), shape[2])


class ZeroPadding2D(_Edges2D):
    """`keras.layers.ZeroPadding2D`."""

    shown: ClassVar[tuple[str, ...]] = ("padding",)
    padding: EdgePairs = ((1, 1), (1, 1))

    def shape(self, shape: Shape) -> Shape:
        """Return the larger image."""
        return self._changed(shape, self.padding, 1)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.ZeroPadding2D(self.padding, data_format="channels_last")


class Cropping2D(_Edges2D):
    """`keras.layers.Cropping2D`."""

    shown: ClassVar[tuple[str, ...]] = ("cropping",)
    cropping: EdgePairs = ((0, 0), (0, 0))

    def shape(self, shape: Shape) -> Shape:
        """Return the smaller image."""
        return self._changed(shape, self.cropping, -1)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Cropping2D(self.cropping, data_format="channels_last")


class UpSampling2D(LayerSpec):
    """`keras.layers.UpSampling2D`."""

    shown: ClassVar[tuple[str, ...]] = ("size",)
    size: Pair = (2, 2)
    data_format: Literal["channels_last"] | None = "channels_last"
    interpolation: Literal["nearest", "bilinear"] = "nearest"

    def shape(self, shape: Shape) -> Shape:
        """Return the larger image."""
        rank(self, shape, 3)
        rows, columns = (
            None if n is None else n * factor for n, factor in zip(shape, self.size, strict=False)
        )
        return (rows, columns, shape[2])

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.UpSampling2D(self.size, data_format="channels_last", interpolation=self.interpolation)
