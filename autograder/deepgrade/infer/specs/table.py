"""The table: which Keras classes are rebuilt, and as what."""

from __future__ import annotations

from deepgrade.infer.specs import activations, conv, core, merging, pooling, recurrent, shaping, training_only
from deepgrade.infer.specs.base import LayerSpec

_SPECS: tuple[type[LayerSpec], ...] = (
    activations.Activation,
    activations.ELU,
    activations.LeakyReLU,
    activations.ReLU,
    activations.Softmax,
    conv.Conv1D,
    conv.Conv2D,
    conv.DepthwiseConv2D,
    conv.SeparableConv2D,
    core.BatchNormalization,
    core.Dense,
    core.Embedding,
    core.LayerNormalization,
    core.Normalization,
    core.Rescaling,
    merging.Add,
    merging.Average,
    merging.Concatenate,
    merging.Maximum,
    merging.Minimum,
    merging.Multiply,
    merging.Subtract,
    pooling.AveragePooling1D,
    pooling.AveragePooling2D,
    pooling.GlobalAveragePooling1D,
    pooling.GlobalAveragePooling2D,
    pooling.GlobalMaxPooling1D,
    pooling.GlobalMaxPooling2D,
    pooling.MaxPooling1D,
    pooling.MaxPooling2D,
    recurrent.Bidirectional,
    recurrent.GRU,
    recurrent.LSTM,
    recurrent.SimpleRNN,
    recurrent.TimeDistributed,
    shaping.Cropping2D,
    shaping.Flatten,
    shaping.Permute,
    shaping.RepeatVector,
    shaping.Reshape,
    shaping.UpSampling2D,
    shaping.ZeroPadding1D,
    shaping.ZeroPadding2D,
    training_only.ActivityRegularization,
    training_only.AlphaDropout,
    training_only.Dropout,
    training_only.GaussianDropout,
    training_only.GaussianNoise,
    training_only.Identity,
    training_only.RandomBrightness,
    training_only.RandomContrast,
    training_only.RandomFlip,
    training_only.RandomRotation,
    training_only.RandomTranslation,
    training_only.RandomZoom,
    training_only.SpatialDropout1D,
    training_only.SpatialDropout2D,
)

LAYER_SPECS: dict[str, type[LayerSpec]] = {spec.__name__: spec for spec in _SPECS}
"""Keras class name (of `keras.layers`) -> spec."""

TENSOR_OPERATIONS: dict[str, type[LayerSpec]] = {
    "Add": merging.Add,
    "Maximum": merging.Maximum,
    "Minimum": merging.Minimum,
    "Multiply": merging.Multiply,
    "Subtract": merging.Subtract,
}
"""Operations on tensors (`a + b` in a functional model) that are a layer of the table."""

NEEDS_CODE = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
"""Keras classes that carry or load code."""
