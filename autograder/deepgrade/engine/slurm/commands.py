"""Slurm's own commands: started here and nowhere else."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from deepgrade.engine.slurm.errors import NoAnswerError, RefusedError, SlurmError
from deepgrade.engine.slurm.listings import (
    ACCOUNTING_FIELDS,
    QUEUE_FORMAT,
    Seen,
    parse_accounting,
    parse_config,
    parse_job_id,
    parse_queue,
)

_TIMEOUT_S = 120.0
_NO_ANSWER = re.compile(
    r"unable to contact|unable to connect|connection refused|timed out|zero bytes were transmitted|transport endpoint"
    r"|communication connection failure|connection failure|slurmctld.*(not|standby)|unexpected message received"
    r"|unable to establish (a )?connection|munge.*(socket|unavailable)|message receive failure",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"SLURM_(?!CONF$|CLUSTERS$)|SLURMD_|SBATCH_ARRAY|SBATCH_JOB_NAME|SBATCH_OUTPUT|SBATCH_WAIT"
)
"""Of a job in which the head itself may run: its size is not the tasks'."""
_DEFAULT_MAX_ARRAY = 1001
_MAX_ACCOUNTED = 500


class Slurm:
    """The commands of the cluster that this machine belongs to."""

    def __init__(self, *, timeout_s: float = _TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._accounting = True

    def submit(self, options: Sequence[str], script: Path) -> int:
        """Submit an array and return its job id.

        Raises:
            NoAnswerError: The controller did not answer; the array may have been taken nevertheless.
            RefusedError: Slurm refused it, with its own words.
            SlurmError: sbatch is not here.
        """
        text = self._ask("sbatch", "--parsable", *options, str(script))
        job = parse_job_id(text)
        if job is None:
            raise NoAnswerError(f"sbatch printed no job's number: {text.strip()[:200]!r}")
        return job

    def queue(self, names: Iterable[str]) -> list[Seen]:
        """Return all tasks of arrays of these names that the controller remembers, those that are over as well.

        Raises:
            NoAnswerError: The controller does not answer.
        """
        listed = ",".join(sorted(names))
        if not listed:
            return []
        words = ["--noheader", "--array", "--states=all", f"--user={os.geteuid()}", f"--name={listed}"]
        try:
            return parse_queue(self._ask("squeue", *words, f"--format={QUEUE_FORMAT}"))
        except RefusedError as error:  # nothing in the question is wrong: whatever it is may pass
            raise NoAnswerError(str(error)) from None

    def accounting(self, jobs: Iterable[int]) -> list[Seen]:
        """Return what the site's accounting remembers of arrays; nothing where a site keeps none."""
        wanted = sorted(set(jobs))[:_MAX_ACCOUNTED]
        if not wanted or not self._accounting:
            return []
        numbers = ",".join(map(str, wanted))
        try:
            text = self._ask(
                "sacct",
                "--noheader",
                "--parsable2",
                "--allocations",
                f"--jobs={numbers}",
                f"--format={ACCOUNTING_FIELDS}",
            )
        except NoAnswerError:
            return []
        except SlurmError:
            self._accounting = False  # none is kept here: nothing to ask again
            return []
        return parse_accounting(text)

    def max_array_size(self) -> int:
        """Return one more than the largest place in an array.

        Raises:
            NoAnswerError: The controller does not answer.
        """
        try:
            size = parse_config(self._ask("scontrol", "show", "config")).get("MaxArraySize", "")
        except RefusedError:
            size = ""
        return max(2, int(size)) if size.isdecimal() else _DEFAULT_MAX_ARRAY

    def cancel(self, job: int, place: int) -> None:
        """Cancel one task, as far as Slurm answers; one that is over already is no error."""
        with suppress(RefusedError, NoAnswerError):
            self._ask("scancel", "--quiet", f"{job}_{place}")

    def _ask(self, program: str, *words: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not _LEFT_OUT.match(name)}
        try:
            done = subprocess.run(
                [program, *words],
                capture_output=True, text=True, errors="replace", timeout=self._timeout_s, check=False,
                stdin=subprocess.DEVNULL, env=environment,
            )  # fmt: skip
        except FileNotFoundError:
            raise SlurmError(
                f"{program} is not on PATH: this machine is not part of a Slurm cluster. Log in to one of the cluster's"
                " machines, or leave out --engine slurm. Nothing was lost."
            ) from None
        except PermissionError as error:
            raise SlurmError(f"{program} cannot be started: {error}") from None
        except subprocess.TimeoutExpired:
            raise NoAnswerError(f"{program} did not answer in {self._timeout_s:g} s") from None
        if done.returncode == 0:
            return done.stdout
        said = (
            " ".join((done.stderr.strip() or done.stdout.strip()).split())[:500]
            or f"exit code {done.returncode}"
        )
        if _NO_ANSWER.search(said):
            raise NoAnswerError(f"{program}: {said}")
        raise RefusedError(f"{program}: {said}")
