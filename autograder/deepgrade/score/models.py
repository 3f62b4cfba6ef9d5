"""Evidence of Keras models, histories and functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from deepgrade.score.unavailable import EvidenceUnavailable, ReviewNeeded


@dataclass(frozen=True)
class CompileFacts:
    """How a model was compiled, in canonical names (docs/formats.md)."""

    loss: str | None
    from_logits: bool
    optimizer: str | None
    learning_rate: float | None
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class LayerFacts:
    """What a check may ask about one layer."""

    kind: str
    """Class name: `Dense`, `Dropout`, ..."""
    name: str
    units: int | None
    activation: str | None
    rate: float | None
    output_shape: tuple[int | None, ...]
    params: int
    config: dict[str, Any]


_COUNTED_WITHOUT_WEIGHTS = frozenset({"bad_weights_file", "weights_too_large", "not_finite"})
"""Why `infer` refuses a model whose description it has counted: something is wrong with the weights alone."""


class _Named:
    """Stands for an activation function: only its name is known."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __repr__(self) -> str:
        return self.__name__


class _LayerEvidence:
    """A layer with the attributes that Keras's has; its class carries the layer's class name."""

    def __init__(self, facts: LayerFacts) -> None:
        self.name = facts.name
        self._params = facts.params
        self._config = facts.config
        for key, value in facts.config.items():
            if key.isidentifier() and not key.startswith("_"):
                setattr(self, key, _Named(str(value)) if key == "activation" else value)

    def count_params(self) -> int:
        """Return the layer's number of parameters."""
        return self._params

    def get_config(self) -> dict[str, Any]:
        """Return the layer's facts."""
        return dict(self._config)


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) else None
    except OverflowError:
        return None


def _shape(value: Any) -> tuple[int | None, ...]:
    return tuple(None if side is None else int(side) for side in value or ())


