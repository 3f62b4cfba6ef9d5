"""What every layer spec shares: bounded field types, shapes without the batch axis, the methods of a spec.

A spec is a layer as data: what the constructor is given, and everything that can be known of the layer
without Keras: output shape, weights, arithmetic. `make` calls Keras's constructor directly; the
module is handed in, so that nothing here imports Keras.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from deepgrade.infer.reasons import BundleError, Reason

Shape = tuple[int | None, ...]
"""Axes of one row; None where the length is only known with the data (variable-length sequences)."""

LARGEST = 2**31 - 1

Count = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
Amount = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Axis = Annotated[int, Field(strict=True, ge=-8, le=8)]
Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True, ge=-1e30, le=1e30, allow_inf_nan=False)]
Rate = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


def _single(value: Any) -> Any:
    return (value,) if isinstance(value, int) else tuple(value) if isinstance(value, list) else value


def _pair(value: Any) -> Any:
    return (value, value) if isinstance(value, int) else tuple(value) if isinstance(value, list) else value


def _pair_of_pairs(value: Any) -> Any:
    if isinstance(value, int):
        return ((value, value), (value, value))
    if isinstance(value, list):
        return tuple(_pair(item) for item in value)
    return value


Single = Annotated[tuple[Count], BeforeValidator(_single)]
Pair = Annotated[tuple[Count, Count], BeforeValidator(_pair)]
Edges = Annotated[tuple[Amount, Amount], BeforeValidator(_pair)]
EdgePairs = Annotated[tuple[tuple[Amount, Amount], tuple[Amount, Amount]], BeforeValidator(_pair_of_pairs)]


class WeightSpec(NamedTuple):
    """One weight as the layer's constructor will make it."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True
    integer: bool = False


class LayerSpec(BaseModel):
    """One layer as data. Subclasses add the constructor's arguments as fields.

    Shapes have no batch axis. Counts are exact; where an axis is unknown it counts as 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dropped: ClassVar[frozenset[str]] = frozenset()
    """Keras settings without influence on predictions: initialisers, regularisers, constraints, seeds."""
    shown: ClassVar[tuple[str, ...]] = ()
    """Fields that always stand in the layer table; the others only where they differ from the default."""

    trainable: Flag = True

    def output(self, shapes: Sequence[Shape]) -> Shape:
        """Return the output's shape for one row.

        Raises:
            BundleError: The layer does not take such inputs (`bad_config`).
        """
        if len(shapes) != 1:
            raise self.bad(f"it takes one input, {len(shapes)} are connected to it")
        return self.shape(shapes[0])

    def shape(self, shape: Shape) -> Shape:
        """Return the output's shape of a layer with one input; the same shape unless overridden."""
        return shape

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return the weights in the order of Keras's `layer.weights`: trainable ones first."""
        return ()

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds (or comparable operations) that one row costs."""
        return size(output)

    def steps(self, shapes: Sequence[Shape]) -> int:
        """Return how many steps have to follow one another (time steps of a recurrent layer)."""
        return 0

    def scratch(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return how many numbers the layer may hold besides its output, for one row."""
        return 0

    def make(self, layers: Any) -> Any:
        """Return the Keras layer; `layers` is the module `keras.layers`."""
        raise NotImplementedError

    def facts(self) -> dict[str, Any]:
        """Return what people want to know of the layer, as JSON values."""
        changed = self.model_dump(mode="json", exclude_defaults=True)
        always = self.model_dump(mode="json", include=set(self.shown))
        return {
            **{name: always[name] for name in self.shown},
            **{k: v for k, v in changed.items() if k not in always},
        }

    @property
    def class_name(self) -> str:
        """Keras's name of the class."""
        return type(self).__name__

    def bad(self, found: str) -> BundleError:
        """Return the error that says what is wrong with this layer's settings."""
        return BundleError(Reason.BAD_CONFIG, f"{self.class_name}: {found}.")


def size(shape: Shape) -> int:
    """Return the number of values in one row; unknown axes count as 1."""
    return math.prod(1 if axis is None else axis for axis in shape)


def last_axis(spec: LayerSpec, shape: Shape) -> int:
    """Return the length of the last axis, which has to be known."""
    if not shape or shape[-1] is None:
        raise spec.bad("the last axis of its input has no known length")
    return shape[-1]


def rank(spec: LayerSpec, shape: Shape, axes: int) -> None:
    """Refuse an input that does not have `axes` axes besides the batch."""
    if len(shape) != axes:
        raise spec.bad(f"its input has shape {show(shape)}, {axes + 1} axes are needed")


def place(spec: LayerSpec, axis: int, shape: Shape) -> int:
    """Return a Keras axis (the batch is axis 0) as an index into a shape without the batch axis."""
    index = axis - 1 if axis > 0 else axis + len(shape)
    if axis == 0 or not 0 <= index < len(shape):
        raise spec.bad(f"axis {axis} does not exist for an input of shape {show(shape)}")
    return index


def known(spec: LayerSpec, axis: int, shape: Shape) -> int:
    """Return the length of a Keras axis, which has to be known."""
    length = shape[place(spec, axis, shape)]
    if length is None:
        raise spec.bad(f"axis {axis} of its input has no known length")
    return length


def show(shape: Shape) -> str:
    """Return a shape as people write it, with the batch axis."""
    return "(" + ", ".join(["None", *("None" if axis is None else str(axis) for axis in shape)]) + ")"
