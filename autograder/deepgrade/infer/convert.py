"""From Keras's model JSON to our own spec.

Theory of operation: the JSON comes from a notebook and may say anything. Keras's deserialiser resolves
names in it to classes and functions, so it is never called on it. Here every dictionary is taken apart by
hand: a class name is looked up in a fixed table, every key has to be known for that class, settings that do
not influence predictions are dropped unread, and the rest passes through a typed spec. What is left over
after this file is numbers and names from fixed lists. Keras is not imported.
"""

from __future__ import annotations

from typing import Any, get_args

from pydantic import ValidationError

from deepgrade.files import StrictJSONError, parse_strict_json
from deepgrade.infer.bounds import ModelBounds
from deepgrade.infer.convert_graph import chain, connect, input_numbers
from deepgrade.infer.graph import InputSpec, Layer, ModelSpec
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.specs import LAYER_SPECS, NEEDS_CODE, TENSOR_OPERATIONS, LayerSpec, Shape
from deepgrade.infer.specs.activations import ActivationName

_NODE_KEYS = frozenset(
    {"module", "class_name", "config", "registered_name", "build_config", "compile_config"}
    | {"name", "inbound_nodes"}
)
_MODEL_MODULES = frozenset(
    {
        "keras",
        "keras.models",
        "keras.src.models.functional",
        "keras.src.models.sequential",
        "keras.src.models.model",
    }
)
_FLOATS = frozenset({"float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"})
_INTEGERS = frozenset({"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool"})
_ACTIVATIONS = frozenset(get_args(ActivationName))
_ACTIVATION_LAYERS = frozenset({"ReLU", "LeakyReLU", "ELU", "Softmax"})
_NAMED_BY_TENSORFLOW = {"softmax_v2": "softmax"}
_REGULARIZERS = frozenset({"L1", "L2", "L1L2"})


def convert(data: bytes, bounds: ModelBounds) -> ModelSpec:
    """Return the model that a file with Keras's `model.to_json()` describes.

    Sequential and functional models are taken, nested in each other, with shared layers and branches. Layers of
    reduced or mixed precision are taken as float32.

    Raises:
        BundleError: The description is refused, with the code that says why.
    """
    if len(data) > bounds.architecture_mib << 20:
        raise BundleError(
            Reason.BAD_JSON, f"It has {len(data):,} bytes; at most {bounds.architecture_mib} MiB."
        )
    try:
        document = parse_strict_json(data)
    except StrictJSONError as error:
        raise BundleError(Reason.BAD_JSON, str(error)) from None
    except ValueError as error:  # a number with too many digits
        raise BundleError(Reason.BAD_JSON, str(error)) from None
    layer = _Converter(bounds).node(document)
    if not isinstance(layer.spec, ModelSpec):
        raise BundleError(Reason.BAD_CONFIG, "The outermost object is a layer, not a model.")
    if any(declared.shape is None for declared in layer.spec.inputs) or not layer.spec.layers:
        raise BundleError(Reason.NOT_BUILT)
    return layer.spec


