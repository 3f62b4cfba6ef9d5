"""Fetch a published file: checked, resumable, and never taken for complete when it is not."""

from __future__ import annotations

import fcntl
import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from deepgrade.data.catalogue import PublishedFile
from deepgrade.data.errors import ChecksumError, DownloadError

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much is done, and how much there is (None: not known)."""

_CHUNK_BYTES = 1 << 18
_TIMEOUT_S = 30.0
_MAX_BYTES = 2 << 30
_RANGE_NOT_SATISFIABLE = 416
_PARTIAL_CONTENT = 206
_WITHOUT_NETWORK = (
    "Without a network, `deepgrade data import DIR` takes files that you have, and "
    "`deepgrade data synthetic` makes a set of the same shape."
)


def download(file: PublishedFile, folder: Path, progress: Progress | None = None) -> Path:
    """Return the file in `folder`, downloaded unless it is there already; the file has an address.

    A download that broke off goes on where it stopped; two at the same time wait for each other.

    Raises:
        DownloadError: No network, or the server refused; what came so far is kept.
        ChecksumError: The server sent something else than the published file; nothing is kept.
    """
    target = folder / file.name
    if target.is_file() and is_published(target, file):
        return target
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{file.name}.part"
    with partial.open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if target.is_file() and is_published(target, file):
            return target  # somebody else finished it while we waited
        try:
            if not is_published(partial, file):
                _transfer(file, str(file.url), stream, progress)
        except (urllib.error.URLError, OSError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise DownloadError(f"{file.url} could not be downloaded: {reason}. {_WITHOUT_NETWORK}") from None
        stream.flush()
        if not is_published(partial, file):
            found = file_sum(partial, file)
            partial.unlink()
            raise ChecksumError(
                f"{file.url} is not the published file: its sum is {found}, published is {file.sha256 or file.md5}. "
                f"The download was deleted; try again. {_WITHOUT_NETWORK}"
            )
        partial.replace(target)
    return target


def _transfer(file: PublishedFile, url: str, stream: BinaryIO, progress: Progress | None) -> None:
    done = stream.tell()
    # The catalogue's pattern admits http and https alone.
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})  # noqa: S310
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != _RANGE_NOT_SATISFIABLE:
            raise
        # What we have is longer than the file: it is not its beginning.
        stream.truncate(0)
        done = 0
        answer = urllib.request.urlopen(url, timeout=_TIMEOUT_S)  # noqa: S310
    with answer:
        if answer.status != _PARTIAL_CONTENT:
            stream.truncate(0)
            done = 0
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length and length.isdecimal() else None
        while chunk := answer.read(_CHUNK_BYTES):
            stream.write(chunk)
            done += len(chunk)
            if done > _MAX_BYTES:
                raise DownloadError(f"{file.url} is larger than 2 GiB; the catalogue's address must be wrong")
            if progress is not None:
                progress(file.name, done, total)
    if total is not None and done < total:
        raise OSError(f"the connection ended after {done} of {total} bytes; run the command again to go on")


def is_published(path: Path, file: PublishedFile) -> bool:
    """Say whether a file has the published sum."""
    return file_sum(path, file) == (file.sha256 or file.md5)


def file_sum(path: Path, file: PublishedFile) -> str:
    """Return the sum of a file's content by which the published one is known: SHA-256, else MD5."""
    algorithm = "sha256" if file.sha256 else "md5"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
