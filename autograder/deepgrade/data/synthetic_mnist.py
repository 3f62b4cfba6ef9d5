"""Synthetic MNIST: real handwriting from scikit-learn's bundled digits, warped to 28 x 28.

The 1,797 bundled digits are 8 x 8 with 17 grey levels. Each result is one of them, enlarged, turned, slanted, stretched, bent,
drawn with a thinner or thicker pen, and centred by its mass as MNIST's are. Test digits come from other handwritten
originals than training digits. Everything is whole-number arithmetic on a fixed stream: every machine makes the same set.

The constants below were tuned so that the labs' networks reach about what they reach on the real set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import DataSet, Size
from deepgrade.data.download import Progress
from deepgrade.data.stream import Stream
from deepgrade.data.warp import Affine, Ints, places, rotation, sample

SIZES: dict[Size, tuple[int, int]] = {"full": (60_000, 10_000), "quick": (6_000, 2_000)}

# The labels that every textbook shows for the first rows; handouts print them.
_FIRST_TRAIN = (5, 0, 4, 1, 9, 2, 1, 3, 1, 4)
_FIRST_TEST = (7, 2, 1, 0, 4, 1, 4, 9, 5, 9)

_SIDE = 28
_ENLARGED = 3  # each source pixel becomes 3 x 3 before it is read between pixels
_TEST_SHARE = 0.2
_BATCH = 512

_TURN = 750  # hundredths of a degree, deviation
_SLANT = 8_000  # 1/65536
_STRETCH = 5_200  # 1/65536
_BEND = 180  # 1/256 enlarged source pixel, deviation of the grid points
_THRESHOLD = (80, 130)  # grey level under which there is no ink: pen thickness
_GAIN = (3, 6)  # steepness of the pen's edge
_NOISE = 14  # grey levels, on ink only
_GRID = 5


def generate_mnist(size: Size, progress: Progress | None = None) -> DataSet:
    """Generate the set: `full` has 60,000 and 10,000 images, `quick` has 6,000 and 2,000; labels are balanced."""
    stream = Stream(b"deepgrade synthetic mnist", f"version 1, {size}")
    digits, labels = _source_digits()
    test_sources = _choose_test_sources(labels, stream)
    counts = SIZES[size]
    splits = []
    for split, count in zip(("train", "test"), counts, strict=True):
        first = _FIRST_TRAIN if split == "train" else _FIRST_TEST
        y = _balanced_labels(count, first, stream)
        allowed = test_sources == (split == "test")
        sources = _pick_sources(y, labels, allowed, stream)
        sources[: len(first)] = _typical_sources(first, digits, labels, allowed)
        x = np.empty((count, _SIDE, _SIDE), np.uint8)
        for start in range(0, count, _BATCH):
            part = slice(start, min(start + _BATCH, count))
            calm = max(0, len(first) - start)
            x[part] = _draw(digits, sources[part], calm, stream)
            if progress is not None:
                progress(f"mnist {split}", part.stop, count)
        splits.append((x, y.astype(np.uint8)))
    return DataSet.of(splits[0], splits[1])


def _source_digits() -> tuple[Ints, Ints]:
    from sklearn.datasets import load_digits  # heavy, and needed here alone

    digits = load_digits()
    levels = np.rint(digits.images).astype(np.int64)
    return _enlarge(levels * 255 // 16), np.asarray(digits.target, dtype=np.int64)


def _enlarge(images: Ints) -> Ints:
    """Enlarge by 3 with a cubic spline's weights (smooth, so that strokes stay round)."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    # Catmull-Rom at offsets -1/3, 0 and 1/3 of a pixel, in 1/54.
    weights = np.array([[0, 0, 0, 0, 0], [0, 0, 54, 0, 0], [0, 0, 0, 0, 0]])
    weights[2] = [0, -4, 42, 18, -2]
    weights[0] = weights[2][::-1]
    size = images.shape[1]
    for axis in (1, 2):
        parts = [
            sum(weights[phase][k] * np.take(padded, range(k, k + size), axis=axis) for k in range(5)) // 54
            for phase in range(_ENLARGED)
        ]
        stacked = np.stack(parts, axis=axis + 1)
        shape = list(padded.shape)
        shape[axis] = size * _ENLARGED
        padded = stacked.reshape(shape)
    return np.asarray(np.clip(padded, 0, 255), dtype=np.int32)


def _choose_test_sources(labels: Ints, stream: Stream) -> NDArray[np.bool_]:
    chosen = np.zeros(len(labels), bool)
    order = stream.order(len(labels))
    for digit in range(10):
        rows = order[labels[order] == digit]
        chosen[rows[: int(len(rows) * _TEST_SHARE)]] = True
    return chosen


