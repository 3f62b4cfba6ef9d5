"""Output adapters: from what a model gives to one score per class.

probabilities       rows are not negative and sum to 1: as they are
logits              the compile facts say so, or the last layer is linear: softmax
scores              anything else with one column per class: as it is (the order is what counts)
sigmoid             one column, two classes: 1 - p and p
logit               one column of log-odds, two classes: the sigmoid of it, as above
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.infer.graph import ModelSpec, last_layer
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.specs.activations import Activation, Softmax

Floats = NDArray[np.float32]

_SUM_TOLERANCE = 1e-3
_IN_UNIT_RANGE = frozenset({"sigmoid", "hard_sigmoid"})


class CompileFacts(NamedTuple):
    """What is used of a model's compile facts."""

    loss: str | None = None
    from_logits: bool | None = None


def compile_facts(value: Any) -> CompileFacts:
    """Read the `compile` field of a captured model; anything unexpected counts as unknown."""
    if not isinstance(value, dict):
        return CompileFacts()
    loss, logits = value.get("loss"), value.get("from_logits")
    return CompileFacts(loss if isinstance(loss, str) else None, logits if isinstance(logits, bool) else None)


def last_activation(model: ModelSpec) -> str | None:
    """Return the name of the activation that makes the model's output; None where there is none to name."""
    spec = last_layer(model)
    if isinstance(spec, Softmax):
        return "softmax"
    activation = getattr(spec, "activation", None)
    if isinstance(spec, Activation) or activation is not None:
        return activation if isinstance(activation, str) else type(activation).__name__.lower()
    return None


def class_scores(
    outputs: Floats, classes: int, activation: str | None, facts: CompileFacts
) -> tuple[Floats, str]:
    """Return one score per class and the name of the adapter.

    Args:
        outputs: What the model gave, (rows, ...), finite.
        classes: How many classes the data set has.
        activation: The last layer's activation.
        facts: How the model was compiled.

    Returns:
        float32 (rows, classes), and the adapter's name.

    Raises:
        BundleError: `output_does_not_fit`.
    """
    flat = outputs.reshape(len(outputs), -1)
    if outputs.ndim > 2 and max(outputs.shape[1:]) != flat.shape[1]:
        raise BundleError(Reason.OUTPUT_DOES_NOT_FIT, f"A row of it has shape {outputs.shape[1:]}.")
    if flat.shape[1] == 1 and classes == 2:
        return _two_columns(flat[:, 0], activation, facts)
    if flat.shape[1] != classes:
        found = f"It has {flat.shape[1]} values a row, the data set has {classes} classes."
        raise BundleError(Reason.OUTPUT_DOES_NOT_FIT, found)
    if (
        flat.size
        and flat.min() >= -1e-6
        and np.abs(flat.sum(axis=1, dtype=np.float64) - 1).max() <= _SUM_TOLERANCE
    ):
        return flat, "probabilities"
    if facts.from_logits or activation in (None, "linear"):
        return _softmax(flat), "logits"
    return flat, "scores"


def _two_columns(column: Floats, activation: str | None, facts: CompileFacts) -> tuple[Floats, str]:
    inside = not column.size or bool(column.min() >= -1e-6 and column.max() <= 1 + 1e-6)
    if facts.from_logits and activation not in _IN_UNIT_RANGE:
        log_odds = True
    elif activation in _IN_UNIT_RANGE or facts.loss not in (
        None,
        "hinge",
        "squared_hinge",
        "categorical_hinge",
    ):
        # Without from_logits, Keras cuts the output to [0, 1] and rounds it at one half; so does this.
        log_odds = False
    else:
        log_odds = not inside
    if log_odds:
        column = (0.5 * (1 + np.tanh(0.5 * column.astype(np.float64)))).astype(np.float32)
    one = np.clip(column, 0, 1)
    return np.stack([1 - one, one], axis=1).astype(np.float32), "logit" if log_odds else "sigmoid"


def _softmax(values: Floats) -> Floats:
    shifted = np.exp(values.astype(np.float64) - values.max(axis=1, keepdims=True, initial=-np.inf))
    result: Floats = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return result
