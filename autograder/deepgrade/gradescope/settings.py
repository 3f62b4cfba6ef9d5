"""What the zip tells its own scripts, and where they find things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from deepgrade.files import parse_strict_json
from deepgrade.gradescope.results import ResultOptions, Visibility
from deepgrade.lab import LabError, LabFiles, Origin, Size
from deepgrade.records import Course

SandboxChoice = Literal["auto", "bubblewrap", "separate-user"]


class Settings(BaseModel):
    """`deepgrade.json` of the zip."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    deepgrade_version: str
    lab: str
    origin: Origin
    size: Size
    hidden_visibility: Visibility = "after_published"
    leaderboard: bool = True
    sandbox: SandboxChoice = "auto"
    """`auto`: bubblewrap where it works, else another user id."""

    @property
    def options(self) -> ResultOptions:
        """What results.json needs of these."""
        return ResultOptions(self.hidden_visibility, self.leaderboard)


@dataclass(frozen=True)
class Home:
    """Where setup.sh has put things: `/opt/deepgrade` on Gradescope. All but the virtual environment is root's alone."""

    root: Path

    @property
    def store(self) -> Path:
        """The data sets."""
        return self.root / "store"

    @property
    def course(self) -> Course:
        """The instructor's secret, hidden sets, and the run."""
        return Course(self.root / "course")

    def settings(self) -> Settings:
        """Read the settings.

        Raises:
            LabError: They are missing or damaged.
        """
        path = self.root / "deepgrade.json"
        try:
            return Settings.model_validate(parse_strict_json(path.read_bytes()))
        except (OSError, ValueError, ValidationError) as error:
            raise LabError(
                f"{path} cannot be read ({error}). Build the autograder again on Gradescope, and read what setup.sh says."
            ) from None

    def files(self, settings: Settings) -> LabFiles:
        """Return the lab's files."""
        return LabFiles(self.root / "lab", settings.lab)
