"""Find a lab's files and read its lab.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from deepgrade.lab.errors import LabError, listed
from deepgrade.lab.model import Lab


@dataclass(frozen=True)
class LabFiles:
    """Where the parts of a lab lie, below the repository's root."""

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        """What the instructor writes: `solutions/<lab>/`."""
        return self.root / "solutions" / self.name

    @property
    def master(self) -> Path:
        """The master notebook in percent format."""
        return self.folder / f"{self.name}.py"

    @property
    def toml(self) -> Path:
        """Questions, points, limits."""
        return self.folder / "lab.toml"

    @property
    def mistakes(self) -> Path:
        """Known mistakes."""
        return self.folder / "mistakes.py"

    @property
    def alternatives(self) -> Path:
        """Other honest ways of solving the lab, one file each."""
        return self.folder / "alternatives"

    @property
    def readme(self) -> Path:
        """What an instructor reads about the lab; build writes it."""
        return self.folder / "README.md"

    @property
    def checks(self) -> Path:
        """The hidden checks."""
        return self.root / "tests" / "hidden" / f"test_{self.name}.py"

    @property
    def assignment(self) -> Path:
        """What build writes: templates of both flavours and the capture plan."""
        return self.root / "assignments" / self.name

    @property
    def plan(self) -> Path:
        """The capture plan."""
        return self.assignment / "capture_plan.json"

    @property
    def needed_to_grade(self) -> tuple[Path, ...]:
        """What grading reads of a built lab; neither solution nor mistakes are among it."""
        return (self.toml, self.checks, self.plan, self.template("otter"), self.template("nbgrader"))

    def template(self, flavour: str) -> Path:
        """The student's notebook of a flavour (`otter` or `nbgrader`)."""
        return self.assignment / flavour / f"{self.name}.ipynb"


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds `solutions/` and `tests/hidden/`.

    Raises:
        LabError: There is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "solutions").is_dir() and (folder / "tests" / "hidden").is_dir():
            return folder
    raise LabError(
        f"No labs found at or above {start}. Run this inside the project (the folder with solutions/ and tests/hidden/),"
        " or name it with --root."
    )


def lab_names(root: Path) -> tuple[str, ...]:
    """Return the names of all labs below a root, sorted."""
    return tuple(sorted(path.parent.name for path in (root / "solutions").glob("*/lab.toml")))


def load_lab(files: LabFiles) -> Lab:
    """Read and validate lab.toml.

    Raises:
        LabError: It is missing, not TOML, or does not validate; all problems at once.
    """
    if not files.toml.is_file():
        known = lab_names(files.root)
        raise LabError(
            f"There is no lab {files.name!r} in {files.root / 'solutions'}. Labs there: {', '.join(known) or 'none'}."
        )
    try:
        lab = Lab.model_validate(tomllib.loads(files.toml.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise LabError(f"{files.toml} is not TOML: {error}") from None
    except ValidationError as error:
        problems = [f"{'.'.join(str(p) for p in e['loc']) or 'lab'}: {e['msg']}" for e in error.errors()]
        raise LabError(f"{files.toml} is not a valid lab:\n{listed(problems)}") from None
    if lab.name != files.name:
        raise LabError(
            f"{files.toml} says name = {lab.name!r}, but its folder is {files.name!r}. Make them equal."
        )
    return lab
