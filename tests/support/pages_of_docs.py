"""Runs the commands that a page of docs/ prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_page(name, folder):
    """Run a page's `sh` blocks in one shell, in an empty folder, and return what it printed."""
    blocks = BLOCK.findall((PROJECT / "docs" / name).read_text(encoding="utf-8"))
    assert blocks
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DEEPGRADE_ROOT": str(PROJECT),
        "DEEPGRADE_STORE": str(folder / "store"),
    }
    script = "set -euo pipefail\n" + "\n".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=1500
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
