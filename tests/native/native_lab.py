"""A lab without data that otter and nbgrader grade in seconds, and notebooks for it."""

import os
import subprocess
import sys
from pathlib import Path

from deepgrade.flavours import blank_notebook, solved_notebook
from deepgrade.flavours.notebook import to_text
from deepgrade.lab import LabFiles
from support.proof_lab import MASTER, TOML, make_proof_lab

BIN = Path(sys.executable).parent
WITHOUT_DATA = TOML.replace('data = ["mnist"]', "data = []")


def native_lab(root: Path, **parts: str) -> LabFiles:
    """Write and build the lab."""
    return make_proof_lab(root, **{"toml": WITHOUT_DATA, **parts})


def solved(files: LabFiles, flavour: str, *edits: tuple[str, str]) -> str:
    """Return the solution's notebook with edits of the master."""
    text = files.master.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return to_text(solved_notebook(files, flavour, text))


def blank(files: LabFiles, flavour: str) -> str:
    """Return the template."""
    return to_text(blank_notebook(files, flavour))


def run_tool(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of the environment as a person would, in a folder."""
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | variables
    program, *arguments = command
    return subprocess.run(
        [str(BIN / program), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


__all__ = ["BIN", "MASTER", "WITHOUT_DATA", "blank", "native_lab", "run_tool", "solved"]
