"""Layers that act while a model trains and let values pass when it predicts.

They are built as `Identity`: their settings stand in the layer table (a dropout's rate is what people look
for), and nothing of them is computed.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from deepgrade.infer.specs.base import LayerSpec, Number, Shape, rank

Dropped = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Spread = Annotated[float, Field(strict=True, ge=0, le=1e30, allow_inf_nan=False)]


class Identity(LayerSpec):
    """`keras.layers.Identity`."""

    def make(self, layers: Any) -> Any:
        """Return a layer that passes its input on."""
        return layers.Identity()


class Dropout(Identity):
    """`keras.layers.Dropout`."""

    dropped: ClassVar[frozenset[str]] = frozenset({"seed", "noise_shape"})
    shown: ClassVar[tuple[str, ...]] = ("rate",)
    rate: Dropped


class AlphaDropout(Dropout):
    """`keras.layers.AlphaDropout`."""


class GaussianDropout(Dropout):
    """`keras.layers.GaussianDropout`."""


class SpatialDropout1D(Dropout):
    """`keras.layers.SpatialDropout1D`."""


class SpatialDropout2D(Dropout):
    """`keras.layers.SpatialDropout2D`."""

    dropped: ClassVar[frozenset[str]] = frozenset({"seed", "noise_shape", "data_format"})


class GaussianNoise(Identity):
    """`keras.layers.GaussianNoise`."""

    dropped: ClassVar[frozenset[str]] = frozenset({"seed"})
    shown: ClassVar[tuple[str, ...]] = ("stddev",)
    stddev: Spread


class ActivityRegularization(Identity):
    """`keras.layers.ActivityRegularization`."""

    shown: ClassVar[tuple[str, ...]] = ("l1", "l2")
    l1: Number = 0.0
    l2: Number = 0.0


class _Augmentation(Identity):
    """A random change of images."""

    dropped: ClassVar[frozenset[str]] = frozenset(
        {"seed", "data_format", "factor", "height_factor", "width_factor", "fill_mode", "fill_value"}
        | {"interpolation", "value_range", "mode"}
    )

    def shape(self, shape: Shape) -> Shape:
        """Return the same shape; images have three axes."""
        rank(self, shape, 3)
        return shape


class RandomBrightness(_Augmentation):
    """`keras.layers.RandomBrightness`."""


class RandomContrast(_Augmentation):
    """`keras.layers.RandomContrast`."""


class RandomFlip(_Augmentation):
    """`keras.layers.RandomFlip`."""


class RandomRotation(_Augmentation):
    """`keras.layers.RandomRotation`."""


class RandomTranslation(_Augmentation):
    """`keras.layers.RandomTranslation`."""


class RandomZoom(_Augmentation):
    """`keras.layers.RandomZoom`."""
