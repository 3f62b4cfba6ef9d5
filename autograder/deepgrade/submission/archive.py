"""Look into a zip file that a stranger made.

Theory of operation: nothing is ever extracted. A zip is a list of claims (names, sizes, places), made by a student, or by
a learning platform from names that students chose. First the list is read, from a stream that refuses to hand out more
than a bounded list at once; then each claim is judged; then single members are read into memory, up to a limit, and their
length and checksum must be what the list said. Names serve to find the notebook and to show it; they never reach the disk.

What is wrong with the list as a whole (damaged, too long, members that share bytes, a promise of more data than a student
hands in) refuses the archive: `ArchiveError`. What is wrong with one member (`Member.fault`) refuses that one alone,
and only when somebody wants to read it: a link beside a good notebook costs nobody a grade.

Only stored and deflated members are read: zipfile gives the output of the other methods without bound.
"""

from __future__ import annotations

import calendar
import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

MAX_RATIO = 250
"""More bytes than this for one in the archive is a bomb, in members above `MIN_SUSPICIOUS_BYTES`."""
MIN_SUSPICIOUS_BYTES = 10 << 20
MAX_NESTED_BYTES = 100 << 20
"""The largest zip in a zip: it is held in memory while its notebook is read."""

_CHUNK_BYTES = 256 << 10
_LOCAL_HEADER_BYTES = 30
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x40
_LONGEST_NAME = 500
_DEEPEST_NAME = 20
_NOT_READABLE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What zipfile raises on archives that are none, or that it cannot read; UnicodeDecodeError is a ValueError."""

_ZIP_AGAIN = "Hand in the notebook itself (.ipynb), or zip it again with an ordinary program."


class ArchiveError(Exception):
    """An archive, or a member, that is not read; carries the code and the sentence of a refusal."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class ArchiveLimits(NamedTuple):
    """How much an archive may claim."""

    members: int
    directory_bytes: int
    """Of the list of members, which is read into memory."""
    declared_bytes: int
    """Of all members together, as the list says."""
    archive_bytes: int
    """Of the zip file itself."""
    most_compressed: int | None = MAX_RATIO
    """How many times smaller than its members the archive may be; None: judged for each member alone."""


STUDENT_LIMITS = ArchiveLimits(2_000, 1 << 20, 2 << 30, 500 << 20)
"""For a zip that one student made."""
CLASS_LIMITS = ArchiveLimits(20_000, 8 << 20, 100 << 30, 20 << 30, None)
"""For what a learning platform packs for an instructor."""


class Fault(NamedTuple):
    """Why a member is not read."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Member:
    """One file of an archive, as the list describes it; folders are left out."""

    name: str
    """With `/` between folders; for showing and finding, never for a path on disk."""
    size: int
    """Bytes, as the list says."""
    changed_ns: int
    """When it was last changed, by the clock of whoever packed it; 0 where that is no date."""
    fault: Fault | None
    info: zipfile.ZipInfo


class Archive:
    """A zip file that is open for reading; use as a context manager, or close it.

    Args:
        stream: The file; closed with the archive.
        limits: How much it may claim.

    Raises:
        ArchiveError: `broken_archive`, `bad_member_name`, `too_many_members`, `archive_bomb` or `overlapping_members`.
    """

    def __init__(self, stream: BinaryIO, *, limits: ArchiveLimits) -> None:
        self._stream = stream
        try:
            self._zip = self._opened(stream, limits)
            self.members = self._judged(limits)
        except BaseException:
            stream.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive and its file."""
        self._zip.close()
        self._stream.close()

    def read(self, member: Member, *, max_bytes: int) -> bytes:
        """Return a member's content.

        Raises:
            ArchiveError: Its fault; or it is larger than `max_bytes`, damaged, or not as long as the list said.
        """
        if member.fault is not None:
            raise ArchiveError(*member.fault)
        if member.size > max_bytes:
            raise ArchiveError(
                "too_large",
                f"{shown_name(member.name)} has {_mib(member.size)}; at most {_mib(max_bytes)} are accepted.",
            )
        data = bytearray()
        try:
            with self._zip.open(member.info) as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    data += chunk
                    if len(data) > member.size:
                        break
        except _NOT_READABLE as error:
            raise _broken(f"{shown_name(member.name)} cannot be read ({_reason(error)})") from None
        if len(data) != member.size:
            raise _broken(
                f"{shown_name(member.name)} is {len(data)} bytes long where the zip says {member.size}"
            )
        return bytes(data)

    def open_nested(self, member: Member, *, limits: ArchiveLimits) -> Archive:
        """Open a zip that is a member; it is held in memory.

        Raises:
            ArchiveError: As `read` and the constructor.
        """
        return Archive(io.BytesIO(self.read(member, max_bytes=MAX_NESTED_BYTES)), limits=limits)

    @staticmethod
    def _opened(stream: BinaryIO, limits: ArchiveLimits) -> zipfile.ZipFile:
        bounded = _Bounded(stream, limits)
        try:
            return zipfile.ZipFile(bounded)
        except UnicodeDecodeError:
            raise ArchiveError(
                "bad_member_name", f"A name in the zip is not the UTF-8 text that it says it is. {_ZIP_AGAIN}"
            ) from None
        except _NOT_READABLE as error:
            raise _broken(f"The zip cannot be read ({_reason(error)})") from None

    def _judged(self, limits: ArchiveLimits) -> tuple[Member, ...]:
        listed = self._zip.infolist()
        if len(listed) > limits.members:
            raise _too_many(limits)
        self._check_places(listed)
        declared = sum(info.file_size for info in listed)
        packed = sum(info.compress_size for info in listed)
        ratio = limits.most_compressed
        if declared > limits.declared_bytes or (
            ratio is not None and declared > MIN_SUSPICIOUS_BYTES and declared > ratio * packed
        ):
            raise ArchiveError(
                "archive_bomb",
                f"The zip would unpack to {_mib(declared)}. Hand in the notebook itself (.ipynb), with the outputs of cells"
                " that show much cleared.",
            )
        files = [info for info in listed if not info.is_dir()]
        times = Counter(_plain(info.filename) for info in files)
        return tuple(_member(info, times) for info in files)

    def _check_places(self, listed: list[zipfile.ZipInfo]) -> None:
        """Refuse members that share bytes: one bomb under many names, or one name with two contents."""
        end = self._zip.start_dir
        for info in sorted(listed, key=lambda info: info.header_offset, reverse=True):
            if info.header_offset < 0 or info.compress_size < 0 or info.file_size < 0:
                raise _broken("The zip names impossible places")
            used = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size
            if used > end:
                raise ArchiveError(
                    "overlapping_members",
                    f"Members of the zip lie over each other or over its end; no ordinary program packs so. {_ZIP_AGAIN}",
                )
            end = info.header_offset


