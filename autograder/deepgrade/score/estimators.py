"""Evidence of scikit-learn estimators: `lasso.coef_`, `search.best_estimator_`, `pipeline["scale"].mean_`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deepgrade.score.blobs import Unusable
from deepgrade.score.unavailable import ReviewNeeded

_NAMES = 64
_STEPS = 16

Convert = Callable[[str, dict[str, Any]], Any]


class NotThereError(AttributeError, AssertionError):
    """The estimator has no such attribute: `hasattr` is false, and a check that asks for it fails with the reason."""


class EstimatorEvidence:
    """A captured estimator.

    Attributes:
        kind: Name of its class.
        params: What it was told: name -> plain value; values that are not plain are left out.
        steps: (name, step) of a pipeline; a step is an estimator or a text. Empty for others.
    """

    def __init__(self, name: str, item: dict[str, Any], convert: Convert) -> None:
        params, fitted, left_out = (item.get(key) for key in ("params", "fitted", "left_out"))
        steps = item.get("steps", [])
        if not (isinstance(params, dict) and isinstance(fitted, dict) and isinstance(left_out, dict)):
            raise Unusable("it lacks the facts of an estimator")
        if not isinstance(steps, list) or len(steps) > _STEPS or max(len(fitted), len(params)) > _NAMES:
            raise Unusable("it has more parts than are kept")
        self._name, self._convert = name, convert
        self._fitted, self._left_out = fitted, left_out
        self.kind = str(item["class"])
        self.params = {key: convert(key, {"kind": "value", "value": value}) for key, value in params.items()}
        self.steps: list[tuple[str, Any]] = [
            (str(key), convert(f"{name}.{key}", step) if isinstance(step, dict) else step)
            for key, step in steps
        ]

    @property
    def named_steps(self) -> dict[str, Any]:
        """The steps of a pipeline by name."""
        return dict(self.steps)

    @property
    def fitted(self) -> dict[str, Any]:
        """What it learnt: name (`coef_`) -> array, number or estimator."""
        return {name: getattr(self, name) for name in self._fitted}

    @property
    def is_fitted(self) -> bool:
        """Whether it, or its last step, has learnt anything."""
        last = self.steps[-1][1] if self.steps else None
        return bool(self._fitted) or (isinstance(last, EstimatorEvidence) and last.is_fitted)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return `params`."""
        return dict(self.params)

    def __getitem__(self, key: str | int) -> Any:
        """Return a step by name or place."""
        if isinstance(key, str):
            if key not in self.named_steps:
                raise NotThereError(f"`{self._name}` has no step {key!r}")
            return self.named_steps[key]
        return self.steps[key][1]

    def __len__(self) -> int:
        return len(self.steps)

    def __bool__(self) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._fitted:
            return self._convert(f"{self._name}.{name}", self._fitted[name])
        if name in self.params:
            return self.params[name]
        if name in self._left_out:
            raise ReviewNeeded(f"`{self._name}.{name}` could not be kept: {str(self._left_out[name])[:300]}")
        why = "was it fitted?" if name.endswith("_") and not self.is_fitted else f"it is a {self.kind}"
        raise NotThereError(f"`{self._name}` has no {name}: {why}")

    def __repr__(self) -> str:
        return f"<{self.kind} {self._name}>"
