"""The parts of the labs in solutions/, read once: what tests of their content look at."""

from functools import cache
from pathlib import Path

from deepgrade.flavours import Master, master_text, read_alternatives, read_master
from deepgrade.lab import Check, Lab, LabFiles, Mistake, load_checks, load_lab, load_mistakes

ROOT = Path(__file__).resolve().parents[2]


class Parts:
    """A lab, read when it is asked for: one that cannot be read fails its own tests and no others."""

    def __init__(self, name: str) -> None:
        self.files = LabFiles(ROOT, name)

    @property
    def text(self) -> str:
        """The master's text."""
        return master_text(self.files)

    @property
    def lab(self) -> Lab:
        """Its lab.toml."""
        return _lab(self.files)

    @property
    def master(self) -> Master:
        """The master's cells."""
        return _master(self.files)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks."""
        return _checks(self.files)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Known mistakes."""
        return load_mistakes(self.files.mistakes)

    @property
    def alternatives(self):
        """Other honest ways."""
        return read_alternatives(self.files)

    @property
    def student_text(self) -> str:
        """All Markdown that students get."""
        cells = self.master.cells
        return "\n".join(cell.source for cell in cells if cell.kind == "markdown" and cell.role != "answer")


@cache
def _lab(files: LabFiles) -> Lab:
    return load_lab(files)


@cache
def _master(files: LabFiles) -> Master:
    return read_master(master_text(files), load_lab(files))


@cache
def _checks(files: LabFiles) -> tuple[Check, ...]:
    return load_checks(files.checks).checks
