"""What a run is given besides the submission."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Gpu:
    """A GPU that the engine lends to a run."""

    description: str
    """In words, for the record: `NVIDIA A100, GPU 2 of node7`."""
    devices: tuple[Path, ...]
    """Device files, control devices included."""
    cuda_visible_devices: str
    """What the process gets: the card's UUID, since its number depends on what else is visible."""
    memory_mib: int | None = None
    """The card's memory, MiB, if known."""
