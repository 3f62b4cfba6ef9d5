"""Make text from students safe to show.

Theory of operation: names, outputs, error messages and layer names come from strangers. Escaping for HTML is
Jinja's and `svg.tag`'s work; here go the characters that mislead people even where they are escaped: controls,
direction overrides that turn a name around, invisible characters, stacks of combining marks, and sheer length.
The Jinja environment passes every string through `clean`, so a template cannot forget it.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_INVISIBLE = frozenset("\u200b\u2060\ufeff")
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")


def _replacement(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code < 0x20:
        return f"^{chr(code + 64)}"
    if code in (0x2028, 0x2029):
        return "\n"
    if character in _INVISIBLE or code >= 0xE0000:
        return ""
    if 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return f"\N{MATHEMATICAL LEFT ANGLE BRACKET}U+{code:04X}\N{MATHEMATICAL RIGHT ANGLE BRACKET}"


def clean(text: str) -> str:
    """Return text with controls and direction marks made visible; tabs and line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _MARKS.sub(r"\1", _UNSAFE.sub(_replacement, text))


def escape_unsafe(json_text: str) -> str:
    """Return JSON in which characters that mislead or act on a terminal are escapes; what it says stays the same."""
    stacks = _MARKS.sub(lambda match: match[1] + json.dumps(match.group()[len(match[1]) :])[1:-1], json_text)
    return _UNSAFE.sub(lambda match: json.dumps(match.group())[1:-1], stacks)


def spreadsheet_text(text: str) -> str:
    """Return text that a spreadsheet takes for text: what would begin a formula has an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def one_line(text: str, most: int = 120) -> str:
    """Return cleaned text on one line of at most about `most` characters."""
    return shorten(" ".join(clean(text[: 8 * most]).split()), most)


def shorten(text: str, most: int) -> str:
    """Return the first `most` characters, with an ellipsis where more were there."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def head_and_tail(text: str, most: int) -> str:
    """Return the text, or its first and last parts with a line between them that counts what is left out."""
    if len(text) <= most:
        return text
    head, tail = most * 2 // 3, most // 3
    return f"{text[:head]}\n… {len(text) - head - tail:,} characters are left out here …\n{text[-tail:]}"


def number(value: Any) -> float | None:
    """Return a JSON value as a finite float; None for anything else (True is not a number)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def points_text(value: float | None) -> str:
    """Return points as people write them: at most two decimals, a dash for none."""
    if value is None:
        return "–"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) > 1e-9 else "0"


def figure_text(value: float | None) -> str:
    """Return a measured number with about four significant digits."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e7:
        return f"{value:,.0f}"
    return (
        f"{value:.4g}" if abs(value) < 0.001 or abs(value) >= 1e5 else f"{value:.4f}".rstrip("0").rstrip(".")
    )


def seconds_text(value: float | None) -> str:
    """Return a duration as people say it."""
    if value is None:
        return "–"
    if value < 10:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    minutes, seconds = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02d} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def count_text(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
