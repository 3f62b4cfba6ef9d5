"""Where a path inside lies on the host, for sandboxes that cannot mount."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from deepgrade.sandbox.base import Mount


def translate(text: str, mounts: Sequence[Mount]) -> str:
    """Return a word of a command, or a variable's value, with host paths in place of mounted ones.

    Words that are no absolute path, or one that no mount shows, stay as they are. Of lists of paths (`PATH`) each is looked at.
    """
    if not text.startswith("/"):
        return text
    return os.pathsep.join(_translate(part, mounts) for part in text.split(os.pathsep))


def _translate(text: str, mounts: Sequence[Mount]) -> str:
    path = Path(text)
    shown = [mount for mount in mounts if path.is_absolute() and path.is_relative_to(mount.target)]
    if not shown:
        return text
    # What is mounted last, deepest, hides what lies below it.
    mount = max(shown, key=lambda mount: len(mount.target.parts))
    return str(mount.source / path.relative_to(mount.target))
