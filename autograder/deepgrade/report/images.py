"""Pictures from students: what may be embedded in a page.

Theory of operation: a picture is embedded as a data address of a type that we chose after reading its first
bytes, never of the type that the notebook claims. Only PNG and JPEG; SVG could hold a document that keeps a
browser busy for ever, so it is named and left out. Sides are read from the header and bounded, since a small
file can unfold to gigabytes of pixels.
"""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

_MOST_BYTES = 1_500_000
_MOST_SIDE = 8_000
_MOST_PIXELS = 16_000_000


class Picture(NamedTuple):
    """A checked picture."""

    address: str
    """A `data:` address."""
    width: int
    height: int
    size: int
    """Bytes before encoding."""


class PictureRefused(ValueError):
    """The picture is not embedded; the message says why, without quoting it."""


def check_picture(encoded: str) -> Picture:
    """Return a picture that may be embedded.

    Args:
        encoded: Base64, as notebooks hold it.

    Raises:
        PictureRefused: Not base64, not PNG or JPEG, or larger than what is embedded.
    """
    if len(encoded) > _MOST_BYTES * 3 // 2:
        raise PictureRefused(f"larger than {_MOST_BYTES / 1e6:g} MB")
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise PictureRefused("not base64") from None
    if len(data) > _MOST_BYTES:
        raise PictureRefused(f"larger than {_MOST_BYTES / 1e6:g} MB")
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) > 33:
        kind = "png"
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    elif data.startswith(b"\xff\xd8\xff"):
        kind = "jpeg"
        width, height = _jpeg_sides(data)
    else:
        raise PictureRefused("neither PNG nor JPEG")
    if not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE and width * height <= _MOST_PIXELS):
        raise PictureRefused(f"{width} × {height} pixels")
    address = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
    return Picture(address, width, height, len(data))


def _jpeg_sides(data: bytes) -> tuple[int, int]:
    position = 2
    while position + 9 <= len(data):
        if data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[position + 7 : position + 9], "big"), int.from_bytes(
                data[position + 5 : position + 7], "big"
            )
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    raise PictureRefused("a JPEG without a size")
