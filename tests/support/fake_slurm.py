"""Programs named like Slurm's commands that answer as they are told: for what no cluster of ours does on demand."""

from __future__ import annotations

from pathlib import Path

import pytest


def put_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> Path:
    """Put shell programs first on PATH.

    Args:
        folder: Where they are written; what they keep may lie there as well.
        monkeypatch: Sets PATH.
        programs: Name -> body in POSIX shell.
    """
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name, body in programs.items():
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    return tools
