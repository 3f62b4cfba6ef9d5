"""Synthetic CIFAR-100: small colour pictures of one thing before a background, in 100 classes that a network can learn in part.

A class is a shape, a hue and a pattern: five shapes times five hues times four patterns; and its things are mostly seen
before one kind of ground, as ships are before the sea. Every picture turns, stretches and moves its thing, lets its colour wander
towards the neighbouring hues, lights it unevenly, puts another small thing before it and adds noise. So colours alone say
something about the class, in the first epoch; the rest takes convolutions and many pictures, and some pictures cannot be
told at all, as in the real set.

Everything is whole-number arithmetic on a fixed stream: every machine makes the same set. The constants were tuned so that
the lab's network (3 x 3 convolutions with 32, 64, 128 and 256 filters) reaches about what it reaches on the real set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import DataSet, Size
from deepgrade.data.download import Progress
from deepgrade.data.stream import Stream
from deepgrade.data.warp import UNIT, Affine, places, rotation

Ints = NDArray[np.int64]

SIZES: dict[Size, tuple[int, int]] = {"full": (50_000, 10_000), "quick": (5_000, 1_500)}
CLASSES = 100

_SIDE = 32
_HUES, _PATTERNS = 5, 4
_BATCH = 500


class _Hardness(NamedTuple):
    """How far pictures of one class differ. Deviations, where nothing else is said."""

    own_ground: int
    """Per mille of pictures with the ground of their class; the others have that of any class."""
    hue: int
    """Per cent of the way to a neighbouring hue."""
    colour: int
    """Grey levels."""
    moved: int
    """1/256 pixel."""
    turn: int
    """Hundredths of a degree."""
    noise: int
    """Grey levels to each side, evenly spread."""


# A tenth of the pictures teaches as much only where they are easier.
_HARDNESS: dict[Size, _Hardness] = {
    "full": _Hardness(own_ground=450, hue=60, colour=22, moved=900, turn=1600, noise=24),
    "quick": _Hardness(own_ground=950, hue=22, colour=12, moved=500, turn=800, noise=14),
}

# Red, green and blue of the five hues, evenly apart on the wheel.
_COLOURS = np.array([(205, 70, 60), (190, 165, 45), (60, 175, 85), (55, 120, 205), (165, 75, 185)])
# The same of the grounds that classes stand before: the last digit of the class.
_GROUNDS = np.array(
    [(40, 40, 40), (215, 215, 215), (40, 40, 215), (40, 215, 40), (215, 40, 40),
     (40, 215, 215), (215, 40, 215), (215, 215, 40), (190, 125, 40), (40, 125, 190)]
)  # fmt: skip
_GROUND_WANDERS = 25  # grey levels, deviation
_RADIUS = (7, 11)  # pixels
_SMALL_RADIUS = (2, 4)
_STRETCH = 9_000  # 1/65536, deviation
_STRIPE = (4, 6)  # pixels from one stripe to the next
_CONTRAST = (30, 62)  # grey levels between the two tones of a pattern
_SLOPE = 2  # grey levels a pixel, how fast the background changes, deviation


def generate_cifar100(size: Size, progress: Progress | None = None) -> DataSet:
    """Generate the set: `full` has 50,000 and 10,000 pictures, `quick` has 5,000 and 1,500; labels are balanced.

    Returns:
        Inputs (n, 32, 32, 3) uint8, labels (n, 1) int64.
    """
    stream = Stream(b"deepgrade synthetic cifar100", f"version 1, {size}")
    splits = []
    for split, count in zip(("train", "test"), SIZES[size], strict=True):
        labels = (np.arange(count) % CLASSES)[stream.order(count)]
        pictures = np.empty((count, _SIDE, _SIDE, 3), np.uint8)
        for start in range(0, count, _BATCH):
            part = slice(start, min(start + _BATCH, count))
            pictures[part] = _draw(labels[part], _HARDNESS[size], stream)
            if progress is not None:
                progress(f"cifar100 {split}", part.stop, count)
        splits.append((pictures, labels.reshape(-1, 1)))
    return DataSet.of(splits[0], splits[1])


def _draw(labels: Ints, hardness: _Hardness, stream: Stream) -> NDArray[np.uint8]:
    picture = _background(labels, hardness.own_ground, stream)
    others = stream.below(CLASSES, len(labels))
    _paint(picture, labels, hardness, stream)
    _paint(picture, others, hardness, stream, aside=True)
    noise = stream.between(-hardness.noise, hardness.noise, picture.size).reshape(picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), dtype=np.uint8)


def _background(labels: Ints, own_ground: int, stream: Stream) -> Ints:
    """Return grounds that fade from one tone to another, (n, 32, 32, 3)."""
    count = len(labels)
    wanders = stream.bell(_GROUND_WANDERS, count * 3).reshape(count, 3)
    own = stream.below(1000, count) < own_ground
    ground = np.where(own, labels, stream.below(CLASSES, count)) % len(_GROUNDS)
    middle = (_GROUNDS[ground] + wanders)[:, None, None, :]
    slopes = [stream.bell(_SLOPE * UNIT, count * 3).reshape(count, 1, 1, 3) for _ in range(2)]
    place = np.arange(_SIDE) - _SIDE // 2
    fade = slopes[0] * place[None, :, None, None] + slopes[1] * place[None, None, :, None]
    return np.asarray(middle + (fade >> 8))


def _paint(picture: Ints, labels: Ints, hardness: _Hardness, stream: Stream, *, aside: bool = False) -> None:
    """Paint a thing of each label's class into the pictures; aside: a small one, away from the middle."""
    count = len(labels)
    shape, hue, pattern = labels // (_HUES * _PATTERNS), labels // _PATTERNS % _HUES, labels % _PATTERNS
    rows, columns = _own_places(count, hardness, stream, aside=aside)
    radius = _SMALL_RADIUS if aside else _RADIUS
    size = stream.between(radius[0] * UNIT, radius[1] * UNIT, count)[:, None, None]
    cover = np.clip((size - _distance(shape, rows, columns, size)) * 256 // UNIT, 0, 256)
    tone = _tones(pattern, rows, columns, stream)
    colour = _colours(hue, hardness, stream)[:, None, None, :] + tone[..., None]
    picture += ((np.clip(colour, 0, 255) - picture) * cover[..., None]) >> 8


def _own_places(count: int, hardness: _Hardness, stream: Stream, *, aside: bool) -> tuple[Ints, Ints]:
    """Return each pixel's place as the thing itself sees it, 1/256 pixel from its middle, twice (n, 32, 32)."""
    matrix = rotation(stream.bell(hardness.turn, count), unit_degrees=0.01)
    stretch = np.zeros((count, 2, 2), np.int64)
    for axis in (0, 1):
        stretch[:, axis, axis] = 65536 + stream.bell(_STRETCH, count)
    shift = np.stack([stream.bell(hardness.moved * (3 if aside else 1), count) for _ in range(2)], axis=1)
    if aside:
        shift += np.where(shift < 0, -4, 4) * UNIT
    rows, columns = places(Affine((stretch @ matrix) >> 16, shift), size=_SIDE, source_size=1)
    return rows.astype(np.int64), columns.astype(np.int64)


def _distance(shape: Ints, rows: Ints, columns: Ints, size: Ints) -> Ints:
    """Return how far out a place is in a shape: `size` on its edge; (n, 32, 32)."""
    across, down = abs(columns), abs(rows)
    round_ = _root(across * across + down * down)
    wide = np.maximum(across, down)
    kinds = (
        round_,
        wide * 9 // 8,
        abs(round_ * 2 - size * 5 // 4) + size * 3 // 8,  # a ring
        np.maximum(rows, across * 3 // 2 - rows // 2),  # a triangle
        np.minimum(np.maximum(across * 5 // 2, down), np.maximum(across, down * 5 // 2)),  # a cross
    )
    return np.choose(shape[:, None, None], kinds)


def _root(square: Ints) -> Ints:
    """Return whole square roots. The machine's root of a whole number this small, rounded down, is exact."""
    return np.asarray(np.sqrt(square.astype(np.float64)), dtype=np.int64)


def _tones(pattern: Ints, rows: Ints, columns: Ints, stream: Stream) -> Ints:
    """Return lighter and darker places of a pattern, (n, 32, 32): plain, stripes along or across, or a chessboard."""
    count = len(pattern)
    period = stream.between(_STRIPE[0] * UNIT, _STRIPE[1] * UNIT, count)[:, None, None]
    start = stream.below(8 * UNIT, count)[:, None, None]
    along, across = ((place + start + 64 * UNIT) * 2 // period & 1 for place in (rows, columns))
    kinds = (np.full_like(along, 0), 2 * along - 1, 2 * across - 1, 2 * (along ^ across) - 1)
    contrast = stream.between(*_CONTRAST, count)[:, None, None]
    return np.asarray(np.choose(pattern[:, None, None], kinds) * contrast)


def _colours(hue: Ints, hardness: _Hardness, stream: Stream) -> Ints:
    """Return the colour of each thing, (n, 3): its hue, some way to a neighbouring one, and a little off."""
    way = stream.bell(hardness.hue, len(hue))
    neighbour = (hue + np.where(way < 0, -1, 1)) % _HUES
    share = np.minimum(abs(way), 100)[:, None]
    mixed = (_COLOURS[hue] * (100 - share) + _COLOURS[neighbour] * share) // 100
    return np.asarray(mixed + stream.bell(hardness.colour, len(hue) * 3).reshape(-1, 3))
