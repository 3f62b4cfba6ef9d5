"""Synthetic photos: six drawn scenes as JPEG files of different sizes, and names for 1,000 made-up classes.

They have the names of the published photos, so that a lab's code runs; what is on them no network knows. The pixels come
from whole-number arithmetic on a fixed stream, and Pillow's own copy of libjpeg-turbo packs them, alike wherever Pillow
comes with it.
"""

from __future__ import annotations

import io
import json

import numpy as np
from numpy.typing import NDArray

from deepgrade.data.arrays import DataSet, Size
from deepgrade.data.catalogue import load_catalogue
from deepgrade.data.download import Progress
from deepgrade.data.stream import Stream
from deepgrade.data.words import vocabulary

Ints = NDArray[np.int64]

INDEX = "imagenet_class_index.json"
FOLDER = "book_images"
CLASSES = 1000

# Name, height and width.
_PHOTOS = (
    ("flamingo", 300, 400),
    ("hawk", 360, 480),
    ("hawk_cropped", 240, 240),
    ("huey", 427, 320),
    ("kitty", 256, 341),
    ("weaver", 333, 500),
)
_QUALITY = 90
_BLOBS = 9
_NOISE = 6
_FIRST_WORD = 500


def generate_photos(size: Size, progress: Progress | None = None) -> DataSet:
    """Generate the files; there are few, so `quick` is the same as `full`."""
    stream = Stream(b"deepgrade synthetic photos", "version 1")
    files = {INDEX: json.dumps(class_index()).encode("ascii")}
    for done, (name, height, width) in enumerate(_PHOTOS, start=1):
        files[f"{FOLDER}/{name}.jpg"] = _as_jpeg(_scene(height, width, stream))
        if progress is not None:
            progress("photos", done, len(_PHOTOS))
    published = {file.stored_path: file.md5 for file in load_catalogue()["photos"].files}
    return DataSet({}, files=files, stands_for={INDEX: str(published[INDEX])})


def class_index() -> dict[str, list[str]]:
    """Return made-up identifiers and names of 1,000 classes, in the layout of the published file."""
    words, _ = vocabulary(_FIRST_WORD + CLASSES)
    return {str(number): [f"s{number:08}", words[_FIRST_WORD + number]] for number in range(CLASSES)}


def _scene(height: int, width: int, stream: Stream) -> NDArray[np.uint8]:
    """Draw a sky over a ground with a body of ellipses before it, (height, width, 3)."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.int64)
    sky, ground, body = (stream.between(40, 220, 3) for _ in range(3))
    horizon = height * int(stream.between(45, 70, 1)[0]) // 100
    fade = (rows * 60 // height)[..., None]
    picture = np.where((rows < horizon)[..., None], sky + fade - 30, ground - fade // 2 + 20)
    middle = np.array([height * 11 // 20, width // 2])
    for _ in range(_BLOBS):
        down, across = (middle + stream.bell(min(height, width) // 8, 2)).tolist()
        tall, wide = (min(height, width) * stream.between(6, 22, 2) // 100).tolist()
        inside = ((rows - down) * wide) ** 2 + ((columns - across) * tall) ** 2 <= (tall * wide) ** 2
        picture[inside] = body + stream.bell(18, 3) + (rows[inside] - down)[:, None] * -30 // tall
    picture = picture + stream.between(-_NOISE, _NOISE, picture.size).reshape(picture.shape)
    return np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)


def _as_jpeg(picture: NDArray[np.uint8]) -> bytes:
    from PIL import Image  # comes with matplotlib; needed here alone

    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=_QUALITY, subsampling=0, optimize=False)
    return stream.getvalue()
