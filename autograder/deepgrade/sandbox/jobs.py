"""What sandboxes share that claim a job for every process tree: boxes, mounts that exist, and being stopped."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from deepgrade.sandbox.base import Box, Preparation, Prepared, SandboxError, SandboxOutcome, SandboxRequest
from deepgrade.sandbox.state import Job, claim_job, mounted_box, state_root


class JobSandbox(ABC):
    """A sandbox in which every process tree has a locked folder and, as root, a user id of its own (state.py)."""

    def __init__(self) -> None:
        self._jobs: dict[Path, Job] = {}
        self._stop = threading.Event()

    @contextmanager
    def open_box(self, *, disk_mib: int) -> Iterator[Box]:
        """Make an empty box that is gone when the block ends."""
        with self._claim() as job, mounted_box(job, disk_mib=disk_mib) as box:
            self._jobs[box.path] = job
            try:
                yield box
            finally:
                del self._jobs[box.path]

    def run(self, request: SandboxRequest) -> SandboxOutcome:
        """Run a command to its end; when this returns, no process of it is left.

        Raises:
            SandboxError: It could not be started, a mount does not exist, or a box of another sandbox was given.
            SandboxStopped: `stop_all` was called, before or meanwhile.
        """
        relative = [str(mount.source) for mount in request.mounts if not mount.source.is_absolute()]
        if relative:
            raise SandboxError(f"these paths cannot be mounted, they are not absolute: {', '.join(relative)}")
        missing = [str(mount.source) for mount in request.mounts if not mount.source.exists()]
        if missing:
            raise SandboxError(f"these paths cannot be mounted, they do not exist: {', '.join(missing)}")
        if request.box is None:
            with self._claim() as job:
                return self._run(request, job)
        return self._run(request, self._job_of(request.box))

    @contextmanager
    def prepare(self, preparation: Preparation) -> Iterator[Prepared | None]:
        """Yield None: nothing can be forked into these walls."""
        yield None

    def stop_all(self) -> None:
        """Make every `run` end now, and every later one at once."""
        self._stop.set()

    def _claim(self) -> AbstractContextManager[Job]:
        """Claim a place for one process tree."""
        return claim_job(state_root())

    def _job_of(self, box: Box) -> Job:
        job = self._jobs.get(box.path)
        if job is None:
            raise SandboxError("the box was not opened by this sandbox, or is closed")
        return job

    @abstractmethod
    def _run(self, request: SandboxRequest, job: Job) -> SandboxOutcome:
        """Run a command as a claimed job."""
