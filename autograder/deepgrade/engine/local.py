"""The local engine: this machine's slots.

Theory of operation: the head process runs one thread a slot; a thread only waits for its sandbox's process.
Submissions are taken from an iterator one by one as slots fall free, so a class of any size is never held
in memory. What is finished is on disk before the next begins: after Ctrl-C or a crash the same call goes on
where it stopped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

from deepgrade.engine.gpus import most_runs
from deepgrade.engine.one import Setup, run_one
from deepgrade.engine.prepared import PreparedKernel
from deepgrade.evidence import RunRecord
from deepgrade.files import StorageError, storage_error
from deepgrade.infer import InferWorker
from deepgrade.lab import Limits
from deepgrade.run import Gpu
from deepgrade.submission import Submission


class Finished(NamedTuple):
    """A submission with its run; `error` when the grader itself raised."""

    submission: Submission
    record: RunRecord | None
    error: Exception | None


def slots_for(limits: Limits, gpus: Sequence[Gpu] = (), *, asked: int | None = None) -> int:
    """Return how many runs to start beside each other, at least one.

    Args:
        limits: Of each run.
        gpus: That the runs share: there are never more runs than shares of their memory.
        asked: As many as somebody asked for; otherwise what processors and available memory allow.
    """
    by_cpu = (os.cpu_count() or 1) / limits.cpus
    by_memory = _available_mib() / limits.memory_mib
    slots = asked or max(1, int(min(by_cpu, by_memory)))
    by_gpu = most_runs(gpus, limits)
    return slots if by_gpu is None else min(slots, by_gpu)


def _available_mib() -> float:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return 4096.0


def run_all(
    submissions: Iterable[Submission],
    setup: Setup,
    worker: InferWorker,
    *,
    slots: int,
    started: Callable[[Submission], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Finished]:
    """Run submissions in parallel slots and yield each when it is stored.

    Args:
        submissions: Taken one by one as slots fall free.
        setup: What they share.
        worker: The infer process.
        slots: Runs beside each other.
        started: Called (in this thread) when a submission is given to a slot.
        tell: Called with sentences for the instructor.
    """
    waiting: dict[Future[RunRecord], Submission] = {}
    source = iter(submissions)
    with (
        PreparedKernel(setup, tell) as kernel,
        ThreadPoolExecutor(max_workers=slots, thread_name_prefix="slot") as pool,
    ):
        try:
            while True:
                while len(waiting) < slots and (submission := next(source, None)) is not None:
                    started(submission)
                    waiting[pool.submit(run_one, submission, kernel.setup(), worker)] = submission
                if not waiting:
                    return
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield _finished(waiting.pop(future), future)
        except BaseException:
            for future in waiting:
                future.cancel()
            setup.sandbox.stop_all()
            raise


def _finished(submission: Submission, future: Future[RunRecord]) -> Finished:
    error = future.exception()
    if error is None:
        return Finished(submission, future.result(), None)
    full = isinstance(error, StorageError) or (isinstance(error, OSError) and storage_error(error))
    if full or not isinstance(error, Exception):
        # A full disk: whatever else runs now would be lost as well.
        raise error
    return Finished(submission, None, error)
