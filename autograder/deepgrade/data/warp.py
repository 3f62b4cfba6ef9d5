"""Turn, shift and bend images in whole numbers, so that every machine makes the same pixels.

Places are fixed-point: 256 units are one pixel. The centre of an image of n pixels is at (n - 1) / 2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.stream import Stream

UNIT = 256
_MATRIX_UNIT = 1 << 16
_BATCH = 512
_COLOUR_AXES = 4  # images, rows, columns, colours

Ints = NDArray[Any]


class Affine(NamedTuple):
    """For each image, how a place in the result is mapped to a place in the source: `matrix @ place + shift`."""

    matrix: Ints
    """Shape (n, 2, 2), in 1/65536; rows then columns."""
    shift: Ints
    """Shape (n, 2), in 1/256 source pixel, between the two centres."""


def rotation(angle: Ints, *, unit_degrees: float) -> Ints:
    """Return rotation matrices for whole numbers of `unit_degrees`, shape (n, 2, 2) in 1/65536."""
    radians = angle.astype(np.float64) * np.pi / 180 * unit_degrees
    cosine = np.rint(np.cos(radians) * _MATRIX_UNIT).astype(np.int64)
    sine = np.rint(np.sin(radians) * _MATRIX_UNIT).astype(np.int64)
    return np.stack([np.stack([cosine, -sine], axis=1), np.stack([sine, cosine], axis=1)], axis=1)


def places(affine: Affine, *, size: int, source_size: int) -> tuple[Ints, Ints]:
    """Return rows and columns in the source for every pixel of results of `size`, each (n, size, size) int32."""
    # Twice the distance from the centre is whole also when the centre lies between two pixels.
    twice = 2 * np.arange(size, dtype=np.int64) - (size - 1)
    result = []
    for axis in (0, 1):
        along, across = affine.matrix[:, axis, 0], affine.matrix[:, axis, 1]
        # 65536 per unit and twice the distance: 2**17 stands for one pixel, 2**9 for 1/256 of it.
        offset = (affine.shift[:, axis] << 9) + ((source_size - 1) << 16)
        place = along[:, None, None] * twice[None, :, None] + across[:, None, None] * twice[None, None, :]
        result.append(((place + offset[:, None, None]) >> 9).astype(np.int32))
    return result[0], result[1]


def sample(sources: Ints, which: Ints, rows: Ints, columns: Ints) -> Ints:
    """Read images at fixed-point places, between four pixels; zero outside.

    Args:
        sources: Shape (k, s, s), values 0 to 255.
        which: Shape (n,): the source of each result.
        rows: Shape (n, h, w), places in 1/256 pixel.
        columns: The same.

    Returns:
        Shape (n, h, w) int32, values 0 to 255.
    """
    size = sources.shape[1]
    padded_size = size + 2
    flat = np.pad(sources, ((0, 0), (1, 1), (1, 1))).reshape(-1)
    low, high = -UNIT, size * UNIT - 1
    row = np.clip(rows, low, high) + UNIT
    column = np.clip(columns, low, high) + UNIT
    base = (which.astype(np.int64) * padded_size * padded_size)[:, None, None].astype(np.int32)
    corner = base + (row >> 8) * padded_size + (column >> 8)
    row_part, column_part = row & 255, column & 255
    upper = flat[corner] * (UNIT - column_part) + flat[corner + 1] * column_part
    corner += padded_size
    lower = flat[corner] * (UNIT - column_part) + flat[corner + 1] * column_part
    return np.asarray((upper * (UNIT - row_part) + lower * row_part + (1 << 15)) >> 16)


def distort(
    images: NDArray[np.uint8],
    stream: Stream,
    *,
    degrees: int,
    shift_hundredths: int,
    brightness_per_mille: int = 0,
) -> NDArray[np.uint8]:
    """Turn every image by up to `degrees` and shift it by up to `shift_hundredths` / 100 pixel in each direction.

    Grey images are drawn on black; colour images are photos, which go on at their edges.

    Args:
        images: Shape (n, s, s), or (n, s, s, 3) for colour.
        stream: Decides turns and shifts.
        degrees: Evenly spread from minus to plus this, in steps of a hundredth.
        shift_hundredths: Likewise, in hundredths of a pixel.
        brightness_per_mille: Likewise, how much lighter or darker an image becomes.
    """
    count, size = images.shape[0], images.shape[1]
    colour = images.ndim == _COLOUR_AXES
    result = np.empty_like(images)
    angle = stream.between(-100 * degrees, 100 * degrees, count)
    limit = shift_hundredths * UNIT // 100
    shift = np.stack([stream.between(-limit, limit, count) for _ in range(2)], axis=1)
    light = np.full(count, 1000, np.int64)
    if brightness_per_mille:
        light += stream.between(-brightness_per_mille, brightness_per_mille, count)
    for start in range(0, count, _BATCH):
        part = slice(start, start + _BATCH)
        affine = Affine(rotation(angle[part], unit_degrees=0.01), shift[part])
        rows, columns = places(affine, size=size, source_size=size)
        which = np.arange(len(rows))
        if colour:
            limit = (size - 1) * UNIT
            rows, columns = np.clip(rows, 0, limit), np.clip(columns, 0, limit)
        planes = np.moveaxis(images[part], -1, 0) if colour else images[part][np.newaxis]
        drawn = np.stack([sample(plane.astype(np.int32), which, rows, columns) for plane in planes], axis=-1)
        lit = np.clip((drawn * light[part, None, None, None] + 500) // 1000, 0, 255)
        result[part] = lit if colour else lit[..., 0]
    return result
