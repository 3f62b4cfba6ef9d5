"""Dense, Embedding, and the layers that scale or normalise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from deepgrade.infer.specs.activations import Activation_, activation_argument
from deepgrade.infer.specs.base import (
    Axis,
    Count,
    Flag,
    LayerSpec,
    Number,
    Rate,
    Shape,
    WeightSpec,
    known,
    last_axis,
    place,
    size,
)

_KERNEL_AND_BIAS = frozenset(
    f"{part}_{kind}" for part in ("kernel", "bias") for kind in ("initializer", "regularizer", "constraint")
) | {"activity_regularizer"}

Epsilon = Annotated[float, Field(strict=True, gt=0, le=1e6, allow_inf_nan=False)]
Axes = Axis | Annotated[list[Axis], Field(min_length=1, max_length=8)]
Numbers = Number | Annotated[list[Number], Field(min_length=1, max_length=10_000)]


class Dense(LayerSpec):
    """`keras.layers.Dense`."""

    dropped: ClassVar[frozenset[str]] = _KERNEL_AND_BIAS
    shown: ClassVar[tuple[str, ...]] = ("units", "activation")
    units: Count
    activation: Activation_ = "linear"
    use_bias: Flag = True
    quantization_config: None = None
    lora_rank: None = None

    def shape(self, shape: Shape) -> Shape:
        """Return the input's shape with `units` as last axis."""
        last_axis(self, shape)
        return (*shape[:-1], self.units)

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return kernel and bias."""
        kernel = WeightSpec("kernel", (last_axis(self, shapes[0]), self.units))
        return (kernel, WeightSpec("bias", (self.units,))) if self.use_bias else (kernel,)

    def work(self, shapes: Sequence[Shape], output: Shape) -> int:
        """Return the multiply-adds of one row."""
        return size(output) * last_axis(self, shapes[0])

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Dense(
            self.units,
            activation=activation_argument(self.activation, layers),
            use_bias=self.use_bias,
            kernel_initializer="zeros",
        )


class Embedding(LayerSpec):
    """`keras.layers.Embedding`."""

    dropped: ClassVar[frozenset[str]] = frozenset(
        {"embeddings_initializer", "embeddings_regularizer", "activity_regularizer", "embeddings_constraint"}
    ) | {"input_length"}
    shown: ClassVar[tuple[str, ...]] = ("input_dim", "output_dim")
    input_dim: Count
    output_dim: Count
    mask_zero: Flag = False
    quantization_config: None = None
    lora_rank: None = None

    def shape(self, shape: Shape) -> Shape:
        """Return the input's shape with one more axis."""
        return (*shape, self.output_dim)

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return the table of vectors."""
        return (WeightSpec("embeddings", (self.input_dim, self.output_dim)),)

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Embedding(
            self.input_dim, self.output_dim, mask_zero=self.mask_zero, embeddings_initializer="zeros"
        )


class BatchNormalization(LayerSpec):
    """`keras.layers.BatchNormalization`, as it works when predicting."""

    dropped: ClassVar[frozenset[str]] = frozenset(
        {
            f"{part}_{kind}"
            for part in ("beta", "gamma")
            for kind in ("initializer", "regularizer", "constraint")
        }
        | {"moving_mean_initializer", "moving_variance_initializer", "synchronized"}
        | {"renorm_clipping", "renorm_momentum"}
    )
    axis: Axis = -1
    momentum: Rate = 0.99
    epsilon: Epsilon = 1e-3
    center: Flag = True
    scale: Flag = True
    renorm: Literal[False] = False

    def shape(self, shape: Shape) -> Shape:
        """Return the same shape; the axis has to have a known length."""
        known(self, self.axis, shape)
        return shape

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return gamma and beta (trainable), moving mean and variance (not trainable)."""
        channels = (known(self, self.axis, shapes[0]),)
        gamma = (WeightSpec("gamma", channels),) if self.scale else ()
        beta = (WeightSpec("beta", channels),) if self.center else ()
        moving = (
            WeightSpec("moving_mean", channels, trainable=False),
            WeightSpec("moving_variance", channels, trainable=False),
        )
        return gamma + beta + moving

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.BatchNormalization(
            axis=self.axis, momentum=self.momentum, epsilon=self.epsilon, center=self.center, scale=self.scale
        )


