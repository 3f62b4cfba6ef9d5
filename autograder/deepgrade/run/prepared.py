"""The kernel with a lab's libraries imported, waiting to be forked for one run after the other.

Importing TensorFlow takes longer than many notebooks; a run that is a fork begins with it imported. Such a run has the
same walls, limits, folders and seeds as one that is started plainly (sandbox/inside/fork_server.py), and its notebook sees
no difference (kernel/preload.py). A sandbox that cannot have anything forked into its walls starts every run plainly.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deepgrade.lab import Limits
from deepgrade.run.attempt import KERNEL_MAIN, copy_kernel, libraries_environment
from deepgrade.sandbox import (
    Mount,
    Preparation,
    Prepared,
    Sandbox,
    StudentEnvironment,
    open_for_reading,
)


@contextmanager
def prepared_kernel(
    sandbox: Sandbox,
    environment: StudentEnvironment,
    limits: Limits,
    *,
    data_sets: tuple[str, ...],
    libraries: Sequence[str],
    gpu: bool = False,
) -> Iterator[Prepared | None]:
    """Start the kernel, have it import libraries, and end it with the block; it must end in the thread that began it.

    Args:
        sandbox: Around the runs.
        environment: The student's Python.
        limits: Of the runs: how many threads the libraries may have is settled when they are imported.
        data_sets: The lab's.
        libraries: Names of modules, as notebooks of the lab import them.
        gpu: Whether runs are lent one. This process sees none, but where to look for the driver's libraries is settled
            when a process starts.

    Raises:
        SandboxError: It did not get ready; what it said is in the message.
    """
    with tempfile.TemporaryDirectory(prefix="deepgrade-kernel-") as folder:
        kernel = Path(folder, "kernel")
        copy_kernel(kernel)
        open_for_reading(kernel)
        preparation = Preparation(
            python=environment.python,
            program=KERNEL_MAIN,
            words=tuple(libraries),
            mounts=(
                *environment.mounts,
                *(environment.gpu_mounts if gpu else ()),
                Mount(kernel, KERNEL_MAIN.parent),
            ),
            masks=environment.masks,
            env={
                **libraries_environment(environment, limits, data_sets),
                **(environment.gpu_variables if gpu else {}),
            },
        )
        with sandbox.prepare(preparation) as prepared:
            yield prepared
