"""Take the evidence of a question: one item for each name, by the kind of object it stands for.

Theory of operation: the objects are the student's, and may raise, lie or loop in any method. So a kind is chosen by
`type(value)` and the classes of libraries that the notebook has imported, never by asking the object
(`__class__`, `hasattr`); each item is taken under its own time limit; and whatever is raised makes that item
`unsupported` with a reason. Items are plain JSON; arrays and weights go into blobs (store.py).
"""

from __future__ import annotations

import functools
import json
import math
import sys
import time
import types
from contextlib import AbstractContextManager
from typing import Any, Protocol

from .arrays import array_item, is_array
from .estimators import estimator_item, is_estimator
from .frames import frame_item, is_frame
from .functions import ProbeRunner
from .job import Capture
from .limits import Alarms, CellTimeout, class_name, first_line
from .models import history_item, is_history, is_keras_model, model_item
from .plain import Budget, NotPlainError, plain
from .sequences import sequences_item
from .store import EvidenceFullError, EvidenceStore

QUESTION_S = 120.0
ITEM_S = 60.0
MAX_VALUE_BYTES = 256 * 1024
MAX_ITEM_BYTES = 8 << 20
MAX_LIST = 8
"""Arrays that a list of them may hold."""
MAX_NESTED_ARRAYS = 4096
"""Elements of flat arrays in a list that is still kept as nested lists."""
_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    functools.partial,
)
_VALUE_TYPES: tuple[tuple[type[Any], str], ...] = (
    (bool, "bool"),
    (int, "int"),
    (float, "float"),
    (str, "str"),
    (list, "list"),
    (tuple, "list"),
    (dict, "dict"),
    (type(None), "NoneType"),
    (set, "set"),
    (frozenset, "set"),
)

Item = dict[str, Any]


class CanMute(Protocol):
    """Where the notebook's outputs go."""

    def muted(self) -> AbstractContextManager[None]:
        """Drop what is shown in a block."""


class QuestionCapture:
    """Takes items from the notebook's variables.

    Args:
        namespace: The notebook's variables.
        store: Where evidence is written.
        alarms: For the time limits of items and probes.
        outputs: Muted meanwhile.
        seed: Chooses the rows that are kept of large arrays; the same for all submissions.
    """

    def __init__(
        self, namespace: dict[str, Any], store: EvidenceStore, alarms: Alarms, outputs: CanMute, seed: int
    ) -> None:
        self._namespace = namespace
        self._store = store
        self._alarms = alarms
        self._outputs = outputs
        self._seed = seed
        self._probes = ProbeRunner(alarms, self._safe_item)

    def take(self, question: str, capture: Capture, figures: list[Item]) -> None:
        """Write `<question>.json`, replacing an older one of the same question.

        Args:
            question: Its id.
            capture: What is kept.
            figures: What was shown since the last question's end; the reader knows which cells are this question's.
        """
        items: dict[str, Item] = {}
        deadline = time.monotonic() + QUESTION_S
        for name in capture.names:
            if name not in self._namespace:
                items[name] = {"kind": "missing"}
                continue
            value = self._namespace[name]
            with (
                self._outputs.muted()
            ):  # libraries warn while they are asked; that is no part of the notebook
                items[name] = self._safe_item(
                    value, capture.probes.get(name, []), deadline - time.monotonic()
                )
        self._store.write_json(
            f"{question}.json",
            {"schema_version": 1, "question": question, "items": items, "figures": self._kept(figures)},
        )

    def _kept(self, figures: list[Item]) -> list[Item]:
        """Return the figures that still fit into the run's evidence; of the others that they were there."""
        kept = []
        for figure in figures:
            try:
                self._store.charge(len(json.dumps(figure, allow_nan=False)))
            except EvidenceFullError as error:
                figure = {"cell": figure["cell"], "title": "", "axes": None, "problem": str(error)}
            kept.append(figure)
        return kept

    def _safe_item(self, value: Any, probes: list[Any] | None = None, left_s: float = ITEM_S) -> Item:
        """Return an object's item, counted against the run's evidence; `unsupported` when it cannot be taken."""

        def take() -> Item:
            item = self._item(value, probes)
            size = len(json.dumps(item, allow_nan=False))
            if size > MAX_ITEM_BYTES:
                raise NotPlainError(f"what is known of it takes more than {MAX_ITEM_BYTES >> 20} MiB")
            self._store.charge(size)
            return item

        if left_s <= 0:
            return unsupported(value, f"the {QUESTION_S:g} seconds for this question's evidence were used up")
        limit_s = min(ITEM_S, left_s)
        item, error = self._alarms.attempt(
            limit_s, f"looking at it took longer than {limit_s:.0f} seconds", take
        )
        return item if item is not None else unsupported(value, _reason(error))

    def _item(self, value: Any, probes: list[Any] | None = None) -> Item:
        kind = type(value)
        if is_keras_model(value):
            return model_item(value, self._store)
        if (probes and callable(value)) or issubclass(kind, _FUNCTIONS) or _is_compiled_function(kind):
            return self._probes.item(value, probes or [])
        if is_history(value):
            return history_item(value)
        if is_frame(value):
            return frame_item(value, self._store)
        if is_estimator(value):
            return estimator_item(value, self._store, self._seed)
        sequences = sequences_item(value, self._seed)
        if sequences is not None:
            return sequences
        if is_array(value):
            return array_item(value, self._store, self._seed)
        parts = _arrays_in(value)
        if parts:
            return {"kind": "list", "items": [self._item(part) for part in parts]}
        return value_item(value)


