"""Where a sandbox keeps what must not outlive it.

Theory of operation: every job has a folder `jobs/<id>/` with a file `lock` that the supervisor holds locked
while the job lives. The kernel drops the lock when the supervisor dies, however it dies. So a job folder whose
lock can be taken belongs to nobody: `sweep` removes its control groups (noted in the folder when they were made),
its mounted box and the folder.

Launched by root, each job also claims a user id that no account and no other job has: processes of two students
never share one, which matters because some limits are counted per user id.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import pwd
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deepgrade.sandbox.base import Box, SandboxError

USER_IDS = range(60_600, 61_100)
"""Between systemd's home-directory and dynamic user ids: a range that no convention assigns."""
_FILES_PER_MIB = 64
_MS_NOSUID, _MS_NODEV = 2, 4
_MNT_DETACH = 2

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Job:
    """A claimed place for one process tree."""

    id: str
    folder: Path
    user: int


def state_root() -> Path:
    """Return the folder for job folders, made if need be: `/run/deepgrade` for root, else below the temporary folder.

    Raises:
        SandboxError: Somebody else owns the folder.
    """
    user = os.geteuid()
    root = Path("/run/deepgrade") if user == 0 else Path(tempfile.gettempdir()) / f"deepgrade-{user}"
    root.mkdir(mode=0o700, exist_ok=True)
    facts = root.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != user:
        raise SandboxError(f"{root} is not a folder of user {user}; remove it")
    root.chmod(0o700)
    return root


@contextmanager
def claim_job(root: Path, users: Path | None = None) -> Iterator[Job]:
    """Claim a job folder and, for root, a user id; both are free again when the block ends.

    Args:
        root: The state folder.
        users: Where claimed user ids are noted, if not there: two places would give one id twice.

    Raises:
        SandboxError: All user ids are taken.
    """
    jobs = root / "jobs"
    jobs.mkdir(mode=0o700, exist_ok=True)
    folder, lock = _claim_folder(jobs)
    user_lock: int | None = None
    try:
        user = os.geteuid()
        if user == 0:
            user, user_lock = _claim_user(users or root / "users")
        yield Job(id=folder.name, folder=folder, user=user)
    finally:
        _remove(folder)
        for handle in (lock, user_lock):
            if handle is not None:
                os.close(handle)


@contextmanager
def free_user(folder: Path, user: int) -> Iterator[bool]:
    """Keep a user id from being claimed while the block runs; yield whether no job has it.

    Args:
        folder: Where claimed user ids are noted.
        user: One of `USER_IDS`.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = _lock(folder / str(user))
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


@contextmanager
def mounted_box(job: Job, *, disk_mib: int) -> Iterator[Box]:
    """Yield a box: a size-capped memory file system where this process may mount one, else a plain folder."""
    path = job.folder / "box"
    path.mkdir(mode=0o700)
    staging = job.folder / "staging"
    staging.mkdir()
    options = f"size={disk_mib}m,nr_inodes={disk_mib * _FILES_PER_MIB},uid={job.user},gid={job.user},mode=700"
    capped = os.geteuid() == 0 and _mount_tmpfs(path, options)
    if os.geteuid() == 0 and not capped:
        os.chown(path, job.user, job.user)
    try:
        yield Box(path=path, owner=job.user, capped=capped, staging=staging)
    finally:
        _unmount(path)
        for folder in (path, staging):
            remove_tree(folder)


def sweep(root: Path, remove_groups: Callable[[Path], None]) -> list[str]:
    """Remove what supervisors left that were killed; return the ids of the swept jobs.

    Args:
        root: The state folder.
        remove_groups: Removes the control groups that are noted in a job's folder.
    """
    swept: list[str] = []
    jobs = root / "jobs"
    for folder in sorted(jobs.glob("j*")) if jobs.is_dir() else []:
        lock = _lock(folder / "lock")
        if lock is None:
            continue
        with suppress(OSError):
            remove_groups(folder)
            _remove(folder)
            swept.append(folder.name)
        os.close(lock)
    return swept


def is_job_alive(root: Path, job: str) -> bool:
    """Return whether the supervisor of a job still lives, by the job's id."""
    folder = root / "jobs" / job
    if not job or not folder.is_dir():
        return False
    lock = _lock(folder / "lock")
    if lock is None:
        return folder.is_dir()
    os.close(lock)
    return False


def remove_tree(path: Path) -> None:
    """Remove what a stranger left: folders without rights, and nested deeper than Python's own removal can go."""
    if not path.is_symlink() and path.is_dir():
        try:
            path.rmdir()
        except OSError:
            for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf", "--one-file-system"]):
                subprocess.run([*command, "--", str(path)], capture_output=True, check=False)
    else:
        path.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    _unmount(folder / "box")
    # The lock goes last: a sweeper that is stopped half-way leaves a folder that the next one finds.
    for entry in folder.glob("*"):
        if entry.name == "lock":
            continue
        remove_tree(entry)
    remove_tree(folder)


def _claim_folder(jobs: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix="j", dir=jobs))
        lock = _lock(folder / "lock")
        if lock is not None:
            # A sweeper may have come between the two steps; then the locked file is no longer in the folder.
            with suppress(OSError):
                if (folder / "lock").stat().st_ino == os.fstat(lock).st_ino:
                    return folder, lock
            os.close(lock)


def _lock(path: Path) -> int | None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _claim_user(folder: Path) -> tuple[int, int]:
    folder.mkdir(mode=0o700, exist_ok=True)
    for user in USER_IDS:
        with suppress(KeyError):
            pwd.getpwuid(user)
            continue
        handle = _lock(folder / str(user))
        if handle is not None:
            return user, handle
    raise SandboxError(f"all {len(USER_IDS)} user ids for sandboxes are in use; run fewer at a time")


def _mount_tmpfs(path: Path, options: str) -> bool:
    flags = _MS_NOSUID | _MS_NODEV
    return int(_libc.mount(b"tmpfs", os.fsencode(path), b"tmpfs", flags, options.encode())) == 0


def _unmount(path: Path) -> None:
    if not path.is_dir():
        return
    while path.is_mount():
        if _libc.umount2(os.fsencode(path), _MNT_DETACH) != 0:
            code = ctypes.get_errno()
            if code != errno.EINVAL:
                raise SandboxError(f"{path} cannot be unmounted: {os.strerror(code)}")
            return
