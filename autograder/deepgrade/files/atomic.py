"""Write a file or a folder so that a reader sees all of it or none."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}\Z", re.DOTALL)
"""What `tempfile` makes of the prefixes below."""


def write_atomic(path: Path, data: bytes | str | Iterable[bytes], *, mode: int = 0o644) -> None:
    """Write a file through a temporary one in the same folder, synced to disk, then renamed.

    Args:
        path: The file; its folder is made if it is missing.
        data: Its content; parts are taken one at a time, so that a large file is never in memory as a whole.
        mode: Its rights.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            parts = (
                (data.encode("utf-8"),)
                if isinstance(data, str)
                else (data,)
                if isinstance(data, bytes)
                else data
            )
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes `path` when the block ends without an error.

    Raises:
        FileExistsError: `path` exists already: finished folders are immutable.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield temporary
        if path.exists():
            raise FileExistsError(f"{path} exists; a finished folder is never overwritten")
        for file in temporary.rglob("*"):
            if file.is_file():
                with file.open("rb") as stream:
                    os.fsync(stream.fileno())
        temporary.chmod(0o755)
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def remove_unfinished(folder: Path) -> list[str]:
    """Remove what a killed `write_atomic` or `atomic_folder` left in a folder, and return the names.

    Only for a folder that no other process writes to at this moment.
    """
    removed: list[str] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _TEMPORARY.match(path.name):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            removed.append(path.name)
    return removed
