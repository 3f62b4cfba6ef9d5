"""Layers as data: the typed table of what is rebuilt. Nothing here imports Keras."""

from deepgrade.infer.specs.base import LayerSpec, Shape, WeightSpec, show, size
from deepgrade.infer.specs.table import LAYER_SPECS, NEEDS_CODE, TENSOR_OPERATIONS

__all__ = [
    "LAYER_SPECS",
    "NEEDS_CODE",
    "TENSOR_OPERATIONS",
    "LayerSpec",
    "Shape",
    "WeightSpec",
    "show",
    "size",
]
