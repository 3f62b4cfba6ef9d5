"""How the layers of a model are connected: from Keras's references to numbered values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from deepgrade.infer.graph import Call, Layer, ModelSpec
from deepgrade.infer.reasons import BundleError, Reason


class _Reference(NamedTuple):
    """One output tensor of one use of a layer."""

    layer: str
    use: int
    tensor: int


def chain(layers: Sequence[Layer], model: str) -> tuple[tuple[Call, ...], tuple[int, ...]]:
    """Return calls and outputs of layers that follow one another."""
    for layer in layers:
        if _outputs(layer) != 1:
            raise BundleError(Reason.UNSUPPORTED_TOPOLOGY, f"A layer of {model!r} has several outputs.")
    return tuple(Call(index, (index,)) for index in range(len(layers))), (len(layers),)


def input_numbers(value: Any, declared: Mapping[str, Any], model: str) -> dict[str, int]:
    """Return the model's inputs (names of its InputLayers) with their numbers, in their order."""
    names = [reference.layer for reference in _references(value, model)]
    if sorted(names) != sorted(declared):
        raise BundleError(Reason.UNSUPPORTED_TOPOLOGY, f"The inputs of {model!r} are not its input layers.")
    return {name: number for number, name in enumerate(names)}


def connect(
    layers: Sequence[Layer],
    links: Sequence[Any],
    inputs: Mapping[str, int],
    outputs: Any,
    model: str,
    most_calls: int,
) -> tuple[tuple[Call, ...], tuple[int, ...]]:
    """Return a functional model's calls, sorted so that inputs exist before they are used, and its outputs.

    Raises:
        BundleError: `unsupported_topology` or `bad_config`.
    """
    index = {layer.name: number for number, layer in enumerate(layers)}
    uses: dict[tuple[str, int], list[_Reference]] = {}
    for layer, nodes in zip(layers, links, strict=True):
        if not isinstance(nodes, list) or not nodes:
            raise BundleError(
                Reason.BAD_CONFIG, f"Layer {layer.name!r} of {model!r} is connected to nothing."
            )
        if len(uses) + len(nodes) > most_calls:
            raise BundleError(Reason.TOO_MANY_LAYERS, f"More than {most_calls} uses of layers.")
        for number, node in enumerate(nodes):
            uses[layer.name, number] = _arguments(node, layer.name)
    numbers = {_Reference(name, 0, 0): number for name, number in inputs.items()}
    calls: list[Call] = []
    following = len(inputs)
    for name, use in _sorted(uses, inputs, model):
        given = tuple(_number(numbers, reference, model) for reference in uses[name, use])
        calls.append(Call(index[name], given))
        for tensor in range(_outputs(layers[index[name]])):
            numbers[_Reference(name, use, tensor)] = following
            following += 1
    ends = tuple(_number(numbers, reference, model) for reference in _references(outputs, model))
    if not ends:
        raise BundleError(Reason.BAD_CONFIG, f"Model {model!r} has no output.")
    return tuple(calls), ends


def _sorted(
    uses: Mapping[tuple[str, int], Sequence[_Reference]], inputs: Mapping[str, int], model: str
) -> Iterable[tuple[str, int]]:
    sorter: TopologicalSorter[tuple[str, int]] = TopologicalSorter()
    for use, references in uses.items():
        before = [
            (reference.layer, reference.use) for reference in references if reference.layer not in inputs
        ]
        for needed in before:
            if needed not in uses:
                raise BundleError(
                    Reason.BAD_CONFIG, f"Model {model!r} refers to {needed[0][:80]!r}, which it lacks."
                )
        sorter.add(use, *before)
    try:
        return list(sorter.static_order())
    except CycleError:
        raise BundleError(Reason.UNSUPPORTED_TOPOLOGY, f"The layers of {model!r} run in a circle.") from None


def _number(numbers: Mapping[_Reference, int], reference: _Reference, model: str) -> int:
    if reference not in numbers:
        raise BundleError(
            Reason.BAD_CONFIG,
            f"Model {model!r} refers to an output of {reference.layer[:80]!r} that does not exist.",
        )
    return numbers[reference]


def _outputs(layer: Layer) -> int:
    return len(layer.spec.outputs) if isinstance(layer.spec, ModelSpec) else 1


def _arguments(node: Any, layer: str) -> list[_Reference]:
    """Return the tensors that one use of a layer gets; anything but tensors is refused."""
    if not isinstance(node, dict) or not set(node) <= {"args", "kwargs"}:
        raise BundleError(Reason.BAD_CONFIG, f"The inputs of layer {layer!r} are not understood.")
    for key, value in (node.get("kwargs") or {}).items():
        if not (value is None or (key == "training" and value is False)):
            raise BundleError(Reason.UNSUPPORTED_TOPOLOGY, f"Layer {layer!r} is called with {key[:80]}=...")
    found: list[_Reference] = []
    _gather(node.get("args"), layer, found)
    return found


def _gather(value: Any, layer: str, found: list[_Reference]) -> None:
    if isinstance(value, list):
        for item in value:
            _gather(item, layer, found)
        return
    config = value.get("config") if isinstance(value, dict) else None
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__" and isinstance(config, dict):
        found.append(_reference(config.get("keras_history"), layer))
        return
    raise BundleError(
        Reason.UNSUPPORTED_TOPOLOGY,
        f"Layer {layer!r} is called with something other than the output of a layer.",
    )


def _reference(value: Any, where: str) -> _Reference:
    if (
        not isinstance(value, list)
        or len(value) != 3
        or not isinstance(value[0], str)
        or not all(type(number) is int and 0 <= number < 2**31 for number in value[1:])
    ):
        raise BundleError(Reason.BAD_CONFIG, f"A reference in {where!r} is not understood.")
    return _Reference(*value)


def _references(value: Any, model: str) -> list[_Reference]:
    """Return the inputs or outputs of a model: one reference, or a list of them."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [_reference(value, model)]
    if isinstance(value, list):
        return [_reference(item, model) for item in value]
    raise BundleError(Reason.UNSUPPORTED_TOPOLOGY, f"The inputs or outputs of {model!r} are not a list.")
