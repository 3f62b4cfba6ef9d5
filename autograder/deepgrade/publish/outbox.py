"""Letters as files, for a mail program of the instructor's own, and for a look before anything is sent."""

from __future__ import annotations

from email.policy import SMTP
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.publish.letters import Letter


class Outbox:
    """A folder of `.eml` files.

    Args:
        folder: Made where it is missing; readable by its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, letter: Letter, number: int) -> Path:
        """Write a letter; `number` keeps names apart that look alike."""
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in letter.student)[:60]
        path = self._folder / f"{number:05d}-{plain}.eml"
        write_atomic(path, letter.message.as_bytes(policy=SMTP), mode=0o600)
        return path
