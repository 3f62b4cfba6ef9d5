"""Files of the kernel that hold one word, one number or a table: how they are read and written."""

from __future__ import annotations

import os
from pathlib import Path


def write_control(path: Path, value: int | str) -> None:
    """Write a control file; it is never made and never truncated, since it is no plain file.

    Raises:
        OSError: The kernel refused the value; the error names the file.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, str(value).encode())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        os.close(handle)


def text_in(path: Path) -> str:
    """Return a file's text, empty where it cannot be read."""
    try:
        return path.read_text()
    except OSError:
        return ""


def number_in(path: Path) -> int | None:
    """Return a file's number; None where there is none."""
    text = text_in(path).strip()
    return int(text) if text.isdigit() else None


def table_in(path: Path) -> dict[str, int]:
    """Return a file's lines of a name and a number."""
    pairs = (line.split() for line in text_in(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
