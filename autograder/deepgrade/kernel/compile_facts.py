"""How a Keras model was compiled, in one spelling: loss, optimizer, learning rate, metrics."""

from __future__ import annotations

import functools
import re
import sys
from typing import Any

from .limits import class_name
from .plain import Budget, plain

_MAX_NAME = 200
_ACCURACY = frozenset(
    {"acc", "accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}
)


def compile_facts(model: Any) -> dict[str, Any] | None:
    """Return the compile facts of docs/formats.md; None for a model that was not compiled."""
    if not model.compiled:
        return None
    loss, from_logits = loss_facts(getattr(model, "loss", None))
    optimizer = model.optimizer
    inner = getattr(optimizer, "inner_optimizer", None)
    optimizer = inner if inner is not None else optimizer
    metrics = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None)
    return {
        "loss": loss,
        "from_logits": from_logits,
        "optimizer": None if optimizer is None else class_name(type(optimizer)),
        "learning_rate": None if optimizer is None else _learning_rate(optimizer),
        "metrics": [metric_name(metric) for metric in _flat(metrics)],
    }


def loss_facts(loss: Any) -> tuple[str | None, bool]:
    """Return a loss's canonical name and whether it takes logits.

    A loss given as a list or dictionary of one counts as that one; several are `custom:several`.
    """
    losses = _flat(loss)
    if not losses:
        return None, False
    if len(losses) > 1:
        return "custom:several", False
    loss = losses[0]
    from_logits = False
    if type(loss) is functools.partial:
        from_logits = bool(loss.keywords.get("from_logits", False))
        loss = loss.func
    if isinstance(loss, str):
        loss = _known_losses().get(loss) or loss
    if isinstance(loss, dict):
        loss = sys.modules["keras"].losses.get(loss)
    if isinstance(loss, str):
        return _custom(loss), False
    if isinstance(loss, type):
        return _class_loss(loss), False
    own = _function_loss(loss)
    if own is not None:
        return own, from_logits
    name = _class_loss(type(loss))
    arguments = getattr(loss, "_fn_kwargs", None)
    flag = (
        arguments.get("from_logits") if isinstance(arguments, dict) else getattr(loss, "from_logits", False)
    )
    wrapped = _function_loss(getattr(loss, "fn", None))
    if name.startswith("custom:") and wrapped is not None and not wrapped.startswith("custom:"):
        name = wrapped
    return name, bool(flag)


def metric_name(metric: Any) -> str:
    """Return a metric's name as given; `accuracy` for any spelling of it."""
    if isinstance(metric, type):
        name = snake_case(class_name(metric))
    elif isinstance(metric, str):
        name = str.__str__(metric)
    else:
        name = getattr(metric, "__name__", None) or getattr(metric, "name", None) or class_name(type(metric))
        if snake_case(class_name(type(metric))) in _ACCURACY and _is_keras(type(metric)):
            name = "accuracy"
    return "accuracy" if snake_case(str(name)) in _ACCURACY else str(name)[:_MAX_NAME]


def snake_case(name: str) -> str:
    """Return `SparseCategoricalCrossentropy` as `sparse_categorical_crossentropy`, as Keras does it."""
    spaced = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()


def _flat(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, dict) and "class_name" not in value:
        return [item for part in value.values() for item in _flat(part)]
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in _flat(part)]
    return [value]


def _known_losses() -> dict[str, Any]:
    """Return what Keras accepts as a string: names, class names and aliases."""
    losses: Any = sys.modules["keras"].losses
    listed: Any = sys.modules.get("keras.src.losses")
    known = dict(getattr(listed, "ALL_OBJECTS_DICT", {}))
    return {**vars(losses), **known}


def _function_loss(loss: Any) -> str | None:
    """Return the name of a loss that is a function; None when it is something else."""
    if not hasattr(loss, "__code__") and not hasattr(loss, "__wrapped__"):
        return None
    name = str(getattr(loss, "__name__", "function"))
    return name if _known_losses().get(name) is loss else _custom(name)


def _class_loss(kind: type[Any]) -> str:
    name = class_name(kind)
    own = _is_keras(kind) and name not in ("Loss", "LossFunctionWrapper")
    return snake_case(name) if own else _custom(name)


def _is_keras(kind: type[Any]) -> bool:
    return str(kind.__module__).split(".")[0] == "keras"


def _custom(name: str) -> str:
    return f"custom:{name[:_MAX_NAME]}"


def _learning_rate(optimizer: Any) -> Any:
    rate = sys.modules["keras"].ops.convert_to_numpy(optimizer.learning_rate)
    # str() of a float32 is the shortest decimal that means it: 0.001, not 0.0010000000474974513.
    return plain(float(str(rate)), Budget(100))