def _balanced_labels(count: int, first: tuple[int, ...], stream: Stream) -> Ints:
    rest = np.repeat(np.arange(10), count // 10)
    for digit in first:
        rest = np.delete(rest, np.flatnonzero(rest == digit)[0])
    return np.concatenate([np.array(first), rest[stream.order(len(rest))]])


def _pick_sources(y: Ints, labels: Ints, allowed: NDArray[np.bool_], stream: Stream) -> Ints:
    sources = np.empty(len(y), np.int64)
    for digit in range(10):
        pool = np.flatnonzero((labels == digit) & allowed)
        rows = np.flatnonzero(y == digit)
        sources[rows] = pool[stream.below(len(pool), len(rows))]
    return sources


def _typical_sources(wanted: tuple[int, ...], digits: Ints, labels: Ints, allowed: NDArray[np.bool_]) -> Ints:
    """Return, for the rows that handouts print, sources that no network should misread: nearest to their class's mean."""
    result = np.empty(len(wanted), np.int64)
    for digit in set(wanted):
        same = labels == digit
        mean = digits[same].sum(axis=0) // same.sum()
        distance = np.where(same & allowed, ((digits - mean) ** 2).sum(axis=(1, 2)), np.iinfo(np.int64).max)
        rows = [row for row, label in enumerate(wanted) if label == digit]
        result[rows] = np.argsort(distance, kind="stable")[: len(rows)]
    return result


def _draw(digits: Ints, sources: Ints, calm: int, stream: Stream) -> NDArray[np.uint8]:
    """Draw one image for each source; the first `calm` of them without a distortion."""
    count = len(sources)
    wild = np.ones(count, np.int64)
    wild[:calm] = 0
    rows, columns = places(_random_affine(count, wild, stream), size=_SIDE, source_size=digits.shape[1])
    for place in (rows, columns):
        place += (_bend(count, stream) * wild[:, None, None]).astype(np.int32)
    values = sample(digits, sources, rows, columns)
    threshold = stream.between(*_THRESHOLD, count)[:, None, None].astype(np.int32)
    gain = stream.between(*_GAIN, count)[:, None, None].astype(np.int32)
    ink = np.clip((values - threshold) * gain, 0, 255)
    noise = stream.between(-_NOISE, _NOISE, count * _SIDE * _SIDE).reshape(ink.shape)
    ink = np.where(ink > 0, np.clip(ink + noise, 0, 255), 0)
    return _centred(ink.astype(np.uint8))


def _random_affine(count: int, wild: Ints, stream: Stream) -> Affine:
    matrix = rotation(stream.bell(_TURN, count) * wild, unit_degrees=0.01)
    # A digit is 8 source pixels (24 enlarged ones) high and shall be 20 result pixels high.
    scale = 65536 * 24 // 20
    grow = [scale + stream.bell(_STRETCH, count) * wild for _ in range(2)]
    slant = stream.bell(_SLANT, count) * wild
    shape = np.zeros((count, 2, 2), np.int64)
    shape[:, 0, 0], shape[:, 1, 1], shape[:, 1, 0] = grow[0], grow[1], slant
    product = np.einsum("nij,njk->nik", shape, matrix) >> 16
    return Affine(product, np.zeros((count, 2), np.int64))


def _spline_weights() -> Ints:
    """Weights of a cubic B-spline with `_GRID` points over the image, shape (28, 5), in 1/64; rows sum to about 64."""
    place = np.arange(_SIDE) * (_GRID - 1) / (_SIDE - 1)
    distance = np.abs(place[:, None] - np.arange(_GRID)[None, :])
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    return np.asarray(np.rint(64 * np.where(distance < 1, near, far)), dtype=np.int64)


def _bend(count: int, stream: Stream) -> Ints:
    """Return smooth random displacements, (n, 28, 28), in 1/256 enlarged source pixel."""
    grid = stream.bell(_BEND, count * _GRID * _GRID).reshape(count, _GRID, _GRID)
    weights = _spline_weights()
    return np.asarray((weights @ grid @ weights.T) >> 12)


def _centred(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Shift each image by whole pixels so that its mass is centred at pixel 14, as MNIST's is."""
    wide = images.astype(np.int64)
    mass = np.maximum(wide.sum(axis=(1, 2)), 1)
    index = np.arange(_SIDE)
    shifts = [(wide.sum(axis=3 - axis) @ index + mass // 2) // mass - _SIDE // 2 for axis in (1, 2)]
    rows = (index[None, :] + shifts[0][:, None]).clip(-1, _SIDE)
    columns = (index[None, :] + shifts[1][:, None]).clip(-1, _SIDE)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    picture = np.arange(len(images))[:, None, None]
    return np.asarray(padded[picture, rows[:, :, None] + 1, columns[:, None, :] + 1])
