"""What a scoring session is told."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deepgrade.lab import Size


class SessionJob(BaseModel):
    """What a session needs to know. Paths are absolute."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    root: Path
    lab: str
    size: Size
    public: Path
    """Folder with the data sets as the runs saw them."""
    labels: dict[str, Path]
    """Hidden evaluation -> its labels.npy."""
    runs: tuple[Path, ...]
    """Run folders to score."""
    questions: tuple[str, ...] | None = None
    """Only the checks of these; all where absent."""
    training_to_come: bool = False
    """The notebook is still running, and the lab trains its first model in a later question."""
