"""Submit a batch's tasks as job arrays."""

from __future__ import annotations

import math
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deepgrade.engine.one import Setup
from deepgrade.engine.slurm.batch import ArrayEntry, Batch
from deepgrade.engine.slurm.commands import Slurm
from deepgrade.engine.slurm.errors import RefusedError
from deepgrade.engine.slurm.site import Site
from deepgrade.files import write_atomic
from deepgrade.infer import ModelBounds
from deepgrade.lab import Lab, Limits

_NO_SUCH_NODES = ("node configuration is not available", "invalid node name")
_FULL_S = 60.0
_TOO_MANY = ("submit limit", "submitjob", "maxsubmit", "maxjobcount", "temporarily unable to accept")


def job_options(
    entry: ArrayEntry,
    lab: Lab,
    limits: Limits,
    site: Site,
    *,
    folder: Path,
    gpu: bool,
    after: int | None = None,
) -> list[str]:
    """Return the options of sbatch for an array.

    Args:
        entry: The array.
        lab: Its hidden evaluations say whether models predict on the node.
        limits: Of each run.
        site: The cluster.
        folder: The batch's.
        gpu: Whether each task gets one.
        after: An array that has to be over before this one begins.
    """
    throttle = f"%{site.throttle}" if site.throttle else ""
    options = [
        f"--job-name={entry.name}",
        f"--array=0-{len(entry.indexes) - 1}{throttle}",
        f"--chdir={folder}",
        f"--output=logs/{entry.number}-%a.log",
        "--open-mode=append",
        "--input=/dev/null",
        "--export=ALL",
        "--requeue",
        "--nodes=1",
        "--ntasks=1",
        f"--cpus-per-task={max(1, math.ceil(limits.cpus))}",
        f"--mem={memory_mib(lab, limits, site)}M",
        f"--time={minutes(limits, site)}",
    ]
    options += [f"--gres={site.gres}"] if gpu and site.gres else []
    options += [f"--exclude={','.join(entry.exclude)}"] if entry.exclude else []
    options += [f"--dependency=afterany:{after}"] if after else []
    for name in ("partition", "account", "qos"):
        value = getattr(site, name)
        options += [f"--{name}={value}"] if value else []
    return [*options, *site.sbatch]


def minutes(limits: Limits, site: Site) -> int:
    """Return a task's `--time`.

    The student's limit is the supervisor's, to the second. Slurm's only ends what hangs, and then the fault is ours: twice
    the run's, since a run that was killed from outside is made once more, and a margin.
    """
    return math.ceil(2 * limits.wall_s / 60) + site.margin_minutes


def memory_mib(lab: Lab, limits: Limits, site: Site) -> int:
    """Return a task's `--mem`: first the run takes it, then the process that predicts."""
    predicting = ModelBounds().memory_mib if lab.hidden else 0
    return max(limits.memory_mib, predicting) + site.memory_margin_mib


def script_text(batch: Path, entry: ArrayEntry, site: Site, options: Sequence[str]) -> str:
    """Return an array's script; the options stand in it for people who want to know."""
    words = [
        str(site.python or sys.executable),
        "-P",  # the working folder is the batch's
        "-m",
        "deepgrade.engine.slurm.task",
        str(batch),
        str(entry.number),
    ]
    return "\n".join(
        [
            "#!/bin/bash",
            f"# sbatch {shlex.join(options)}",
            *site.setup,
            f'exec {shlex.join(words)} "$SLURM_ARRAY_TASK_ID"',
            "",
        ]
    )


class Submitter:
    """Submits what waits, as much as Slurm takes.

    Args:
        slurm: The cluster's commands.
        site: The cluster.
        setup: The grading.
    """

    def __init__(self, slurm: Slurm, site: Site, setup: Setup) -> None:
        self._slurm, self._site, self._setup = slurm, site, setup
        self._most: int | None = None
        self._full_at: float | None = None

    @property
    def is_full(self) -> bool:
        """Whether Slurm took no more jobs of this user a short while ago."""
        return self._full_at is not None and time.monotonic() - self._full_at < _FULL_S

    def submit(self, batch: Batch, indexes: Sequence[int], exclude: Sequence[str] = ()) -> None:
        """Submit tasks in as many arrays as it takes; those that Slurm does not take at this moment are left out.

        Raises:
            NoAnswerError: Slurm did not answer; what was asked stands in the batch, to be found or asked again.
            RefusedError: Slurm refuses such jobs, with its own words.
        """
        if self._most is None:
            self._most = self._slurm.max_array_size()
        left, after, most = list(indexes), None, self._most
        while left:
            chunk = left[:most]
            entry = batch.plan_array(chunk, exclude, requeues=self._site.requeues)
            try:
                # Of several arrays each would be throttled for itself: so they follow one another.
                entry.job = self._send(batch, entry, after if self._site.throttle else None)
            except RefusedError as error:
                batch.drop_array(entry)
                said = str(error).lower()
                if exclude and any(words in said for words in _NO_SUCH_NODES):
                    exclude = ()  # every node has failed once: any is better than none
                    continue
                if not any(words in said for words in _TOO_MANY):
                    raise
                if len(chunk) == 1:
                    self._full_at = time.monotonic()
                    return
                most = len(chunk) // 2
                continue
            batch.save()
            after = entry.job
            left = left[len(chunk) :]

    def _send(self, batch: Batch, entry: ArrayEntry, after: int | None) -> int:
        setup, site = self._setup, self._site
        options = job_options(
            entry, setup.lab, setup.limits, site, folder=batch.folder, gpu=setup.uses_gpu, after=after
        )
        script = batch.folder / "arrays" / f"{entry.number}.sh"
        write_atomic(script, script_text(batch.folder, entry, site, options), mode=0o600)
        return self._slurm.submit(options, script)