class LayerNormalization(LayerSpec):
    """`keras.layers.LayerNormalization`."""

    dropped: ClassVar[frozenset[str]] = frozenset(
        f"{part}_{kind}"
        for part in ("beta", "gamma")
        for kind in ("initializer", "regularizer", "constraint")
    )
    axis: Axes = -1
    epsilon: Epsilon = 1e-3
    center: Flag = True
    scale: Flag = True
    rms_scaling: Literal[False] = False

    def _normalised(self, shape: Shape) -> tuple[int, ...]:
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        if len({place(self, axis, shape) for axis in axes}) != len(axes):
            raise self.bad("an axis stands twice")
        return tuple(known(self, axis, shape) for axis in axes)

    def shape(self, shape: Shape) -> Shape:
        """Return the same shape; the axes have to have known lengths."""
        self._normalised(shape)
        return shape

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return gamma and beta."""
        shape = self._normalised(shapes[0])
        gamma = (WeightSpec("gamma", shape),) if self.scale else ()
        return (*gamma, WeightSpec("beta", shape)) if self.center else gamma

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.LayerNormalization(
            axis=self.axis, epsilon=self.epsilon, center=self.center, scale=self.scale
        )


class Rescaling(LayerSpec):
    """`keras.layers.Rescaling`: `inputs * scale + offset`."""

    shown: ClassVar[tuple[str, ...]] = ("scale", "offset")
    scale: Numbers
    offset: Numbers = 0.0

    def shape(self, shape: Shape) -> Shape:
        """Return the same shape; a list has one value for each channel."""
        for values in (self.scale, self.offset):
            if isinstance(values, list) and len(values) not in (1, last_axis(self, shape)):
                raise self.bad(f"{len(values)} factors for an input of {last_axis(self, shape)} channels")
        return shape

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Rescaling(self.scale, offset=self.offset)

    def facts(self) -> dict[str, Any]:
        """Return factor and offset; of long lists only how long they are."""
        given = {"scale": self.scale, "offset": self.offset}
        return {k: f"{len(v)} values" if isinstance(v, list) and len(v) > 16 else v for k, v in given.items()}


class Normalization(LayerSpec):
    """`keras.layers.Normalization`, with figures that were adapted (weights) or given (settings)."""

    axis: Axes | Annotated[list[Axis], Field(max_length=0)] | None = -1
    mean: Numbers | None = None
    variance: Numbers | None = None
    invert: Flag = False

    @model_validator(mode="after")
    def _both_or_none(self) -> Normalization:
        lengths = [len(v) if isinstance(v, list) else None for v in (self.mean, self.variance)]
        if (self.mean is None) != (self.variance is None) or lengths[0] != lengths[1]:
            raise ValueError("mean and variance have to be given together, with equal lengths")
        return self

    def _axes(self, shape: Shape) -> list[int]:
        axes = [] if self.axis is None else self.axis if isinstance(self.axis, list) else [self.axis]
        return sorted({place(self, axis, shape) for axis in axes})

    def _kept(self, shape: Shape) -> tuple[int, ...]:
        return tuple(known(self, index + 1, shape) for index in self._axes(shape))

    def shape(self, shape: Shape) -> Shape:
        """Return the same shape; the kept axes have to have known lengths."""
        kept = self._kept(shape)
        if isinstance(self.mean, list) and (not kept or len(self.mean) not in (1, kept[-1])):
            raise self.bad(f"{len(self.mean)} means for kept axes of lengths {kept}")
        return shape

    def weights(self, shapes: Sequence[Shape]) -> tuple[WeightSpec, ...]:
        """Return mean, variance and count where they were adapted."""
        if self.mean is not None:
            return ()
        kept = self._kept(shapes[0])
        return (
            WeightSpec("mean", kept, trainable=False),
            WeightSpec("variance", kept, trainable=False),
            WeightSpec("count", (), trainable=False, integer=True),
        )

    def make(self, layers: Any) -> Any:
        """Return the Keras layer."""
        return layers.Normalization(
            axis=self.axis, mean=self.mean, variance=self.variance, invert=self.invert
        )

    def facts(self) -> dict[str, Any]:
        """Return the settings without the figures themselves."""
        return {k: v for k, v in super().facts().items() if k not in ("mean", "variance")}