class ModelEvidence:
    """A captured Keras model: facts from the rebuilt model, never from the student's word.

    Everything but the compile facts raises `ReviewNeeded` when the model could not be rebuilt, with the
    reason code of `infer`. Counts and layers are worked out from the description alone, so that weights which were too large
    to be kept, or which training drove to infinity, cost no other answer.
    """

    def __init__(
        self,
        question: str,
        name: str,
        item: dict[str, Any],
        inferred: dict[str, Any] | None,
        *,
        inferred_any: bool = False,
    ) -> None:
        self.question, self.variable = question, name
        self._item, self._inferred, self._inferred_any = item, inferred, inferred_any

    def _facts(self, *, whole: bool = False) -> dict[str, Any]:
        """Return infer's facts; `whole` where its weights are needed, and not the description alone."""
        if self._inferred is None and self._inferred_any:
            raise ReviewNeeded(f"the infer stage found no model `{self.variable}` in the evidence")
        if self._inferred is None:
            raise EvidenceUnavailable(
                f"no model was rebuilt from `{self.variable}`: the infer stage has not run"
            )
        if self._inferred.get("status") != "ok":
            code, detail = self._inferred.get("reason"), self._inferred.get("detail")
            if code == "not_built":
                raise AssertionError(
                    f"`{self.variable}` does not know its input shape yet: give it an Input layer, or fit it"
                )
            if whole or code not in _COUNTED_WITHOUT_WEIGHTS or self._inferred.get("params") is None:
                raise ReviewNeeded(f"the model `{self.variable}` was not rebuilt ({code}): {detail}")
        return self._inferred

    def count_params(self) -> int:
        """Return the exact number of parameters."""
        return int(self._facts()["params"]["total"])

    @property
    def trainable_params(self) -> int:
        """The exact number of parameters that training changes."""
        return int(self._facts()["params"]["trainable"])

    @property
    def non_trainable_params(self) -> int:
        """The exact number of parameters that training leaves alone: frozen layers, moving averages."""
        return int(self._facts()["params"]["non_trainable"])

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of one batch of inputs, None for the batch axis."""
        return _shape(self._facts()["input_shape"])

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """Shape of one batch of outputs."""
        return _shape(self._facts()["output_shape"])

    @property
    def layer_facts(self) -> tuple[LayerFacts, ...]:
        """The layers without input layers."""
        rows = []
        for layer in self._facts()["layers"]:
            if layer["class"] == "InputLayer":
                continue
            config = dict(layer.get("config") or {})
            rows.append(
                LayerFacts(
                    kind=str(layer["class"]),
                    name=str(layer["name"]),
                    units=config.get("units"),
                    activation=config.get("activation"),
                    rate=config.get("rate"),
                    output_shape=_shape(layer.get("output_shape")),
                    params=int(layer.get("params") or 0),
                    config=config,
                )
            )
        return tuple(rows)

    @property
    def layers(self) -> list[Any]:
        """The layers, each of a class with its Keras class's name."""
        return [type(facts.kind, (_LayerEvidence,), {})(facts) for facts in self.layer_facts]

    @property
    def compile_facts(self) -> CompileFacts | None:
        """How the model was compiled; None when it was not."""
        facts = self._item.get("compile")
        if not isinstance(facts, dict):
            return None
        metrics = facts.get("metrics")
        rate = facts.get("learning_rate")
        return CompileFacts(
            loss=None if facts.get("loss") is None else str(facts["loss"]),
            from_logits=facts.get("from_logits") is True,
            optimizer=None if facts.get("optimizer") is None else str(facts["optimizer"]),
            learning_rate=_number(rate),
            metrics=tuple(str(metric) for metric in metrics) if isinstance(metrics, list) else (),
        )

    @property
    def trained(self) -> bool:
        """Whether the optimizer has taken a step."""
        iterations = self._item.get("iterations")
        return isinstance(iterations, int | float) and iterations > 0

    def prediction_facts(self, hidden: str) -> dict[str, Any]:
        """Return infer's entry on a hidden set: status, reason, file, rows.

        Raises:
            ReviewNeeded: The model could not be rebuilt or its inputs could not be matched.
            EvidenceUnavailable: Nobody asked for predictions on this set.
        """
        entry = self._facts(whole=True).get("predictions", {}).get(hidden)
        if entry is None:
            raise EvidenceUnavailable(f"`{self.variable}` was not asked to predict the hidden set {hidden}")
        if entry.get("status") != "ok":
            raise ReviewNeeded(
                f"`{self.variable}` on the hidden set {hidden}: {entry.get('reason')}: {entry.get('detail')}"
            )
        return dict(entry)

    def __repr__(self) -> str:
        return f"<model {self.variable}>"


class HistoryEvidence:
    """What `fit` returned: `.history`, `.epoch`, `.params`."""

    def __init__(self, item: dict[str, Any]) -> None:
        history = item.get("history")
        self.history: dict[str, list[float]] = {
            str(name): [float("nan") if (number := _number(v)) is None else number for v in values]
            for name, values in (history if isinstance(history, dict) else {}).items()
            if isinstance(values, list)
        }
        self.epoch: list[Any] = list(item.get("epoch") or [])
        self.params: dict[str, Any] = dict(item.get("params") or {})

    def __repr__(self) -> str:
        return f"<history of {len(self.epoch)} epochs: {', '.join(self.history)}>"


class FunctionEvidence:
    """A captured function: answers exactly the probes that the checks declared."""

    def __init__(self, name: str, probes: list[Any], results: list[Any]) -> None:
        self.__name__ = name
        self._results = {_probe_key(probe): result for probe, result in zip(probes, results, strict=False)}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the function's stored result.

        Raises:
            EvidenceUnavailable: This call is none of the probes.
            AssertionError: The function raised an error when it was called.
        """
        key = _probe_key([list(args), kwargs])
        if key not in self._results:
            raise EvidenceUnavailable(f"{self.__name__} was not called like this during the run")
        result = self._results[key]
        if isinstance(result, Exception):
            raise result
        return result

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


def _probe_key(probe: Any) -> str:
    return json.dumps(probe, sort_keys=True, default=repr)
