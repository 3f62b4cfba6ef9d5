"""The models in an evidence folder: which there are, and their files, brought in as files of a stranger."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path
from typing import Any, NamedTuple

from deepgrade.files import (
    StrictJSONError,
    UntrustedFileError,
    list_untrusted,
    parse_strict_json,
    read_untrusted,
    sha256_bytes,
)

_QUESTION_FILE = re.compile(r"^([a-z][a-z0-9_]*)\.json$")
_BLOB = re.compile(r"^[0-9a-f]{64}\.(json|safetensors|npy)$")
_NOT_QUESTIONS = frozenset({"devices.json"})
_QUESTION_BYTES = 64 << 20
_MODELS = 200


class EvidenceModel(NamedTuple):
    """A captured item of kind `model`."""

    key: str
    """`question/name`."""
    item: dict[str, Any]


def models_in(folder: Path, keys: Container[str] | None = None) -> list[EvidenceModel]:
    """Return every captured model, at most 200, sorted by key. Question files that cannot be read have none.

    Args:
        folder: An evidence folder.
        keys: `question/name` of those that were asked for; a stranger's file may name any number of others.
    """
    try:
        names = list_untrusted(folder)
    except UntrustedFileError:
        return []
    found: list[EvidenceModel] = []
    for name in names:
        match = _QUESTION_FILE.match(name)
        if match and name not in _NOT_QUESTIONS:
            items = items_of(folder, match[1])
            models = [
                (key, item) for key, item in items.items() if item.get("kind") == "model" and len(key) <= 200
            ]
            named = [EvidenceModel(f"{match[1]}/{key}", item) for key, item in models]
            found += [model for model in named if keys is None or model.key in keys]
    return sorted(found, key=lambda model: model.key)[:_MODELS]


def items_of(folder: Path, question: str) -> dict[str, dict[str, Any]]:
    """Return a question's items, none where its file is missing or not what it should be."""
    try:
        document = parse_strict_json(read_untrusted(folder / f"{question}.json", max_bytes=_QUESTION_BYTES))
    except (UntrustedFileError, StrictJSONError, ValueError):
        return {}
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, dict) or document.get("schema_version") != 1:
        return {}
    return {str(key): item for key, item in items.items() if isinstance(item, dict)}


def read_blob(folder: Path, name: Any, kind: str, max_bytes: int) -> bytes:
    """Return the content of a blob, whose name has to be its hash.

    Raises:
        UntrustedFileError: As `read_untrusted`; `bad_name` also where the content has another hash.
    """
    if not isinstance(name, str) or not (match := _BLOB.match(name)) or match[1] != kind:
        raise UntrustedFileError(
            "bad_name", f"{str(name)[:100]!r} does not name a .{kind} file of the evidence"
        )
    data = read_untrusted(folder / name, max_bytes=max_bytes)
    if sha256_bytes(data) != name.partition(".")[0]:
        raise UntrustedFileError("bad_name", f"the content of {name[:12]}... is not what its name says")
    return data
