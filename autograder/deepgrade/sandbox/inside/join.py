"""Become a process of an existing sandbox: its namespaces, its user without rights, its limits, its system call filter.

Theory of operation: bubblewrap has built the walls around a process that does nothing but wait. This process, a fork of one that
holds rights and no stranger's code, steps through the same walls from outside and gives up every right as it goes; what
it runs afterwards cannot get them back (no capability, an empty bounding set, no_new_privs, the filter). The order matters:
namespaces while there are rights to enter them, limits and groups next, the user id, what that change resets, the filter last.

Standard library alone.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Mapping
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
_FILTER_WORD_BYTES = 8

_libc = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_char_p)]


class _Capabilities(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


def enter(namespace: int) -> None:
    """Enter a namespace, by the descriptor of its file."""
    _must(_libc.setns(namespace, 0), "setns")


def limit(limits: Mapping[str, int]) -> None:
    """Set resource limits, `nofile`, `fsize`, `nproc`, `core` -> value; one that is lower already stays."""
    for name, value in limits.items():
        which = getattr(resource, f"RLIMIT_{name.upper()}")
        highest = resource.getrlimit(which)[1]
        least = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(which, (least, least))


def give_up_rights(user: int | None) -> None:
    """Become a user without rights, for good.

    Args:
        user: The id of the user and of its only group; None stays who this is in its user namespace.
    """
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # the kernel knows no more of them
    _must(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl")
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header, nothing = _Capabilities(_CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
    _must(_libc.capset(ctypes.byref(header), nothing), "capset")
    _must(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    # The change of user has made the process unreadable for itself: /proc/self would be root's.
    _must(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")
    _must(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def load_filter(program: bytes) -> None:
    """Load a system call filter, in the kernel's form."""
    filter_program = _Filter(len(program) // _FILTER_WORD_BYTES, program)
    _must(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filter_program), 0, 0), "seccomp")


def _must(code: Any, call: str) -> None:
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
