"""The system calls that a stranger's process may not make.

Theory of operation: namespaces and a user id without rights carry the wall; this filter takes away what reaches
around or through them. It allows by default (a scientific Python stack uses hundreds of calls, and a list of
them breaks with every release) and refuses four groups: making namespaces and mounts, which turn a kernel bug
into an escape; calls that only administrators, debuggers and exploits need; sockets of every family but Unix,
internet and netlink, because a network namespace does not cover AF_VSOCK, which on a virtual machine leads to
the host; and two terminal ioctls that type into the terminal of whoever started the grader. Processes of a
foreign architecture (32-bit calls on x86-64) are killed, which is libseccomp's own default.

Where there are no namespaces (separate_user.py), the network, the machine's abstract sockets and its shared memory would be the
process's own as well: there no socket of any family can be made, and none of the older kinds of shared memory. A pair of
connected sockets, which asyncio wants, and pipes remain.

One table of rules gives both forms: the program that bubblewrap loads, and the profile that podman and docker read.
"""

from __future__ import annotations

import errno
import functools
import importlib
import json
import os
import platform
import socket
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from deepgrade.sandbox.base import SandboxUnavailable

_NAMESPACE_FLAGS = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
_REFUSED = """
    unshare setns mount umount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick
    mount_setattr statmount listmount bpf perf_event_open userfaultfd keyctl add_key request_key ptrace
    process_vm_readv process_vm_writev pidfd_getfd kcmp kexec_load kexec_file_load init_module finit_module
    delete_module io_uring_setup io_uring_enter io_uring_register quotactl quotactl_fd acct swapon swapoff reboot
    name_to_handle_at open_by_handle_at lookup_dcookie settimeofday clock_settime clock_adjtime adjtimex vhangup
    syslog iopl ioperm modify_ldt fanotify_init sethostname setdomainname nfsservctl uselib
""".split()  # noqa: SIM905 - sixty words read better than sixty literals
_SHARED = """
    shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink
""".split()  # noqa: SIM905 - as above
_FAMILIES = frozenset({socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK})
_LAST_FAMILY = 45
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


_ARCHITECTURES = {
    "x86_64": "SCMP_ARCH_X86_64",
    "aarch64": "SCMP_ARCH_AARCH64",
    "ppc64le": "SCMP_ARCH_PPC64LE",
}
_COMPARISONS = {"EQ": "SCMP_CMP_EQ", "GT": "SCMP_CMP_GT", "MASKED_EQ": "SCMP_CMP_MASKED_EQ"}


class _Argument(NamedTuple):
    """A condition on one argument of a call."""

    place: int
    comparison: Literal["EQ", "GT", "MASKED_EQ"]
    value: int
    mask: int | None = None


class _Rule(NamedTuple):
    """Calls that are answered with an error, always or where an argument says so."""

    calls: tuple[str, ...]
    error: int
    argument: _Argument | None = None


def _rules(*, namespaces: bool = True) -> Iterator[_Rule]:
    # The arguments of clone3 stand behind a pointer that a filter cannot follow; the C library falls back to clone.
    yield _Rule(("clone3",), errno.ENOSYS)
    for flag in _NAMESPACE_FLAGS:
        yield _Rule(("clone",), errno.EPERM, _Argument(0, "MASKED_EQ", flag, flag))
    yield _Rule(tuple(_REFUSED), errno.EPERM)
    if namespaces:
        for family in range(_LAST_FAMILY + 1):
            if family not in _FAMILIES:
                yield _Rule(("socket",), errno.EAFNOSUPPORT, _Argument(0, "EQ", family))
        yield _Rule(("socket",), errno.EAFNOSUPPORT, _Argument(0, "GT", _LAST_FAMILY))
    else:
        yield _Rule(("socket",), errno.EAFNOSUPPORT)
        yield _Rule(tuple(_SHARED), errno.ENOSYS)
    for request in (_TIOCSTI, _TIOCLINUX):
        yield _Rule(("ioctl",), errno.EPERM, _Argument(1, "MASKED_EQ", request, 0xFFFFFFFF))


def seccomp_profile() -> str:
    """Return the rules as a profile in the JSON format that podman and docker read.

    Raises:
        SandboxUnavailable: This machine's architecture is not known here.
    """
    architecture = _ARCHITECTURES.get(platform.machine())
    if architecture is None:
        known = ", ".join(_ARCHITECTURES)
        raise SandboxUnavailable(
            f"no system call filter is known for {platform.machine()}; there are: {known}"
        )
    return json.dumps(
        {
            "defaultAction": "SCMP_ACT_ALLOW",
            "architectures": [architecture],
            "syscalls": [
                {
                    "names": list(rule.calls),
                    "action": "SCMP_ACT_ERRNO",
                    "errnoRet": rule.error,
                    "args": [] if rule.argument is None else [_described(rule.argument)],
                }
                for rule in _rules()
            ],
        }
    )


def _described(argument: _Argument) -> dict[str, int | str]:
    # With a mask, the format wants the mask first and what must be left of the argument second.
    masked = argument.mask is not None
    return {
        "index": argument.place,
        "value": argument.mask if argument.mask is not None else argument.value,
        "valueTwo": argument.value if masked else 0,
        "op": _COMPARISONS[argument.comparison],
    }


def seccomp_problem() -> str | None:
    """Return why no filter can be made on this machine, or None."""
    try:
        seccomp_filter()
    except SandboxUnavailable as error:
        return str(error)
    return None


@functools.cache
def seccomp_filter(*, namespaces: bool = True) -> bytes:
    """Return the filter as a BPF program for this machine's architecture.

    Args:
        namespaces: Whether namespaces surround the process; else the filter takes their place, as far as one can.

    Raises:
        SandboxUnavailable: libseccomp or its Python binding is missing.
    """
    try:
        library: Any = importlib.import_module("pyseccomp")
    except (ImportError, OSError, RuntimeError) as error:
        raise SandboxUnavailable(
            f"the system call filter cannot be made ({error}); repair: apt-get install libseccomp2 && pip install pyseccomp"
        ) from None
    rules = library.SyscallFilter(library.ALLOW)
    for rule in _rules(namespaces=namespaces):
        arguments = [] if rule.argument is None else [_library_argument(library, rule.argument)]
        for name in rule.calls:
            try:
                rules.add_rule(library.ERRNO(rule.error), name, *arguments)
            except (OSError, ValueError, RuntimeError):
                if len(rule.calls) == 1:
                    raise
                continue  # this architecture, or this libseccomp, does not know the call
    handle = os.memfd_create("filter")
    with os.fdopen(handle, "w+b") as stream:
        rules.export_bpf(stream)
        stream.seek(0)
        return stream.read()


def _library_argument(library: Any, argument: _Argument) -> Any:
    comparison = getattr(library, argument.comparison)
    if argument.mask is None:
        return library.Arg(argument.place, comparison, argument.value)
    return library.Arg(argument.place, comparison, argument.mask, argument.value)
