"""Infer: models cross as data, are rebuilt from a typed table, and predict hidden inputs.

Importing this imports neither Keras nor TensorFlow.
"""

from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.client import InferWorker
from deepgrade.infer.connection import WorkerDiedError
from deepgrade.infer.inspect import inspect_bundle
from deepgrade.infer.reasons import SENTENCES, BundleError, Reason
from deepgrade.infer.report import (
    CapturedName,
    HiddenInputs,
    InferJob,
    InferReport,
    LayerEntry,
    ModelEntry,
    ModelRequest,
    OwnRows,
    Params,
    Prediction,
)

__all__ = [
    "SENTENCES",
    "BundleError",
    "CapturedName",
    "HiddenInputs",
    "InferJob",
    "InferReport",
    "InferWorker",
    "LayerEntry",
    "ModelBounds",
    "ModelEntry",
    "ModelRequest",
    "OwnRows",
    "Params",
    "Prediction",
    "Reason",
    "WorkerDiedError",
    "inspect_bundle",
]