class _Bounded:
    """The stream as zipfile sees it: never more at once than the list of members may take."""

    def __init__(self, stream: BinaryIO, limits: ArchiveLimits) -> None:
        self._stream = stream
        self._limits = limits
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1) -> bytes:
        most = self._limits.directory_bytes
        if size > most:
            raise _too_many(self._limits)
        data = self._stream.read(size if size >= 0 else most + 1)
        if len(data) > most:
            raise _too_many(self._limits)
        return data

    def close(self) -> None:
        """Leave the stream open: the archive closes it."""


def shown_name(name: str) -> str:
    """Return a member's name as people can read it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name[:120])


def _member(info: zipfile.ZipInfo, times: Counter[str]) -> Member:
    name = _plain(info.filename)
    return Member(name, info.file_size, _changed_ns(info), _fault(info, name, times[name]), info)


def _plain(name: str) -> str:
    # Some programs of Windows write its own separators.
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _fault(info: zipfile.ZipInfo, name: str, times: int) -> Fault | None:
    shown = shown_name(name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if _is_bad_name(info.orig_filename, name):
        return Fault("bad_member_name", f"{shown!r} is not a name that a file in a zip has. {_ZIP_AGAIN}")
    if kind == stat.S_IFLNK:
        return Fault("link", f"{shown} is a symbolic link. Put the file itself into the zip.")
    if kind not in (0, stat.S_IFREG):
        return Fault("not_regular", f"{shown} is not an ordinary file. {_ZIP_AGAIN}")
    if times > 1:
        return Fault(
            "duplicate_member", f"{shown} stands {times} times in the zip. Zip one file of that name."
        )
    if info.flag_bits & _ENCRYPTED:
        return Fault("encrypted", f"{shown} is encrypted. Zip it without a password.")
    if info.compress_type not in _METHODS:
        return Fault("archive_method", f"{shown} is packed in an unusual way. {_ZIP_AGAIN}")
    if info.file_size > MIN_SUSPICIOUS_BYTES and info.file_size > MAX_RATIO * info.compress_size:
        return Fault(
            "archive_bomb",
            f"{shown} would unpack to {_mib(info.file_size)} from {_mib(info.compress_size)}. Clear the outputs of cells"
            " that show much, save, and hand the notebook in again.",
        )
    return None


def _is_bad_name(original: str, name: str) -> bool:
    parts = name.split("/")
    return (
        not parts[-1]
        or "\x00" in original
        or name.startswith("/")
        or (len(name) > 1 and name[1] == ":")
        or ".." in parts
        or len(name) > _LONGEST_NAME
        or len(parts) > _DEEPEST_NAME
    )


def _changed_ns(info: zipfile.ZipInfo) -> int:
    try:
        return calendar.timegm((*info.date_time, 0, 0, 0)) * 1_000_000_000
    except (ValueError, OverflowError):
        return 0


def _too_many(limits: ArchiveLimits) -> ArchiveError:
    return ArchiveError(
        "too_many_members",
        f"The zip lists more than {limits.members:,} files, or very long names. Hand in the notebook itself (.ipynb).",
    )


def _broken(what: str) -> ArchiveError:
    return ArchiveError("broken_archive", f"{what}. {_ZIP_AGAIN}")


def _reason(error: BaseException) -> str:
    return shown_name(str(error)) or type(error).__name__


def _mib(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MiB" if size >= 1 << 20 else f"{size:,} bytes"
