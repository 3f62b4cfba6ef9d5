"""Start the kernel: `python -I main.py --job /job/job.json --out /box/out --data /data`.

Exit codes: 0 all cells were tried, 77 the notebook showed more than allowed, 74 the journal could not be written,
64 the job file is wrong, 70 this program failed (often because the notebook broke Python itself), 75 this process was forked from
a prepared one and the notebook needs a fresh one (preload.py); everything else is for the supervisor to judge. See
session.py for what is trusted here: nothing.

The sandbox can also prepare this program once and fork it for each run: `prepare` and `run` are for that.

The modules beside this file are loaded as a package of a private name, straight from this folder: `sys.path` plays
no part, so no file of the student's can take their place.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import os
import sys
import traceback
from pathlib import Path

PACKAGE = "_deepgrade_kernel"
EXIT_BAD_JOB = 64
EXIT_KERNEL_FAILED = 70


def load_package() -> None:
    """Make this folder importable under the private name.

    Raises:
        ImportError: The folder does not hold the kernel.
    """
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} does not hold the kernel")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


def main(arguments: list[str]) -> int:
    """Run the job that the arguments name and return the exit code."""
    parser = argparse.ArgumentParser(description="Run a notebook's cells and keep evidence.")
    parser.add_argument("--job", type=Path, default=Path("/job/job.json"))
    parser.add_argument("--out", type=Path, default=Path("/box/out"))
    parser.add_argument("--data", type=Path, default=Path("/data"))
    options = parser.parse_args(arguments)
    if PACKAGE not in sys.modules:
        load_package()
    jobs = importlib.import_module(f"{PACKAGE}.job")
    try:
        job = jobs.read_job(options.job)
    except jobs.JobError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_JOB
    session = importlib.import_module(f"{PACKAGE}.session")
    return int(session.run_job(job, options.out, options.data))


def prepare(words: list[str]) -> None:
    """Import the kernel and the libraries that the words name, for runs that are forks of this process."""
    load_package()
    importlib.import_module(f"{PACKAGE}.session")
    importlib.import_module(f"{PACKAGE}.data_shim").watch()
    with contextlib.suppress(ImportError):
        importlib.import_module("numpy.random")  # every run begins with it (seeds.py)
    importlib.import_module(f"{PACKAGE}.preload").PRELOADED.load(words)


def run(words: list[str]) -> int:
    """Run the job that the words name, in a fork of the process that `prepare` was called in."""
    importlib.import_module(f"{PACKAGE}.preload").PRELOADED.begin()
    return main(words)


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except BaseException:
        # The notebook may have broken sys.stderr, json or len: what is left is told to the supervisor's log.
        code = EXIT_KERNEL_FAILED
        with contextlib.suppress(BaseException):
            traceback.print_exc(file=sys.__stderr__)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    # Not sys.exit: threads and exit handlers that the notebook left behind must not keep the process alive.
    os._exit(code)