class _Converter:
    """Carries the count of layers through the nested models."""

    def __init__(self, bounds: ModelBounds) -> None:
        self._bounds = bounds
        self._layers = 0

    def node(self, node: Any) -> Layer:
        """Return the layer or model of one `{"module", "class_name", "config", ...}` object."""
        self._layers += 1
        if self._layers > self._bounds.layers:
            raise BundleError(Reason.TOO_MANY_LAYERS, f"More than {self._bounds.layers}.")
        class_name, module, config = _identify(node)
        name = config.get("name", node.get("name", class_name.lower()))
        if not isinstance(name, str) or not 0 < len(name) <= 200:
            raise BundleError(Reason.BAD_CONFIG, f"A {class_name} has no proper name.")
        if module in _MODEL_MODULES and class_name == "Sequential":
            return Layer(name, self._sequential(name, config))
        if module in _MODEL_MODULES and class_name == "Functional":
            return Layer(name, self._functional(name, config))
        kind = _spec_class(class_name, module, name)
        return Layer(name, self._spec(kind, name, config), _notes(config))

    def _spec(self, kind: type[LayerSpec], name: str, config: dict[str, Any]) -> LayerSpec:
        policy(config.get("dtype"), f"layer {name!r}")
        fields: dict[str, Any] = {}
        for key, value in config.items():
            if key in ("name", "dtype") or key in kind.dropped:
                continue
            if key not in kind.model_fields:
                raise BundleError(
                    Reason.BAD_CONFIG, f"Layer {name!r} ({kind.__name__}) has a setting {key!r}."
                )
            fields[key] = value
        for key in ("activation", "recurrent_activation"):
            if key in fields:
                fields[key] = self._activation(fields[key], name)
        for key in ("layer", "backward_layer"):
            if key in fields:
                fields[key] = self._inner(fields[key], name)
        if kind.__name__ == "Bidirectional" and "backward_layer" not in fields and "layer" in fields:
            ahead = fields["layer"]
            fields["backward_layer"] = ahead.model_copy(
                update={"go_backwards": not getattr(ahead, "go_backwards", 0)}
            )
        try:
            return kind.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"][:2])
            raise BundleError(
                Reason.BAD_CONFIG, f"Layer {name!r} ({kind.__name__}), {where or 'settings'}: {first['msg']}."
            ) from None

    def _inner(self, node: Any, outer: str) -> LayerSpec:
        spec = self.node(node).spec
        if isinstance(spec, ModelSpec):
            raise BundleError(Reason.UNSUPPORTED_TOPOLOGY, f"Layer {outer!r} wraps a whole model.")
        return spec

    def _activation(self, value: Any, layer: str) -> Any:
        if value is None:
            return "linear"
        if isinstance(value, str) and value in _ACTIVATIONS:
            return value
        if isinstance(value, dict) and value.get("class_name") in _ACTIVATION_LAYERS:
            return self._inner(value, layer)
        if (
            isinstance(value, dict)
            and value.get("class_name") == "function"
            and value.get("module") == "builtins"
        ):
            known = _NAMED_BY_TENSORFLOW.get(str(value.get("config")))
            if known is not None:
                return known
        shown = value.get("config", value.get("class_name")) if isinstance(value, dict) else value
        raise BundleError(Reason.FUNCTION_ACTIVATION, f"Layer {layer!r}: {str(shown)[:80]!r}.")

    def _sequential(self, name: str, config: dict[str, Any]) -> ModelSpec:
        _only(config, {"name", "trainable", "dtype", "layers", "build_input_shape"}, name)
        policy(config.get("dtype"), f"model {name!r}")
        nodes = _list(config.get("layers"), f"layers of {name!r}")
        inputs = InputSpec(None)
        if nodes and _is_input(nodes[0]):
            inputs, nodes = _input(nodes[0]), nodes[1:]
        elif config.get("build_input_shape") is not None:
            inputs = InputSpec(_shape(config["build_input_shape"], name))
        layers = tuple(self.node(node) for node in nodes)
        _unique(layers, name)
        return ModelSpec(name, _trainable(config, name), (inputs,), layers, *chain(layers, name))

    def _functional(self, name: str, config: dict[str, Any]) -> ModelSpec:
        _only(config, {"name", "trainable", "dtype", "layers", "input_layers", "output_layers"}, name)
        nodes = _list(config.get("layers"), f"layers of {name!r}")
        declared = {str(_name(node)): _input(node) for node in nodes if _is_input(node)}
        others = [node for node in nodes if not _is_input(node)]
        layers = tuple(self.node(node) for node in others)
        _unique(layers, name, taken=set(declared))
        inputs = input_numbers(config.get("input_layers"), declared, name)
        links = [node.get("inbound_nodes") for node in others]
        calls, outputs = connect(layers, links, inputs, config.get("output_layers"), name, self._bounds.calls)
        ordered = tuple(declared[key] for key in inputs)
        return ModelSpec(name, _trainable(config, name), ordered, layers, calls, outputs)


def policy(value: Any, where: str, *, integers: bool = False) -> bool:
    """Check a dtype or dtype policy; return whether it is an integer one.

    Raises:
        BundleError: `bad_config`: not a policy of floating-point numbers.
    """
    name = value
    if isinstance(value, dict):
        _only(value, {"module", "class_name", "config", "registered_name", "shared_object_id"}, where)
        inner = value.get("config")
        named = (
            value.get("class_name") == "DTypePolicy" and isinstance(inner, dict) and set(inner) <= {"name"}
        )
        name = inner.get("name") if named and isinstance(inner, dict) else ""
    if name is None or (isinstance(name, str) and name in _FLOATS):
        return False
    if integers and isinstance(name, str) and name in _INTEGERS:
        return True
    raise BundleError(Reason.BAD_CONFIG, f"The dtype of {where} is {str(name)[:80]!r}.")


