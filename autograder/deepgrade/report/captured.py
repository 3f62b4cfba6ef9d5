"""Read a run's evidence and predictions for showing.

Theory of operation: the evidence tells what a student's process said about its own variables, so nothing in it
is trusted to have the documented shape. Files come in through `files.read_untrusted` and strict JSON; every field is
asked for by the type it should have, and what has another type is left out. Arrays themselves are never opened:
the JSON holds all that a page shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepgrade.files import UntrustedFileError, parse_strict_json, read_untrusted
from deepgrade.report.text import count_text, figure_text, number, one_line

_FILE_BYTES = 8 << 20
_EVIDENCE_BYTES = 24 << 20
_PREDICTION_BYTES = 16 << 20
_NOT_SHOWN = frozenset({"values", "rows", "head", "numeric", "levels", "dates", "numbers"})
_MOST_ITEMS = 60
_MOST_LAYERS = 80

Json = Mapping[str, Any]


@dataclass(frozen=True)
class CapturedRow:
    """One captured variable in words."""

    name: str
    kind: str
    shape: str
    dtype: str
    facts: str


@dataclass(frozen=True)
class LayerRow:
    """One layer of a rebuilt model."""

    name: str
    kind: str
    config: str
    shape: str
    params: str


@dataclass(frozen=True)
class ModelView:
    """A captured model: what infer rebuilt, and how the notebook had compiled it."""

    question: str
    name: str
    status: str
    detail: str
    layers: tuple[LayerRow, ...]
    more_layers: int
    total: float | None
    trainable: float | None
    compiled: Mapping[str, str]
    steps: float | None
    """Optimizer iterations: how many batches it was trained on."""

    @property
    def stack(self) -> str:
        """The layers on one line."""
        return " → ".join(f"{layer.kind} {layer.config}".strip() for layer in self.layers)


@dataclass(frozen=True)
class Evidence:
    """The evidence of one question."""

    items: Mapping[str, Json]
    problem: str | None


def read_json_file(path: Path, most: int) -> tuple[Json, str | None]:
    """Return a JSON object from an untrusted file; an empty one and a sentence where there is none."""
    try:
        value = parse_strict_json(read_untrusted(path, max_bytes=most))
    except UntrustedFileError as error:
        return {}, error.detail
    except (ValueError, RecursionError, MemoryError) as error:
        return {}, f"{path.name} cannot be read: {one_line(str(error))}"
    if not isinstance(value, dict):
        return {}, f"{path.name} does not hold an object"
    return value, None


def read_all_evidence(folder: Path | None, questions: Iterable[str]) -> dict[str, Evidence]:
    """Return question -> what was captured at its end; nothing where the run did not come so far.

    All questions together have a budget, since JSON takes up to thirty times its size once it is read.
    """
    left = _EVIDENCE_BYTES
    found = {}
    for question in questions:
        path = folder / "evidence" / f"{question}.json" if folder is not None else None
        if path is None or not path.exists():
            found[question] = Evidence({}, None)
            continue
        document, problem = read_json_file(path, min(_FILE_BYTES, left))
        items = list(_mapping(document.get("items")).items())[:_MOST_ITEMS]
        found[question] = Evidence({str(k): _slim(v) for k, v in items if isinstance(v, dict)}, problem)
        left = max(left - path.lstat().st_size, 0)
    return found


def _slim(item: Json) -> Json:
    return {key: value for key, value in item.items() if key not in _NOT_SHOWN}


def read_predictions(folder: Path | None) -> Json:
    """Return infer.json's models by `question/name`; nothing where there is no such file."""
    if folder is None or not (folder / "predictions" / "infer.json").exists():
        return {}
    return _mapping(read_json_file(folder / "predictions" / "infer.json", _PREDICTION_BYTES)[0].get("models"))


def captured_row(name: str, item: Json) -> CapturedRow:
    """Return one captured variable in words."""
    kind = one_line(_text(item.get("kind")) or "unknown", 20)
    shape, dtype, said = _data_words(kind, item) or _object_words(kind, item)
    facts = "; ".join(part for part in said if part)
    return CapturedRow(
        one_line(name, 60), kind, one_line(shape, 60), one_line(dtype, 60), one_line(facts, 300)
    )


def _data_words(kind: str, item: Json) -> tuple[str, str, list[str]] | None:
    """Return shape, type and facts of data; None for other kinds."""
    if kind == "array":
        said = [f"{_figure(item, 'min')} to {_figure(item, 'max')}", f"mean {_figure(item, 'mean')}"]
        said += ["not all finite"] if item.get("finite") is False else []
        return _shape(item.get("shape")), _text(item.get("dtype")), said
    if kind == "sequences":
        said = [
            f"lengths {_figure(item, 'length_min')} to {_figure(item, 'length_max')}",
            f"tokens {_figure(item, 'token_min')} to {_figure(item, 'token_max')}",
        ]
        return count_text(_count(item.get("count")), "sequence"), _text(item.get("container")), said
    if kind == "frame":
        columns = [str(column) for column in _list(item.get("columns"))]
        said = [", ".join(columns[:12]) + (f" and {len(columns) - 12} more" if len(columns) > 12 else "")]
        nulls = sum(number(count) or 0 for count in _mapping(item.get("nulls")).values())
        return _shape(item.get("shape")), "", said + ([f"{nulls:,.0f} missing"] if nulls else [])
    if kind == "list":
        parts = [part for part in _list(item.get("items")) if isinstance(part, dict)]
        said = [", ".join(_shape(part.get("shape")) for part in parts[:8])]
        return count_text(len(parts), "array"), "", said
    if kind == "value":
        return "", _text(item.get("type")), [one_line(repr(item.get("value"))[:2000], 160)]
    return None


