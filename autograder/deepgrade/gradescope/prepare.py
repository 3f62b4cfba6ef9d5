"""Called by setup.sh, once, when Gradescope builds the image: `python -m deepgrade.gradescope.prepare`.

Gets the data sets that the zip does not carry, carves the hidden sets, and says which sandbox works. Everything lies below
DEEPGRADE_HOME afterwards, in folders of root's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deepgrade.data import DataError, DataStore
from deepgrade.engine import course_data
from deepgrade.gradescope.sandboxes import working_sandbox
from deepgrade.gradescope.settings import Home
from deepgrade.lab import LabError, load_lab
from deepgrade.sandbox import SandboxUnavailable

HOME_VARIABLE = "DEEPGRADE_HOME"
DEFAULT_HOME = "/opt/deepgrade"


def prepare(home: Home) -> None:
    """Make everything that runs need.

    Raises:
        LabError: The zip is incomplete.
        DataError: A data set cannot be had; the message says how else.
    """
    settings = home.settings()
    lab = load_lab(home.files(settings))
    store = DataStore(home.store)
    for name in lab.data:
        if store.ensure(name, settings.origin, settings.size):
            print(f"data set {name}: {settings.origin}, {settings.size}", flush=True)
    course_data(home.course, lab, store, origin=settings.origin, size=settings.size)
    print(f"{lab.name}: data and hidden sets are ready", flush=True)
    # Building may have other rights than running: what is used is decided anew for every submission.
    try:
        print(f"sandbox while building: {working_sandbox(settings.sandbox)[1]}", flush=True)
    except SandboxUnavailable as error:
        print(f"no sandbox works while building: {error}", flush=True)


def main() -> int:
    """Prepare DEEPGRADE_HOME; return the exit code."""
    try:
        prepare(Home(Path(os.environ.get(HOME_VARIABLE, DEFAULT_HOME))))
    except (LabError, DataError) as error:
        print(f"deepgrade: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
