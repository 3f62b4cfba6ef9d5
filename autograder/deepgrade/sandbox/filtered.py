"""Load the system call filter, then become the command: `python -I filtered.py FILTER COMMAND...`.

For sandboxes that cannot load a filter themselves (apptainer, for an ordinary user). Runs inside, before anything of a
stranger's, and needs no right: a process that has given up gaining privileges may always filter itself.
Stands alone: it is mounted as a file. Exit code 71: the filter was not loaded, and nothing was started.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_INSTRUCTION_BYTES = 8
EXIT_NOT_LOADED = 71


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def load_filter(program: bytes) -> None:
    """Load a BPF program as this process's filter, for ever.

    Raises:
        OSError: The kernel refused it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    kept = ctypes.create_string_buffer(program, len(program))
    described = _Program(len(program) // _INSTRUCTION_BYTES, ctypes.cast(kept, ctypes.c_void_p).value)
    zero = ctypes.c_ulong(0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), "no-new-privileges")
    if libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_FILTER_MODE), ctypes.byref(described), zero, zero) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    try:
        load_filter(Path(sys.argv[1]).read_bytes())
    except (OSError, IndexError) as error:
        print(f"the system call filter cannot be loaded: {error}", file=sys.stderr)
        sys.exit(EXIT_NOT_LOADED)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is meant