def _object_words(kind: str, item: Json) -> tuple[str, str, list[str]]:
    """Return shape, type and facts of what is no data."""
    if kind == "history":
        history = _mapping(item.get("history"))
        longest = max((len(v) for v in history.values() if isinstance(v, list)), default=0)
        return "", "", [count_text(longest, "epoch"), ", ".join(str(key) for key in list(history)[:8])]
    if kind == "model":
        said = [] if item.get("built") else ["not built"]
        steps = number(item.get("iterations"))
        if steps is not None:
            said += ["not trained" if not steps else f"trained for {steps:,.0f} steps"]
        return "", _text(item.get("class")), [*said, _text(item.get("problem"))]
    if kind == "estimator":
        params, fitted = _mapping(item.get("params")), _mapping(item.get("fitted"))
        said = [", ".join(f"{key}={_short(value)}" for key, value in list(params.items())[:8])]
        said += [f"learnt: {', '.join(list(fitted)[:12])}"] if fitted else []
        return "", _text(item.get("class")), said
    if kind == "function":
        results = _list(item.get("results"))
        errors = [_text(r.get("error")) for r in results if isinstance(r, dict) and r.get("error")]
        said = [f"({', '.join(str(p) for p in _list(item.get('parameters'))[:12])})"]
        said += [count_text(len(results), "probe")]
        return "", "", said + ([f"{len(errors)} raised: {errors[0]}"] if errors else [])
    if kind == "missing":
        return "", "", ["not defined when the question ended"]
    return "", _text(item.get("type")), [_text(item.get("why"))]


def model_view(question: str, name: str, item: Json, prediction: Json) -> ModelView:
    """Return a captured model from its evidence and from what infer made of it."""
    raw_layers = [layer for layer in _list(prediction.get("layers")) if isinstance(layer, dict)]
    params = _mapping(prediction.get("params"))
    facts = _mapping(item.get("compile"))
    compiled = {key: _compiled(facts.get(key)) for key in ("loss", "optimizer", "learning_rate", "metrics")}
    return ModelView(
        question=question,
        name=one_line(name, 60),
        status=one_line(_text(prediction.get("status")) or "not rebuilt", 30),
        detail=one_line(_text(prediction.get("detail")) or _text(item.get("problem")), 300),
        layers=tuple(_layer(layer) for layer in raw_layers[:_MOST_LAYERS]),
        more_layers=max(0, len(raw_layers) - _MOST_LAYERS),
        total=number(params.get("total")),
        trainable=number(params.get("trainable")),
        compiled={key: value for key, value in compiled.items() if value},
        steps=number(item.get("iterations")),
    )


def history_of(items: Mapping[str, Json], name: str) -> Mapping[str, list[Any]]:
    """Return what fitting a model recorded, from the history captured under a matching name: metric -> a value an epoch."""
    names = {
        f"{name}_history",
        f"history_{name}",
        name.replace("model", "history"),
        name.replace("changed", "history"),
    }
    for candidate, item in items.items():
        if candidate in names and item.get("kind") == "history":
            found = _mapping(item.get("history"))
            return {str(key): values for key, values in found.items() if isinstance(values, list)}
    return {}


def _layer(layer: Json) -> LayerRow:
    config = _mapping(layer.get("config"))
    words = []
    for key, value in list(config.items())[:8]:
        if key in ("units", "activation", "rate"):
            words.append(_short(value))
        elif key in ("filters", "kernel_size", "pool_size", "strides", "padding", "input_dim", "output_dim"):
            words.append(f"{key.replace('_', ' ')} {_short(value)}")
    return LayerRow(
        name=one_line(_text(layer.get("name")), 60),
        kind=one_line(_text(layer.get("class")), 40),
        config=one_line(" ".join(words), 120),
        shape=_shape(layer.get("output_shape")),
        params=figure_text(number(layer.get("params"))),
    )


def _compiled(value: Any) -> str:
    if isinstance(value, list):
        return one_line(", ".join(_short(part) for part in value[:8]), 120)
    return _short(value) if value is not None else ""


def _short(value: Any) -> str:
    amount = number(value)
    if amount is not None:
        return figure_text(amount)
    if isinstance(value, list):
        return "×".join(_short(part) for part in value[:4])
    return one_line(str(value)[:400], 60)


def _shape(value: Any) -> str:
    if not isinstance(value, list):
        return ""
    sides = ["any" if side is None else figure_text(number(side)) for side in value[:8]]
    return "(" + " × ".join(sides) + (" × …" if len(value) > 8 else "") + ")"


def _figure(item: Json, key: str) -> str:
    return figure_text(number(item.get(key)))


def _count(value: Any) -> int:
    return int(number(value) or 0)


def _text(value: Any) -> str:
    return value[:2000] if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
