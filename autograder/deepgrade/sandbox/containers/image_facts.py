"""What is known of a container image without starting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deepgrade.sandbox.base import SandboxError, SandboxUnavailable
from deepgrade.sandbox.containers.engines import Engine

VERSION_LABEL = "deepgrade.versions."
"""Followed by a package's name."""
PYTHON_LABEL = "deepgrade.python"
_PYTHON = "/usr/bin/python3"


@dataclass(frozen=True)
class ImageFacts:
    """One image."""

    name: str
    id: str
    """Of its content: equal ids, equal images."""
    labels: Mapping[str, str]
    user: str
    volumes: tuple[str, ...]
    """Folders that the engine would make writable by itself."""
    size_bytes: int

    @property
    def python(self) -> Path:
        """The interpreter inside."""
        return Path(self.labels.get(PYTHON_LABEL, _PYTHON))

    @property
    def versions(self) -> dict[str, str]:
        """Package -> version as labelled, and the id as `image`: runs on different images are different runs."""
        named = {
            label.removeprefix(VERSION_LABEL): text
            for label, text in self.labels.items()
            if label.startswith(VERSION_LABEL)
        }
        return dict(sorted(named.items())) | {"image": self.id}


def image_facts(engine: Engine, name: str) -> ImageFacts:
    """Look an image up.

    Raises:
        SandboxUnavailable: There is none of that name.
    """
    try:
        facts = engine.inspect("image", name)
    except SandboxError:
        raise SandboxUnavailable(
            f"{engine.name} has no image {name}; repair: deepgrade image build --engine {engine.name} --tag {name}"
        ) from None
    config = facts.get("Config") or {}
    return ImageFacts(
        name=name,
        id=str(facts["Id"]).removeprefix("sha256:"),
        labels=dict(config.get("Labels") or {}),
        user=str(config.get("User") or ""),
        volumes=tuple(config.get("Volumes") or ()),
        size_bytes=int(facts.get("Size") or 0),
    )