def _identify(node: Any) -> tuple[str, str, dict[str, Any]]:
    if not isinstance(node, dict) or not isinstance(node.get("class_name"), str):
        raise BundleError(Reason.BAD_CONFIG, "An object of the description names no class.")
    class_name = node["class_name"]
    shown = repr(class_name[:80])
    _only(node, _NODE_KEYS, class_name[:80])
    module, config, registered = node.get("module"), node.get("config"), node.get("registered_name")
    if class_name in NEEDS_CODE:
        raise BundleError(Reason.CUSTOM_CODE, f"It is a {class_name}.")
    if not isinstance(module, str):
        raise BundleError(
            Reason.BAD_CONFIG, f"{shown} names no module, a form that Keras looks up by other rules."
        )
    if not (module == "keras" or module.startswith("keras.")):
        raise BundleError(Reason.CUSTOM_CODE, f"{shown} comes from the module {module[:80]!r}.")
    if registered not in (None, class_name) or ">" in class_name:
        raise BundleError(Reason.CUSTOM_CODE, f"{shown} is registered as {str(registered)[:80]!r}.")
    if not isinstance(config, dict):
        raise BundleError(Reason.BAD_CONFIG, f"{shown} has no settings.")
    return class_name, module, config


def _spec_class(class_name: str, module: str, name: str) -> type[LayerSpec]:
    table = {"keras.layers": LAYER_SPECS, "keras.src.ops.numpy": TENSOR_OPERATIONS}.get(module, {})
    kind = table.get(class_name)
    if kind is None:
        raise BundleError(Reason.UNKNOWN_LAYER, f"Layer {name!r} is a {module[:80]}.{class_name[:80]}.")
    return kind


def _is_input(node: Any) -> bool:
    return isinstance(node, dict) and node.get("class_name") == "InputLayer"


def _name(node: dict[str, Any]) -> Any:
    config = node.get("config")
    return node.get("name", config.get("name") if isinstance(config, dict) else None)


def _input(node: Any) -> InputSpec:
    _class, module, config = _identify(node)
    name = str(config.get("name"))[:80]
    if module != "keras.layers":
        raise BundleError(Reason.UNKNOWN_LAYER, f"Layer {name!r} is a {module[:80]}.InputLayer.")
    _only(config, {"batch_shape", "dtype", "sparse", "ragged", "name", "optional"}, name)
    if config.get("ragged") or config.get("optional"):
        raise BundleError(Reason.UNSUPPORTED_TOPOLOGY, f"The input {name!r} is ragged or optional.")
    return InputSpec(
        _shape(config.get("batch_shape"), name), policy(config.get("dtype"), name, integers=True)
    )


def _shape(value: Any, where: str) -> Shape:
    fine = isinstance(value, list) and 1 <= len(value) <= 8
    if not fine or not all(axis is None or (type(axis) is int and 0 < axis < 2**31) for axis in value):
        raise BundleError(Reason.BAD_CONFIG, f"The input shape of {where!r} is {str(value)[:80]}.")
    return tuple(value[1:])


def _trainable(config: dict[str, Any], name: str) -> bool:
    value = config.get("trainable", True)
    if not isinstance(value, bool):
        raise BundleError(Reason.BAD_CONFIG, f"Model {name!r}: trainable is neither true nor false.")
    return value


def _unique(layers: tuple[Layer, ...], model: str, taken: set[str] | None = None) -> None:
    seen = set(taken or ())
    for layer in layers:
        if layer.name in seen:
            raise BundleError(Reason.BAD_CONFIG, f"Model {model!r} has two layers named {layer.name!r}.")
        seen.add(layer.name)


def _only(value: dict[str, Any], allowed: set[str] | frozenset[str], where: str) -> None:
    for key in value:
        if key not in allowed:
            raise BundleError(Reason.BAD_CONFIG, f"{where[:80]!r} has a setting {key[:80]!r}.")


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BundleError(Reason.BAD_CONFIG, f"The {where} are not a list.")
    return value


def _notes(config: dict[str, Any]) -> dict[str, Any]:
    notes: dict[str, Any] = {}
    for key, value in config.items():
        if (
            key.endswith("_regularizer")
            and isinstance(value, dict)
            and value.get("class_name") in _REGULARIZERS
        ):
            inner = value.get("config")
            factors = inner if isinstance(inner, dict) else {}
            kept = {
                k: v
                for k, v in factors.items()
                if k in ("l1", "l2") and type(v) in (int, float) and abs(v) < 1e30
            }
            notes[key] = {"class": value["class_name"], **kept}
    return notes
