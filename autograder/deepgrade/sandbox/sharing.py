"""Copies that processes of other users read."""

from __future__ import annotations

from pathlib import Path


def open_for_reading(folder: Path) -> None:
    """Let every user read a folder with all that is in it, and nobody but its owner write there.

    For copies of our own files: a checkout or an installation may not be readable for the user id of a sandbox.
    """
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
