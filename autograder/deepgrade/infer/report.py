"""infer.json as typed data, and what the head asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from deepgrade.infer.reasons import BundleError, Reason

Axes = list[int | None]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CapturedName(_Strict):
    """Where a captured variable stands in the evidence."""

    question: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str


class HiddenInputs(_Strict):
    """One hidden set, as infer needs it."""

    dataset: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    inputs: Path
    """The data set's folder with the hidden inputs, or the folder that holds it."""
    public: Path
    """The same for the data that the run saw mounted."""
    input_adapters: tuple[str, ...]
    captured: CapturedName | None = None
    """The variable with the student's prepared test inputs."""
    num_words: int | None = None
    """Reviews: what the notebook gives to `load_data(num_words=...)`."""


class OwnRows(_Strict):
    """Rows that the notebook itself set apart, captured whole: a stranger's, like the model that predicts them."""

    inputs: CapturedName


class ModelRequest(_Strict):
    """A model that is to predict."""

    question: str
    name: str
    hidden: tuple[str, ...] = ()
    """Names of hidden sets and of own rows."""


class InferJob(_Strict):
    """One submission's models: those listed are counted, and predict the hidden sets named with them.

    An empty list counts every model in the evidence.
    """

    evidence: Path
    models: tuple[ModelRequest, ...] = ()
    hidden: dict[str, HiddenInputs | OwnRows] = {}

    @model_validator(mode="after")
    def _sets_exist(self) -> InferJob:
        missing = sorted({name for model in self.models for name in model.hidden} - set(self.hidden))
        if missing:
            raise ValueError(f"there are no hidden sets named {', '.join(missing)}")
        return self


class Params(_Strict):
    """Parameter counts."""

    total: int
    trainable: int
    non_trainable: int


class LayerEntry(_Strict):
    """A row of the layer table. Input layers have none; layers of a nested model are named `model/layer`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    name: str
    class_name: str = Field(alias="class")
    config: dict[str, Any]
    output_shape: Axes
    params: int


class Prediction(_Strict):
    """What became of one model on one hidden set."""

    status: Literal["ok", "not_assessed", "failed"]
    reason: Reason | None = None
    detail: str | None = None
    file: str | None = None
    rows: int | None = None
    public_file: str | None = None
    """Scores of rows of the test set that the student saw, for comparison; None where there was no time for them."""
    public_rows: int | None = None
    """How many: the rows `i * test_size // public_rows` of what `load_data()` returned."""
    input_adapter: str | None = None
    output_adapter: str | None = None
    seconds: float | None = None

    @classmethod
    def without(cls, status: Literal["not_assessed", "failed"], error: BundleError) -> Prediction:
        """Return the entry of a prediction that was not made."""
        return cls(status=status, reason=error.reason, detail=error.detail)


class ModelEntry(_Strict):
    """One captured model."""

    status: Literal["ok", "refused", "failed"]
    reason: Reason | None = None
    detail: str | None = None
    params: Params | None = None
    input_shape: Axes | list[Axes] | None = None
    output_shape: Axes | list[Axes] | None = None
    layers: tuple[LayerEntry, ...] = ()
    predictions: dict[str, Prediction] = {}

    @classmethod
    def without(cls, status: Literal["refused", "failed"], error: BundleError, **known: Any) -> ModelEntry:
        """Return the entry of a model that is not used, with what is known of it."""
        return cls(status=status, reason=error.reason, detail=error.detail, **known)


class InferReport(_Strict):
    """infer.json."""

    schema_version: Literal[1] = 1
    models: dict[str, ModelEntry] = {}


TRANSIENT = frozenset({Reason.CHILD_TIMEOUT, Reason.CHILD_MEMORY, Reason.CHILD_CRASHED})
"""Reasons that may not hold the next time; such results are not reused for equal bundles."""
