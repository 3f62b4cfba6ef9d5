"""Input adapters: how the student fed the data set to the model, and hidden rows prepared in the same way.

The captured test inputs are compared with the mounted rows at the same places. What reproduces them is proven. Where
they are missing, or are not what this model takes, the model's input shape has to leave one adapter alone. Images
that were shifted and scaled by one factor, or by one for each colour (`x / 127.5 - 1`, `(x - mean) / sd` over all
pixels), are proven too: the factor and the shift follow from the captured rows. A scaler with figures for each column
does not. Captured inputs that are other rows (the training set's, say) but hold the very values of one adapter alone
name that adapter: it is used and marked with a question mark, so that a person is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import Ragged
from deepgrade.data.encoders import Rows, adapt, parse_adapter
from deepgrade.data.errors import DataError
from deepgrade.infer.bounds import matches
from deepgrade.infer.graph import ModelSpec, first_layer
from deepgrade.infer.reasons import BundleError, Reason
from deepgrade.infer.specs import Shape, show
from deepgrade.infer.specs.core import Embedding, Rescaling

Floats = NDArray[np.float32]

_TOLERANCE = 1e-6
_AFFINE_TOLERANCE = 1e-5
_COMPARED_ROWS = 256
_SAMPLE_ROWS = 64
_MOST_VALUES = 512
_COLOUR_AXES = 4  # images, rows, columns, colours


@dataclass(frozen=True)
class Captured:
    """Rows of the variable with the student's prepared test inputs."""

    places: NDArray[np.int64]
    """Which rows of the test set they are."""
    values: NDArray[Any]
    """(places, ...), any number type."""

    def some(self) -> Captured:
        """Return at most 256 of the rows, evenly spread."""
        if len(self.places) <= _COMPARED_ROWS:
            return self
        chosen = np.unique(np.linspace(0, len(self.places) - 1, _COMPARED_ROWS).astype(np.int64))
        return Captured(self.places[chosen], self.values[chosen])


@dataclass(frozen=True)
class Encoder:
    """A chosen adapter, with what has to be done after it."""

    adapter: str
    row_shape: tuple[int, ...]
    """What the model gets; the adapter's shape, or that with or without a last axis of 1."""
    scale: tuple[float, ...] = (1.0,)
    """One for all values, or one for each colour."""
    shift: tuple[float, ...] = (0.0,)
    proven: bool = True
    """False: only the values of the captured inputs speak for it."""

    @property
    def name(self) -> str:
        """As it stands in infer.json."""
        if not self.proven:
            return f"{self.adapter}?"
        if not self._rescales:
            return self.adapter
        lines = [f"{scale:.6g}{shift:+.6g}" for scale, shift in zip(self.scale, self.shift, strict=True)]
        return f"{self.adapter}*{lines[0] if len(lines) == 1 else '(' + ','.join(lines) + ')'}"

    @property
    def _rescales(self) -> bool:
        return (self.scale, self.shift) != ((1.0,), (0.0,))

    def encode(self, rows: Rows) -> Floats:
        """Return the model's inputs for some rows, float32."""
        values = adapt(self.adapter, rows)
        if self._rescales:
            by_colour = values.reshape(-1, len(self.scale))
            values = by_colour * np.array(self.scale, np.float32) + np.array(self.shift, np.float32)
        return values.reshape(len(rows), *self.row_shape)


def choose_encoder(
    model: ModelSpec,
    adapters: Sequence[str],
    captured: Captured | None,
    mounted_rows: Callable[[NDArray[np.int64]], Rows],
    hidden_rows: Rows,
) -> Encoder:
    """Find how the model's inputs were made.

    Args:
        model: A model with one input.
        adapters: The ways that the lab accepts.
        captured: The student's prepared test inputs; None where they were not captured as an array.
        mounted_rows: Gives rows of the test set that the student saw.
        hidden_rows: The hidden inputs.

    Raises:
        BundleError: `no_adapter_fits` or `ambiguous_adapter`.
    """
    declared = model.inputs[0].shape or ()
    sample = hidden_rows[:_SAMPLE_ROWS]
    made = {name: values for name in adapters if (values := _adapted(name, sample)) is not None}
    fitting = {
        name: shape for name, v in made.items() if (shape := fitted_shape(declared, v.shape[1:])) is not None
    }
    proven: list[str] = []
    if captured is not None and len(captured.places):
        few = captured.some()
        rows = _mounted(mounted_rows, few.places)
        proven = [name for name in made if rows is not None and _reproduces(name, rows, few.values)]
        for name in proven:
            if name in fitting:
                return Encoder(name, fitting[name])
        own = fitted_shape(declared, few.values.shape[1:])
        if not proven and own is not None:
            like = [name for name in _usual(fitting) if _has_values_of(made[name], few.values)]
            try:
                return _affine(list(made), rows, few.values, own)
            except BundleError:
                if len(like) != 1:
                    raise
                return Encoder(like[0], fitting[like[0]], proven=False)
    try:
        return _left_by_shape(model, declared, fitting, made)
    except BundleError as error:
        alike = [name for name in _usual(fitting) if any(_scaled_alike(name, known) for known in proven)]
        if error.reason is not Reason.AMBIGUOUS_ADAPTER or not alike:
            raise
        # The captured variable was reshaped on its way into the model: its scale is what is known.
        return Encoder(alike[0], fitting[alike[0]], proven=False)


