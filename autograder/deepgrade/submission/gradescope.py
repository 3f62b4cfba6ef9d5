"""Gradescope's `submission_metadata.yml`: who handed in which submission, and when.

Theory of operation: the file comes in an archive beside students' files and is trusted no more than those. No object is
ever made from it: libyaml's events are read one after the other, under caps of bytes, events and depth; all scalars stay
text (`sid: 007` is `007`), tags (Ruby writes its own) are not looked at, and of each submission only the people and the time
are kept, everything else is counted and thrown away. An alias stands for a single text (Ruby writes them for
repeated ones); an alias to a list or a mapping stands for nothing, so that there is nothing to expand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from deepgrade.submission.clues import Submitter
from deepgrade.submission.handed_in_time import parse_time
from deepgrade.submission.places import readable

METADATA_NAME = "submission_metadata.yml"
MAX_METADATA_BYTES = 64 << 20
_MAX_EVENTS = 3_000_000
_MAX_DEPTH = 60
_MAX_ANCHORS = 100_000
_MAX_GROUP = 50
_LONGEST = 200
_KEPT = frozenset({"submitters", "created_at"})
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class MetadataError(Exception):
    """The file cannot be used; the message is a sentence for the instructor."""


@dataclass(frozen=True)
class GradescopeSubmission:
    """What the metadata says of one submission."""

    submitters: tuple[Submitter, ...]
    created_at: datetime | None


def read_metadata(data: bytes) -> dict[str, GradescopeSubmission]:
    """Return what the metadata says, folder name -> facts.

    Args:
        data: The file.

    Raises:
        MetadataError: It is no YAML, or more of it than a class needs.
    """
    if len(data) > MAX_METADATA_BYTES:
        raise MetadataError(f"{METADATA_NAME} is larger than {MAX_METADATA_BYTES >> 20} MiB.")
    try:
        document = _Reader(data).document()
    except (yaml.YAMLError, ValueError) as error:
        raise MetadataError(f"{METADATA_NAME} is no YAML ({_one_line(str(error))}).") from None
    return {name: _submission(facts) for name, facts in document.items()}


class _Reader:
    """Builds the little that is kept from events."""

    def __init__(self, data: bytes) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(data, Loader=_LOADER))
        self._count = 0
        self._depth = 0
        self._anchors: dict[str, str] = {}

    def document(self) -> dict[str, dict[str, Any]]:
        """Return submission -> kept key -> value; empty when the file holds anything else."""
        found: dict[str, dict[str, Any]] = {}
        while not isinstance(event := self._next(), yaml.StreamEndEvent):
            if not isinstance(event, yaml.MappingStartEvent):
                self._skip(event)
                continue
            for name, value in self._pairs():
                facts = {}
                if isinstance(value, yaml.MappingStartEvent):
                    for key, inner in self._pairs():
                        if key.lstrip(":") in _KEPT:
                            facts[key.lstrip(":")] = self._value(inner)
                        else:
                            self._skip(inner)
                else:
                    self._skip(value)
                if name in found:
                    raise MetadataError(f"{METADATA_NAME} names {_one_line(name)} twice.")
                found[name] = facts
        return found

    def _next(self) -> Any:
        event = next(self._events)
        self._count += 1
        if self._count > _MAX_EVENTS:
            raise MetadataError(f"{METADATA_NAME} holds more than a class's metadata does.")
        if isinstance(event, yaml.CollectionStartEvent):
            self._depth += 1
            if self._depth > _MAX_DEPTH:
                raise MetadataError(f"{METADATA_NAME} is nested deeper than {_MAX_DEPTH} levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._depth -= 1
        if isinstance(event, yaml.ScalarEvent) and event.anchor and len(self._anchors) < _MAX_ANCHORS:
            self._anchors[event.anchor] = event.value[:_LONGEST]
        return event

    def _pairs(self) -> Iterator[tuple[str, Any]]:
        """Yield (key, the value's first event) of the mapping that has begun; the caller takes the value in."""
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
                yield self._text(event), self._next()
            else:
                self._skip(event)
                self._skip(self._next())

    def _text(self, event: Any) -> str:
        if isinstance(event, yaml.AliasEvent):
            return self._anchors.get(event.anchor, "")
        return str(event.value[:_LONGEST])

    def _value(self, event: Any) -> Any:
        """Take in a value: text, a list, or a mapping with texts as keys."""
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(event := self._next(), yaml.SequenceEndEvent):
                items.append(self._value(event))
            return items
        if isinstance(event, yaml.MappingStartEvent):
            return {key.lstrip(":"): self._value(inner) for key, inner in self._pairs()}
        return self._text(event)

    def _skip(self, event: Any) -> None:
        """Pass over a value."""
        depth = 0
        while True:
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth == 0:
                return
            event = self._next()


def _submission(facts: dict[str, Any]) -> GradescopeSubmission:
    people = facts.get("submitters")
    listed = people[:_MAX_GROUP] if isinstance(people, list) else []
    submitters = [
        Submitter(_text(person, "name"), _text(person, "email"), _text(person, "sid"))
        for person in listed
        if isinstance(person, dict)
    ]
    created = facts.get("created_at")
    if isinstance(created, dict):  # Ruby's time with a zone, in older exports
        created = created.get("utc") or created.get("time")
    return GradescopeSubmission(
        tuple(person for person in submitters if person != Submitter()),
        parse_time(created) if isinstance(created, str) else None,
    )


def _text(person: dict[str, Any], key: str) -> str | None:
    value = person.get(key)
    text = value.strip() if isinstance(value, str) else ""
    return readable(text) if text and text not in ("~", "null") else None


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
