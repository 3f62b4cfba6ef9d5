"""Networks: layers, activations, parameters, compilation, in whichever way they were written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

Task = Literal["classes", "two classes", "number"]

_LOSSES: dict[str, tuple[str, ...]] = {
    "classes": ("categorical_crossentropy", "sparse_categorical_crossentropy"),
    "two classes": ("binary_crossentropy",),
    "number": ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh"),
}
_OUTPUTS = {"classes": "softmax", "two classes": "sigmoid", "number": "linear"}
_ACTIVATION_LAYERS = frozenset({"Activation", "ReLU", "Softmax", "LeakyReLU", "ELU"})


class Dense(NamedTuple):
    """A dense layer with the activation that follows it."""

    units: int
    activation: str


def kinds(lab: Any, model: Any, without: Iterable[str] = ()) -> list[str]:
    """Return the class names of a model's layers without input layers and those in `without`."""
    left_out = frozenset(without)
    return [layer.kind for layer in lab.layers(model) if layer.kind not in left_out]


def dense_stack(lab: Any, model: Any) -> list[Dense]:
    """Return the dense layers; an activation layer counts with the dense layer before it."""
    stack: list[Dense] = []
    for layer in lab.layers(model):
        if layer.kind == "Dense":
            stack.append(Dense(layer.units, layer.activation or "linear"))
        elif stack and layer.kind in _ACTIVATION_LAYERS:
            stack[-1] = Dense(stack[-1].units, layer.activation or layer.kind.lower())
    return stack


def dropout_rates(lab: Any, model: Any) -> list[float]:
    """Return the rates of the dropout layers of any kind that stand before the last dense layer, in order."""
    layers = lab.layers(model)
    last = max((place for place, layer in enumerate(layers) if layer.kind == "Dense"), default=len(layers))
    return [float(layer.rate or 0) for layer in layers[:last] if "Dropout" in layer.kind]


def count_of(lab: Any, model: Any, kind: str) -> int:
    """Return how many layers of a class (`Conv2D`, `LSTM`) a model has."""
    return kinds(lab, model).count(kind)


def input_size(model: Any) -> int | None:
    """Return how many values one example has for the model: 784 for (784,), (28, 28) and (28, 28, 1); None when it varies."""
    sides = model.input_shape[1:]
    return None if None in sides else math.prod(sides)


def output_size(model: Any) -> int | None:
    """Return how many values the model gives for one example; None when it varies."""
    sides = model.output_shape[1:]
    return None if None in sides else math.prod(sides)


def assert_loss(lab: Any, model: Any, task: Task, *, also: Iterable[str] = ()) -> None:
    """Assert that the loss suits the task and takes what the output layer gives (probabilities or raw scores).

    Args:
        lab: The check's `lab`.
        model: A captured model.
        task: `classes` (that exclude one another), `two classes` (one output), `number` (regression).
        also: Canonical names of further losses that are right here.

    Raises:
        AssertionError: With the hint.
    """
    facts = lab.compile_facts(model)
    assert facts is not None, "the model is not compiled"
    hint = "this loss is made for another kind of target"
    assert facts.loss in (*_LOSSES[task], *also), hint
    stack = dense_stack(lab, model)
    last = stack[-1].activation if stack else "linear"
    if task != "number" and last in (_OUTPUTS[task], "linear"):
        assert bool(facts.from_logits) == (last == "linear"), (
            "loss and output layer: probabilities or raw scores?"
        )


def assert_compiled(
    lab: Any, model: Any, *, optimizer: str | None = None, metric: str | None = "accuracy"
) -> None:
    """Assert that a model was compiled with an optimizer and a metric; `assert_loss` looks at the loss.

    Args:
        lab: The check's `lab`.
        model: A captured model.
        optimizer: Class name (`RMSprop`); None where any will do.
        metric: Canonical name (docs/formats.md) of what has to be watched; None where nothing has to be.

    Raises:
        AssertionError: With the hint.
    """
    facts = lab.compile_facts(model)
    assert facts is not None, "the model is not compiled"
    assert optimizer in (None, facts.optimizer), "look at the optimizer"
    assert metric is None or metric in facts.metrics, "compile can be told what to watch"


def assert_classes_compete(lab: Any, model: Any, classes: int) -> None:
    """Assert that a model ends in one score for each class, as softmax or as raw scores for a loss that adds it.

    Raises:
        AssertionError: With the hint.
    """
    stack = dense_stack(lab, model)
    hint = f"there is one output for each of the {classes} classes"
    assert stack and stack[-1].units == output_size(model) == classes, hint
    assert stack[-1].activation in ("softmax", "linear"), "the probabilities of the classes have to sum to 1"


def assert_hidden_layers(lab: Any, model: Any, units: Sequence[int], activation: str = "relu") -> None:
    """Assert the units of the dense layers before the last one, in their order, and their activation.

    Raises:
        AssertionError: With the hint.
    """
    hidden = dense_stack(lab, model)[:-1]
    assert [layer.units for layer in hidden] == list(units), "look at the number of layers and of units"
    right = all(layer.activation == activation for layer in hidden)
    assert right, "look at the activation of the hidden layers"


def assert_dropout(lab: Any, model: Any, rates: Sequence[float]) -> None:
    """Assert that each dense layer but the last is followed by one dropout layer, with these rates.

    Raises:
        AssertionError: With the hint.
    """
    order = [kind for kind in kinds(lab, model) if kind in ("Dense", "Dropout")]
    hint = "a dropout layer follows each hidden layer, and none the output layer"
    assert order == ["Dense", "Dropout"] * len(rates) + ["Dense"], hint
    found = dropout_rates(lab, model)
    close = all(abs(one - other) < 1e-6 for one, other in zip(found, rates, strict=True))
    assert close, "look at the rates of the dropout layers"
