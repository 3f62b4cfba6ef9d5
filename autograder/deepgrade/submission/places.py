"""Where a file that was handed in lies: on disk, or in an archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deepgrade.files import UntrustedFileError, open_untrusted, read_untrusted
from deepgrade.submission.archive import Archive, ArchiveError, ArchiveLimits, Member


class RefusedError(Exception):
    """A file that is not taken; carries the code and the sentence of a refusal."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Place(Protocol):
    """A file that was handed in."""

    def read(self, *, max_bytes: int) -> bytes:
        """Return its content.

        Raises:
            RefusedError: It cannot be taken.
        """

    def open_archive(self, *, limits: ArchiveLimits) -> Archive:
        """Open it as a zip file.

        Raises:
            RefusedError: It cannot be taken.
        """


@dataclass(frozen=True)
class OnDisk:
    """A file on disk that a stranger made."""

    path: Path

    def read(self, *, max_bytes: int) -> bytes:
        """Return its content."""
        try:
            return read_untrusted(self.path, max_bytes=max_bytes)
        except UntrustedFileError as error:
            raise _refused(error) from None

    def open_archive(self, *, limits: ArchiveLimits) -> Archive:
        """Open it as a zip file."""
        try:
            return Archive(open_untrusted(self.path, max_bytes=limits.archive_bytes), limits=limits)
        except UntrustedFileError as error:
            raise _refused(error) from None
        except ArchiveError as error:
            raise RefusedError(error.code, error.sentence) from None


@dataclass(frozen=True)
class InArchive:
    """A member of an archive that is open."""

    archive: Archive
    member: Member

    def read(self, *, max_bytes: int) -> bytes:
        """Return its content."""
        try:
            return self.archive.read(self.member, max_bytes=max_bytes)
        except ArchiveError as error:
            raise RefusedError(
                error.code, f"{error.sentence} {_ADVICE.get(error.code, '')}".strip()
            ) from None

    def open_archive(self, *, limits: ArchiveLimits) -> Archive:
        """Open it as a zip file."""
        try:
            return self.archive.open_nested(self.member, limits=limits)
        except ArchiveError as error:
            raise RefusedError(
                error.code, f"{error.sentence} {_ADVICE.get(error.code, '')}".strip()
            ) from None


_ADVICE = {
    "too_large": "Clear the outputs of cells that show much (Edit, Clear Outputs of All Cells), save, and hand it in again.",
    "missing": "Hand it in again.",
}


def _refused(error: UntrustedFileError) -> RefusedError:
    text = readable(error.detail)
    text = text if text.endswith(".") else f"{text}."
    return RefusedError(error.code, f"{text} {_ADVICE.get(error.code, 'Hand in the notebook itself.')}")


def readable(text: str) -> str:
    """Return text with a mark in place of what cannot be shown."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
