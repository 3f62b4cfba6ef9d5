"""The system calls that a stranger's process may not make.

Theory of operation: namespaces and a user id without rights carry the wall; this filter takes away what reaches
around or through them. It allows by default (a scientific Python stack uses hundreds of calls, and a list of
them breaks with every release) and refuses four groups: making namespaces and mounts, which turn a kernel bug
into an escape; calls that only administrators, debuggers and exploits need; sockets of every family but Unix,
internet and netlink, because a network namespace does not cover AF_VSOCK, which on a virtual machine leads to
the host; and two terminal ioctls that type into the terminal of whoever started the grader. Processes of a
foreign architecture (32-bit calls on x86-64) are killed, which is libseccomp's own default.
"""

from __future__ import annotations

import errno
import functools
import importlib
import os
import socket
from typing import Any

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
_FAMILIES = frozenset({socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK})
_LAST_FAMILY = 45
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


def seccomp_problem() -> str | None:
    """Return why no filter can be made on this machine, or None."""
    try:
        seccomp_filter()
    except SandboxUnavailable as error:
        return str(error)
    return None


@functools.cache
def seccomp_filter() -> bytes:
    """Return the filter as a BPF program for this machine's architecture.

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
    refuse = library.ERRNO(errno.EPERM)
    # The arguments of clone3 stand behind a pointer that a filter cannot follow; the C library falls back to clone.
    rules.add_rule(library.ERRNO(errno.ENOSYS), "clone3")
    for flag in _NAMESPACE_FLAGS:
        rules.add_rule(refuse, "clone", library.Arg(0, library.MASKED_EQ, flag, flag))
    for name in _REFUSED:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError, RuntimeError):
            continue  # this architecture, or this libseccomp, does not know the call
    family_refused = library.ERRNO(errno.EAFNOSUPPORT)
    for family in range(_LAST_FAMILY + 1):
        if family not in _FAMILIES:
            rules.add_rule(family_refused, "socket", library.Arg(0, library.EQ, family))
    rules.add_rule(family_refused, "socket", library.Arg(0, library.GT, _LAST_FAMILY))
    for request in (_TIOCSTI, _TIOCLINUX):
        rules.add_rule(refuse, "ioctl", library.Arg(1, library.MASKED_EQ, 0xFFFFFFFF, request))
    handle = os.memfd_create("filter")
    with os.fdopen(handle, "w+b") as stream:
        rules.export_bpf(stream)
        stream.seek(0)
        return stream.read()
