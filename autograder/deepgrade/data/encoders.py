"""Input adapters: the ways in which students may feed a data set to a model, by name.

    images     flat/unit  flat/raw      (n, h * w), in colour (n, h * w * 3); unit: divided by 255
               square/unit  square/raw  (n, h, w), grey
               channel/unit  channel/raw (n, h, w, 1), grey
               image/unit  image/raw    (n, h, w, 3), in colour
    reviews    multi_hot:10000          (n, 10000), 1 where a word occurs
               counts:10000             (n, 10000), how often a word occurs
               padded:500               (n, 500), word numbers, the last 500, padded in front with 0
               padded:500:10000         the same with words from number 10,000 on replaced by 2

`lab.toml` lists the adapters that a lab accepts (`input_adapters`); infer looks which of them reproduces the inputs that a
submission prepared, or which its model's input shape leaves. Rows are encoded slice by slice, so the caller decides
how much memory that takes. Reviews are rows as `load_data()` returns them: start mark 1, words from number 4 on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import Array, Ragged
from deepgrade.data.errors import DataError

OOV = 2
"""What `load_data(num_words=...)` puts in the place of rarer words."""

Rows = Array | Ragged
Floats = NDArray[np.float32]


class Adapter(NamedTuple):
    """A parsed adapter name."""

    name: str
    kind: str
    """`flat`, `square`, `channel`, `image`, `multi_hot`, `counts` or `padded`."""
    unit: bool
    """Images: divide by 255."""
    width: int
    """Reviews: columns of the result."""
    num_words: int | None
    """Reviews: words from this number on become 2; None keeps all."""

    @property
    def takes_reviews(self) -> bool:
        """It encodes token sequences; otherwise images."""
        return self.kind in ("multi_hot", "counts", "padded")


_COLOUR_AXES = 4  # rows, height, width, colours
_IMAGE_KINDS = ("flat", "square", "channel", "image")
_GRAMMAR = (
    "flat|square|channel|image followed by /unit or /raw; multi_hot:WORDS; counts:WORDS; "
    "padded:LENGTH or padded:LENGTH:WORDS"
)


def parse_adapter(name: str) -> Adapter:
    """Read an adapter's name.

    Raises:
        DataError: There is no adapter of this name; the message says which there are.
    """
    kind, _, scale = name.partition("/")
    if kind in _IMAGE_KINDS and scale in ("unit", "raw"):
        return Adapter(name, kind, scale == "unit", 0, None)
    kind, *rest = name.split(":")
    numbers = [
        int(part) for part in rest if part.isascii() and part.isdecimal() and 0 < int(part) <= 1_000_000
    ]
    if len(numbers) == len(rest):
        if kind in ("multi_hot", "counts") and len(numbers) == 1 and numbers[0] > OOV:
            return Adapter(name, kind, False, numbers[0], numbers[0])
        if kind == "padded" and len(numbers) in (1, 2):
            return Adapter(name, kind, False, numbers[0], numbers[1] if len(numbers) == 2 else None)
    raise DataError(f"There is no input adapter {name!r}; there are {_GRAMMAR}.")


def limit_words(reviews: Ragged, num_words: int | None) -> Ragged:
    """Put 2 in the place of words from `num_words` on, as `load_data(num_words=...)` does; None keeps all."""
    if num_words is None:
        return reviews
    return Ragged(np.where(reviews.tokens < num_words, reviews.tokens, OOV), reviews.offsets)


def adapt(name: str, rows: Rows) -> Floats:
    """Encode rows for a model.

    Args:
        name: An adapter.
        rows: Images (n, h, w) or (n, h, w, 3) of any number type, or reviews as `load_data()` returns them; take a slice of many.

    Returns:
        float32; the shape is in the module's table.

    Raises:
        DataError: There is no such adapter, or it does not fit this kind of rows.
    """
    adapter = parse_adapter(name)
    if adapter.takes_reviews != isinstance(rows, Ragged):
        raise DataError(
            f"The input adapter {name!r} does not fit these rows: it takes the other kind of data."
        )
    if isinstance(rows, Ragged):
        return _padded(rows, adapter) if adapter.kind == "padded" else _columns_of_words(rows, adapter)
    values = np.asarray(rows, dtype=np.float32)
    if adapter.kind != "flat" and (adapter.kind == "image") != (values.ndim == _COLOUR_AXES):
        raise DataError(
            f"The input adapter {name!r} does not fit these images: {'image' if values.ndim == _COLOUR_AXES else 'square'} does."
        )
    if adapter.unit:
        values = values / np.float32(255)
    if adapter.kind == "flat":
        return values.reshape(len(values), -1)
    return values[..., np.newaxis] if adapter.kind == "channel" else values


def _columns_of_words(reviews: Ragged, adapter: Adapter) -> Floats:
    limited = limit_words(reviews, adapter.num_words)
    result = np.zeros((len(reviews), adapter.width), np.float32)
    places = (np.repeat(np.arange(len(reviews)), limited.lengths), limited.tokens)
    if adapter.kind == "counts":
        np.add.at(result, places, np.float32(1))
    else:
        result[places] = 1
    return result


def _padded(reviews: Ragged, adapter: Adapter) -> Floats:
    limited = limit_words(reviews, adapter.num_words)
    lengths = limited.lengths
    row = np.repeat(np.arange(len(reviews)), lengths)
    # Column counted from the right end: the last token of each review stands in the last column.
    column = adapter.width - np.repeat(limited.offsets[1:], lengths) + np.arange(len(limited.tokens))
    kept = column >= 0
    result = np.zeros((len(reviews), adapter.width), np.float32)
    result[row[kept], column[kept]] = limited.tokens[kept]
    return result


def fits_shape(
    name: str, input_shape: Sequence[int | None], *, image_shape: tuple[int, ...] | None = (28, 28)
) -> bool:
    """Say whether a model with this input shape, batch axis first, can take what an adapter makes.

    Args:
        name: An adapter.
        input_shape: As Keras gives it: `(None, 784)`; None on another axis accepts any size.
        image_shape: Height and width of the data set's images, and 3 for those in colour.
    """
    adapter = parse_adapter(name)
    image = image_shape or (0, 0)
    shapes = {
        "flat": (math.prod(image),),
        "square": image,
        "channel": (*image, 1),
        "image": image,
        "multi_hot": (adapter.width,),
        "counts": (adapter.width,),
        "padded": (adapter.width,),
    }
    made = shapes[adapter.kind]
    wanted = tuple(input_shape)[1:]
    return len(made) == len(wanted) and all(
        want in (None, have) for want, have in zip(wanted, made, strict=True)
    )


def in_batches(name: str, rows: Rows, batch_rows: int, consume: Callable[[Floats], None]) -> None:
    """Encode rows `batch_rows` at a time and hand each batch to `consume`, so that memory stays bounded."""
    for start in range(0, len(rows), batch_rows):
        consume(adapt(name, rows[start : start + batch_rows]))
