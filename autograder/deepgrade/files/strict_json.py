"""JSON as data from strangers: no duplicate keys, no NaN, bounded depth."""

from __future__ import annotations

import json
from typing import Any


class StrictJSONError(ValueError):
    """The text is not JSON, or JSON that two readers could understand differently."""


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise StrictJSONError(f"the key {twice!r} stands twice in one object")
    return result


def _no_constants(name: str) -> Any:
    raise StrictJSONError(f"{name} is not a JSON number")


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def parse_strict_json(data: bytes | str, *, max_depth: int = 64) -> Any:
    """Parse JSON, refusing what well-formed data never holds.

    Args:
        data: UTF-8 bytes or text.
        max_depth: The deepest nesting of lists and objects that is accepted.

    Raises:
        StrictJSONError: Not JSON, a duplicate key, NaN or Infinity, or nested too deep.
    """
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constants)
    except RecursionError:
        raise StrictJSONError(f"nested deeper than {max_depth} levels") from None
    except UnicodeDecodeError as error:
        raise StrictJSONError(f"not UTF-8 text: {error.reason} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise StrictJSONError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except StrictJSONError:
        raise
    except ValueError as error:
        raise StrictJSONError(f"not JSON that can be read: {error}") from None
    _check_depth_and_text(value, max_depth, escaped="\\ud" in text or "\\uD" in text)
    return value


def _check_depth_and_text(value: Any, max_depth: int, *, escaped: bool) -> None:
    """Look at every list and object, and, where the text has escapes of surrogates, at every string.

    Evidence holds lists of a hundred thousand numbers: they are told by the types in them, without a look at each.
    """
    looked_at = {dict, list, str} if escaped else {dict, list}
    stack: list[tuple[Any, int]] = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if depth > max_depth:
            raise StrictJSONError(f"nested deeper than {max_depth} levels")
        if isinstance(item, str):
            if escaped and not _is_text(item):
                raise StrictJSONError("half a surrogate pair is no text")
            continue
        if not isinstance(item, dict | list):
            continue
        if isinstance(item, dict) and escaped:
            stack.extend((key, depth) for key in item)
        children = item.values() if isinstance(item, dict) else item
        if children and depth == max_depth:
            raise StrictJSONError(f"nested deeper than {max_depth} levels")
        if not looked_at.isdisjoint(map(type, children)):
            stack.extend((child, depth + 1) for child in children if type(child) in looked_at)