def _left_by_shape(
    model: ModelSpec, declared: Shape, fitting: dict[str, tuple[int, ...]], made: dict[str, Floats]
) -> Encoder:
    first = first_layer(model)
    names = _usual(fitting)
    if isinstance(first, Embedding):
        names = [name for name in names if parse_adapter(name).kind == "padded"]
    raw = [name for name in names if name.endswith("/raw")]
    if isinstance(first, Rescaling) and isinstance(first.scale, float) and 0 < first.scale <= 0.01 and raw:
        names = raw
    names = [name for name in names if made[name].shape[1:] == fitting[name]] or names
    different = [
        name
        for index, name in enumerate(names)
        if not any(np.array_equal(made[name], made[earlier]) for earlier in names[:index])
    ]
    if not different:
        raise BundleError(Reason.NO_ADAPTER_FITS, f"The model takes {show(declared)}.")
    if len(different) > 1:
        raise BundleError(Reason.AMBIGUOUS_ADAPTER, f"{', '.join(different)} fit {show(declared)}.")
    return Encoder(different[0], fitting[different[0]])


def _scaled_alike(name: str, known: str) -> bool:
    """Return whether two ways of feeding images differ in the shape alone."""
    one, other = parse_adapter(name), parse_adapter(known)
    return not (one.takes_reviews or other.takes_reviews) and one.unit == other.unit


def _usual(names: Iterable[str]) -> list[str]:
    """Return the adapters that may be taken without proof; counting words is a slip, taken only when it is proven."""
    return [name for name in names if parse_adapter(name).kind != "counts"]


def _has_values_of(made: Floats, values: NDArray[Any]) -> bool:
    """Return whether all values are among those that an adapter makes, of which there are few (0 and 1; k / 255)."""
    if made.shape[1:] != values.shape[1:]:
        return False
    known, found = np.unique(made), np.unique(values)
    if not (len(found) <= len(known) <= _MOST_VALUES):
        return False
    nearest = np.clip(np.searchsorted(known, found - _TOLERANCE), 0, len(known) - 1)
    return bool((np.abs(known[nearest] - found) <= 2 * _TOLERANCE).all())


def _adapted(name: str, rows: Rows) -> Floats | None:
    try:
        return adapt(name, rows)
    except DataError:
        return None


def _mounted(mounted_rows: Callable[[NDArray[np.int64]], Rows], places: NDArray[np.int64]) -> Rows | None:
    try:
        return mounted_rows(places)
    except DataError:
        return None


def fitted_shape(declared: Shape, made: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the shape in which rows go into the model; Keras adds or takes away a last axis of 1 itself."""
    shapes = [made, (*made, 1)] + ([made[:-1]] if made and made[-1] == 1 else [])
    return next((shape for shape in shapes if matches(declared, shape)), None)


def _reproduces(name: str, rows: Rows, values: NDArray[Any]) -> bool:
    made = _adapted(name, rows)
    if made is None or made.shape != values.shape:
        return False
    tolerance = 1e-3 if values.dtype == np.float16 else _TOLERANCE
    return bool((np.abs(made.astype(np.float64) - values.astype(np.float64)) <= tolerance).all())


def _affine(
    adapters: list[str], rows: Rows | None, values: NDArray[Any], row_shape: tuple[int, ...]
) -> Encoder:
    """Return the encoder whose scale and shift give the captured rows of images from the raw ones."""
    if rows is not None and not isinstance(rows, Ragged):
        target = values.astype(np.float64)
        colours = (1, rows.shape[-1]) if rows.ndim == _COLOUR_AXES else (1,)
        for kind in dict.fromkeys(parse_adapter(name).kind for name in adapters):
            raw = adapt(f"{kind}/raw", rows).astype(np.float64)
            if raw.shape != target.shape:
                continue
            for count in colours:
                lines = _lines(raw.reshape(-1, count), target.reshape(-1, count))
                if lines is not None:
                    return Encoder(f"{kind}/raw", row_shape, *lines)
    raise BundleError(
        Reason.NO_ADAPTER_FITS,
        "The captured test inputs have the model's shape, but none of the lab's ways makes them.",
    )


def _lines(
    raw: NDArray[np.float64], target: NDArray[np.float64]
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Return the scale and shift of each column that give one array from the other; None where there are none.

    Args:
        raw: Shape (values, columns).
        target: The same.
    """
    centred = raw - raw.mean(axis=0)
    spread = np.square(centred).sum(axis=0)
    if not spread.all():
        return None
    scale = (centred * (target - target.mean(axis=0))).sum(axis=0) / spread
    shift = target.mean(axis=0) - scale * raw.mean(axis=0)
    error = float(np.abs(scale * raw + shift - target).max())
    most = _AFFINE_TOLERANCE * max(1.0, float(np.abs(target).max()))
    if not scale.all() or not np.isfinite(error) or error > most:
        return None
    return tuple(scale.tolist()), tuple(shift.tolist())