def _arrays_in(value: Any) -> list[Any]:
    """Return the parts of a short list or tuple of arrays and data frames; nothing for rows of one table."""
    kind = type(value)
    if not issubclass(kind, (list, tuple)):
        return []
    parts = list(list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value))
    if not 0 < len(parts) <= MAX_LIST or not all(is_array(part) or is_frame(part) for part in parts):
        return []
    shapes = [part.shape for part in parts]
    is_pair = any(len(shape) > 1 for shape in shapes) or sum(map(math.prod, shapes)) > MAX_NESTED_ARRAYS
    return parts if is_pair else []


def value_item(value: Any) -> Item:
    """Return a value as JSON.

    Raises:
        NotPlainError: It has no JSON form, or a too large one.
    """
    kind = type(value)
    pandas: Any = sys.modules.get("pandas")
    index = getattr(pandas, "Index", None)
    if index is not None and issubclass(kind, index):
        value = index.tolist(value)
    if issubclass(kind, (set, frozenset)):
        value = _elements(value)
    data = plain(value, Budget(MAX_VALUE_BYTES))
    if len(json.dumps(data)) > MAX_VALUE_BYTES:
        raise NotPlainError(f"it takes more than {MAX_VALUE_BYTES // 1024} KiB as JSON")
    original = kind if any(issubclass(kind, base) for base, _ in _VALUE_TYPES) else type(data)
    name = next(name for base, name in _VALUE_TYPES if issubclass(original, base))
    if name == "dict" and type(data) is dict and set(data) == {"$float"} and not issubclass(kind, dict):
        name = "float"
    return {"kind": "value", "type": name, "value": data}


def _elements(value: Any) -> list[Any]:
    """Return the elements of a set, in an order that does not depend on the process."""
    base = set if issubclass(type(value), set) else frozenset
    budget = Budget(MAX_VALUE_BYTES)
    elements = [plain(element, budget) for element in base.__iter__(value)]
    if any(type(element) in (list, dict) for element in elements):
        raise NotPlainError("it is a set of more than numbers and texts")
    return sorted(elements, key=lambda element: (type(element).__name__, repr(element)))


def unsupported(value: Any, why: str) -> Item:
    """Return the item of an object that could not be kept."""
    kind = type(value)
    try:
        name = f"{kind.__module__}.{kind.__qualname__}"
    except Exception:
        name = class_name(kind)
    return {"kind": "unsupported", "type": str(name), "why": why}


def _is_compiled_function(kind: type[Any]) -> bool:
    """Return whether objects of the type are functions that TensorFlow, JAX or NumPy wrapped."""
    return kind.__name__ in ("Function", "PolymorphicFunction", "PjitFunction", "vectorize", "ufunc") and (
        str(kind.__module__).split(".")[0] in ("tensorflow", "jax", "jaxlib", "numpy")
    )


def _reason(error: BaseException | None) -> str:
    if isinstance(error, (NotPlainError, EvidenceFullError, CellTimeout)):
        return str(error)
    return "reading it raised " + (first_line(error) if error is not None else "nothing")
