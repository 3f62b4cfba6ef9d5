"""This machine's GPUs: which there are, how many runs share one, and which run gets which.

Several runs share a card, since a student's network needs a fraction of one. Where lab.toml names a run's share of its
memory (`gpu_memory_fraction`), no more runs are beside each other than the shares allow. Where it names none, the
runs beside each other share the cards evenly. With several cards, each run gets the one that the fewest runs use.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deepgrade.lab import Limits
from deepgrade.run import Gpu
from deepgrade.sandbox.nvidia import NvidiaGpu, find_nvidia_gpus

_FRACTION = "gpu_memory_fraction"
_CONTEXT_MIB = 600
"""What a process takes of a card beside what its library counts."""
_LEAST_MIB = 3072
"""Of an even share: less makes convolutions fail that do not fail elsewhere."""
_RUNS_ON_UNKNOWN = 4
"""On a card whose memory nobody tells."""


def find_gpus(*, dev: Path = Path("/dev")) -> tuple[tuple[Gpu, ...], str]:
    """Return the GPUs that runs may be lent; where there are none, why, as a clause.

    Args:
        dev: Where device files are.
    """
    found = find_nvidia_gpus(dev=dev)
    return tuple(map(_as_lent, found.gpus)), found.why_none


def _as_lent(gpu: NvidiaGpu) -> Gpu:
    # A card's number depends on what else a process sees; its UUID does not.
    named = gpu.uuid if gpu.uuid.startswith("GPU-") else str(gpu.number)
    return Gpu(f"{gpu.name}, GPU {gpu.number}", gpu.devices, named, gpu.memory_mib)


def most_runs(gpus: Sequence[Gpu], limits: Limits) -> int | None:
    """Return how many runs may use the GPUs at one time; None where there is no GPU to share.

    Runs are dealt out evenly, so the smallest card says how many fit on each.
    """
    return len(gpus) * min(_runs_on(gpu, limits) for gpu in gpus) if gpus else None


def _runs_on(gpu: Gpu, limits: Limits) -> int:
    if _FRACTION in limits.model_fields_set:
        return max(1, math.floor(1 / limits.gpu_memory_fraction + 1e-9))
    if gpu.memory_mib is None:
        return _RUNS_ON_UNKNOWN
    return max(1, gpu.memory_mib // _LEAST_MIB)


def shared_limits(limits: Limits, gpus: Sequence[Gpu], slots: int) -> Limits:
    """Return the limits of runs that share GPUs: with the share of a card's memory that each gets.

    Args:
        limits: The lab's; a share that lab.toml names stays.
        gpus: That are lent.
        slots: Runs beside each other.
    """
    if not gpus or _FRACTION in limits.model_fields_set:
        return limits
    runs = math.ceil(slots / len(gpus))
    if runs <= 1:
        return limits
    shares = [
        1 / runs - (_CONTEXT_MIB / gpu.memory_mib if gpu.memory_mib is not None else 0.1 / runs)
        for gpu in gpus
    ]
    return limits.model_copy(update={_FRACTION: max(0.01, math.floor(min(shares) * 1000) / 1000)})


class Cards:
    """Lends GPUs to the threads that run submissions.

    Args:
        gpus: None: nothing is lent.
    """

    def __init__(self, gpus: Sequence[Gpu] = ()) -> None:
        self.gpus = tuple(gpus)
        self._used = [0] * len(self.gpus)
        self._lock = threading.Lock()

    @contextmanager
    def lend(self) -> Iterator[Gpu | None]:
        """Lend the GPU that the fewest runs use; None where there is none."""
        if not self.gpus:
            yield None
            return
        with self._lock:
            number = self._used.index(min(self._used))
            self._used[number] += 1
        try:
            yield self.gpus[number]
        finally:
            with self._lock:
                self._used[number] -= 1
