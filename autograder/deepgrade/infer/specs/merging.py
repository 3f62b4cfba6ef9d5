"""Layers with several inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from deepgrade.infer.specs.base import Axis, LayerSpec, Shape, place, show, size


class _Merge(LayerSpec):
    """Combines inputs value by value."""

    exactly: ClassVar[int | None] = None

    def output(self, shapes: Sequence[Shape]) -> Shape:
        """Return the common shape; axes of length 1 stretch."""
        if len(shapes) < 2 or (self.exactly is not None and len(shapes) != self.exactly):
            raise self.bad(f"{len(shapes)} inputs are connected to it")
        result = shapes[0]
        for shape in shapes[1:]:
            if len(shape) != len(result):
                raise self.bad(f"inputs of shapes {show(result)} and {show(shape)} do not combine")
            result = tuple(self._common(a, b, result, shape) for a, b in zip(result, shape, strict=True))
        return result

    def _common(self, a: int | None, b: int | None, left: Shape, right: Shape) -> int | None:
        if a == b or b == 1:
            return a
        if a == 1:
            return b
        if a is None or b is None:
            return None
        raise self.bad(f"inputs of shapes {show(left)} and {show(right)} do not combine")

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the operations of one row."""
        return len(shapes) * size(output)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return getattr(layers, self.class_name)()


class Add(_Merge):
    """`keras.layers.Add`, or a sum of tensors."""


class Subtract(_Merge):
    """`keras.layers.Subtract`, or a difference of tensors."""

    exactly: ClassVar[int | None] = 2


class Multiply(_Merge):
    """`keras.layers.Multiply`, or a product of tensors."""


class Average(_Merge):
    """`keras.layers.Average`."""


class Maximum(_Merge):
    """`keras.layers.Maximum`."""


class Minimum(_Merge):
    """`keras.layers.Minimum`."""


class Concatenate(LayerSpec):
    """`keras.layers.Concatenate`."""

    shown: ClassVar[tuple[str, ...]] = ("axis",)
    axis: Axis = -1

    def output(self, shapes: Sequence[Shape]) -> Shape:
        """Return the inputs one after the other along an axis."""
        if len(shapes) < 2:
            raise self.bad(f"{len(shapes)} inputs are connected to it")
        first, index = shapes[0], place(self, self.axis, shapes[0])
        total: int | None = 0
        for shape in shapes:
            if (
                len(shape) != len(first)
                or shape[:index] != first[:index]
                or shape[index + 1 :] != first[index + 1 :]
            ):
                raise self.bad(f"inputs of shapes {show(first)} and {show(shape)} do not fit together")
            length = shape[index]
            total = None if total is None or length is None else total + length
        return (*first[:index], total, *first[index + 1 :])

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Concatenate(axis=self.axis)
